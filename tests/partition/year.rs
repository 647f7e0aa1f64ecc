//! A leap year of rows: each is in its partition, and reports say of it what they said before.

use mysql::prelude::Queryable;
use quicksight_migrations::{
    analytics::{self, DateRange},
    partition::{self, Policy, Span, Table},
    time::{Date, Duration, PrimitiveDateTime},
};

use crate::{insert_all, look, migrated, on, rows};

/// The first second of each day and the last, and one in between; each ten minutes of the nights in which the clocks
/// change, from one midnight to the next.
fn moments(from: Date, until: Date) -> Vec<PrimitiveDateTime> {
    let mut moments = Vec::new();
    let mut day = from;
    while day < until {
        let midnight = day.midnight();
        moments.extend([0, 45_296, 86_399].map(|second| midnight + Duration::seconds(second)));
        if [on(2024, 3, 10), on(2024, 11, 3)].contains(&day) {
            moments.extend((1..144).map(|tenth| midnight + Duration::minutes(10 * tenth)));
        }
        day += Duration::DAY;
    }
    moments
}

/// The first day of what a partition is called after.
fn start(name: &str) -> Date {
    let mut parts = name[1..].split('_').map(|part| part.parse::<i32>().unwrap());
    let mut next = || parts.next().unwrap_or(1);
    let (year, month, day) = (next(), next(), next());
    on(year, month.try_into().unwrap(), day.try_into().unwrap())
}

#[test]
fn each_second_is_in_its_partition() {
    let year = (on(2023, 12, 25), on(2025, 1, 6));
    let cases = [
        (Policy::monthly(), year, 14),
        (Policy::weekly(), year, 54),
        (Policy::daily(), (on(2024, 2, 20), on(2024, 3, 20)), 29),
    ];
    for (policy, (from, until), partitions) in cases {
        let (db, moments) = (migrated(), moments(from, until));
        let mut conn = db.conn();
        insert_all(&mut conn, &moments);
        let range = DateRange::new(from, until).unwrap();
        let before = analytics::daily_trips(&mut conn, range).unwrap();
        let today = until - Duration::DAY;
        let policy = policy.ahead(Span::days(0));

        let plan = partition::plan(&look(&db, Table::Trip), today, &policy).unwrap();
        plan.apply(&mut conn).unwrap();

        let layout = look(&db, Table::Trip);
        let names = layout.partitions();
        let ends = names[1..].iter().map(|name| start(name)).chain(layout.ends_before());
        assert_eq!(names.len(), partitions, "{names:?}");
        let mut all = 0;
        for (name, end) in names.iter().zip(ends) {
            let found: Vec<PrimitiveDateTime> = conn
                .query(format!(
                    "SELECT started_on FROM trip PARTITION ({name}) ORDER BY started_on"
                ))
                .unwrap();
            let days = start(name).midnight()..end.midnight();
            let mut expected: Vec<_> =
                moments.iter().copied().filter(|moment| days.contains(moment)).collect();
            expected.sort_unstable();
            assert_eq!(found, expected, "{name}");
            let (from, until) = (days.start, days.end);
            let asked = format!(
                "SELECT COUNT(*) FROM trip WHERE started_on >= '{from}' AND started_on < '{until}'"
            );
            assert_eq!(conn.query_first(asked).unwrap(), Some(found.len()), "{name}");
            all += found.len();
        }
        assert_eq!((all, layout.outside()), (moments.len(), 0));
        assert_eq!(rows(&mut conn, Table::Trip), moments.len() as u64);
        assert_eq!(analytics::daily_trips(&mut conn, range).unwrap(), before);
    }
}
