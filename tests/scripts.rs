//! What the scripts say where something is missing.

mod support;

use std::{
    env, fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use support::unique;

/// All that a script may take for granted.
const BASICS: [&str; 14] = [
    "cat", "chmod", "cut", "dirname", "env", "grep", "head", "mkdir", "paste", "rm", "sed", "sh",
    "sort", "tr",
];

/// A machine with these alone, no sudo among them, and a checkout on it.
struct Machine(PathBuf);

impl Machine {
    fn new() -> Self {
        let machine = Self(env::temp_dir().join(unique("machine")));
        let tree = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["bin", "scripts"] {
            fs::create_dir_all(machine.0.join(folder)).unwrap();
        }
        for file in ["Cargo.toml", "scripts/rust.sh", "scripts/server.sh", "scripts/template.sh"] {
            fs::copy(tree.join(file), machine.0.join(file)).unwrap();
        }
        for program in BASICS {
            let path = env::var_os("PATH").unwrap();
            let mut places = env::split_paths(&path).map(|folder| folder.join(program));
            let found = places.find(|file| file.is_file()).expect(program);
            symlink(found, machine.0.join("bin").join(program)).unwrap();
        }
        machine
    }

    fn add(&self, program: &str, script: &str) {
        let file = self.0.join("bin").join(program);
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn run(&self, script: &str, argument: &str) -> Output {
        Command::new("env")
            .arg(format!("PATH={}", self.0.join("bin").display()))
            .arg("sh")
            .arg(self.0.join("scripts").join(script))
            .arg(argument)
            .env_remove("CARGO_TARGET_DIR")
            .output()
            .unwrap()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn errors(output: &Output) -> String {
    assert_eq!(output.stdout, b"", "only the path of a server goes there");
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn without_root_a_server_is_announced_refused_and_replaced_by_advice() {
    let machine = Machine::new();
    machine.add("id", "#!/bin/sh\necho 1000\n");

    let output = machine.run("server.sh", "mariadb-10.5");

    let errors = errors(&output);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    let plan = "server.sh: about to unpack mariadb-server-core-10.5 of bullseye into ";
    assert!(errors.starts_with(plan), "{errors}");
    assert!(errors.contains("(about 45 MB to download, 270 MB to keep)"), "{errors}");
    for advice in [
        "QUICKSIGHT_DATABASE_URL=mysql://",
        "QUICKSIGHT_SERVER=/",
        "apt-get install mariadb-server",
    ] {
        assert!(errors.contains(advice), "{errors}");
    }
    assert_eq!(fs::read_dir(machine.0.join("target/servers")).unwrap().count(), 0);
}

#[test]
fn a_driver_is_announced_and_no_server_is_advised_for_it() {
    let output = Machine::new().run("server.sh", "jdbc");

    let errors = errors(&output);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    let plan = "server.sh: about to install with apt-get, as root: a JDK and MariaDB's driver for it \
                (about 120 MB to download, 280 MB under /usr)";
    assert!(errors.starts_with(plan), "{errors}");
    assert!(!errors.contains("QUICKSIGHT_DATABASE_URL"), "{errors}");
}

#[test]
fn an_unknown_server_is_answered_with_those_that_there_are() {
    let output = Machine::new().run("server.sh", "mariadb-10");

    let errors = errors(&output);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    let words = "any | mariadb-10.5 | mariadb-10.11 | mariadb-11.8 | galera | mysql-9 | mysql-5.6 | client-library | jdbc | online";
    assert!(errors.contains(words), "{errors}");
}

#[test]
fn a_rust_that_is_too_old_is_said_with_the_one_that_is_needed() {
    let machine = Machine::new();
    let needed = env!("CARGO_PKG_RUST_VERSION");
    assert!(errors(&machine.run("rust.sh", "")).contains("There is no Rust here"));

    machine.add("cargo", "");
    for (version, is_enough) in
        [("1.9.0", false), ("1.63.0", false), (needed, true), ("1.100.0", true)]
    {
        machine.add("rustc", &format!("#!/bin/sh\necho 'rustc {version} (a date)'\n"));

        let output = machine.run("rust.sh", "");

        let errors = errors(&output);
        assert_eq!(output.status.success(), is_enough, "{version}: {errors}");
        let expected = format!("Rust {version} is too old: this needs {needed} or later");
        assert_eq!(errors.contains(&expected), !is_enough, "{errors}");
    }
}

/// Nobody has looked, so that it is not right.
#[test]
fn without_python_no_template_is_right() {
    let machine = Machine::new();

    let output = machine.run("template.sh", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));

    let errors = errors(&output);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    let plan = "template.sh: about to install with apt-get, as root: python3 and python3-venv";
    assert!(errors.contains(plan), "{errors}");
    assert!(errors.contains("there is no apt-get here: install Python 3.11 or later"), "{errors}");
}
