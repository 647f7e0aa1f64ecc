//! One line on a terminal that says how far the run is; nothing at all in a log.

use std::io::{IsTerminal, Write, stderr};

pub struct Progress {
    label: &'static str,
    total: usize,
    is_shown: bool,
}

impl Progress {
    pub fn new(label: &'static str, total: usize) -> Self {
        Self { label, total, is_shown: stderr().is_terminal() }
    }

    pub fn show(&self, done: usize) {
        if self.is_shown {
            eprint!("\r{}: round {done} of {} ", self.label, self.total);
            let _ = stderr().flush();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown {
            eprint!("\r\x1b[K");
        }
    }
}
