//! Rows go when that is asked for, by name and counted.

use quicksight_migrations::partition::{Span, Table};

use crate::{insert, look, migrated, months, partitioned, plan, rows};

#[test]
fn what_goes_is_named_and_counted() {
    let db = partitioned(Table::Trip);
    let mut conn = db.conn();
    insert(&mut conn, Table::Trip, "2026-01-31 23:59:59");
    insert(&mut conn, Table::Trip, "2019-05-05");

    let plan = plan(&db, Table::Trip, &months().retain(Span::months(1)));

    assert_eq!(plan.drops(), ["p2026_01"]);
    let counted = plan.count_drops(&mut conn).unwrap();
    assert_eq!(counted[0].to_string(), "p2026_01 with 3 rows before 2026-02-01");
    assert_eq!(rows(&mut conn, Table::Trip), 5);

    // Counted once more when it is done.
    insert(&mut conn, Table::Trip, "2026-01-20");
    let report = plan.apply(&mut conn).unwrap();

    let [dropped] = report.dropped() else { panic!("{report}") };
    assert_eq!((dropped.partition(), dropped.rows()), ("p2026_01", 4));
    assert!(
        report.to_string().contains("; dropped p2026_01 with 4 rows before 2026-02-01"),
        "{report}"
    );
    assert_eq!(rows(&mut conn, Table::Trip), 2);
    // Late rows have a partition all the same.
    insert(&mut conn, Table::Trip, "2026-01-20");
    assert_eq!(look(&db, Table::Trip).outside(), 0);
}

#[test]
fn a_table_is_partitioned_and_rows_go_in_one_plan() {
    let db = migrated();
    let mut conn = db.conn();
    for day in ["2025-11-02", "2025-12-31", "2026-01-01", "2026-03-10"] {
        insert(&mut conn, Table::AppData, day);
    }

    let plan = plan(&db, Table::AppData, &months().retain(Span::months(2)));
    assert_eq!(plan.drops(), ["p2025_11", "p2025_12"]);
    assert_eq!(plan.statements().len(), 3);
    let report = plan.apply(&mut conn).unwrap();

    let counts: Vec<_> = report.dropped().iter().map(|one| one.rows()).collect();
    assert_eq!(counts, [1, 1]);
    assert_eq!(rows(&mut conn, Table::AppData), 2);
}
