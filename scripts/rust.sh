#!/bin/sh
# Fails with what to do where there is no Rust that is new enough for Cargo.toml.
set -eu

needed=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$(dirname "$0")/../Cargo.toml")
found=$(rustc --version 2>/dev/null | cut -d' ' -f2) || true

if ! command -v cargo >/dev/null || [ -z "$found" ]; then
    echo "There is no Rust here: install version $needed or later, with rustup or from your system's packages." >&2
    exit 1
fi
if [ "$(printf '%s\n' "$needed" "$found" | sort -V | head -n 1)" != "$needed" ]; then
    echo "Rust $found is too old: this needs $needed or later, which 'rustup update stable' gets." >&2
    exit 1
fi
