//! A crate of somebody else's that depends on this one.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::{ROOT, page::Piece};

pub(crate) struct Consumer {
    folder: PathBuf,
    dependencies: String,
    pieces: Vec<Piece>,
}

/// What is built here is kept, so that the next run compiles little.
pub(crate) fn target(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("snippets").join(name)
}

/// The cargo that runs this test.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo runs this test"));
    cargo.env("CARGO_TARGET_DIR", target("target")).env("CARGO_TERM_COLOR", "never");
    cargo
}

/// A dependency on this crate, with `more` in its braces.
fn on_this_crate(more: &str) -> String {
    format!("quicksight-migrations = {{ path = {ROOT:?}{more} }}\n")
}

fn is_on_this_crate(line: &str) -> bool {
    line.starts_with("quicksight-migrations = ")
}

/// What a service has anyway.
const OTHERS: &str = "tokio = { version = \"1\", default-features = false, features = [\"rt\"] }\n";

impl Consumer {
    /// One program for each piece. It has this crate without any feature.
    pub(crate) fn new(name: &str, pieces: impl IntoIterator<Item = Piece>) -> Self {
        let pieces: Vec<_> = pieces.into_iter().collect();
        let dependencies = on_this_crate("") + OTHERS;
        Self { folder: target(name), dependencies, pieces }
    }

    pub(crate) fn with_features(mut self, features: &str) -> Self {
        self.dependencies = on_this_crate(&format!(", features = [{features:?}]")) + OTHERS;
        self
    }

    /// Takes what a page says of `Cargo.toml`, with this crate from where it is.
    pub(crate) fn with_toml(mut self, toml: &str) -> Self {
        let lines = toml.lines().filter(|line| line.contains(" = "));
        let (ours, others): (Vec<_>, Vec<_>) = lines.partition(|line| is_on_this_crate(line));
        let asked = ours.iter().find_map(|line| line.split_once("features = "));
        let features = asked.and_then(|(_, rest)| rest.split_once(']'));
        let features = features.map(|(list, _)| format!(", features = {list}]"));
        self.dependencies =
            others.join("\n") + "\n" + &on_this_crate(&features.unwrap_or_default());
        if !toml.contains("tokio = ") {
            self.dependencies.push_str(OTHERS);
        }
        self
    }

    /// Builds it. A warning is an error, but for functions that nobody calls.
    pub(crate) fn build(&self) {
        let programs = self.folder.join("src/bin");
        let _ = fs::remove_dir_all(self.folder.join("src"));
        fs::create_dir_all(&programs).expect("make a folder");
        fs::write(self.folder.join("src/lib.rs"), "").expect("write a library");
        for piece in &self.pieces {
            let mut program = piece.text.clone();
            if !program.contains("fn main(") {
                program.push_str("\nfn main() {}\n");
            }
            let file = programs.join(format!("{}.rs", piece.slug()));
            fs::write(file, program).expect("write a program");
        }
        let manifest = format!(
            "[package]\nname = \"consumer\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{}\n\
             [lints.rust]\nwarnings = {{ level = \"deny\", priority = -1 }}\ndead_code = \"allow\"\n\n\
             [profile.dev]\ndebug = false\n\n[workspace]\n",
            self.dependencies
        );
        fs::write(self.folder.join("Cargo.toml"), manifest).expect("write Cargo.toml");
        // The versions that this crate is tested with.
        let lock = fs::read(Path::new(ROOT).join("Cargo.lock")).expect("Cargo.lock");
        fs::write(self.folder.join("Cargo.lock"), lock).expect("write Cargo.lock");
        let output = self.cargo("build", &["--keep-going", "--quiet"]);
        assert!(output.status.success(), "{}", self.explain(&output));
    }

    /// Runs the first program, and returns what it prints.
    pub(crate) fn run(&self, database_url: &str) -> String {
        let program = target("target/debug").join(self.pieces[0].slug());
        let output = Command::new(program).env("DATABASE_URL", database_url).output();
        let output = output.expect("run a program");
        assert!(output.status.success(), "{}", self.explain(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn cargo(&self, verb: &str, arguments: &[&str]) -> Output {
        let mut cargo = cargo();
        cargo.arg(verb).arg("--manifest-path").arg(self.folder.join("Cargo.toml"));
        cargo.args(arguments).output().expect("run cargo")
    }

    fn explain(&self, output: &Output) -> String {
        let mut text = self.dependencies.clone();
        for piece in &self.pieces {
            let _ = writeln!(text, "{}.rs is {}", piece.slug(), piece.at);
        }
        text + &String::from_utf8_lossy(&output.stdout) + &String::from_utf8_lossy(&output.stderr)
    }
}
