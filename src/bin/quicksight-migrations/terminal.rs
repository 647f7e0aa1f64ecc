//! Standard output and standard error, either of which may have nobody at its other end.

use std::{
    error::Error,
    io::{self, ErrorKind, Stdout, Write, stderr, stdout},
};

/// Standard output. Whoever reads it may stop when they have read enough, as `head` does: that is no
/// failure, and changes nothing about what is done and how it ends.
pub(crate) struct Output(Stdout);

impl Default for Output {
    fn default() -> Self {
        Self(stdout())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            outcome => outcome,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            outcome => outcome,
        }
    }
}

/// Says on standard error what went wrong, and each cause of it. If nobody reads that, it changes nothing.
pub(crate) fn complain(error: &dyn Error) {
    let _ = writeln!(stderr(), "error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = writeln!(stderr(), "caused by: {error}");
        cause = error.source();
    }
}
