//! What outlives this process, to put away what it has left.

use std::{
    ffi::OsStr,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
};

/// A shell script that goes on when this process has ended, however it ended: its standard input is a
/// pipe that only this process holds open.
pub(super) struct Pipe(Child);

impl Pipe {
    pub(super) fn open(
        script: &str,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Self {
        // The signals that end this process are often sent to all that it has started too: a terminal
        // sends them to its foreground group, whoever stops a service to each process of it.
        let script = format!("trap '' HUP INT QUIT TERM; {script}");
        let child = Command::new("sh")
            .process_group(0)
            .args(["-c", &script, "sh"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("start a shell");
        Self(child)
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
