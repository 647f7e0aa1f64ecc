//! Whatever a session has set, the same is found: every `sql_mode` of the server, and every other variable
//! that could change how it reads or describes.

mod support;

use std::fmt::Debug;

use mysql::prelude::Queryable;
use quicksight_migrations::{Error, Migrator};
use support::{ByHand, Database, Flavor, database, flavor, migrated, migrations, odd, settings};

/// A database with something for each look to find.
struct Planted {
    /// With differences that a service could not work with, and with what a rollback stops at.
    broken: Database,
    /// With differences that only a person can put right, so that a mend and a boot change nothing.
    odd: Database,
    _other: Database,
}

fn planted() -> Planted {
    let (broken, odd, other) = (migrated(), migrated(), database());
    let parent = format!("`{}`.trip", broken.name());
    broken.conn().by_hand([
        "ALTER TABLE trip DROP INDEX user_started_idx, MODIFY COLUMN origin_latitude float, \
         ADD CONSTRAINT far CHECK (distance > 0), MODIFY COLUMN role smallint DEFAULT 3",
        "ALTER TABLE campaign DROP INDEX ap_campaign_id, \
         MODIFY COLUMN name varchar(32) CHARACTER SET latin1 NOT NULL DEFAULT 'it''s'",
        "ALTER TABLE user_label DROP COLUMN modified_on",
        "ALTER TABLE app_data DEFAULT CHARACTER SET latin1",
        "CREATE VIEW trips AS SELECT id FROM trip WHERE origin <> ''",
        "SET sql_mode = 'ANSI_QUOTES', sql_quote_show_create = 0",
        "CREATE VIEW \"odd labels\" AS SELECT \"id\" FROM user_label",
    ]);
    if flavor() == Flavor::MySql {
        // The server makes up a key of its own, which a session may leave out of what it says.
        broken.conn().by_hand([
            "SET SESSION sql_generate_invisible_primary_key = 1",
            "CREATE TABLE without_key SELECT * FROM telework",
            "DROP TABLE telework",
            "RENAME TABLE without_key TO telework",
        ]);
    }
    other.conn().by_hand([format!(
        "CREATE TABLE leg (id int PRIMARY KEY, FOREIGN KEY (id) REFERENCES {parent} (id))"
    )]);
    odd.conn().by_hand([
        "ALTER TABLE trip ADD COLUMN weather char(20) DEFAULT 'dry' COMMENT 'it''s', \
         ADD COLUMN doubled double AS (distance * 2) VIRTUAL, MODIFY COLUMN role bigint, \
         ADD CONSTRAINT far CHECK (distance > 0), ADD KEY by_role (role)",
        "ALTER TABLE app_data ADD COLUMN must int NOT NULL",
    ]);
    Planted { broken, odd, _other: other }
}

/// The answer of every call that looks, in a session after this statement. Nothing is changed by any of
/// them but a history, which is taken away again.
fn answers(planted: &Planted, set: &str) -> Vec<String> {
    let session = |db: &Database| {
        let mut conn = db.conn();
        conn.query_drop(set).unwrap_or_else(|error| panic!("{set}: {error}"));
        conn
    };
    let (mut broken, mut odd) = (session(&planted.broken), session(&planted.odd));
    let (plain, again) = (Migrator::new(), Migrator::new().history_table("again"));
    let before = [settings(&mut broken), settings(&mut odd)];
    let adopted = again.run(&mut odd).map(|report| {
        format!("{:?} {:?} {:?}", report.adopted(), report.advisories(), report.table_check())
    });
    planted.odd.conn().query_drop("DROP TABLE IF EXISTS again").unwrap();
    let answers = vec![
        said(&plain.verify(&mut broken)),
        said(&plain.rollback_plan(&mut broken)),
        said(&plain.rollback(&mut broken).map(drop)),
        said(&again.run(&mut broken).map(drop)),
        said(&plain.status(&mut broken).map(|status| status.to_string())),
        said(&again.status(&mut broken).map(|status| status.to_string())),
        said(&plain.plan(&mut broken)),
        said(&again.plan(&mut broken).map(|plan| plan.len())),
        said(&adopted),
        said(&plain.mend(&mut odd).map(|report| format!("{:?}", report.left()))),
        said(&plain.rollback_plan(&mut odd)),
        said(&plain.run(&mut odd).map(|report| (report.statements(), report.table_check()))),
    ];
    assert_eq!([settings(&mut broken), settings(&mut odd)], before, "put back");
    answers
}

fn said<T: Debug>(outcome: &Result<T, Error>) -> String {
    format!("{outcome:?}").replace('\\', "")
}

/// What a plain session finds: something, wherever there is something.
#[track_caller]
fn assert_all_is_found(plain: &[String]) {
    let total = migrations::total();
    let (applied, pending) = (format!("{total} of {total}"), format!("0 of {total}"));
    let planned = (1 + 2 * total).to_string();
    let expected: [&[&str]; 12] = [
        &["far", "origin_latitude", "ap_campaign_id", "it''s", "modified_on", "latin1"],
        &["the view", "trips", "odd labels", "the foreign key", "leg"],
        &["the view", "trips", "odd labels", "the foreign key", "leg"],
        &["differences between the tables", "modified_on", "origin_latitude"],
        &[&applied],
        &[&pending],
        &["[]"],
        &[&planned],
        &["\"trip\"", "weather", "doubled", "by_role", "far", "must", "WiderColumn", "Done"],
        &["weather", "doubled", "by_role", "far", "must", "WiderColumn"],
        &["DROP TABLE `trip`"],
        &["(1, Done)"],
    ];
    for (answer, words) in plain.iter().zip(expected) {
        for word in words {
            assert!(answer.contains(word), "{word} in {answer}");
        }
    }
}

#[track_caller]
fn assert_the_same_after(settings: impl IntoIterator<Item = String>) {
    let planted = planted();
    let plain = answers(&planted, "DO 0");
    assert_all_is_found(&plain);
    let mut different = Vec::new();
    for set in settings {
        let found = answers(&planted, &set);
        let pairs = found.iter().zip(&plain).filter(|(found, expected)| found != expected);
        different.extend(pairs.map(|(found, expected)| format!("{set}: {found}, not {expected}")));
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn what_is_found_does_not_depend_on_the_sql_mode() {
    assert_the_same_after(odd::modes());
}

#[test]
fn what_is_found_does_not_depend_on_any_other_variable() {
    assert_the_same_after(odd::variables());
}
