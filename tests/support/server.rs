//! Throwaway servers: a real MySQL or MariaDB in a folder of its own, gone when this process is.

use std::{
    env, fs, io, iter,
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use mysql::{Conn, Opts, OptsBuilder, prelude::Queryable};

const HINT: &str = "no MySQL or MariaDB server program found: run `make setup`, or install one \
                    (Debian, Ubuntu: apt-get install mariadb-server-core), or name it in QUICKSIGHT_SERVER";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavor {
    MySql,
    MariaDb,
}

impl Flavor {
    pub fn of_version(version: &str) -> Self {
        if version.contains("MariaDB") { Self::MariaDb } else { Self::MySql }
    }
}

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
        self.folder.path.join("server.log")
    }

    /// What no other server has.
    pub fn data(&self) -> PathBuf {
        self.folder.path.join("data")
    }

    fn launch(&self) -> Pipe {
        // An earlier start may have given up.
        let _ = fs::remove_file(self.log());
        let script = "log=$1; shift; \"$@\" >\"$log\" 2>&1 & cat; kill -9 $!; wait";
        let mut arguments = vec![self.log().into(), self.program.path.clone().into()];
        arguments.extend(self.program.options(&self.data()));
        let folder = self.folder.path.display();
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

/// What kind of server [`Server::start`] starts.
pub fn program_flavor() -> Flavor {
    Program::find().flavor
}

/// The program that runs servers here, found once per call.
struct Program {
    path: PathBuf,
    flavor: Flavor,
    version: String,
}

impl Program {
    fn find() -> Self {
        let path = match env::var_os("QUICKSIGHT_SERVER") {
            Some(path) => PathBuf::from(path),
            None => on_path(&["mariadbd", "mysqld"]).expect(HINT),
        };
        let version = output(Command::new(&path).arg("--version"));
        Self { flavor: Flavor::of_version(&version), version, path }
    }

    /// Options for a small server that forgets quickly: its data need not survive the machine.
    fn options(&self, data: &Path) -> Vec<std::ffi::OsString> {
        let mut options = vec![
            "--no-defaults".into(),
            format!("--datadir={}", data.display()).into(),
            "--innodb-flush-log-at-trx-commit=2".into(),
            "--innodb-doublewrite=0".into(),
            "--innodb-buffer-pool-size=64M".into(),
            "--innodb-use-native-aio=0".into(),
            "--max-connections=300".into(),
            "--character-set-server=latin1".into(),
        ];
        if output(Command::new("id").arg("-u")).trim() == "0" {
            options.push("--user=root".into());
        }
        if self.is_modern_mysql() {
            options.push("--innodb-redo-log-capacity=16M".into());
            options.push("--mysqlx=0".into());
        }
        options
    }

    fn is_modern_mysql(&self) -> bool {
        self.flavor == Flavor::MySql && !self.version.contains("Ver 5.")
    }

    /// A folder with `data/` in it, copied from one that was initialised before.
    fn new_data_folder(&self) -> Folder {
        let template = self.template();
        let folder = Folder::temporary();
        fs::create_dir(folder.path.join("tmp")).expect("make a folder for a server");
        run(Command::new("cp")
            .args(["-r", "--reflink=auto"])
            .arg(template)
            .arg(folder.path.join("data")));
        folder
    }

    /// Initialises a data folder once for all test runs of this build tree.
    fn template(&self) -> PathBuf {
        let name: String = self
            .version
            .split("Ver ")
            .last()
            .unwrap_or_default()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .take(40)
            .collect();
        let template = build_folder().join(format!("server-{name}"));
        if !template.exists() {
            let fresh = Folder::temporary();
            self.initialise(&fresh.path);
            let _ = fs::remove_file(fresh.path.join("auto.cnf"));
            let staged = Folder::at(template.with_extension(unique()));
            run(Command::new("cp").arg("-r").arg(fresh.path.join(".")).arg(&staged.path));
            // Where this fails, another test process was first.
            let _ = fs::rename(&staged.path, &template);
        }
        template
    }

    fn initialise(&self, data: &Path) {
        let mut server = Command::new(&self.path);
        server.args(self.options(data));
        if self.is_modern_mysql() || self.version.contains("Ver 5.7") {
            run(server.arg("--initialize-insecure"));
            return;
        }
        let mut server = server
            .arg("--bootstrap")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("start the server to make its system tables");
        let mut input = server.stdin.take().expect("a piped standard input");
        io::Write::write_all(&mut input, self.system_tables().as_bytes())
            .expect("send the system tables");
        drop(input);
        assert!(server.wait().expect("wait").success(), "cannot make the system tables");
    }

    fn system_tables(&self) -> String {
        let share = self.share_folder();
        let mut sql = String::from("CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\n");
        for part in ["system_tables", "performance_tables", "system_tables_data"] {
            let found = ["mariadb", "mysql"]
                .map(|prefix| share.join(format!("{prefix}_{part}.sql")))
                .into_iter()
                .find_map(|file| fs::read_to_string(file).ok());
            sql.push_str(&found.unwrap_or_default());
            sql.push('\n');
        }
        sql
    }

    fn share_folder(&self) -> PathBuf {
        let help = output(Command::new(&self.path).args(["--no-defaults", "--verbose", "--help"]));
        let charsets = help
            .lines()
            .filter_map(|line| line.strip_prefix("character-sets-dir "))
            .map(|folder| PathBuf::from(folder.trim()))
            .next_back()
            .expect("the server says where its files are");
        charsets.parent().expect("a parent folder").to_owned()
    }
}

/// A folder that is gone when this process is.
pub struct Folder {
    path: PathBuf,
    _guard: Pipe,
}

impl Folder {
    pub fn temporary() -> Self {
        Self::at(env::temp_dir().join(unique()))
    }

    fn at(path: PathBuf) -> Self {
        // A server that is being killed may still write to it.
        let script = "cat; for _ in 1 2 3 4 5; do rm -rf \"$1\" && break; sleep 1; done";
        let guard = Pipe::open(script, [&path]);
        fs::create_dir_all(&path).expect("make a folder");
        Self { path, _guard: guard }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A shell script that goes on when this process has ended, however it ended: its standard input is a
/// pipe that only this process holds open.
struct Pipe(Child);

impl Pipe {
    fn open(
        script: &str,
        arguments: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>,
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

fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

/// `target/tmp`, from where cargo put this very program.
pub fn build_folder() -> PathBuf {
    let program = env::current_exe().expect("a path of this program");
    // cargo tags a folder that it has made itself, and not one that was there before.
    let is_target = |folder: &&Path| {
        [".rustc_info.json", "CACHEDIR.TAG"].iter().any(|file| folder.join(file).is_file())
    };
    let target = program.ancestors().find(is_target).expect("a program in cargo's target folder");
    target.join("tmp")
}

/// A name that no other folder of this machine's processes has.
fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("quicksight-{}-{number}", std::process::id())
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        tail(&String::from_utf8_lossy(&output.stderr))
    );
}

fn tail(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// The options of a server that somebody else runs.
pub fn given() -> Option<Opts> {
    let url = env::var("QUICKSIGHT_DATABASE_URL").ok().filter(|url| !url.is_empty())?;
    Some(Opts::from_url(&url).expect("QUICKSIGHT_DATABASE_URL is a MySQL URL"))
}
