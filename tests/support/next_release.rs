//! A release that does not exist yet: this one and two changes of tables, as a service that boots with it.

use std::{
    env,
    fs::{self, File},
    os::unix::fs::symlink,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use super::{
    migrations,
    server::{Folder, build_folder, run},
};

/// Its new files, numbered from the last of this build.
const CHANGES: [(&str, &str); 2] = [
    (
        "user_label_colour",
        "ALTER TABLE `user_label` ADD COLUMN `colour` varchar(16) DEFAULT NULL, ALGORITHM=INSTANT;\n",
    ),
    (
        "trip_role",
        "ALTER TABLE `trip` ADD KEY `role_idx` (`role`), ALGORITHM=INPLACE, LOCK=NONE;\n",
    ),
];

/// The example `service_boot` as it is with the next release.
pub struct NextRelease {
    folder: Folder,
}

impl NextRelease {
    /// Builds it beside this build, and with the same dependencies.
    pub fn build() -> Self {
        let target = build_folder().join("..").canonicalize().expect("cargo's target folder");
        let source = target.join("next-release");
        // Another test process may be at it.
        let lock = File::create(target.join("next-release.lock")).expect("make a lock");
        lock.lock().expect("lock");
        let _ = fs::remove_dir_all(&source);
        copy_of_this_crate(&source);

        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--quiet", "--locked", "--offline"]);
        cargo.args(["--example", "next_release", "--example", "next_migrate"]);
        cargo.current_dir(&source).arg("--target-dir").arg(&target);
        // What cargo told this process about this crate would have it build dependencies anew.
        for (name, _) in env::vars_os() {
            let told = name.to_string_lossy();
            if told.starts_with("CARGO_PKG_") || told.starts_with("CARGO_MANIFEST_") {
                cargo.env_remove(name);
            }
        }
        run(&mut cargo);

        let folder = Folder::temporary();
        for (built, name) in [("next_release", "service"), ("next_migrate", "command")] {
            let built = target.join("debug/examples").join(built);
            fs::copy(built, folder.path().join(name)).expect("take the program");
        }
        Self { folder }
    }

    /// All that it has to apply, by name.
    pub fn names() -> Vec<String> {
        migrations::names().into_iter().chain(changes().map(|(name, _)| name)).collect()
    }

    /// Applies what is missing by the command, which waits this long for other migrators.
    pub fn up(&self, url: &str, lock_timeout: u64) -> Output {
        Command::new(self.folder.path().join("command"))
            .args(["up", "--url", url, "--lock-timeout", &lock_timeout.to_string()])
            .output()
            .expect("run the command")
    }

    /// Starts a service; it logs to its standard error.
    pub fn boot(&self, url: &str) -> Child {
        Command::new(self.folder.path().join("service"))
            .env("QUICKSIGHT_DATABASE_URL", url)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start a process")
    }
}

fn changes() -> impl Iterator<Item = (String, &'static str)> {
    (migrations::last().version + 1..)
        .zip(CHANGES)
        .map(|(version, (title, sql))| (format!("V{version:02}__{title}"), sql))
}

/// All that is the same in both is a link.
fn copy_of_this_crate(folder: &Path) {
    const COPIED: [&str; 2] = ["migrations", "examples"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::create_dir_all(folder).expect("make a folder");
    for entry in fs::read_dir(root).expect("list the crate") {
        let name = entry.expect("an entry").file_name();
        if name != "target" && !COPIED.iter().any(|copied| name == *copied) {
            symlink(root.join(&name), folder.join(&name)).expect("make a link");
        }
    }
    run(Command::new("cp").arg("-rp").args(COPIED.map(|copied| root.join(copied))).arg(folder));
    for (name, sql) in changes() {
        let file = folder.join("migrations").join(name).with_extension("sql");
        fs::write(file, sql).expect("write a migration");
    }
    // Under a name of its own, because both builds put their examples into one folder.
    let examples = folder.join("examples");
    for (ours, theirs) in
        [("service_boot.rs", "next_release.rs"), ("migrate.rs", "next_migrate.rs")]
    {
        fs::rename(examples.join(ours), examples.join(theirs)).expect("rename an example");
    }
}
