//! The client as a process: `Client.java`, which the JDK compiles as it starts.

use std::{
    env,
    fmt::Write as _,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

pub(crate) const PASSWORD: &str = "secret of the reader";

const HINT: &str =
    "QUICKSIGHT_JDBC must name the driver: export QUICKSIGHT_JDBC=$(scripts/server.sh jdbc)";

/// Somebody who may log in.
pub(crate) struct Client {
    url: String,
    user: String,
}

/// What came of a statement, or of a login.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The name and the JDBC type of each column, and the values of each row.
    Rows { columns: Vec<(String, String)>, rows: Vec<Vec<String>> },
    /// The server's code, or 0 where it had no say, and the words.
    Refused { code: u16, words: String },
}

impl Client {
    pub(crate) fn new(url: &str, user: &str) -> Self {
        Self { url: url.to_owned(), user: user.to_owned() }
    }

    /// What comes of each of these statements.
    #[track_caller]
    pub(crate) fn ask<S: AsRef<str>>(
        &self,
        statements: impl IntoIterator<Item = S>,
    ) -> Vec<Answer> {
        let (mut input, mut asked) = (String::new(), 0);
        for statement in statements {
            let _ = writeln!(input, "{}", statement.as_ref());
            asked += 1;
        }
        let output = self.run(&input);
        let mut lines = output.lines();
        assert_eq!(lines.next(), Some("connected"), "{output}");
        let answers = Answer::all(lines);
        assert_eq!(answers.len(), asked, "{output}");
        answers
    }

    /// Why it cannot log in.
    #[track_caller]
    pub(crate) fn is_turned_away(&self) -> Answer {
        let output = self.run("");
        let answer = Answer::all(output.lines()).pop();
        answer.unwrap_or_else(|| panic!("{output}"))
    }

    fn run(&self, input: &str) -> String {
        let driver = env::var_os("QUICKSIGHT_JDBC").expect(HINT);
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/jdbc/Client.java");
        // A time that the clocks of the JVM's zone skip would come as the hour after it.
        let mut java = Command::new("java")
            .args(["-Duser.timezone=UTC", "-cp"])
            .arg(driver)
            .arg(program)
            .args([&self.url, &self.user])
            .env("PASSWORD", PASSWORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start java, of the JDK that scripts/server.sh jdbc installs");
        let mut statements = java.stdin.take().expect("a piped standard input");
        // Who cannot log in reads none of it.
        let _ = statements.write_all(input.as_bytes());
        drop(statements);
        let output = java.wait_with_output().expect("wait for java");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

impl Answer {
    fn all<'l>(lines: impl Iterator<Item = &'l str>) -> Vec<Self> {
        let (mut answers, mut columns, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for line in lines {
            let words: Vec<_> = line.split('\t').collect();
            match words[..] {
                ["column", name, kind] => columns.push((name.to_owned(), kind.to_owned())),
                ["row", ref values @ ..] => {
                    rows.push(values.iter().map(|&value| value.to_owned()).collect());
                }
                ["done"] => answers.push(Self::Rows {
                    columns: std::mem::take(&mut columns),
                    rows: std::mem::take(&mut rows),
                }),
                ["refused", code, words] => answers.push(Self::Refused {
                    code: code.parse().unwrap_or(0),
                    words: words.to_owned(),
                }),
                _ => panic!("{line}"),
            }
        }
        answers
    }

    /// The one value of the one row.
    #[track_caller]
    pub(crate) fn value(&self) -> &str {
        match self {
            Self::Rows { rows, .. } => match &rows[..] {
                [row] if row.len() == 1 => &row[0],
                _ => panic!("{self:?}"),
            },
            Self::Refused { .. } => panic!("{self:?}"),
        }
    }

    /// The server's code.
    #[track_caller]
    pub(crate) fn refused(&self) -> u16 {
        match self {
            Self::Refused { code, .. } => *code,
            Self::Rows { .. } => panic!("{self:?}"),
        }
    }

    /// What is said of a refusal.
    #[track_caller]
    pub(crate) fn words(&self) -> &str {
        match self {
            Self::Refused { words, .. } => words,
            Self::Rows { .. } => panic!("{self:?}"),
        }
    }
}

/// What QuickSight calls a type of JDBC. What is true or false is none that a template of ours has.
pub(crate) fn data_type(jdbc: &str) -> &str {
    match jdbc {
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" => "INTEGER",
        "DECIMAL" | "NUMERIC" | "REAL" | "FLOAT" | "DOUBLE" => "DECIMAL",
        "CHAR" | "VARCHAR" | "LONGVARCHAR" => "STRING",
        "DATE" | "TIMESTAMP" => "DATETIME",
        other => other,
    }
}
