//! What the pages show is tried as a reader would: Rust is pasted into a crate that depends on this
//! one, SQL is run on a server, commands are looked up, links are followed.
//!
//! Needs the network, for crates that a reader would add, so it runs only where it is asked for by
//! name: `cargo test --test snippets`.

mod command;
mod consumer;
mod page;
#[path = "../support/mod.rs"]
mod support;

use std::{collections::BTreeSet, fs, path::Path};

use consumer::Consumer;
use mysql::{Conn, prelude::Queryable};
use page::{Piece, pages};
use quicksight_migrations::{
    Migrator, quicksight_migration_status, rollback_quicksight_migrations,
    run_quicksight_migrations, verify_quicksight_schema,
};
use support::{Server, database};

/// The folder of this crate.
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The database of the pages.
const DATABASE: &str = "tsp";

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The pieces of all pages in one language.
fn pieces(language: &str) -> Vec<Piece> {
    let all = pages().iter().flat_map(page::Page::pieces).collect::<Vec<_>>();
    let wanted: Vec<_> = all.into_iter().filter(|piece| piece.language == language).collect();
    assert!(!wanted.is_empty(), "the pages have some {language}");
    wanted
}

/// A reader pastes what is there to be read.
#[test]
fn rust_shows_all_that_is_needed() {
    for piece in pieces("rust") {
        let at = &piece.at;
        let is_hidden = |line: &str| line == "#" || line.starts_with("# ");
        assert!(!piece.text.lines().any(is_hidden), "{at} hides lines from whoever reads it");
        assert!(
            !piece.text.contains("cfg(feature"),
            "{at} asks for a feature of the reader's crate"
        );
    }
}

/// The Rust of sections that do not say what to put into `Cargo.toml`.
fn undemanding() -> impl Iterator<Item = Piece> {
    let toml = pieces("toml");
    let is_served = move |piece: &Piece| !toml.iter().any(|one| one.section == piece.section);
    pieces("rust").into_iter().filter(is_served)
}

#[test]
fn rust_compiles_without_any_feature() {
    let plain = undemanding().filter(|piece| !piece.needs_a_feature());
    Consumer::new("plain", plain).build();
}

#[test]
fn rust_compiles_with_all_features() {
    Consumer::new("full", undemanding()).with_features("full").build();
}

/// A section that shows what to put into `Cargo.toml` gets no more than that.
#[test]
fn rust_compiles_with_the_dependencies_of_its_section() {
    let rust = pieces("rust");
    for toml in pieces("toml") {
        let beside: Vec<_> = rust.iter().filter(|piece| piece.section == toml.section).collect();
        Consumer::new(&toml.slug(), beside.into_iter().cloned()).with_toml(&toml.text).build();
    }
}

#[test]
fn the_first_piece_of_the_readme_brings_the_tables_into_place() {
    let db = database();
    let first = pieces("rust").into_iter().find(|piece| piece.at.starts_with("README.md:"));
    let first = Consumer::new("first", first);
    first.build();

    let says = [first.run(&db.url()), first.run(&db.url())];

    assert!(says[0].contains(" migrations applied in "), "{says:?}");
    assert!(says[1].contains("up to date with "), "{says:?}");
    assert!(quicksight_migration_status(&mut db.conn()).unwrap().is_current());
}

/// Runs the SQL of a page from its first line to its last, with the tables in place as soon as there
/// is a database.
fn run_sql(server: &Server, pieces: &[Piece]) -> Conn {
    let mut conn = Conn::new(server.opts()).unwrap();
    let all: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    if !all.contains(&format!("CREATE DATABASE {DATABASE}")) {
        conn.query_drop(format!("CREATE DATABASE {DATABASE}")).unwrap();
    }
    if !all.contains("CREATE USER 'app'") {
        conn.query_drop("CREATE USER 'app'@'%'").unwrap();
    }
    for piece in pieces {
        if conn.query_drop(format!("USE {DATABASE}")).is_ok() {
            run_quicksight_migrations(&mut conn).unwrap();
        }
        let failed = |error| -> ! { panic!("{}: {error}\n{}", piece.at, piece.text) };
        let mut answer = conn.query_iter(&piece.text).unwrap_or_else(|error| failed(error));
        while let Some(rows) = answer.iter() {
            rows.for_each(|row| drop(row.unwrap_or_else(|error| failed(error))));
        }
    }
    conn
}

#[test]
fn sql_runs() {
    for page in pages() {
        let sql: Vec<_> = page.pieces().filter(|piece| piece.language == "sql").collect();
        if !sql.is_empty() {
            run_sql(&Server::start(&["--skip-log-bin"]), &sql);
        }
    }
}

