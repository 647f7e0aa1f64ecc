//! Whether what a page says to type exists: not what it does, but its names, options and targets.

use std::{collections::BTreeSet, path::Path, process::Command, sync::LazyLock};

use serde_json::Value;

use super::{ROOT, consumer, read};

const OURS: &str = "quicksight-migrations";

/// Programs of others, which are taken as they are: for `aws` one would need an account.
const FOREIGN: [&str; 8] = ["apt-get", "aws", "cd", "docker", "git", "mariadb", "mysql", "rustup"];

/// What cargo can do by itself, and what is installed beside it.
const VERBS: [&str; 17] = [
    "add",
    "bench",
    "build",
    "check",
    "clippy",
    "doc",
    "fmt",
    "install",
    "metadata",
    "mutants",
    "package",
    "publish",
    "run",
    "semver-checks",
    "test",
    "tree",
    "update",
];

/// The commands of a piece, one a line, without comments and what surrounds them.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let whole = text.replace("\\\n", " ").replace("$(", " | ").replace(')', "");
    let lines = whole.lines().filter_map(|line| line.split(" #").next());
    let parts = lines.filter(|line| !line.starts_with('#')).flat_map(|line| line.split(" | "));
    let parts = parts.flat_map(|part| part.split(" && ")).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Looks whether a command exists.
pub(crate) fn check(line: &str) -> Result<(), String> {
    let words = line.split_whitespace().skip_while(|word| is_assignment(word) || *word == "export");
    let words: Vec<_> = words.collect();
    match &words[..] {
        [] => Ok(()),
        ["make", targets @ ..] => targets.iter().try_for_each(|target| is_target(target)),
        ["cargo", verb, arguments @ ..] => {
            if !VERBS.contains(verb) {
                return Err(format!("cargo cannot {verb}"));
            }
            check_cargo(verb, arguments)
        }
        [OURS, arguments @ ..] => check_ours(arguments),
        [program, ..] if FOREIGN.contains(program) => Ok(()),
        [script, arguments @ ..]
            if script.starts_with("scripts/") || script.starts_with(".ci/") =>
        {
            check_script(script, arguments)
        }
        _ => Err("nobody knows this program".to_owned()),
    }
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

fn is_target(target: &str) -> Result<(), String> {
    let makefile = read("Makefile");
    let is_there = makefile.lines().any(|line| line.starts_with(&format!("{target}:")));
    if is_there { Ok(()) } else { Err(format!("the Makefile has no {target}")) }
}

fn check_script(script: &str, arguments: &[&str]) -> Result<(), String> {
    if !Path::new(ROOT).join(script).is_file() {
        return Err(format!("there is no {script}"));
    }
    let text = read(script);
    match arguments.iter().find(|argument| !text.contains(**argument)) {
        None => Ok(()),
        Some(argument) => Err(format!("{script} does not know {argument}")),
    }
}

fn check_cargo(verb: &str, arguments: &[&str]) -> Result<(), String> {
    let (own, theirs) = match arguments.iter().position(|argument| *argument == "--") {
        Some(end) => (&arguments[..end], &arguments[end + 1..]),
        None => (arguments, &[][..]),
    };
    let mut own = own.iter().copied().peekable();
    while let Some(argument) = own.next() {
        let mut value = || own.next().ok_or_else(|| format!("{argument} of what?"));
        match argument {
            "--test" | "--bench" | "--example" | "--bin" => has("targets", argument, value()?)?,
            "--features" => {
                let known = |feature: &str| match feature.split_once('/') {
                    Some((package, _)) => has("dependencies", argument, package),
                    None => has("features", argument, feature),
                };
                value()?.split(',').try_for_each(known)?;
            }
            "--manifest-path" | "--path" => {
                let path = value()?;
                if !Path::new(ROOT).join(path).exists() {
                    return Err(format!("there is no {path}"));
                }
            }
            filter if verb == "test" && !filter.starts_with('-') => is_test(filter)?,
            _ => {}
        }
    }
    let runs = |name: &str| arguments.windows(2).any(|two| two == ["--example", name]);
    let is_ours = runs("migrate") || arguments.windows(2).any(|two| two == ["--bin", OURS]);
    if verb == "run" && is_ours { check_ours(theirs) } else { Ok(()) }
}

/// What cargo says of this package.
static PACKAGE: LazyLock<Value> = LazyLock::new(|| {
    let output = consumer::cargo()
        .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
        .arg(Path::new(ROOT).join("Cargo.toml"))
        .output()
        .expect("run cargo");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    metadata["packages"][0].clone()
});

/// Whether the package has a feature, a dependency, or a target of the kind that an option such as
/// `--test` asks for.
fn has(what: &str, option: &str, name: &str) -> Result<(), String> {
    let kind = option.trim_start_matches('-');
    let is_it = |one: &Value| {
        let is_of_kind = what != "targets" || one["kind"][0] == kind;
        one["name"] == name && is_of_kind
    };
    let is_there = match &PACKAGE[what] {
        Value::Array(all) => all.iter().any(is_it),
        all => all.get(name).is_some(),
    };
    if is_there { Ok(()) } else { Err(format!("the package has no {name} for {option}")) }
}

/// Whether a test of this name is anywhere.
fn is_test(name: &str) -> Result<(), String> {
    let found = Command::new("grep")
        .args(["-rqw", &format!("fn {name}"), "src", "tests"])
        .current_dir(ROOT)
        .status()
        .expect("run grep");
    if found.success() { Ok(()) } else { Err(format!("there is no test {name}")) }
}

/// Whether our own command knows the words and the options. A word may have words of its own.
fn check_ours(arguments: &[&str]) -> Result<(), String> {
    has("targets", "--bin", OURS)?;
    let options = arguments.iter().filter(|argument| argument.starts_with("--"));
    let is_word = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase());
    let words: Vec<_> = arguments.iter().copied().take_while(is_word).collect();
    let word = words.join(" ");
    if word.is_empty() {
        return Err("which word?".to_owned());
    }
    let mut command = consumer::cargo();
    command.args(["run", "--quiet", "--features", "cli", "--bin", OURS, "--"]);
    let output = command.args(words).arg("--help").current_dir(ROOT).output().expect("run cargo");
    let help = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("{OURS} cannot {word}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let known: BTreeSet<_> = help.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').collect();
    match options.into_iter().find(|option| !known.contains(**option)) {
        None => Ok(()),
        Some(option) => Err(format!("{OURS} {word} has no {option}")),
    }
}
