//! The installed command: its words, its exit codes, and that nothing makes it wait or panic.
//!
//! What its subcommands do is in `examples.rs`, where the same program is an example.

mod support;

use std::{
    fs::File,
    io::Write,
    net::TcpListener,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use mysql::prelude::Queryable;
use quicksight_migrations::run_quicksight_migrations;
use support::{Blockade, Database, database, quoted, wire::lock_name};

const SUBCOMMANDS: [&str; 11] = [
    "up",
    "status",
    "sql",
    "verify",
    "mend",
    "partition",
    "summarise",
    "check",
    "down",
    "quicksight",
    "completion",
];

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quicksight-migrations"));
    command.args(arguments).env_remove("QUICKSIGHT_DATABASE_URL").env_remove("RUST_LOG");
    command.stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// Runs it on a database.
fn run_on(db: &Database, arguments: &[&str]) -> Output {
    command(arguments).env("QUICKSIGHT_DATABASE_URL", db.url()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn assert_ends(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}{}", stdout(output), stderr(output));
    assert!(!stderr(output).contains("panicked"), "{}", stderr(output));
}

#[test]
fn help_is_no_error() {
    let help = run(&["--help"]);
    assert_ends(&help, 0);
    assert_eq!(stderr(&help), "");
    for word in SUBCOMMANDS {
        assert!(stdout(&help).contains(&format!("\n  {word} ")), "{word}: {}", stdout(&help));
        let of_word = run(&[word, "--help"]);
        assert_ends(&of_word, 0);
        assert!(stdout(&of_word).contains(&format!("{word} [OPTIONS]")), "{}", stdout(&of_word));
    }
    for option in ["url", "lock-timeout", "metadata-lock-timeout", "history-table"] {
        assert!(stdout(&help).contains(&format!("--{option} <")), "{option}");
    }
    assert!(stdout(&help).lines().all(|line| line.chars().count() <= 100), "{}", stdout(&help));
    let version = run(&["--version"]);
    assert_ends(&version, 0);
    assert!(stdout(&version).contains(env!("CARGO_PKG_VERSION")), "{}", stdout(&version));
}

#[test]
fn a_command_line_that_makes_no_sense_ends_with_64() {
    let lines: [&[&str]; 12] = [
        &[],
        &["sideways"],
        &["up", "--json"],
        &["up", "down"],
        &["up", "--lock-timeout", "soon"],
        &["up", "--read-timeout", "0"],
        &["up", "--url"],
        &["completion", "abacus"],
        &["partition", "--table", "campaign"],
        &["partition", "--retain", "24"],
        &["partition", "--ahead", "\u{fc}"],
        &["partition", "--since", "2026-02-30"],
    ];
    for line in lines {
        let output = run(line);
        assert_ends(&output, 64);
        assert_eq!(stdout(&output), "", "{line:?}");
        assert!(stderr(&output).contains("Usage: ") || stderr(&output).contains("--help"));
    }
    for line in [&["status"][..], &["--url=", "status"]] {
        let output = run(line);
        assert_ends(&output, 64);
        let message = "error: no database given: set QUICKSIGHT_DATABASE_URL or --url\n";
        assert_eq!(stderr(&output), message);
    }
    assert_ends(&run(&["status", "--url", "no address"]), 64);
    let empty = command(&["status"]).env("QUICKSIGHT_DATABASE_URL", "").output().unwrap();
    assert_ends(&empty, 64);
}

#[test]
fn the_database_is_named_before_or_after_the_subcommand_or_by_the_environment() {
    let (db, other) = (database(), database());
    let (url, assigned) = (db.url(), format!("--url={}", db.url()));
    for line in [
        ["--url", &url, "status"],
        ["status", "--url", &url],
        ["status", &assigned, "--refuse-newer-history"],
        [&assigned, "--refuse-newer-history", "status"],
    ] {
        let output = run(&line);
        assert_ends(&output, 2);
        assert!(stdout(&output).contains("\n0 of "), "{line:?}: {}", stdout(&output));
    }

    // What is on the line goes first.
    assert_ends(&run_on(&other, &["up", &assigned]), 0);
    assert_ends(&run_on(&db, &["status"]), 0);
    assert_eq!(other.tables(), Vec::<String>::new());
}

/// Neither in a message nor in a log.
#[test]
fn a_password_is_never_printed() {
    let db = database();
    let user = db.user("SELECT");
    let (host, port) = db.address();
    let with = |password: &str, port| {
        format!(
            "mysql://{}:{password}@{host}:{port}/{}?prefer_socket=false",
            user.name(),
            db.name()
        )
    };
    let (right, wrong) = ("secret-of-the-user", "secret-but-wrong");
    let lines: [(&[&str], i32); 8] = [
        (&["up", "--url", &with(right, port)], 1),
        (&["status", "--url", &with(right, port)], 2),
        (&["status", "--url", &with(wrong, port)], 1),
        (&["status", "--url", &with(right, 1)], 1),
        (&["status", "--url", &with(right, port).replace("mysql:", "http:")], 64),
        (&["status", &with(right, port)], 64),
        (&[&with(right, port), "status"], 64),
        (&["mend", &format!("--dry-run={}", with(right, port))], 64),
    ];
    for (line, code) in lines {
        let output = command(line).env("RUST_LOG", "trace").output().unwrap();
        assert_ends(&output, code);
        assert!(!stdout(&output).contains("secret"), "{line:?}: {}", stdout(&output));
        assert!(!stderr(&output).contains("secret"), "{line:?}: {}", stderr(&output));
    }
    let url = with(right, port);
    let help = command(&["--help"]).env("QUICKSIGHT_DATABASE_URL", &url).output().unwrap();
    assert!(!stdout(&help).contains("secret"), "{}", stdout(&help));
}

#[test]
fn the_settings_are_those_of_the_library() {
    let db = database();
    let up = |settings: &[&str]| run_on(&db, &[&["up"], settings].concat());

    let name = lock_name(&db);
    let mut holder = db.conn();
    holder.exec_drop("SELECT GET_LOCK(?, 0)", (&name,)).unwrap();
    let refused = up(&["--lock-timeout", "0"]);
    assert_ends(&refused, 1);
    assert!(stderr(&refused).starts_with("error: the migration lock "), "{}", stderr(&refused));
    drop(holder);

    assert_ends(&up(&["--history-table", "reports history"]), 0);
    assert!(db.tables().contains(&"reports history".to_owned()), "{:?}", db.tables());
    assert_ends(&run_on(&db, &["status", "--history-table=reports history"]), 0);
    assert_ends(&run_on(&db, &["status"]), 2);

    let mut conn = db.conn();
    conn.query_drop(
        "INSERT INTO `reports history` VALUES (99, 'later', '2025-03-31T00:00:00Z', '1')",
    )
    .unwrap();
    assert_ends(&up(&["--history-table", "reports history"]), 0);
    let refused = up(&["--history-table", "reports history", "--refuse-newer-history"]);
    assert_ends(&refused, 1);
    assert!(stderr(&refused).contains("at version 99"), "{}", stderr(&refused));
}

#[test]
fn a_table_that_is_held_is_waited_for_as_long_as_asked() {
    let db = database();
    run_quicksight_migrations(&mut db.conn()).unwrap();
    let blockade = Blockade::of(&db, "trip");
    let started = Instant::now();

    for line in [
        &["down", "--yes", "--metadata-lock-timeout", "1"][..],
        &["down", "--metadata-lock-timeout", "1"],
    ] {
        let output = run_on(&db, line);
        assert_ends(&output, 1);
        assert!(stderr(&output).starts_with("error: "), "{}", stderr(&output));
        assert!(!stderr(&output).contains("Type its name"), "{}", stderr(&output));
    }

    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    blockade.lift();
    db.assert_complete();
}

/// Nobody is asked about what is going to be refused, or about nothing at all.
#[test]
fn down_asks_only_when_it_would_drop() {
    let db = database();
    let asks = |output: &Output| stderr(output).contains("Type its name");

    let nothing = run_on(&db, &["down"]);
    assert_ends(&nothing, 0);
    assert!(!asks(&nothing) && stdout(&nothing).starts_with("no tables to drop"));

    let mut conn = db.conn();
    run_quicksight_migrations(&mut conn).unwrap();
    let asked = run_on(&db, &["down"]);
    assert_ends(&asked, 1);
    assert!(asks(&asked) && stderr(&asked).contains(db.name()), "{}", stderr(&asked));
    assert!(!stderr(&asked).contains("rows"), "{}", stderr(&asked));
    assert_eq!(stdout(&asked), "nothing was dropped\n");

    conn.query_drop("INSERT INTO user_label (name) VALUES ('kept')").unwrap();
    let refused = run_on(&db, &["down"]);
    assert_ends(&refused, 1);
    assert!(!asks(&refused) && stderr(&refused).contains("there are rows in user_label"));
    let asked = run_on(&db, &["down", "--discard-data"]);
    assert_ends(&asked, 1);
    assert!(asks(&asked) && stderr(&asked).contains("with all their rows"), "{}", stderr(&asked));
    db.assert_complete();

    assert_ends(&run(&["--discard-data", "down"]), 64);
    let mut process = command(&["down", "--discard-data", "--url", &db.url()]);
    process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = process.spawn().unwrap();
    process.stdin.take().unwrap().write_all(format!("{}\n", db.name()).as_bytes()).unwrap();
    assert_ends(&process.wait_with_output().unwrap(), 0);
    assert_eq!(db.tables(), Vec::<String>::new());
}

#[test]
fn every_shell_can_complete_it() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(&["completion", shell]);
        assert_ends(&output, 0);
        let script = stdout(&output);
        for word in SUBCOMMANDS.iter().chain(&["--discard-data", "quicksight-migrations"]) {
            let word = if shell == "fish" { word.trim_start_matches("--") } else { word };
            assert!(script.contains(word), "{word} for {shell}");
        }
    }
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(&run(&["completion", "bash"]).stdout).unwrap();
    assert!(bash.wait().unwrap().success());
}

