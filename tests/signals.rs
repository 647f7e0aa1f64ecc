//! Whatever ends a process that has a throwaway server, the server and its folder end with it.

mod support;

use std::{
    env, fs,
    io::{BufRead, BufReader, Read},
    os::unix::process::{CommandExt, ExitStatusExt},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use support::{example, unique};

/// A process in a group of its own, as a shell starts it in a terminal.
struct Job {
    process: Child,
    output: BufReader<ChildStdout>,
    /// Where it keeps all that must go.
    folder: PathBuf,
}

impl Job {
    fn start(mut program: Command) -> Self {
        let folder = env::temp_dir().join(unique("signals"));
        fs::create_dir(&folder).unwrap();
        let mut process = program
            .env("TMPDIR", &folder)
            .env_remove("QUICKSIGHT_DATABASE_URL")
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        Self { process, output, folder }
    }

    /// The demo, as soon as its server answers.
    fn with_a_server() -> Self {
        let mut job = Self::start(example("demo"));
        let mut lines = job.output.by_ref().lines().map(Result::unwrap);
        lines.find(|line| line.starts_with("Server: ")).expect("the demo says what server it has");
        job
    }

    #[track_caller]
    fn assert_nothing_outlives(mut self, signal: &str, number: i32, whole_group: bool) {
        let sign = if whole_group { "-" } else { "" };
        let kill = format!("kill -s {signal} -- {sign}{}", self.process.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        assert_eq!(self.process.wait().unwrap().signal(), Some(number));

        eventually("the processes end", || self.processes().is_empty());
        eventually("the folders are removed", || self.leftovers().is_empty());
        fs::remove_dir(&self.folder).unwrap();
    }

    /// The command lines that speak of the folder: the server's, and those of whoever watches it.
    fn processes(&self) -> Vec<String> {
        let folder = self.folder.display().to_string();
        let processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
        processes
            .filter_map(|process| fs::read(process.join("cmdline")).ok())
            .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
            .filter(|line| line.contains(&folder))
            .collect()
    }

    fn leftovers(&self) -> Vec<PathBuf> {
        fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    fn has_a_server(&self) -> bool {
        self.processes().iter().any(|line| line.contains("--datadir="))
    }
}

#[track_caller]
fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(20), "not in 20 s: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[track_caller]
fn assert_a_server_does_not_outlive(signal: &str, number: i32, whole_group: bool) {
    let job = Job::with_a_server();
    assert!(job.has_a_server() && !job.leftovers().is_empty());

    job.assert_nothing_outlives(signal, number, whole_group);
}

/// Ctrl-C.
#[test]
fn an_interrupt_leaves_nothing() {
    assert_a_server_does_not_outlive("INT", 2, true);
}

/// The terminal is closed.
#[test]
fn a_hangup_leaves_nothing() {
    assert_a_server_does_not_outlive("HUP", 1, true);
}

#[test]
fn a_termination_leaves_nothing() {
    assert_a_server_does_not_outlive("TERM", 15, true);
}

#[test]
fn a_termination_of_the_process_alone_leaves_nothing() {
    assert_a_server_does_not_outlive("TERM", 15, false);
}

#[test]
fn a_kill_leaves_nothing() {
    assert_a_server_does_not_outlive("KILL", 9, false);
}

/// The very first server of a build tree takes seconds to make its system tables.
#[test]
fn an_interrupt_of_the_first_preparation_leaves_nothing() {
    let tree = env::temp_dir().join(unique("tree"));
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("CACHEDIR.TAG"), "").unwrap();
    let demo = tree.join("demo");
    fs::copy(example("demo").get_program(), &demo).unwrap();
    let job = Job::start(Command::new(&demo));
    eventually("a server makes its system tables", || job.has_a_server());

    job.assert_nothing_outlives("INT", 2, true);

    let half_made = fs::read_dir(tree.join("tmp")).map_or(0, Iterator::count);
    assert_eq!(half_made, 0, "of a server that is not finished");
    fs::remove_dir_all(&tree).unwrap();
}
