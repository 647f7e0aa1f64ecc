//! Times reports that read hourly sums, next to the same from rows and to the original statements.
//!
//! `make bench-summary`, or `cargo bench --bench summary --all-features -- --users 40000`, and with `--grow` the same once more on
//! ten times the rows. Uses the server in `QUICKSIGHT_DATABASE_URL`, or else a throwaway one of its own; inserts are
//! timed on servers of their own.

#[path = "../../examples/dashboard/city.rs"]
mod city;
mod inserts;
#[path = "../shared/machine.rs"]
mod machine;
#[path = "../scale/original.rs"]
#[allow(dead_code, reason = "the other benchmark has more of them")]
mod original;
#[path = "../../tests/support/server/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library's tests need more of it")]
mod server;
#[path = "../scale/site.rs"]
mod site;
#[path = "../shared/table.rs"]
#[allow(dead_code, reason = "the other benchmark has more columns")]
mod table;
#[path = "../shared/watch.rs"]
mod watch;

use std::{env, time::Duration};

use quicksight_migrations::{
    analytics::{Analytics, DateRange},
    mysql::{Conn, Row, prelude::Queryable},
    summary::{self, Policy},
    time::{self, Date, Month},
};

use city::{City, Period, Size};
use site::Site;
use watch::{argument, in_turn, median, timed};

const USERS: usize = 5_000;
const ROUNDS: usize = 5;
const DAYS: u16 = 40;

type Call = Box<dyn Fn(&mut Conn, Analytics)>;

/// A report, and the statements that it replaces.
struct Report {
    name: &'static str,
    original: Vec<String>,
    ours: Call,
}

fn main() {
    let users = argument("--users").unwrap_or(USERS);
    let first = Date::from_calendar_date(2025, Month::February, 20).expect("a date");
    let period = Period { first, days: DAYS };
    let mut site = Site::open();
    println!("{}", site.description());
    println!("{}", site.load(City { seed: 18, size: Size::of_users(users), period }));
    // By the service's clock: it is five hours behind UTC in April.
    let now = period.end().assume_utc().unix_timestamp() + 5 * 60 * 60;
    site.set_limits(Duration::from_mins(5), now);
    let reports = reports(period);

    let before = both(&mut site, &reports, now);
    println!("\n{}", in_rows(&reports, &before));
    refreshes(&mut site.ours);
    if env::args().any(|argument| argument == "--grow") {
        summary::remove_triggers(&mut site.ours).expect("remove the triggers");
        grow(&mut site);
        let after = both(&mut site, &reports, now);
        println!("\nTen times the rows:\n{}", in_rows(&reports, &after));
        for (number, mode) in ["look-back", "exact"].into_iter().enumerate() {
            for ((report, before), after) in reports.iter().zip(&before[number]).zip(&after[number])
            {
                let times = table::digits(after.sums.div_duration_f64(before.sums));
                let (name, few, many) = (report.name, before.reads, after.reads);
                println!(
                    "Ten times the rows, {mode}, {name}: {times} times, {few} rows read, then {many}"
                );
            }
        }
    }
    inserts::print();
}

/// With the look-back, and with triggers, which stay.
fn both(site: &mut Site, reports: &[Report], now: i64) -> [Vec<Race>; 2] {
    let built = timed(|| refresh(&mut site.ours));
    println!("\nThe first refresh takes {}.", table::time(built));
    let look_back = race(site, reports);
    set_clock(&mut site.ours, now + 60 * 60);
    let next = timed(|| refresh(&mut site.ours));
    println!("A refresh of the next hour: {}", table::time(next));
    set_clock(&mut site.ours, now);
    summary::install_triggers(&mut site.ours).expect("install the triggers");
    refresh(&mut site.ours);
    [look_back, race(site, reports)]
}

/// Of an hour in the middle that has changed.
fn refreshes(conn: &mut Conn) {
    let hour = "started_on >= '2025-03-12 12:00:00' AND started_on < '2025-03-12 13:00:00' LIMIT 1";
    let changes = [
        ("no hour", "DO 0".to_owned()),
        ("one changed hour", format!("UPDATE trip SET distance = distance + 1 WHERE {hour}")),
        (
            "one changed hour of points",
            "UPDATE points_transaction SET points = points + 1 \
             WHERE created_on >= '2025-03-12 12:00:00' ORDER BY created_on LIMIT 1"
                .to_owned(),
        ),
        ("one hour of which a trip is gone", format!("DELETE FROM trip WHERE {hour}")),
    ];
    for (name, change) in changes {
        let times = (0..3 * ROUNDS).map(|_| {
            conn.query_drop(&change).expect("change a row");
            timed(|| refresh(conn))
        });
        println!("A refresh of {name}, exact: {}", table::time(median(times)));
    }
}

