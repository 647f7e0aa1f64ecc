//! The example `dashboard`, run as a process: what it prints, what it draws, what it leaves alone.

mod support;

use std::{fs, process::Output};

use mysql::prelude::Queryable;
use support::{Database, database, example, unique};

/// The sections of the summary and of the page.
const SECTIONS: [&str; 5] =
    ["Revenue by day", "Campaigns", "Hot spots", "Data quality", "Trips by hour and weekday"];

/// Runs the example, and returns what it printed and the page.
#[track_caller]
fn dashboard(db: &Database) -> (String, String) {
    let page = std::env::temp_dir().join(unique("dashboard")).with_extension("html");
    let Output { status, stdout, stderr } = example("dashboard")
        .arg("--out")
        .arg(&page)
        .env("QUICKSIGHT_DATABASE_URL", db.url())
        .output()
        .unwrap();
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{stdout}\n{stderr}");
    let html = fs::read_to_string(&page).unwrap();
    fs::remove_file(&page).unwrap();
    (stdout, html)
}

fn rows(db: &Database) -> u64 {
    let tables = ["auth_user", "trip", "points_transaction", "token_transaction"];
    let mut conn = db.conn();
    let count = |table: &&str| conn.query_first::<u64, _>(format!("SELECT COUNT(*) FROM {table}"));
    tables.iter().map(count).map(|count| count.unwrap().unwrap()).sum()
}

#[test]
fn fills_empty_tables_and_draws_what_is_in_them() {
    let db = database();

    let (summary, page) = dashboard(&db);

    for section in &SECTIONS[..4] {
        assert!(summary.contains(section), "{section} in {summary}");
    }
    assert!(summary.contains("balances, referrals and campaigns are right"), "{summary}");
    assert!(summary.contains("every check passed"), "{summary}");
    assert!(summary.lines().all(|line| line.chars().count() <= 100), "{summary}");
    for section in SECTIONS {
        assert!(page.contains(&format!("<h2>{section}</h2>")), "{section}");
    }
    assert_eq!((page.matches("<svg ").count(), page.matches("</svg>").count()), (5, 5));
    for unit in ["points gained", "tokens granted", "US dollars for tickets", "trips in the month"]
    {
        assert!(page.contains(unit), "{unit}");
    }
    // One file: nothing is loaded from anywhere.
    let elsewhere = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for address in ["http:", "https:", "src=", "href=", "url(", "@import"] {
        assert!(!elsewhere.contains(address), "{address}");
    }

    let filled = rows(&db);
    let mut conn = db.conn();
    conn.query_drop("UPDATE campaign SET name = '<script>\\'&\"' LIMIT 1").unwrap();
    let (summary, page) = dashboard(&db);
    assert!(summary.contains("nothing is written"), "{summary}");
    assert_eq!(rows(&db), filled);
    assert!(!page.contains("<script>"));
    assert!(page.contains("&lt;script&gt;&#39;&amp;&quot;"));
    assert_eq!((page.matches("<svg ").count(), page.matches("</svg>").count()), (5, 5));
}

/// Somebody's clock is wrong, or somebody mistyped a year.
#[test]
fn the_month_ends_with_the_newest_row_that_can_be() {
    let db = database();
    dashboard(&db);
    let mut conn = db.conn();
    for day in ["2205-03-02", "9999-12-31"] {
        conn.exec_drop(
            "INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 2, ?)",
            (day,),
        )
        .unwrap();
        conn.exec_drop(
            "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
             VALUES (77777, 2, 0, 0, ?)",
            (day,),
        )
        .unwrap();
    }

    let (summary, page) = dashboard(&db);

    assert!(summary.contains("2025-03-31"), "{summary}");
    assert!(!summary.contains("2205") && !page.contains("2205"), "{summary}");
    assert!(summary.contains("2 rows of trip dated in the future"), "{summary}");
}

#[test]
fn says_how_it_is_used() {
    let output = example("dashboard").arg("--help").output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("usage: dashboard [--out FILE]"));
}
