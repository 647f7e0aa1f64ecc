//! A template that QuickSight could not read is not made.

use mysql::{Conn, OptsBuilder};
use quicksight_migrations::{
    Error,
    quicksight::{template, views},
};

use super::only;
use crate::{
    made,
    support::{ByHand, connect, database, migrated},
};

/// What is said to be wrong.
#[track_caller]
fn faults(conn: &mut Conn) -> Vec<String> {
    match template(conn) {
        Err(error @ Error::ViewsNotReady { .. }) => {
            assert!(error.to_string().contains("make the views with quicksight::apply_views"));
            let Error::ViewsNotReady { faults, .. } = error else { unreachable!() };
            faults
        }
        other => panic!("{other:?}"),
    }
}

/// What is wrong once somebody has made this of the views.
#[track_caller]
fn faults_after(sql: &str) -> Vec<String> {
    let db = made();
    db.conn().by_hand([sql]);
    faults(&mut db.conn())
}

const NOT_THERE: &str = "is not there or broken, or this user may not see it";

#[test]
fn without_views() {
    let faults = faults(&mut migrated().conn());

    assert_eq!(faults.len(), views().len());
    assert_eq!(faults[0], format!("`quicksight_v_auth_user` {NOT_THERE}"));
}

#[test]
fn without_one_view() {
    let faults = faults_after("DROP VIEW quicksight_v_trip");
    assert_eq!(faults, [format!("`quicksight_v_trip` {NOT_THERE}")]);
}

#[test]
fn with_an_older_view() {
    let faults = faults_after(
        "CREATE OR REPLACE VIEW quicksight_v_user_label AS \
         SELECT id AS label_id, name AS label_name, created_on AS label_created_on FROM user_label",
    );
    assert_eq!(faults, [format!("`quicksight_v_user_label`.`label_modified_on` {NOT_THERE}")]);
}

/// MariaDB describes such a view without its columns, MySQL with those that it had.
#[test]
fn with_a_broken_view() {
    let db = made();
    db.conn().by_hand(["ALTER TABLE user_label DROP COLUMN name"]);

    let faults = faults(&mut db.conn());

    assert!(faults.contains(&format!("`user_label`.`name` {NOT_THERE}")), "{faults:?}");
    assert!(faults.iter().all(|fault| fault.contains("user_label")), "{faults:?}");
}

#[test]
fn with_a_type_that_quicksight_cannot_read() {
    let label = |name: &str| {
        faults_after(&format!(
            "CREATE OR REPLACE VIEW quicksight_v_user_label AS SELECT id AS label_id, {name} AS label_name, \
             created_on AS label_created_on, modified_on AS label_modified_on FROM user_label"
        ))
    };
    for column in ["CAST(name AS BINARY(8))", "CAST(created_on AS TIME)", "POINT(id, id)"] {
        let fault = only(label(column));
        assert!(
            fault.starts_with("`quicksight_v_user_label`.`label_name` has the type "),
            "{fault}"
        );
        assert!(fault.ends_with(", which QuickSight cannot read"), "{fault}");
    }
}

/// A driver takes it for true or false.
#[test]
fn with_a_flag() {
    let db = made();
    db.conn().by_hand([
        "ALTER TABLE user_label ADD COLUMN flag tinyint(1)",
        "CREATE OR REPLACE VIEW quicksight_v_user_label AS SELECT id AS label_id, flag AS label_name, \
         created_on AS label_created_on, modified_on AS label_modified_on FROM user_label",
    ]);

    let faults = faults(&mut db.conn());

    assert_eq!(
        faults,
        [
            "`quicksight_v_user_label`.`label_name` has the type tinyint(1), which QuickSight cannot read"
        ]
    );
}

#[test]
fn with_a_look_back_that_is_no_date() {
    let db = made();
    let views = views();
    let view = views.iter().find(|view| view.table() == "user_rating").unwrap();
    let sql =
        view.sql().replace("`quicksight`.`created_on` AS", "CONCAT(`quicksight`.`created_on`) AS");
    db.conn().by_hand([sql]);

    let faults = faults(&mut db.conn());

    let said = "`quicksight_v_user_rating`.`rating_created_on` is no date, and the view is refreshed by it";
    assert_eq!(faults, [said]);
}

/// QuickSight's own account sees no comments, so it would get another template.
#[test]
fn for_a_reader_of_the_views_alone() {
    let db = made();
    let user = db.user("USAGE");
    for view in views() {
        db.grant(&user, "SELECT", view.name());
    }

    let faults = faults(&mut user.conn());

    assert_eq!(faults.len(), views().len(), "{faults:?}");
    assert_eq!(faults[0], format!("`auth_user` {NOT_THERE}"));
}

#[test]
fn without_a_database() {
    let server: OptsBuilder = database().opts().db_name(None::<String>);
    let error = template(&mut connect(server).unwrap()).unwrap_err();
    assert!(matches!(error, Error::NoDatabaseSelected), "{error:?}");
}
