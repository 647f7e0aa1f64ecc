//! Times reports that read hourly sums, next to the same from rows and to the original statements.
//!
//! `cargo bench --bench summary --all-features -- --users 40000`. Uses the server in `QUICKSIGHT_DATABASE_URL`, or else
//! a throwaway one of its own.

#[path = "../../examples/dashboard/city.rs"]
mod city;
#[path = "../shared/machine.rs"]
mod machine;
#[path = "../scale/original.rs"]
#[allow(dead_code, reason = "the other benchmark has more of them")]
mod original;
#[path = "../../tests/support/server.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library's tests need more of it")]
mod server;
#[path = "../scale/site.rs"]
#[allow(dead_code, reason = "the other benchmark counts what is read, too")]
mod site;
#[path = "../shared/table.rs"]
#[allow(dead_code, reason = "the other benchmark has more columns")]
mod table;

use std::{
    env,
    time::{Duration, Instant},
};

use quicksight_migrations::{
    analytics::{Analytics, DateRange},
    mysql::{Conn, Row, prelude::Queryable},
    summary::{self, Policy},
    time::{self, Date, Month},
};

use city::{City, Period, Size};
use site::Site;

const USERS: usize = 5_000;
const ROUNDS: usize = 9;
const INSERTS: usize = 2_000;

type Call = Box<dyn Fn(&mut Conn, Analytics)>;

/// A report, and the statements that it replaces.
struct Report {
    name: &'static str,
    original: Vec<String>,
    ours: Call,
}

fn main() {
    let arguments: Vec<_> = env::args().collect();
    let given = arguments.iter().position(|argument| argument == "--users");
    let users = given.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(USERS);
    let first = Date::from_calendar_date(2025, Month::January, 1).expect("a date");
    let period = Period { first, days: 90 };
    let mut site = Site::open();
    println!("{}", site.description());
    println!("{}", site.load(City { seed: 18, size: Size::of_users(users), period }));
    // By the service's clock: it is five hours behind UTC in April.
    let now = period.end().assume_utc().unix_timestamp() + 5 * 60 * 60;
    site.set_limits(Duration::from_mins(5), now);
    let reports = reports(period);

    let plain = inserts(&mut site);
    let built = timed(|| drop(refresh(&mut site.ours)));
    println!("\nThe first refresh takes {}.", table::time(built));
    let look_back = race(&mut site, &reports);
    let next = timed(|| {
        set_clock(&mut site.ours, now + 60 * 60);
        refresh(&mut site.ours);
    });
    set_clock(&mut site.ours, now);
    summary::install_triggers(&mut site.ours).expect("install the triggers");
    refresh(&mut site.ours);
    let exact = race(&mut site, &reports);
    let changed = median((0..ROUNDS).map(|_| {
        let change = "UPDATE trip SET distance = distance + 1 WHERE id = 1000";
        site.ours.query_drop(change).expect("change a row");
        timed(|| drop(refresh(&mut site.ours)))
    }));
    let watched = inserts(&mut site);

    let head = ["report", "original", "from rows", "look-back of a day", "times", "exact", "times"];
    let rows: Vec<_> = reports
        .iter()
        .zip(look_back.iter().zip(&exact))
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
    print!("\n{}", table::aligned(&head, &rows));
    println!("\nA refresh of the next hour: {}", table::time(next));
    println!("A refresh of one changed hour, exact: {}", table::time(changed));
    println!(
        "An insert, without triggers and with them: {} and {}, {} times",
        table::time(plain),
        table::time(watched),
        table::digits(watched.div_duration_f64(plain))
    );
    if arguments.iter().any(|argument| argument == "--grow") {
        grow(&mut site, &reports, &exact);
    }
}

/// Ten times the rows, for the same days.
fn grow(site: &mut Site, reports: &[Report], before: &[Race]) {
    for age in 1..10 {
        let days = 90 * age;
        let copies = [
            format!(
                "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on, payer, payee) \
                 SELECT user_id, activity_type, points, balance, created_on - INTERVAL {days} DAY, payer, payee \
                 FROM points_transaction WHERE created_on >= '2025-01-01'"
            ),
            format!(
                "INSERT INTO trip (user_id, travel_mode, started_on, distance) \
                 SELECT user_id, travel_mode, started_on - INTERVAL {days} DAY, distance \
                 FROM trip WHERE started_on >= '2025-01-01'"
            ),
        ];
        for copy in copies {
            site.original.query_drop(copy).expect("copy the rows");
        }
    }
    site.ours.query_drop("ANALYZE TABLE points_transaction, trip").expect("look at the tables");
    refresh(&mut site.ours);
    let after = race(site, reports);
    for ((report, before), after) in reports.iter().zip(before).zip(&after) {
        let times = after.sums.div_duration_f64(before.sums);
        println!("Ten times the rows, exact: {}: {} times", report.name, table::digits(times));
    }
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
}

/// In turn, so that a busy moment of the machine strikes all of them.
fn race(site: &mut Site, reports: &[Report]) -> Vec<Race> {
    let lanes = |report: &Report, site: &mut Site| {
        let mut times = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            times[0].push(timed(|| {
                for sql in &report.original {
                    site.original.query::<Row, _>(sql).expect("the original");
                }
            }));
            times[1].push(timed(|| (report.ours)(&mut site.ours, Analytics::new())));
            let sums = Analytics::new().with_summaries();
            times[2].push(timed(|| (report.ours)(&mut site.ours, sums)));
        }
        let [original, rows, sums] = times.map(|times| median(times.into_iter()));
        Race { original, rows, sums }
    };
    reports.iter().map(|report| lanes(report, site)).collect()
}

/// How long one row takes, of those that are added one by one.
fn inserts(site: &mut Site) -> Duration {
    let started = Instant::now();
    for number in 0..INSERTS {
        let sql = if number % 2 == 0 {
            "INSERT INTO trip (user_id, travel_mode, started_on, distance) VALUES (1, 1, '2025-03-01 12:00:00', 5)"
        } else {
            "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
             VALUES (1, 1, 1, 1, '2025-03-01 12:00:00')"
        };
        site.original.query_drop(sql).expect("add a row");
    }
    started.elapsed() / u32::try_from(INSERTS).expect("a small number")
}

fn refresh(conn: &mut Conn) -> summary::Report {
    summary::refresh(conn, &Policy::new()).expect("a refresh")
}

fn set_clock(conn: &mut Conn, unix: i64) {
    conn.query_drop(format!("SET SESSION timestamp = {unix}")).expect("set the clock");
}

fn timed(run: impl FnOnce()) -> Duration {
    let started = Instant::now();
    run();
    started.elapsed()
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    times[times.len() / 2]
}