/// The users of the operators' page can do what they are for.
#[test]
fn the_rights_that_can_be_pasted_are_enough() {
    let server = Server::start(&["--skip-log-bin"]);
    let page = pages().into_iter().find(|page| page.name == "docs/operations.md").unwrap();
    let sql: Vec<_> = page.pieces().filter(|piece| piece.language == "sql").collect();
    let mut root = run_sql(&server, &sql);
    let all: String = sql.iter().map(|piece| piece.text.as_str()).collect();
    let login = |user: &str| {
        let (_, rest) = all.split_once(&format!("'{user}'@'%' IDENTIFIED BY '")).expect(user);
        let password = rest.split('\'').next();
        let opts = server.opts().user(Some(user)).pass(password).db_name(Some(DATABASE));
        Conn::new(opts).unwrap()
    };

    rollback_quicksight_migrations(&mut login("operator")).unwrap();
    run_quicksight_migrations(&mut login("app")).unwrap();
    root.query_drop("DELETE FROM quicksight_schema_history WHERE version > 3").unwrap();
    assert_ne!(run_quicksight_migrations(&mut login("app")).unwrap().adopted().len(), 0);
    assert_eq!(run_quicksight_migrations(&mut login("reader")).unwrap().statements(), 1);
    for loss in ["ALTER TABLE trip DROP INDEX user_started_idx", "DROP TABLE telework"] {
        root.query_drop(loss).unwrap();
    }
    assert_eq!(Migrator::new().mend(&mut login("operator")).unwrap().mended().len(), 2);
    assert_eq!(verify_quicksight_schema(&mut login("operator")).unwrap(), []);
    #[cfg(feature = "ledger")]
    {
        use quicksight_migrations::ledger::{
            Account, Activity, Ends, NewPointsTransfer, SystemAccount, record_points_transfer,
        };
        root.query_drop("INSERT INTO auth_user (id) VALUES (1)").unwrap();
        let ends = Ends { payer: SystemAccount::Budget.into(), payee: Account::user(1) };
        let gift = NewPointsTransfer::new(ends, Activity::CampaignReward, 5.into());
        record_points_transfer(&mut login("ledger"), &gift).unwrap();
    }
}

/// What the operators' page asks for names whoever has only read a table and never let go.
#[test]
fn a_forgotten_transaction_is_found() {
    let db = database();
    run_quicksight_migrations(&mut db.conn()).unwrap();
    let mut forgotten = db.conn();
    forgotten.query_drop("START TRANSACTION").unwrap();
    forgotten.query_drop("SELECT 1 FROM trip").unwrap();
    let ask = pieces("sql").into_iter().find(|piece| piece.text.contains("innodb_trx")).unwrap();
    let ask = ask.text.lines().next().unwrap();

    let found: Vec<mysql::Row> = db.conn().query(ask).unwrap();

    let ids = found.iter().map(|row| row.get("trx_mysql_thread_id"));
    assert!(ids.into_iter().any(|id| id == Some(forgotten.connection_id())), "{found:?}");
}

#[test]
fn commands_exist() {
    let unknown = pieces("sh").into_iter().flat_map(|piece| {
        let lines = command::lines(&piece.text).into_iter();
        let told = lines.filter_map(|line| {
            command::check(&line).err().map(|reason| format!("{}: {line}: {reason}", piece.at))
        });
        told.collect::<Vec<_>>()
    });
    assert_eq!(unknown.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn links_lead_somewhere() {
    let pages = pages();
    for page in &pages {
        for link in page.links() {
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = page.relative(path);
            assert!(Path::new(ROOT).join(&target).exists(), "{}: {link}", page.name);
            if !anchor.is_empty() {
                let there = pages.iter().find(|other| other.name == target);
                let has = there.is_some_and(|there| there.anchors().any(|one| one == anchor));
                assert!(has, "{}: {link}", page.name);
            }
        }
    }
}

/// The words of an enum, a list of keys or the like, as the source has them.
fn words(source: &str, is_one: impl Fn(&str) -> Option<&str>) -> BTreeSet<&str> {
    let words: BTreeSet<_> = source.lines().filter_map(is_one).collect();
    assert!(words.len() > 5, "{words:?}");
    words
}

/// The name in a line such as `Self::ZeroDate => "zero_date",`.
fn name_for_machines(line: &str) -> Option<&str> {
    let (variant, name) = line.split_once(" => \"")?;
    let name = name.trim_end_matches("\",");
    (variant.contains("Self::") && !name.contains(' ')).then_some(name)
}

#[test]
fn the_operators_page_has_every_error_difference_and_rule() {
    let page = read("docs/operations.md");
    let errors = read("src/outcome/error.rs");
    let (_, errors) = errors.split_once("pub enum Error {").unwrap();
    let (errors, _) = errors.split_once("\n}\n").unwrap();
    let variants = words(errors, |line| {
        let name = line.strip_prefix("    ")?.split(['(', ' ', ',']).next()?;
        name.starts_with(|c: char| c.is_ascii_uppercase()).then_some(name)
    });
    let drifts = read("src/outcome/drift.rs");
    let (drifts, _) = drifts.split_once("impl Severity {").unwrap();
    let kinds = words(drifts, name_for_machines);
    let rules = read("src/quicksight/lint/rule.rs");
    let rules = words(&rules, name_for_machines);
    for name in variants.into_iter().chain(kinds).chain(rules) {
        assert!(page.contains(&format!("`{name}`")), "docs/operations.md knows nothing of {name}");
    }
}

/// The source files of the library under a folder.
fn sources(folder: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path());
    let texts = entries.flat_map(|path| {
        if path.is_dir() {
            sources(&path)
        } else {
            vec![fs::read_to_string(path).expect("a source")]
        }
    });
    texts.collect()
}

/// The names of the key-values before the words of a line for the log.
fn keys(call: &str) -> impl Iterator<Item = &str> {
    let (head, _) = call.split_once('"').unwrap_or((call, ""));
    let keys = head.split_once(';').map_or("", |(keys, _)| keys);
    keys.split(',')
        .filter_map(|key| key.split('=').next())
        .map(str::trim)
        .filter(|key| !key.is_empty())
}

#[test]
fn the_operators_page_has_every_key_of_the_log() {
    let page = read("docs/operations.md");
    let sources = sources(&Path::new(ROOT).join("src"));
    let calls = sources.iter().flat_map(|source| {
        ["info!(", "warn!(", "debug!("].into_iter().flat_map(|name| source.split(name).skip(1))
    });
    let keys: BTreeSet<_> = calls.flat_map(keys).collect();
    assert!(keys.len() > 10, "{keys:?}");
    for key in keys {
        assert!(page.contains(&format!("`{key}`")), "docs/operations.md knows nothing of {key}");
    }
}