/// A pipe whose reader is gone before anything is written.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// What is done and how it ends does not depend on who listens.
#[test]
fn a_closed_pipe_changes_nothing() {
    let db = database();
    let run_deaf = |arguments: &[&str]| {
        let mut process = command(arguments);
        process.env("QUICKSIGHT_DATABASE_URL", db.url()).env("RUST_LOG", "debug");
        let deaf = process.stdout(closed_pipe()).stderr(Stdio::piped()).output().unwrap();
        assert!(!stderr(&deaf).contains("panicked"), "{}", stderr(&deaf));
        process.stdout(closed_pipe()).stderr(closed_pipe()).status().unwrap();
        deaf.status.code()
    };

    assert_eq!(run_deaf(&["--help"]), Some(0));
    assert_eq!(run_deaf(&["completion", "bash"]), Some(0));
    assert_eq!(run_deaf(&["sql"]), Some(0));
    assert_eq!(run_deaf(&["sideways"]), Some(64));
    assert_eq!(run_deaf(&["status"]), Some(2));
    assert_eq!(run_deaf(&["up"]), Some(0));
    db.assert_complete();
    db.conn().query_drop("ALTER TABLE trip DROP COLUMN distance").unwrap();
    assert_eq!(run_deaf(&["verify"]), Some(2));
    assert_eq!(run_deaf(&["verify", "--json"]), Some(2));
    assert_eq!(run_deaf(&["mend", "--dry-run"]), Some(0));
    assert_eq!(run_deaf(&["down"]), Some(1));

    // Nobody to complain to is no reason to die of a signal or a panic either.
    for (arguments, code) in
        [(&["up", "--url", "x"][..], 64), (&["--sideways"], 64), (&["down"], 1)]
    {
        let mut process = command(arguments);
        process.env("QUICKSIGHT_DATABASE_URL", db.url()).env("RUST_LOG", "trace");
        let status = process.stdout(closed_pipe()).stderr(closed_pipe()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
}

/// A full disk is told, unlike a reader who has gone.
#[test]
fn what_cannot_be_written_is_an_error() {
    let db = database();
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    for arguments in [&["--help"][..], &["sql"], &["completion", "zsh"]] {
        let mut process = command(arguments);
        process.env("QUICKSIGHT_DATABASE_URL", db.url()).stdout(full()).stderr(Stdio::piped());
        assert_ends(&process.output().unwrap(), 1);
    }
}

#[test]
fn a_server_that_is_not_there_or_says_nothing_is_an_error() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = silent.local_addr().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for address in [silent, free] {
        let url = format!("--url=mysql://root@{address}/tsp?prefer_socket=false");
        for word in ["up", "status", "sql", "verify", "mend", "down"] {
            let started = Instant::now();

            let output = run(&[word, &url, "--read-timeout", "1"]);

            assert_ends(&output, 1);
            let errors = stderr(&output);
            let message =
                format!("error: could not connect to 127.0.0.1, port {}\n", address.port());
            assert!(errors.starts_with(&message) && errors.contains("\ncaused by: "), "{errors}");
            assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        }
    }
}

#[test]
fn a_database_that_is_not_there_is_an_error() {
    let db = database();
    let missing = format!("{}_no", db.name());
    let url = db.url().replace(db.name(), &missing);
    let output = run(&["up", "--url", &url]);
    assert_ends(&output, 1);
    assert!(stderr(&output).contains(&missing), "{}", stderr(&output));

    let none = db.url().replace(&format!("/{}?", db.name()), "/?");
    let output = run(&["up", "--url", &none]);
    assert_ends(&output, 1);
    assert!(stderr(&output).starts_with("error: no database is selected; "), "{}", stderr(&output));
    let mut conn = db.conn();
    let there: Option<String> = conn
        .exec_first(
            "SELECT schema_name FROM information_schema.schemata WHERE schema_name = ?",
            (&missing,),
        )
        .unwrap();
    assert_eq!(there, None, "{}", quoted(&missing));
}

/// The driver alone would panic where it has no TLS.
#[test]
fn a_server_whose_certificate_nobody_vouches_for_is_refused() {
    let db = database();
    let url = format!("{}&danger_skip_domain_validation=false", db.url());

    let output = run(&["status", "--url", &url]);

    assert_ends(&output, 1);
    assert!(stderr(&output).starts_with("error: could not connect to 127.0.0.1"), "{output:?}");
}

#[test]
fn check_says_what_it_found_and_ends_with_2() {
    let db = database();
    run_quicksight_migrations(&mut db.conn()).unwrap();
    let clean = run_on(&db, &["check"]);
    assert_ends(&clean, 0);
    assert!(stdout(&clean).ends_with(" checks: 0 found something, 0 were left out\n"));

    db.conn()
        .query_drop(
            "INSERT INTO auth_user (id, email, created_on, modified_on) VALUES \
             (1, 'a@b.example', '2025-03-01', '2025-03-01'), (7, 'A@b.example', '2025-03-02', '2025-03-02')",
        )
        .unwrap();
    let line = "1 row of auth_user equal to an earlier one in email: 7";
    let found = run_on(&db, &["check", "--only", "users_of_same_email,broken_pair"]);
    assert_ends(&found, 2);
    let says = "2 checks: 1 found something, 0 were left out";
    assert_eq!(stdout(&found), format!("suspicion: users_of_same_email: {line}\n{says}\n"));

    let json = run_on(&db, &["check", "--json", "--since", "2025-03-02 00:00:00"]);
    assert_ends(&json, 2);
    let json: serde_json::Value = serde_json::from_str(&stdout(&json)).unwrap();
    let finding = serde_json::json!({
        "check": "users_of_same_email", "severity": "suspicion", "table": "auth_user",
        "rows": 1, "ids": [7], "message": line,
    });
    assert_eq!(
        (&json["findings"], &json["left_out"]),
        (&serde_json::json!([finding]), &serde_json::json!([]))
    );
    assert_ends(&run_on(&db, &["check", "--since", "2025-03-02 00:00:01"]), 0);

    let late = run_on(&db, &["check", "--budget", "0", "--only", "users_of_same_email"]);
    assert_ends(&late, 1);
    assert_eq!(stdout(&late), "0 checks: 0 found something, 1 were left out\n");
}

#[test]
fn check_knows_its_names() {
    let list = run(&["check", "--list"]);
    assert_ends(&list, 0);
    assert!(stdout(&list).contains("\nbroken_pair: fault of points_transaction\n"));
    for line in [["--only", "no_such_check"], ["--since", "yesterday"]] {
        let wrong = run(&["check", line[0], line[1]]);
        assert_ends(&wrong, 64);
        assert!(stderr(&wrong).contains(line[1]), "{}", stderr(&wrong));
    }
}

/// What `partition` says without doing it, what it does, and what `status` says then.
#[test]
fn partition_says_what_the_tables_lose_and_does_it() {
    let db = database().migrated();
    let trip = "INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 1, ";
    let mut conn = db.conn();
    conn.query_drop(format!("{trip}NOW()), (1, 1, NOW() - INTERVAL 100 DAY)")).unwrap();

    let dry = run_on(&db, &["partition", "--dry-run", "--table", "trip", "--retain", "2m"]);

    assert_ends(&dry, 0);
    let said = stdout(&dry);
    assert!(said.contains("-- trip.reservation_id is not unique any more"), "{said}");
    assert!(said.contains("\nALTER TABLE `trip` DROP INDEX `reservation_id`, "), "{said}");
    assert!(said.contains("\nALTER TABLE `trip` DROP PARTITION `p"), "{said}");
    assert!(!stdout(&run_on(&db, &["status"])).contains("partitions"));
    let online = run_on(&db, &["partition", "--online", "--table", "trip"]);
    assert_ends(&online, 0);
    assert!(stdout(&online).starts_with("pt-online-schema-change "), "{}", stdout(&online));

    let done = run_on(&db, &["partition", "--ahead", "2m", "--only-writer"]);
    assert_ends(&done, 0);
    assert_eq!(stdout(&done).lines().count(), 4, "{}", stdout(&done));
    assert!(stdout(&done).starts_with("points_transaction: 1 statement in "), "{}", stdout(&done));
    let online = run_on(&db, &["partition", "--online", "--table", "trip"]);
    assert_eq!(stdout(&online), "# trip: its partitions are there\n");
    let status = stdout(&run_on(&db, &["status"]));
    assert!(status.contains("\ntrip has partitions for rows before 2"), "{status}");

    let dry = run_on(&db, &["partition", "--dry-run", "--table", "trip", "--retain", "2m"]);
    assert!(stdout(&dry).contains(" with 1 row before "), "{}", stdout(&dry));
    let dropped = run_on(&db, &["partition", "--table", "trip", "--retain", "2m"]);
    assert_ends(&dropped, 0);
    assert!(stdout(&dropped).contains(" with 1 row before "), "{}", stdout(&dropped));
    assert_eq!(conn.query_first("SELECT COUNT(*) FROM trip").unwrap(), Some(1));
    assert_ends(&run_on(&db, &["verify"]), 0);
}

/// The rows of a ledger stay while a balance is wrong, and leave opening balances behind.
#[test]
fn partition_keeps_the_balances_of_a_ledger() {
    let db = database().migrated();
    let mut conn = db.conn();
    conn.query_drop(
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
         VALUES (1, 1, 5, 9, NOW() - INTERVAL 100 DAY)",
    )
    .unwrap();
    let retention = ["partition", "--table", "points_transaction", "--retain", "2m"];

    let refused = run_on(&db, &retention);

    assert_ends(&refused, 1);
    assert!(stderr(&refused).contains("is not the sum of the movements"), "{}", stderr(&refused));
    assert_eq!(conn.query_first("SELECT COUNT(*) FROM points_transaction").unwrap(), Some(1));
    conn.query_drop("UPDATE points_transaction SET balance = 5").unwrap();
    assert_ends(&run_on(&db, &retention), 0);
    assert_eq!(conn.query_first("SELECT COUNT(*) FROM points_transaction").unwrap(), Some(0));
    let opening = "SELECT user_id, through_id, balance = 5 FROM points_opening";
    assert_eq!(conn.query_first(opening).unwrap(), Some((1, 1, true)));
}
