//! What is read and what is given stays as it is.

use mysql::prelude::Queryable;
use quicksight_migrations::{
    quicksight::{apply_views, views},
    run_quicksight_migrations,
};

use crate::{
    assert_dropped, contents, dashboard, is_there, refused,
    support::{database, example, unique},
    url_of, words,
};

/// Nobody's data, and not even nobody's: what a URL names is left alone unless it is asked for.
#[test]
fn a_given_database_is_left_alone() {
    let (empty, migrated, other) = (database(), database(), database());
    run_quicksight_migrations(&mut migrated.conn()).unwrap();
    let one_row = "INSERT INTO user_label (name) VALUES ('kept')";
    migrated.conn().query_drop(one_row).unwrap();
    for sql in ["CREATE TABLE notes (id int PRIMARY KEY)", "INSERT INTO notes VALUES (1)"] {
        other.conn().query_drop(sql).unwrap();
    }

    for db in [&empty, &migrated, &other] {
        let before = contents(db);

        let (said, page) = dashboard(&db.url(), &[]);
        assert!(page.contains("</html>"));
        assert!(said.contains("made up; --read draws what is in a database of yours"), "{said}");
        assert_dropped(db, &said);

        let demo = example("demo").env("QUICKSIGHT_DATABASE_URL", db.url()).output().unwrap();
        let (said, errors) = words(&demo);
        assert!(demo.status.success(), "{errors}");
        assert!(said.contains("A boot with nothing to do took "), "{said}");
        assert_dropped(db, &said);

        assert_eq!(contents(db), before);
    }
}

/// No database of the URL is needed, and none is made by its name.
#[test]
fn the_url_may_name_no_database() {
    let db = database();
    let missing = unique("missing");
    for path in ["/?", "?", &format!("/{missing}?")] {
        let url = db.url().replace(&format!("/{}?", db.name()), path);
        let demo = example("demo").env("QUICKSIGHT_DATABASE_URL", url).output().unwrap();
        let (said, errors) = words(&demo);
        assert!(demo.status.success(), "{errors}");
        assert_dropped(&db, &said);
    }
    assert!(!is_there(&mut db.conn(), &missing));
    let url = db.url().replace(db.name(), &missing);
    for mode in ["--read", "--fill"] {
        assert!(refused(&url, &[mode]).1.contains(&missing));
    }
    assert!(!is_there(&mut db.conn(), &missing));
}

#[test]
fn what_is_read_is_not_changed() {
    let db = database();
    dashboard(&db.url(), &["--fill"]);
    // Whoever migrates would make it again.
    db.conn().query_drop("DROP TABLE quicksight_schema_history").unwrap();
    let before = contents(&db);

    dashboard(&db.url(), &["--read"]);
    assert_eq!(contents(&db), before);

    // Who may do nothing else can do it.
    let reader = db.user("SELECT");
    let url = url_of(&db, reader.name());
    let (said, page) = dashboard(&url, &["--read"]);
    assert!(said.contains(&format!("Reading the database {}: nothing is written.", db.name())));
    assert!(page.contains("</html>"));

    let empty = database();
    assert!(refused(&empty.url(), &["--read"]).1.contains("error: there are no tables to draw: "));
    assert_eq!(empty.tables(), Vec::<String>::new());
}

/// QuickSight's own account sees what QuickSight sees, and nothing more.
#[test]
fn who_may_read_nothing_but_the_views_sees_the_same() {
    let db = database();
    dashboard(&db.url(), &["--fill"]);
    let _ = apply_views(&mut db.conn()).unwrap();
    let (_, all) = dashboard(&db.url(), &["--read"]);
    let reader = db.user("USAGE");
    for view in views() {
        db.grant(&reader, "SELECT", view.name());
    }

    let (said, page) = dashboard(&url_of(&db, reader.name()), &["--read"]);

    let not_checked = "not checked: this user may not read the tables themselves";
    assert!(said.contains(not_checked), "{said}");
    let [all, seen] =
        [&all, &page].map(|page| page.split_once("<section id=\"quality\">").unwrap());
    assert_eq!(seen.0, all.0);
    assert!(seen.1.contains(&not_checked[1..]), "{}", seen.1);

    // A view of another build.
    db.conn().query_drop("ALTER VIEW quicksight_v_trip AS SELECT id FROM trip").unwrap();
    let (_, errors) = refused(&db.url(), &["--read"]);
    assert!(errors.contains("make them anew with `quicksight views --apply`"), "{errors}");
}

/// Before anything is migrated or written, whichever of the tables it is.
#[test]
fn only_empty_tables_are_filled() {
    let db = database();
    let mut conn = db.conn();
    for sql in [
        "CREATE TABLE user_label (id int PRIMARY KEY)",
        "CREATE TABLE telework (id int PRIMARY KEY)",
        "INSERT INTO telework VALUES (1)",
    ] {
        conn.query_drop(sql).unwrap();
    }
    let before = contents(&db);

    let (said, errors) = refused(&db.url(), &["--fill"]);

    assert_eq!(said, "");
    assert_eq!(errors, "error: nothing was filled, because there are rows in telework\n");
    assert_eq!(contents(&db), before);
}
