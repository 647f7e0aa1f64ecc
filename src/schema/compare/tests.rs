use super::*;

fn column(name: &str, kind: &str) -> Column {
    Column { name: name.into(), kind: kind.into(), nullable: true, ..Column::default() }
}

fn index(name: &str, parts: &[&str]) -> Index {
    let parts = parts.iter().map(|part| quote(part)).collect();
    Index { name: name.into(), unique: name == "PRIMARY", parts, ..Index::default() }
}

/// A table of ours: an identity, two columns, an index.
fn wanted() -> Shape {
    let id = Column { nullable: false, auto_increment: true, ..column("id", "int") };
    Shape {
        engine: "InnoDB".into(),
        collation: "utf8mb4_unicode_ci".into(),
        columns: vec![id, column("distance", "double"), column("role", "int")],
        indexes: vec![index("PRIMARY", &["id"]), index("role_idx", &["role"])],
        ..Shape::default()
    }
}

/// What is said of a table that was changed by hand.
fn said(change: impl FnOnce(&mut Shape)) -> Vec<String> {
    let (wanted, mut found) = (wanted(), wanted());
    change(&mut found);
    let comparison =
        Comparison { table: "trip", wanted: &wanted, found: &found, has_rows: true, ties: &[] };
    let say = |drift: &Drift| {
        let subject = drift.subject().map_or(String::new(), |subject| format!(".{subject}"));
        let (kind, severity) = (drift.kind().as_str(), drift.severity().as_str());
        let mend = match drift.mend() {
            Mend::Sql(sql) => sql.trim_start_matches("ALTER TABLE `trip` "),
            Mend::Decide(_) => "a person decides",
        };
        format!("trip{subject} {kind} {severity}: {mend}")
    };
    comparison.drifts().iter().map(say).collect()
}

#[test]
fn equal_tables_do_not_differ() {
    assert_eq!(said(|_| {}), Vec::<String>::new());
    assert_eq!(said(|found| found.columns.reverse()), Vec::<String>::new());
    assert_eq!(said(|found| found.columns[2].kind = "int(11)".into()), Vec::<String>::new());
    assert_eq!(said(|found| found.columns[2].name = "ROLE".into()), Vec::<String>::new());
    assert_eq!(said(|found| found.indexes[1].name = "other".into()), Vec::<String>::new());
}

#[test]
fn each_difference_has_its_kind_and_its_mend() {
    type Change = fn(&mut Shape);
    let cases: [(Change, &str); 15] = [
        (|found| found.engine = "MyISAM".into(), "trip engine breaking: ENGINE=InnoDB"),
        (|found| found.engine.clear(), "trip half_made breaking: DROP TABLE `trip`"),
        (|found| found.engine = "FEDERATED".into(), "trip engine breaking: a person decides"),
        (
            |found| found.collation = "latin1_swedish_ci".into(),
            "trip character_set advisory: \
             DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
        ),
        (
            |found| found.stand_in = Some("VIEW".into()),
            "trip not_a_table breaking: a person decides",
        ),
        (
            |found| {
                found.columns = ["id", "name", "is_staff"].map(|one| column(one, "int")).into();
            },
            "trip foreign_table breaking: a person decides",
        ),
        (
            |found| drop(found.columns.remove(1)),
            "trip.distance missing_column breaking: ADD COLUMN `distance` double NULL",
        ),
        (
            |found| found.columns[1].kind = "float".into(),
            "trip.distance different_column breaking: MODIFY COLUMN `distance` double NULL",
        ),
        (
            |found| found.columns[2].kind = "varchar(9)".into(),
            "trip.role different_column breaking: a person decides",
        ),
        (
            |found| found.columns[2].kind = "bigint".into(),
            "trip.role wider_column advisory: a person decides",
        ),
        (
            |found| found.columns.push(column("colour", "int")),
            "trip.colour extra_column advisory: a person decides",
        ),
        (
            |found| found.indexes[0] = index("PRIMARY", &["role"]),
            "trip primary_key breaking: a person decides",
        ),
        (
            |found| drop(found.indexes.pop()),
            "trip.role_idx missing_index advisory: ADD KEY `role_idx` (`role`)",
        ),
        (
            |found| found.indexes[1] = index("role_idx", &["distance"]),
            "trip.role_idx different_index advisory: \
             DROP INDEX `role_idx`, ADD KEY `role_idx` (`role`)",
        ),
        (
            |found| found.checks.push("positive".into()),
            "trip.positive extra_check advisory: a person decides",
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(said(change), [expected]);
    }
}

/// A new column without a default needs values where there are rows, and none where there are not.
#[test]
fn a_column_is_added_to_an_empty_table_only_if_rows_would_need_values() {
    let (mut wanted, found) = (wanted(), wanted());
    wanted.columns.push(Column { nullable: false, ..column("mode", "int") });
    let mend = |has_rows| {
        let comparison =
            Comparison { table: "trip", wanted: &wanted, found: &found, has_rows, ties: &[] };
        comparison.drifts()[0].mend().clone()
    };
    assert!(matches!(mend(true), Mend::Decide(_)));
    let sql = "ALTER TABLE `trip` ADD COLUMN `mode` int NOT NULL";
    assert_eq!(mend(false), Mend::Sql(sql.into()));
}
