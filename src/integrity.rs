//! Integrity.
