//! The example as a process: how it is used, and how it ends.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    process::{Command, Stdio},
};

use crate::{
    Page, assert_dropped, command, refused,
    support::{database, example},
    url_of, words,
};

#[test]
fn says_how_it_is_used() {
    let output = example("dashboard").arg("--help").output().unwrap();
    let (said, errors) = words(&output);
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    assert!(said.contains("Usage: dashboard [OPTIONS]"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 120), "{said}");
    for option in ["--read", "--fill", "--out <FILE>"] {
        assert!(said.contains(option), "{option}");
    }
    for line in [&["--sideways"][..], &["--read", "--fill"]] {
        assert_eq!(example("dashboard").args(line).output().unwrap().status.code(), Some(64));
    }
}

#[test]
fn who_may_not_create_a_database_is_told_so() {
    let db = database();
    let user = db.user("ALL");
    let url = url_of(&db, user.name());
    for name in ["dashboard", "demo"] {
        let output = example(name).env("QUICKSIGHT_DATABASE_URL", &url).output().unwrap();
        let (said, errors) = words(&output);
        assert_eq!(output.status.code(), Some(1), "{said}{errors}");
        let sentence = "error: the user of QUICKSIGHT_DATABASE_URL may not create a database, ";
        assert!(errors.starts_with(sentence), "{errors}");
        assert!(!said.contains("database") && !errors.contains("secret"), "{said}{errors}");
    }
    assert_eq!(db.tables(), Vec::<String>::new());
}

/// Ctrl-C, a closed terminal, a polite kill: at any moment.
#[test]
fn what_is_interrupted_leaves_no_database() {
    let db = database();
    for (signal, number, moment) in
        [("-INT", 2, "Made the database"), ("-TERM", 15, "Making up"), ("-HUP", 1, "  trip ")]
    {
        let page = Page::new();
        let mut command = command(&db.url(), &page, &[]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains(moment) {
            assert!(lines.read_line(&mut said).unwrap() > 0, "{said}");
        }

        let pid = process.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());

        lines.read_to_string(&mut said).unwrap();
        assert_eq!(process.wait().unwrap().code(), Some(128 + number), "{said}");
        assert_dropped(&db, &said);
        assert!(!page.0.exists());
    }
}

#[test]
fn what_fails_leaves_no_database() {
    let db = database();
    let file = Page::new();
    fs::write(&file.0, "a file and no folder").unwrap();
    let out = file.0.join("page.html");
    let mut command = example("dashboard");
    command.env("QUICKSIGHT_DATABASE_URL", db.url()).arg("--out").arg(out);

    let output = command.output().unwrap();

    let (said, errors) = words(&output);
    assert_eq!(output.status.code(), Some(1), "{said}{errors}");
    assert_dropped(&db, &said);
}

/// A pipe whose reader is gone before anything is written.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn a_closed_pipe_changes_nothing() {
    let db = database();
    let page = Page::new();
    let mut dashboard = command(&db.url(), &page, &[]);
    assert!(dashboard.stdout(closed_pipe()).stderr(closed_pipe()).status().unwrap().success());
    assert!(page.read().contains("</html>"));
    for name in ["demo", "service_boot"] {
        let mut process = example(name);
        process.env("QUICKSIGHT_DATABASE_URL", db.url());
        let status = process.stdout(closed_pipe()).stderr(closed_pipe()).status().unwrap();
        assert_eq!(status.code(), Some(0), "{name}");
    }
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("mysql://root:secret@{free}/tsp?prefer_socket=false");
    for mode in [&[][..], &["--read"], &["--fill"]] {
        let (_, errors) = refused(&url, mode);
        assert!(errors.starts_with("error: could not connect to 127.0.0.1, port "), "{errors}");
    }
    for name in ["demo", "dashboard"] {
        for (url, server) in [(url.as_str(), "mysqld"), ("nonsense", "mysqld"), ("", "/no/program")]
        {
            let mut process = example(name);
            process.env("QUICKSIGHT_DATABASE_URL", url).env("QUICKSIGHT_SERVER", server);
            let output = process.output().unwrap();
            let (said, errors) = words(&output);
            assert_eq!(output.status.code(), Some(1), "{said}{errors}");
            assert!(errors.starts_with("error: ") && !errors.contains("panicked"), "{errors}");
            assert!(!errors.contains("secret"), "{errors}");
        }
    }
    for mode in ["--read", "--fill"] {
        assert!(refused("", &[mode]).1.starts_with("error: no database given: "));
    }
}