/// Ten times the rows, of which the asked days have none.
fn grow(site: &mut Site) {
    for age in 1..10 {
        let days = DAYS * age;
        let copies = [
            format!(
                "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on, payer, payee) \
                 SELECT user_id, activity_type, points, balance, created_on - INTERVAL {days} DAY, payer, payee \
                 FROM points_transaction WHERE created_on >= '2025-02-20'"
            ),
            format!(
                "INSERT INTO trip (user_id, travel_mode, started_on, distance) \
                 SELECT user_id, travel_mode, started_on - INTERVAL {days} DAY, distance \
                 FROM trip WHERE started_on >= '2025-02-20'"
            ),
        ];
        for copy in copies {
            site.original.query_drop(copy).expect("copy the rows");
        }
    }
    site.ours.query_drop("ANALYZE TABLE points_transaction, trip").expect("look at the tables");
    // Their sums are ten times as many, too.
    site.ours.query_drop("DELETE FROM summary_state").expect("forget the sums");
}

fn in_rows(reports: &[Report], [look_back, exact]: &[Vec<Race>; 2]) -> String {
    let head = ["report", "original", "from rows", "look-back of a day", "times", "exact", "times"];
    let rows: Vec<_> = reports
        .iter()
        .zip(look_back.iter().zip(exact))
        .map(|(report, (look_back, exact))| {
            let times = |race: &Race| table::digits(race.original.div_duration_f64(race.sums));
            vec![
                report.name.to_owned(),
                table::time(look_back.original),
                table::time(look_back.rows),
                table::time(look_back.sums),
                times(look_back),
                table::time(exact.sums),
                times(exact),
            ]
        })
        .collect();
    table::aligned(&head, &rows)
}

fn reports(period: Period) -> Vec<Report> {
    let days = move |days| {
        let from = (period.end() - time::Duration::days(days)).date();
        DateRange::new(from, period.end().date()).expect("a range")
    };
    let until = (period.end() - time::Duration::SECOND).date();
    let since = days(30).start();
    let [week, month] = original_hours(period);
    vec![
        Report {
            name: "daily_revenue, 30 days",
            original: original::daily_revenue(&since.to_string(), &format!("{until} 23:59:59")),
            ours: Box::new(move |conn, reports| {
                drop(reports.daily_revenue(conn, days(30)).expect("revenue"));
            }),
        },
        Report {
            name: "hourly_trips, 30 days",
            original: month,
            ours: Box::new(move |conn, reports| {
                drop(reports.hourly_trips(conn, days(30)).expect("trips"));
            }),
        },
        Report {
            name: "hourly_trips, 7 days",
            original: week,
            ours: Box::new(move |conn, reports| {
                drop(reports.hourly_trips(conn, days(7)).expect("trips"));
            }),
        },
    ]
}

/// Of the last days before the end, which is not what the session takes for now.
fn original_hours(period: Period) -> [Vec<String>; 2] {
    let now = format!("TIMESTAMP('{}')", period.end().date());
    [7, 30].map(|days| {
        let of = |sql: &String| {
            sql.replace("NOW()", &now).replace("INTERVAL 7 DAY", &format!("INTERVAL {days} DAY"))
        };
        original::hourly_trips().iter().map(of).collect()
    })
}

struct Race {
    original: Duration,
    rows: Duration,
    sums: Duration,
    /// How many rows and index entries the server reads for that.
    reads: u64,
}

fn race(site: &mut Site, reports: &[Report]) -> Vec<Race> {
    let lanes = |report: &Report| {
        let summed = Analytics::new().with_summaries();
        let reads = site.rows_read(|conn| (report.ours)(conn, summed));
        let Site { ours, original, .. } = &mut *site;
        let ours = std::cell::RefCell::new(ours);
        let ask = |reports| (report.ours)(&mut ours.borrow_mut(), reports);
        let [original, rows, sums] = in_turn(
            ROUNDS,
            [
                &mut || {
                    for sql in &report.original {
                        original.query::<Row, _>(sql).expect("the original");
                    }
                },
                &mut || ask(Analytics::new()),
                &mut || ask(summed),
            ],
        );
        Race { original, rows, sums, reads }
    };
    reports.iter().map(lanes).collect()
}

fn refresh(conn: &mut Conn) {
    summary::refresh(conn, &Policy::new()).expect("a refresh");
}

fn set_clock(conn: &mut Conn, unix: i64) {
    conn.query_drop(format!("SET SESSION timestamp = {unix}")).expect("set the clock");
}
