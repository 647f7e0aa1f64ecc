//! Throwaway servers: a real MySQL or MariaDB in a folder of its own, gone when this process is.
#![allow(unused_imports)] // Benchmarks and examples use a share of it.

mod folder;
mod pipe;
mod program;
mod shell;

use std::{
    env, fs, iter,
    net::TcpListener,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use mysql::{Conn, Opts, OptsBuilder, prelude::Queryable};

pub use self::{
    folder::{Folder, build_folder},
    program::{Flavor, program_flavor},
    shell::run,
};
use self::{pipe::Pipe, program::Program, shell::tail};

/// A server of our own on a free port of the loopback interface; user root, no password.
pub struct Server {
    process: Option<Pipe>,
    program: Program,
    folder: Folder,
    port: u16,
    options: Vec<String>,
}

impl Server {
    /// Starts a fresh server and waits until it answers.
    pub fn start(options: &[&str]) -> Self {
        let mut server = Self::prepare(options);
        server.resume();
        server
    }

    /// The same before it is started.
    pub fn prepare(options: &[impl ToString]) -> Self {
        let program = Program::find();
        Self {
            process: None,
            folder: program.new_data_folder(),
            program,
            port: 0,
            options: options.iter().map(ToString::to_string).collect(),
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn flavor(&self) -> Flavor {
        self.program.flavor
    }

    pub fn opts(&self) -> OptsBuilder {
        OptsBuilder::new()
            .ip_or_hostname(Some("127.0.0.1"))
            .tcp_port(self.port)
            .user(Some("root"))
            .prefer_socket(false)
    }

    /// Kills the server as a power cut would.
    pub fn crash(&mut self) {
        self.process = None;
    }

    /// Starts the server again on the data that it left.
    pub fn resume(&mut self) {
        self.resume_on(iter::repeat_with(free_port).take(5));
    }

    /// The same on the first of these ports that it gets.
    pub fn resume_on(&mut self, ports: impl IntoIterator<Item = u16>) {
        for port in ports {
            self.port = port;
            self.process = Some(self.launch());
            match self.wait_until_ready() {
                Ok(()) => return,
                Err(error) => eprintln!("the server did not start on port {port}: {error}"),
            }
            self.crash();
        }
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        panic!("the server does not start; its log ends with:\n{}", tail(&log));
    }

    /// The errors that it has logged.
    pub fn errors(&self) -> String {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        log.lines().filter(|line| line.contains("[ERROR]")).collect::<Vec<_>>().join("\n")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    /// What no other server has.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn launch(&self) -> Pipe {
        // An earlier start may have given up.
        let _ = fs::remove_file(self.log());
        let script = "log=$1; shift; \"$@\" >\"$log\" 2>&1 & cat; kill -9 $!; wait";
        let mut arguments = vec![self.log().into(), self.program.path.clone().into()];
        arguments.extend(self.program.options(&self.data()));
        let folder = self.folder.path().display();
        // A server that starts clears its folder of what other servers may be using.
        arguments.push(format!("--tmpdir={folder}/tmp").into());
        arguments.push(format!("--port={}", self.port).into());
        arguments.push("--bind-address=127.0.0.1".into());
        arguments.push(format!("--socket={folder}/s").into());
        arguments.push(format!("--pid-file={folder}/pid").into());
        arguments.extend(self.options.iter().map(Into::into));
        Pipe::open(script, arguments)
    }

    /// Another server may have taken the port first, and would answer for as long as ours starts.
    fn wait_until_ready(&self) -> Result<(), String> {
        let started = Instant::now();
        loop {
            let problem = match self.who_answers() {
                Ok(data) if is_same_folder(&data, &self.data()) => return Ok(()),
                Ok(data) => return Err(format!("it is taken by the server of {}", data.display())),
                Err(error) => error,
            };
            if fs::read_to_string(self.log()).is_ok_and(|log| log.contains("Aborting")) {
                return Err("it gave up".into());
            }
            if started.elapsed() > Duration::from_mins(1) {
                return Err(problem.to_string());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The data folder of the server at our port. Whatever else took the port may never say a word.
    fn who_answers(&self) -> mysql::Result<PathBuf> {
        let patience = Some(Duration::from_secs(3));
        let opts = self.opts().tcp_connect_timeout(patience).read_timeout(patience);
        let data: Option<String> = Conn::new(opts)?.query_first("SELECT @@datadir")?;
        Ok(data.unwrap_or_default().into())
    }
}

fn is_same_folder(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// The options of a server that somebody else runs.
pub fn given() -> Option<Opts> {
    let url = env::var("QUICKSIGHT_DATABASE_URL").ok().filter(|url| !url.is_empty())?;
    Some(Opts::from_url(&url).expect("QUICKSIGHT_DATABASE_URL is a MySQL URL"))
}
