//! The example `dashboard`, run as a process: what it prints, what it draws, what it leaves alone.

mod support;

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::PathBuf,
    process::{Command, Output, Stdio},
    sync::LazyLock,
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::run_quicksight_migrations;
use support::{Database, database, example, unique};

/// The sections of the summary and of the page.
const SECTIONS: [&str; 5] =
    ["Revenue by day", "Campaigns", "Hot spots", "Data quality", "Trips by hour and weekday"];

/// A file for the page, gone at the end.
struct Page(PathBuf);

impl Page {
    fn new() -> Self {
        Self(std::env::temp_dir().join(unique("dashboard")).with_extension("html"))
    }

    fn read(&self) -> String {
        fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn command(url: &str, page: &Page, arguments: &[&str]) -> Command {
    let mut command = example("dashboard");
    command.args(arguments).arg("--out").arg(&page.0).env("QUICKSIGHT_DATABASE_URL", url);
    command
}

/// Runs the example, and returns what it printed and the page.
#[track_caller]
fn dashboard(url: &str, arguments: &[&str]) -> (String, String) {
    let page = Page::new();
    let output = command(url, &page, arguments).output().unwrap();
    let (said, errors) = words(&output);
    assert!(output.status.success(), "{said}\n{errors}");
    (said, page.read())
}

/// Runs the example where it must not work, and returns what it said and why not.
#[track_caller]
fn refused(url: &str, arguments: &[&str]) -> (String, String) {
    let page = Page::new();
    let output = command(url, &page, arguments).output().unwrap();
    let (said, errors) = words(&output);
    assert_eq!(output.status.code(), Some(1), "{said}\n{errors}");
    assert!(errors.starts_with("error: ") && !errors.contains("panicked"), "{errors}");
    assert!(!page.0.exists());
    (said, errors)
}

fn words(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

/// The URL for a user with few rights.
fn url_of(db: &Database, user: &str) -> String {
    let (host, port) = db.address();
    format!("mysql://{user}:secret-of-the-user@{host}:{port}/{}?prefer_socket=false", db.name())
}

/// All that is in a database: each table as it was made, and a sum of its rows.
fn contents(db: &Database) -> Vec<(String, String, Option<u64>)> {
    let mut conn = db.conn();
    let look = |table: String| {
        let made = conn.query_first::<(String, String), _>(format!("SHOW CREATE TABLE `{table}`"));
        let sum = conn.query_first::<(String, Option<u64>), _>(format!("CHECKSUM TABLE `{table}`"));
        (table, made.unwrap().unwrap().1, sum.unwrap().unwrap().1)
    };
    db.tables().into_iter().map(look).collect()
}

/// The name in "Made the database NAME on HOST".
fn made(said: &str) -> &str {
    let name = said.split_once("Made the database ").expect(said).1;
    name.split(' ').next().unwrap()
}

fn is_there(conn: &mut Conn, database: &str) -> bool {
    let ask = "SELECT 1 FROM information_schema.schemata WHERE schema_name = ?";
    conn.exec_first::<u8, _, _>(ask, (database,)).unwrap().is_some()
}

#[track_caller]
fn assert_dropped(db: &Database, said: &str) {
    let name = made(said);
    assert_ne!(name, db.name());
    assert!(!is_there(&mut db.conn(), name), "{name}");
    assert!(said.contains(&format!("Dropped the database {name}.")), "{said}");
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

    let (summary, page) = dashboard(&db.url(), &["--fill"]);

    for section in &SECTIONS[..4] {
        assert!(summary.contains(section), "{section} in {summary}");
    }
    assert!(summary.contains("balances, referrals and campaigns are right"), "{summary}");
    assert!(summary.contains("every check passed"), "{summary}");
    assert!(summary.lines().all(|line| line.chars().count() <= 100), "{summary}");
    for section in SECTIONS {
        assert!(page.contains(&format!("<h2>{section}</h2>")), "{section}");
    }
    assert_eq!((page.matches("<svg ").count(), page.matches("</svg>").count()), (10, 10));
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
    let (summary, page) = dashboard(&db.url(), &["--read"]);
    assert!(summary.contains("nothing is written"), "{summary}");
    assert_eq!(rows(&db), filled);
    assert!(!page.contains("<script>"));
    assert!(page.contains("&lt;script&gt;&#39;&amp;&quot;"));
    assert_eq!((page.matches("<svg ").count(), page.matches("</svg>").count()), (10, 10));
}

/// The page of the made-up city.
static CITY: LazyLock<String> = LazyLock::new(|| dashboard("", &[]).1);

/// What is between each `start` and the next `end`.
fn parts<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let part = |rest: &'a str| rest.split_once(end).unwrap_or_else(|| panic!("no {end}: {rest}")).0;
    text.split(start).skip(1).map(part).collect()
}

/// Without eyes: landmarks, a name for each chart, and the same numbers as a table whose cells know
/// what they are about.
#[test]
fn the_page_is_for_those_who_cannot_see_it_too() {
    let page = &*CITY;
    for landmark in ["<html lang=\"en\">", "<header>", "<main>", "<h1>", "<title>"] {
        assert_eq!(page.matches(landmark).count(), 1, "{landmark}");
    }
    let figures = parts(page, "<figure>", "</figure>");
    let rows: Vec<_> = figures
        .iter()
        .map(|figure| {
            let [table] = parts(figure, "<table>", "</table>")[..] else { panic!("{figure}") };
            let [name] = parts(figure, "<figcaption>", "</figcaption>")[..] else {
                panic!("{figure}")
            };
            assert!(figure.contains(&format!("role=\"img\" aria-label=\"{name}: ")), "{name}");
            assert!(table.contains(&format!("<caption>{name}</caption>")), "{name}");
            assert!(figure.contains("<summary>The numbers</summary>"), "{name}");
            parts(table, "<tbody>", "</tbody>")[0].matches("<tr>").count()
        })
        .collect();
    assert_eq!(rows, [31, 24, 24, 6, 12]);

    assert_eq!(page.matches("<th").count() - page.matches("<thead").count(), {
        page.matches("<th scope=\"col\">").count() + page.matches("<th scope=\"row\">").count()
    });
    for table in parts(page, "<table>", "</table>") {
        let columns = parts(table, "<thead>", "</thead>")[0].matches("<th scope=\"col\">").count();
        for row in parts(table, "<tbody>", "</tbody>")[0].lines().filter(|row| !row.is_empty()) {
            assert!(row.starts_with("<tr><th scope=\"row\">"), "{row}");
            assert_eq!(1 + row.matches("<td>").count(), columns, "{row}");
        }
    }
    let meaning = " travelled, 2.4 days after the grant on average\n";
    assert!(page.contains(meaning), "{}", figures[3]);
}

/// A phone's page does not move sideways, and its labels can be read.
#[test]
fn the_page_fits_a_phone() {
    let page = &*CITY;
    let [style] = parts(page, "<style>", "</style>")[..] else { panic!("one style") };

    assert!(page.contains("content=\"width=device-width, initial-scale=1\""));
    assert_eq!(page.matches("<table>").count(), page.matches("<div class=\"scroll\" ").count());
    assert!(style.contains(".scroll { overflow-x: auto;"), "{style}");
    assert!(style.contains("svg { width: 100%; height: auto;"), "{style}");
    // Nothing insists on more room than a phone has, and nothing is cut off to hide that.
    for width in parts(style, "width: ", ";").iter().filter_map(|width| width.strip_suffix("px")) {
        let is_limit = style.contains(&format!("max-width: {width}px"));
        assert!(is_limit || width.parse::<u32>().unwrap() <= 340, "{width}");
    }
    assert!(!style.contains("overflow-x: hidden") && !style.contains("vw"), "{style}");

    for (class, width, smallest) in [("narrow", 340.0, 12.0), ("wide", 1040.0, 13.0)] {
        let svgs = parts(page, &format!("<div class=\"{class}\">"), "</div>");
        assert_eq!(svgs.len(), 5);
        for svg in svgs {
            assert!(svg.contains(&format!("viewBox=\"0 0 {width} ")), "{svg}");
            for label in parts(svg, "<text ", "</text>") {
                assert_fits(label, width, smallest);
            }
        }
    }
}

/// A label is big enough to be read, and ends before its chart does.
#[track_caller]
fn assert_fits(label: &str, width: f64, smallest: f64) {
    let (attributes, words) = label.split_once('>').unwrap();
    let attribute = |name: &str| parts(attributes, &format!("{name}=\""), "\"")[0];
    let number = |name: &str| -> f64 { attribute(name).parse().unwrap() };
    let (x, size) = (number("x"), number("font-size"));
    assert!(size >= smallest, "{label}");
    assert!((0.0..=width).contains(&x), "{label}");
    // A letter is about half as wide as it is high.
    let length: f64 = words.trim().chars().map(|_| size / 2.0).sum();
    let end = match attribute("text-anchor") {
        _ if attributes.contains("rotate") => x + size,
        "start" => x + length,
        "middle" => x + length / 2.0,
        _ => x,
    };
    assert!(end <= width + 4.0, "{words} ends at {end} of {width}");
}

/// At night each colour of the page and of the text in its charts is another one.
#[test]
fn the_page_is_dark_at_night() {
    let page = &*CITY;
    let [style] = parts(page, "<style>", "</style>")[..] else { panic!("one style") };

    assert!(style.contains("color-scheme: light dark"), "{style}");
    let light = style.split("@media").next().unwrap();
    let dark = parts(style, "@media (prefers-color-scheme: dark) {", "}\n}")[0];
    let colours: BTreeSet<_> = parts(page, "var(", ")").into_iter().collect();
    assert!(colours.len() >= 6, "{colours:?}");
    for colour in colours {
        let [day, night] =
            [light, dark].map(|scheme| parts(scheme, &format!("{colour}: "), ";")[0]);
        assert_ne!(day, night, "{colour}");
    }
    for svg in parts(page, "<svg ", "</svg>") {
        for label in parts(svg, "<text ", ">") {
            assert!(label.contains("fill=\"var(--ink)\""), "{label}");
        }
    }
}

/// Somebody's clock is wrong, or somebody mistyped a year.
#[test]
fn the_month_ends_with_the_newest_row_that_can_be() {
    let db = database();
    dashboard(&db.url(), &["--fill"]);
    let mut conn = db.conn();
    for day in ["2309-03-02", "9999-12-31"] {
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

    let (summary, page) = dashboard(&db.url(), &["--read"]);

    assert!(summary.contains("2025-03-31"), "{summary}");
    assert!(!summary.contains("2309") && !page.contains("2309"), "{summary}");
    assert!(summary.contains("2 rows of trip dated in the future"), "{summary}");
}

#[test]
fn says_how_it_is_used() {
    let output = example("dashboard").arg("--help").output().unwrap();
    let (said, errors) = words(&output);
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    assert!(said.contains("Usage: dashboard [OPTIONS]"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 120), "{said}");
    for option in ["--read", "--fill", "--out <FILE>"] {
        assert!(said.contains(option), "{option}");
    }
    for line in [&["--sideways"][..], &["--read", "--fill"]] {
        assert_eq!(example("dashboard").args(line).output().unwrap().status.code(), Some(64));
    }
}

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

/// A young database has one trip and nothing to compare it with.
#[test]
fn one_row_is_enough_for_a_page() {
    let db = database();
    let mut conn = db.conn();
    run_quicksight_migrations(&mut conn).unwrap();
    assert!(refused(&db.url(), &["--read"]).1.contains("neither a trip nor a movement of points"));
    for sql in [
        "INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 2, '2025-03-31 12:00:00')",
        "INSERT INTO campaign (ap_campaign_id, name) VALUES (1, 'nobody yet')",
    ] {
        conn.query_drop(sql).unwrap();
    }
    let before = contents(&db);

    let (said, page) = dashboard(&db.url(), &["--read"]);

    assert!(said.contains("Trips by hour and per day, 1 in all"), "{said}");
    assert!(page.contains("nobody got tokens"), "{page}");
    assert_eq!(page.matches("<svg ").count(), 10);
    assert_eq!(contents(&db), before);
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

#[test]
fn who_may_not_create_a_database_is_told_so() {
    let db = database();
    let user = db.user("ALL");
    let url = url_of(&db, user.name());
    for name in ["dashboard", "demo"] {
        let output = example(name).env("QUICKSIGHT_DATABASE_URL", &url).output().unwrap();
        let (said, errors) = words(&output);
        assert_eq!(output.status.code(), Some(1), "{said}{errors}");
        let sentence = "error: the user of QUICKSIGHT_DATABASE_URL may not create a database, ";
        assert!(errors.starts_with(sentence), "{errors}");
        assert!(!said.contains("database") && !errors.contains("secret"), "{said}{errors}");
    }
    assert_eq!(db.tables(), Vec::<String>::new());
}

/// Ctrl-C, a closed terminal, a polite kill: at any moment.
#[test]
fn what_is_interrupted_leaves_no_database() {
    let db = database();
    for (signal, number, moment) in
        [("-INT", 2, "Made the database"), ("-TERM", 15, "Making up"), ("-HUP", 1, "  trip ")]
    {
        let page = Page::new();
        let mut command = command(&db.url(), &page, &[]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains(moment) {
            assert!(lines.read_line(&mut said).unwrap() > 0, "{said}");
        }

        let pid = process.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());

        lines.read_to_string(&mut said).unwrap();
        assert_eq!(process.wait().unwrap().code(), Some(128 + number), "{said}");
        assert_dropped(&db, &said);
        assert!(!page.0.exists());
    }
}

#[test]
fn what_fails_leaves_no_database() {
    let db = database();
    let file = Page::new();
    fs::write(&file.0, "a file and no folder").unwrap();
    let out = file.0.join("page.html");
    let mut command = example("dashboard");
    command.env("QUICKSIGHT_DATABASE_URL", db.url()).arg("--out").arg(out);

    let output = command.output().unwrap();

    let (said, errors) = words(&output);
    assert_eq!(output.status.code(), Some(1), "{said}{errors}");
    assert_dropped(&db, &said);
}

/// A pipe whose reader is gone before anything is written.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn a_closed_pipe_changes_nothing() {
    let db = database();
    let page = Page::new();
    let mut dashboard = command(&db.url(), &page, &[]);
    assert!(dashboard.stdout(closed_pipe()).stderr(closed_pipe()).status().unwrap().success());
    assert!(page.read().contains("</html>"));
    for name in ["demo", "service_boot"] {
        let mut process = example(name);
        process.env("QUICKSIGHT_DATABASE_URL", db.url());
        let status = process.stdout(closed_pipe()).stderr(closed_pipe()).status().unwrap();
        assert_eq!(status.code(), Some(0), "{name}");
    }
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("mysql://root:secret@{free}/tsp?prefer_socket=false");
    for mode in [&[][..], &["--read"], &["--fill"]] {
        let (_, errors) = refused(&url, mode);
        assert!(errors.starts_with("error: could not connect to 127.0.0.1, port "), "{errors}");
    }
    for name in ["demo", "dashboard"] {
        for (url, server) in [(url.as_str(), "mysqld"), ("nonsense", "mysqld"), ("", "/no/program")]
        {
            let mut process = example(name);
            process.env("QUICKSIGHT_DATABASE_URL", url).env("QUICKSIGHT_SERVER", server);
            let output = process.output().unwrap();
            let (said, errors) = words(&output);
            assert_eq!(output.status.code(), Some(1), "{said}{errors}");
            assert!(errors.starts_with("error: ") && !errors.contains("panicked"), "{errors}");
            assert!(!errors.contains("secret"), "{errors}");
        }
    }
    for mode in ["--read", "--fill"] {
        assert!(refused("", &[mode]).1.starts_with("error: no database given: "));
    }
}
