//! Databases and history tables of any name.

mod support;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Error, Migrator, run_quicksight_migrations};
use support::{database, database_named, migrations, unique};

#[test]
fn boots_in_a_database_of_any_name() {
    let long = format!("{:x<64}", unique("long"));
    let names = [
        unique("back`tick"),
        unique("quo'te"),
        unique("two \"quotes\""),
        unique("a space"),
        unique("\u{fc}ml\u{e4}ut"),
        unique("per%cent_and\\slash"),
        unique("semi;colon -- and comment"),
        unique("Mixed.Case"),
        long,
    ];
    assert_eq!(names[8].len(), 64);
    for name in names {
        let db = database_named(&name);

        let report = run_quicksight_migrations(&mut db.conn()).unwrap();

        assert_eq!(report.applied().len(), migrations::total(), "{name}");
        db.assert_complete();
        assert_eq!(run_quicksight_migrations(&mut db.conn()).unwrap().statements(), 1, "{name}");
    }
}

/// The server says the database's name in the character set of the session.
#[test]
fn boots_in_any_character_set() {
    let db = database_named(&unique("\u{fc}ml\u{e4}ut"));
    for (number, names) in ["latin1", "cp1251", "ascii"].into_iter().enumerate() {
        let mut conn = db.conn();
        conn.query_drop(format!("SET NAMES {names}")).unwrap();

        let report = run_quicksight_migrations(&mut conn).unwrap();

        assert_eq!(
            report.applied().len(),
            if number == 0 { migrations::total() } else { 0 },
            "{names}"
        );
        assert!(Migrator::new().verify(&mut conn).unwrap().is_empty(), "{names}");
        assert!(Migrator::new().mend(&mut conn).unwrap().mended().is_empty(), "{names}");
    }
}

#[test]
fn wants_a_database() {
    let db = database();
    let mut conn = Conn::new(db.opts().db_name(None::<String>)).unwrap();

    let error = run_quicksight_migrations(&mut conn).unwrap_err();
    assert!(matches!(error, Error::NoDatabaseSelected), "{error:?}");
    let error = Migrator::new().status(&mut conn).unwrap_err();
    assert!(matches!(error, Error::NoDatabaseSelected), "{error:?}");

    conn.query_drop(format!("USE {}", db.name())).unwrap();
    assert_eq!(run_quicksight_migrations(&mut conn).unwrap().applied().len(), migrations::total());
}

#[test]
fn refuses_names_that_no_history_can_have() {
    let db = database();
    let long = "x".repeat(65);
    let names = ["", "trip", "TRIP", "ends with a space ", "nul\0", "clef \u{1d11e}", &long];
    for name in names {
        let migrator = Migrator::new().history_table(name);

        for error in [
            migrator.run(&mut db.conn()).unwrap_err(),
            migrator.status(&mut db.conn()).unwrap_err(),
        ] {
            let Error::InvalidHistoryTable { name: told, .. } = &error else {
                panic!("{name:?}: {error:?}");
            };
            assert_eq!(told, name);
        }
    }
    assert_eq!(db.tables(), Vec::<String>::new());
}

#[test]
fn histories_of_any_name() {
    let names = ["\u{dc}berblick", "a`b", "select", "1", "'; DROP TABLE trip; --", &"y".repeat(64)];
    for name in names {
        let db = database();
        let migrator = Migrator::new().history_table(name);

        migrator.run(&mut db.conn()).unwrap();

        assert_eq!(migrator.run(&mut db.conn()).unwrap().statements(), 1, "{name}");
        assert!(db.tables().contains(&name.to_owned()), "{name}");
    }
}
