//! A file added to the library's `migrations/` must rebuild this program: the macro that embeds the
//! folder runs at compile time, and cargo does not see the folder by itself.
fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
