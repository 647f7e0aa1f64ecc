use time::Date;

use crate::{
    Error,
    partition::{
        Layout, Policy, Span, Table,
        layout::{Archive, Partition, Partitions},
        on, plan,
        rows::Rows,
    },
    schema::Partitionable,
};

/// A table as its migration makes it.
fn plain(table: Table, oldest: Date, newest: Date) -> Layout {
    let unique = match table {
        Table::Trip => vec![("reservation_id".into(), vec!["`reservation_id`".into()])],
        _ => Vec::new(),
    };
    Layout {
        table,
        partitions: Partitions::None,
        shape: Partitionable {
            obstacle: None,
            kind: "datetime".into(),
            nullable: table == Table::TokenTransaction,
            columns: vec!["`id`".into(), "`balance`".into()],
            primary: vec!["`id`".into()],
            unique,
        },
        rows: Rows { count: 7, oldest: Some(oldest), newest: Some(newest), ..Rows::default() },
        archives: std::collections::BTreeMap::new(),
    }
}

/// The same with partitions of these names that end before these days.
fn partitioned(table: Table, partitions: &[(&str, Date)]) -> Layout {
    let each =
        partitions.iter().map(|(name, until)| Partition { name: (*name).into(), until: *until });
    let mut layout = plain(table, on(2026, 1, 1), on(2026, 1, 1));
    layout.partitions = Partitions::Ours(each.collect());
    layout.rows = Rows::default();
    layout.shape.primary = vec!["`id`".into(), format!("`{}`", table.date_column())];
    layout.shape.unique.clear();
    layout.shape.nullable = false;
    layout
}

#[test]
fn one_statement_makes_keys_and_partitions() {
    let today = on(2026, 1, 15);
    let policy = Policy::monthly().ahead(Span::months(1));
    let layout = |table| plain(table, on(2025, 12, 3), today);

    let plan = |table| super::Plan::make(&layout(table), today, &policy).unwrap();

    let partitions = "(PARTITION `p2025_12` VALUES LESS THAN ('2026-01-01'), \
        PARTITION `p2026_01` VALUES LESS THAN ('2026-02-01'), \
        PARTITION `p2026_02` VALUES LESS THAN ('2026-03-01'), \
        PARTITION `pmax` VALUES LESS THAN (MAXVALUE))";
    let statement = |table: &str, changes: &str, date: &str| {
        [format!(
            "ALTER TABLE `{table}` {changes} PARTITION BY RANGE COLUMNS(`{date}`) {partitions}"
        )]
    };
    assert_eq!(
        plan(Table::AppData).statements(),
        statement(
            "app_data",
            "DROP PRIMARY KEY, ADD PRIMARY KEY (`id`, `created_on`)",
            "created_on"
        )
    );
    assert_eq!(
        plan(Table::TokenTransaction).statements(),
        statement(
            "token_transaction",
            "MODIFY COLUMN `created_on` datetime NOT NULL DEFAULT CURRENT_TIMESTAMP COMMENT \
             'US/Central wall clock, look-back column', \
             DROP PRIMARY KEY, ADD PRIMARY KEY (`id`, `created_on`)",
            "created_on"
        )
    );
    assert_eq!(
        plan(Table::Trip).statements(),
        statement(
            "trip",
            "DROP INDEX `reservation_id`, ADD KEY `reservation_id` (`reservation_id`), \
             DROP PRIMARY KEY, ADD PRIMARY KEY (`id`, `started_on`)",
            "started_on"
        )
    );
    let losses = plan(Table::Trip).losses().join("\n");
    assert!(losses.contains("trip.reservation_id is not unique any more"), "{losses}");
    assert!(losses.contains("copies 7 rows"), "{losses}");
    let losses = plan(Table::TokenTransaction).losses().join("\n");
    assert!(losses.contains("token_transaction.created_on is never NULL any more"), "{losses}");
    assert_eq!(plan(Table::Trip).ends_before(), on(2026, 3, 1));
}

/// Older scripts made a unique key beside the primary key on the same column.
#[test]
fn a_second_key_on_the_id_goes() {
    let today = on(2026, 1, 15);
    let mut layout = plain(Table::AppData, today, today);
    layout.shape.unique = vec![("id".into(), vec!["`id`".into()])];

    let plan = plan(&layout, today, &Policy::monthly()).unwrap();

    let start = "ALTER TABLE `app_data` DROP INDEX `id`, DROP PRIMARY KEY, ";
    assert!(plan.statements()[0].starts_with(start), "{plan}");
}

