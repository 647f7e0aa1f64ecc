//! QuickSight sees what it may see, through views and accounts of its own, and nothing else.

mod columns;
#[path = "../support/mod.rs"]
mod support;
