//! The program that runs servers, and what it needs before it does.

use std::{
    env,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{
    folder::{Folder, build_folder, unique},
    shell::{output, run},
};

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

/// What kind of server [`Server::start`] starts.
pub fn program_flavor() -> Flavor {
    Program::find().flavor
}

/// The program that runs servers here, found once per call.
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) flavor: Flavor,
    version: String,
}

impl Program {
    pub(super) fn find() -> Self {
        let path = match env::var_os("QUICKSIGHT_SERVER") {
            Some(path) => PathBuf::from(path),
            None => on_path(&["mariadbd", "mysqld"]).expect(HINT),
        };
        let version = output(Command::new(&path).arg("--version"));
        Self { flavor: Flavor::of_version(&version), version, path }
    }

    /// Options for a small server that forgets quickly: its data need not survive the machine.
    pub(super) fn options(&self, data: &Path) -> Vec<OsString> {
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
    pub(super) fn new_data_folder(&self) -> Folder {
        let template = self.template();
        let folder = Folder::temporary();
        fs::create_dir(folder.path().join("tmp")).expect("make a folder for a server");
        run(Command::new("cp")
            .args(["-r", "--reflink=auto"])
            .arg(template)
            .arg(folder.path().join("data")));
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
            self.initialise(fresh.path());
            let _ = fs::remove_file(fresh.path().join("auto.cnf"));
            let staged = Folder::at(template.with_extension(unique()));
            run(Command::new("cp").arg("-r").arg(fresh.path().join(".")).arg(staged.path()));
            // Where this fails, another test process was first.
            let _ = fs::rename(staged.path(), &template);
        }
        template
    }

    fn initialise(&self, data: &Path) {
        // A server that starts clears this folder of what another one may be using.
        let scratch = Folder::temporary();
        let mut server = Command::new(&self.path);
        server.args(self.options(data));
        server.arg(format!("--tmpdir={}", scratch.path().display()));
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

fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}