/// The names of the partitions that a plan makes.
fn made(layout: &Layout, today: Date, policy: &Policy) -> Vec<String> {
    let plan = plan(layout, today, policy).unwrap();
    let sql = plan.statements().first().copied().unwrap_or_default().to_owned();
    let names = sql.split("PARTITION `").skip(1).filter_map(|rest| rest.split_once('`'));
    let names = names.filter(|(name, rest)| *name != "pmax" && rest.starts_with(" VALUES"));
    names.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn partitions_follow_the_calendar() {
    let days = |count| Policy::daily().ahead(Span::days(count));
    let cases: [(Date, Policy, &[&str]); 6] = [
        (on(2026, 12, 31), Policy::monthly().ahead(Span::months(1)), &["p2026_12", "p2027_01"]),
        (on(2026, 12, 31), days(1), &["p2026_12_31", "p2027_01_01"]),
        (on(2024, 2, 28), days(2), &["p2024_02_28", "p2024_02_29", "p2024_03_01"]),
        (on(2025, 2, 28), days(1), &["p2025_02_28", "p2025_03_01"]),
        (on(2027, 1, 1), Policy::weekly().ahead(Span::weeks(1)), &["p2026_12_28", "p2027_01_04"]),
        (on(2026, 1, 31), Policy::monthly().ahead(Span::months(1)), &["p2026_01", "p2026_02"]),
    ];
    for (today, policy, expected) in cases {
        assert_eq!(made(&plain(Table::Trip, today, today), today, &policy), expected);
    }
}

#[test]
fn the_catch_all_is_divided_and_never_dropped() {
    let today = on(2026, 3, 10);
    let mut layout =
        partitioned(Table::Trip, &[("p2026_01", on(2026, 2, 1)), ("p2026_02", on(2026, 3, 1))]);
    let policy = Policy::monthly().ahead(Span::months(1));

    let plan = |layout: &Layout| super::Plan::make(layout, today, &policy).unwrap();

    assert_eq!(
        plan(&layout).statements(),
        ["ALTER TABLE `trip` REORGANIZE PARTITION `pmax` INTO (\
          PARTITION `p2026_03` VALUES LESS THAN ('2026-04-01'), \
          PARTITION `p2026_04` VALUES LESS THAN ('2026-05-01'), \
          PARTITION `pmax` VALUES LESS THAN (MAXVALUE))"]
    );
    assert!(plan(&layout).losses().is_empty());
    // A row from the future gets a partition, too.
    layout.rows = Rows { count: 1, newest: Some(on(2026, 6, 1)), ..Rows::default() };
    assert_eq!(plan(&layout).ends_before(), on(2026, 7, 1));
    let enough = partitioned(Table::Trip, &[("p2026_01", on(2026, 6, 1))]);
    assert_eq!(plan(&enough).statements(), Vec::<&str>::new());
    assert_eq!(
        plan(&enough).to_string(),
        "-- trip: nothing to do, its partitions take rows before 2026-06-01"
    );
}

/// Whoever goes from weeks to months has one partition in between that is shorter.
#[test]
fn another_interval_goes_on_where_the_last_one_ended() {
    let layout = partitioned(Table::Trip, &[("p2025_12_29", on(2026, 1, 5))]);
    let policy = Policy::monthly().ahead(Span::months(1));
    assert_eq!(made(&layout, on(2026, 1, 10), &policy), ["p2026_01", "p2026_02"]);
    let layout = partitioned(Table::Trip, &[("p2026_01", on(2026, 2, 1))]);
    let policy = Policy::weekly().ahead(Span::weeks(1));
    assert_eq!(made(&layout, on(2026, 1, 31), &policy), ["p2026_02_01", "p2026_02_02"]);
}

#[test]
fn what_is_old_enough_goes_one_by_one() {
    let layout = partitioned(
        Table::Trip,
        &[
            ("p2023_12", on(2024, 1, 1)),
            ("p2024_01", on(2024, 2, 1)),
            ("p2024_02", on(2024, 3, 1)),
            ("p2026_12", on(2027, 1, 1)),
        ],
    );
    let policy = Policy::monthly().ahead(Span::months(0)).retain(Span::months(24));
    let drops = |today| {
        let plan = plan(&layout, today, &policy).unwrap();
        plan.drops().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(drops(on(2026, 1, 31)), ["p2023_12"]);
    assert_eq!(drops(on(2026, 2, 1)), ["p2023_12", "p2024_01"]);
    assert_eq!(drops(on(2026, 2, 28)), ["p2023_12", "p2024_01"]);
    assert_eq!(drops(on(2026, 3, 1)), ["p2023_12", "p2024_01", "p2024_02"]);
    let plan = plan(&layout, on(2026, 1, 31), &policy).unwrap();
    assert_eq!(
        plan.to_string(),
        "-- trip: partitions for rows before 2027-01-01\n\
         -- drops the rows of p2023_12: those before 2024-01-01\n\
         ALTER TABLE `trip` DROP PARTITION `p2023_12`;"
    );
}

/// What would have become of years of days, or of a row from the year 1000.
#[test]
fn a_few_old_rows_do_not_cost_hundreds_of_partitions() {
    let today = on(2026, 1, 15);
    let layout = plain(Table::Trip, on(1970, 1, 1), today);
    let Err(error) = plan(&layout, today, &Policy::daily()) else { panic!() };
    assert!(matches!(error, Error::CannotPartition { .. }), "{error}");
    assert!(error.to_string().contains("dated from 1970-01-01 to 2026-01-15"), "{error}");
    let policy = Policy::daily().since(on(2026, 1, 14)).ahead(Span::days(0));
    assert_eq!(made(&layout, today, &policy), ["p2026_01_14", "p2026_01_15"]);
    // Nor does a day that is to come leave today without a partition.
    let policy = Policy::daily().since(on(2027, 1, 1)).ahead(Span::days(0));
    assert_eq!(made(&layout, today, &policy), ["p2026_01_15"]);
    let far = plain(Table::Trip, today, on(9999, 12, 31));
    assert!(plan(&far, today, &Policy::monthly()).is_err());
}

#[test]
fn refuses_in_words() {
    let today = on(2026, 1, 15);
    let refused = |layout: &Layout, policy: Policy| plan(layout, today, &policy).unwrap_err();

    let mut undated = plain(Table::TokenTransaction, today, today);
    undated.rows.without_date = 2;
    undated.rows.impossible = 1;
    let error = refused(&undated, Policy::monthly());
    assert!(matches!(error, Error::RowsWithoutDate { nulls: 2, impossible: 1, .. }), "{error}");

    let mut foreign = plain(Table::Trip, today, today);
    foreign.partitions = Partitions::Foreign("by HASH (`id`) into p0".into());
    let error = refused(&foreign, Policy::monthly());
    assert!(matches!(error, Error::ForeignPartitions { .. }), "{error}");

    let mut tied = plain(Table::Trip, today, today);
    tied.shape.obstacle = Some("a foreign key is on it".into());
    let error = refused(&tied, Policy::monthly());
    assert!(matches!(error, Error::CannotPartition { .. }), "{error}");
}

#[test]
fn what_is_archived_already_is_not_archived_again() {
    let mut layout =
        partitioned(Table::Trip, &[("p2023_12", on(2024, 1, 1)), ("p2026_12", on(2027, 1, 1))]);
    let policy = Policy::monthly().retain(Span::months(24)).archive();
    let all = [
        "CREATE TABLE `trip_p2023_12` LIKE `trip`",
        "ALTER TABLE `trip_p2023_12` REMOVE PARTITIONING",
        "ALTER TABLE `trip` EXCHANGE PARTITION `p2023_12` WITH TABLE `trip_p2023_12`",
        "ALTER TABLE `trip` DROP PARTITION `p2023_12`",
    ];
    let states = [None, Some(Archive::Partitioned), Some(Archive::Empty), Some(Archive::Filled)];
    for (done, state) in states.into_iter().enumerate() {
        layout.archives = state.map(|state| ("p2023_12".to_owned(), state)).into_iter().collect();
        let plan = plan(&layout, on(2026, 1, 31), &policy).unwrap();
        assert_eq!(plan.statements(), all[done..], "{state:?}");
    }
}

/// A table at the limit is helped by nothing but retention.
#[test]
fn partitions_that_go_make_room_for_new_ones() {
    let first = on(2024, 1, 1);
    let day = |number| first + time::Duration::days(number);
    let names: Vec<_> =
        (0..1024).map(|number| (format!("p{number:04}_01_01"), day(number + 1))).collect();
    let names: Vec<_> = names.iter().map(|(name, until)| (name.as_str(), *until)).collect();
    let full = partitioned(Table::Trip, &names);
    let today = day(1024);
    let policy = Policy::daily().ahead(Span::days(0));
    let error = plan(&full, today, &policy).unwrap_err();
    assert!(matches!(error, Error::CannotPartition { .. }), "{error}");
    assert!(plan(&full, today, &policy.clone().retain(Span::days(1024))).is_err());

    let plan = plan(&full, today, &policy.retain(Span::days(1023))).unwrap();

    assert_eq!(plan.drops(), ["p0000_01_01"]);
    assert!(plan.statements()[0].contains("REORGANIZE"), "{plan}");
}
