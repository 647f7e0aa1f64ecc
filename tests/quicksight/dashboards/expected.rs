//! What each visual has to show: what `analytics` answers, and where it has no such number, what a statement
//! over the tables does, written for this.

use std::collections::BTreeMap;

use mysql::{Conn, Value, prelude::Queryable};
use quicksight_migrations::{
    analytics::{
        self, DailyRevenue, DateRange, HotspotLimits, HourlyTrips, ModeShare, Period, TravelMode,
    },
    ledger::Activity,
    rust_decimal::Decimal,
    time::{Date, Duration, Month},
};

use super::{Rows, cell};

/// The rows of each visual, by its id.
pub(super) fn of(conn: &mut Conn, range: DateRange) -> BTreeMap<&'static str, Rows> {
    let mut all = BTreeMap::new();
    revenue(conn, range, &mut all);
    engagement(conn, range, &mut all);
    trips(conn, range, &mut all);
    campaigns(conn, range, &mut all);
    activity(conn, range, &mut all);
    all
}

type All = BTreeMap<&'static str, Rows>;

macro_rules! row {
    ($($value:expr),+) => { vec![$(text(&$value)),+] };
}

/// As [`cell`] has it.
fn text(value: &impl ToString) -> String {
    cell(Value::Bytes(value.to_string().into_bytes()))
}

/// `@` stands for a range of this column.
fn ask(conn: &mut Conn, range: DateRange, sql: &str, date: &str) -> Rows {
    let within = format!("{date} >= '{}' AND {date} < '{}'", range.start(), range.end());
    let rows: Vec<mysql::Row> = conn.query(sql.replace('@', &within)).unwrap();
    rows.into_iter().map(|row| row.unwrap().into_iter().map(cell).collect()).collect()
}

/// Sums of rows that have the same name.
fn merged(rows: impl Iterator<Item = (Vec<String>, Vec<Decimal>)>) -> Rows {
    let mut sums: BTreeMap<Vec<String>, Vec<Decimal>> = BTreeMap::new();
    for (name, values) in rows {
        let sum = sums.entry(name).or_insert_with(|| vec![Decimal::ZERO; values.len()]);
        sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
    sums.into_iter()
        .map(|(name, values)| name.into_iter().chain(values.iter().map(text)).collect())
        .collect()
}

type Amount = fn(&DailyRevenue) -> Decimal;

fn revenue(conn: &mut Conn, range: DateRange, all: &mut All) {
    let days = analytics::daily_revenue(conn, range).unwrap();
    let of: [(Amount, &str, &str); 3] = [
        (DailyRevenue::points, "points-gained", "points-by-day"),
        (DailyRevenue::tokens, "tokens-granted", "tokens-by-day"),
        (DailyRevenue::tickets, "tickets-paid", "tickets-by-day"),
    ];
    for (amount, kpi, line) in of {
        all.insert(kpi, vec![row![days.iter().map(amount).sum::<Decimal>()]]);
        all.insert(line, days.iter().map(|day| row![day.date(), amount(day)]).collect());
    }
    let cards = "SELECT COUNT(*) FROM redeem_transaction WHERE @";
    all.insert("gift-cards-bought", ask(conn, range, cards, "created_on"));

    let activities = analytics::points_by_activity(conn, range).unwrap();
    let table = activities.iter().map(|of| {
        let movements = Decimal::from(of.movements());
        (row![named(of.activity())], vec![of.gained(), of.positive(), of.negative(), movements])
    });
    let table = merged(table);
    all.insert("points-by-activity", table.iter().map(|row| row[..2].to_vec()).collect());
    all.insert("points-table", table);

    let payments = analytics::revenue_by_payment_type(conn, range).unwrap();
    let kind = |kind: Option<&str>| kind.unwrap_or("-").to_owned();
    let by_type = payments.iter().map(|of| (row![kind(of.payment_type())], vec![of.revenue()]));
    all.insert("tickets-by-type", merged(by_type));
    let table = payments
        .iter()
        .map(|of| row![of.date(), kind(of.payment_type()), of.payments(), of.revenue()]);
    all.insert("tickets-table", table.collect());
}

fn named(activity: Activity) -> &'static str {
    match activity {
        Activity::Adjustment => "adjustment",
        Activity::Purchase => "purchase",
        Activity::Promotion => "promotion",
        Activity::AutoRefill => "auto-refill",
        Activity::Incentive => "incentive",
        Activity::CarpoolDriver => "carpool driver",
        Activity::CarpoolRider => "carpool rider",
        Activity::IntoEscrow => "into escrow",
        Activity::FromEscrow => "from escrow",
        Activity::TransitTicket => "transit ticket",
        Activity::Other { .. } => "other",
        unforeseen => panic!("name {unforeseen:?}"),
    }
}

fn engagement(conn: &mut Conn, range: DateRange, all: &mut All) {
    let mut ask = |id, sql: &str, date: &str| {
        let rows = ask(conn, range, sql, date);
        all.insert(id, rows);
    };
    ask("users-new", "SELECT COUNT(*) FROM auth_user WHERE @", "created_on");
    ask(
        "users-new-by-day",
        "SELECT DATE(created_on), COUNT(*) FROM auth_user WHERE @ GROUP BY 1",
        "created_on",
    );
    ask("users-active", "SELECT COUNT(DISTINCT user_id) FROM trip WHERE @", "started_on");
    ask("users-in-app", "SELECT COUNT(DISTINCT user_id) FROM app_data WHERE @", "created_on");
    ask("rating-mean", "SELECT AVG(rating) FROM user_rating WHERE @", "created_on");
    ask(
        "ratings-by-stars",
        "SELECT rating, COUNT(*) FROM user_rating WHERE @ GROUP BY 1",
        "created_on",
    );
    let kinds = "SELECT CAST(user_action AS BINARY), COUNT(*) FROM app_data WHERE @ GROUP BY 1";
    ask("actions-by-kind", kinds, "created_on");
    let employers = "SELECT u.enterprise_id, COUNT(*), COUNT(DISTINCT t.user_id), \
         SUM(IF(t.distance BETWEEN 0 AND 40075000, t.distance, NULL)) \
         FROM trip t LEFT JOIN auth_user u ON u.id = t.user_id WHERE @ GROUP BY 1";
    ask("employers-table", employers, "started_on");
    let days = analytics::active_users(conn, range).unwrap();
    all.insert(
        "users-active-by-day",
        days.iter().map(|day| row![day.date(), day.daily()]).collect(),
    );
    all.insert("retention", retention(conn, range));
}

/// The cells of all cohorts that fall into the range. It begins with a month.
fn retention(conn: &mut Conn, range: DateRange) -> Rows {
    assert_eq!(range.start().day(), 1);
    let ever = DateRange::new(Date::from_ordinal_date(1000, 1).unwrap(), range.end()).unwrap();
    let cohorts = analytics::retention(conn, ever, Period::Month).unwrap();
    let mut rows = Rows::new();
    for cohort in &cohorts {
        let mut month = cohort.cohort();
        for (later, active) in cohort.active().iter().enumerate() {
            if month >= range.start() {
                rows.push(row![cohort.cohort(), later, active]);
            }
            month = (month + Duration::days(31)).replace_day(1).unwrap();
        }
    }
    rows
}

fn mode(mode: TravelMode) -> String {
    match mode {
        TravelMode::Other { .. } => "other".to_owned(),
        known => known.to_string(),
    }
}

/// Metres have no more than one decimal in these tests.
fn metres(of: &ModeShare) -> Decimal {
    format!("{:.1}", of.distance()).parse().unwrap()
}

fn trips(conn: &mut Conn, range: DateRange, all: &mut All) {
    let days = analytics::daily_trips(conn, range).unwrap();
    let total: u64 = days.iter().map(analytics::DailyTrips::trips).sum();
    let by_day: Rows = days.iter().map(|day| row![day.date(), day.trips()]).collect();
    for id in ["trips-all", "activity-trips"] {
        all.insert(id, vec![row![total]]);
    }
    for id in ["campaign-trips-by-day", "activity-trips-by-day"] {
        all.insert(id, by_day.clone());
    }

    let shares = analytics::mode_share(conn, range, Period::Day).unwrap();
    let transit = shares.iter().filter(|of| of.travel_mode() == TravelMode::PublicTransit);
    all.insert("trips-by-transit", vec![row![transit.map(ModeShare::trips).sum::<u64>()]]);
    let lines = shares
        .iter()
        .map(|of| (row![of.period(), mode(of.travel_mode())], vec![Decimal::from(of.trips())]));
    all.insert("trips-by-day", merged(lines));
    let modes =
        shares.iter().map(|of| (row![mode(of.travel_mode())], vec![of.trips().into(), metres(of)]));
    let modes = merged(modes);
    all.insert("trips-by-mode", modes.iter().map(|row| row[..2].to_vec()).collect());

    // Who, and how far on average, no report says.
    let known = "AVG(IF(distance BETWEEN 0 AND 40075000, distance, NULL)) FROM trip WHERE @";
    let mean = ask(conn, range, &format!("SELECT {known}"), "started_on");
    all.insert("trips-mean-distance", mean);
    let names = "CASE travel_mode WHEN 1 THEN 'driving' WHEN 2 THEN 'public transit' \
         WHEN 3 THEN 'walking' WHEN 4 THEN 'biking' WHEN 101 THEN 'instant carpool' ELSE 'other' END";
    let sql = format!("SELECT {names}, COUNT(DISTINCT user_id), {known} GROUP BY 1 ORDER BY 1");
    let others = ask(conn, range, &sql, "started_on");
    let table = modes.into_iter().zip(others).map(|(mode, other)| {
        assert_eq!(mode[0], other[0]);
        vec![mode[0].clone(), mode[1].clone(), other[1].clone(), mode[2].clone(), other[2].clone()]
    });
    all.insert("modes-table", table.collect());

    let hours = analytics::hourly_trips(conn, range).unwrap();
    let count = |of: &HourlyTrips| vec![Decimal::from(of.trips())];
    let by_mode = hours.iter().map(|of| (row![of.hour(), mode(of.travel_mode())], count(of)));
    all.insert("trips-by-hour", merged(by_mode));
    let by_hour = hours.iter().map(|of| (row![of.hour()], count(of)));
    all.insert("activity-by-hour", merged(by_hour));
    let by_week =
        hours.iter().map(|of| (row![of.weekday().number_from_sunday(), of.hour()], count(of)));
    all.insert("trips-by-week", merged(by_week));

    let used = "FROM bytemark_pass p WHERE @ AND EXISTS \
         (SELECT 1 FROM bytemark_order_items i WHERE i.pass_uuid = p.pass_uuid)";
    let count = format!("SELECT COUNT(*) {used}");
    all.insert("passes-used", ask(conn, range, &count, "p.time_used"));
    let by_day = format!("SELECT DATE(p.time_used), COUNT(*) {used} GROUP BY 1");
    all.insert("passes-by-day", ask(conn, range, &by_day, "p.time_used"));
}

fn campaigns(conn: &mut Conn, range: DateRange, all: &mut All) {
    let movements = "FROM token_transaction t LEFT JOIN campaign c USING (ap_campaign_id) WHERE";
    let recipients = format!("SELECT COUNT(DISTINCT user_id) {movements} t.tokens > 0 AND @");
    all.insert("recipients", ask(conn, range, &recipients, "t.created_on"));
    let users = |sign: char| format!("COUNT(DISTINCT IF(t.tokens {sign} 0, user_id, NULL))");
    let users = [users('>'), users('<')].join(", ");
    let by_name = format!("SELECT CAST(c.name AS BINARY), {users} {movements} @ GROUP BY 1");
    all.insert("recipients-by-campaign", ask(conn, range, &by_name, "t.created_on"));

    let days = analytics::daily_revenue(conn, range).unwrap();
    let granted: Decimal = days.iter().map(DailyRevenue::tokens).sum();
    all.insert("campaign-tokens-granted", vec![row![granted]]);
    let spent = "SELECT SUM(tokens) FROM token_transaction WHERE tokens < 0 AND @";
    all.insert("campaign-tokens-spent", ask(conn, range, spent, "created_on"));
    let by_day = days.iter().map(|day| {
        let next = day.date().next_day().unwrap();
        let of_day = DateRange::new(day.date(), next).unwrap();
        let spent = ask(conn, of_day, spent, "created_on").remove(0).remove(0);
        row![day.date(), day.tokens(), spent]
    });
    all.insert("campaign-tokens-by-day", by_day.collect());

    // Those of no known campaign are in no report.
    let budgets = analytics::campaign_budgets(conn, range).unwrap();
    let mut expiring: Rows = budgets.iter().map(|of| row![of.name(), of.expiring()]).collect();
    let unknown =
        format!("SELECT NULL, SUM(t.tokens) {movements} t.tokens > 0 AND c.id IS NULL AND @");
    expiring.extend(ask(conn, range, &unknown, "t.expired_on"));
    all.insert("expiring-by-campaign", expiring);
    let allocated = budgets.iter().map(|of| row![of.ap_campaign_id(), of.name(), of.allocated()]);
    all.insert("budgets-table", allocated.collect());

    let mut table = Rows::new();
    for budget in &budgets {
        let id = budget.ap_campaign_id();
        let of = analytics::campaign_performance(conn, id).unwrap().unwrap();
        let spent = format!(
            "SELECT COUNT(DISTINCT user_id), SUM(t.tokens) {movements} t.tokens < 0 AND ap_campaign_id = {id}"
        );
        let [spenders, spent] = &ask(conn, range, &spent, "")[0][..] else { panic!("two columns") };
        let (recipients, grants) = (of.recipients(), of.grants());
        table.push(row![id, of.name(), recipients, spenders, grants, of.distributed(), spent]);
    }
    let sums = "COUNT(*), SUM(t.tokens), NULL";
    let unknown = format!(
        "SELECT t.ap_campaign_id, NULL, {users}, {sums} {movements} c.id IS NULL GROUP BY 1"
    );
    table.extend(ask(conn, range, &unknown, ""));
    all.insert("campaigns-table", table);

    let referrals = analytics::referral_conversion(conn, range).unwrap();
    let invited: u64 = referrals.iter().map(analytics::ReferralConversion::referrals).sum();
    all.insert("invited", vec![row![invited]]);
    let name = |id: u32| {
        let of = budgets.iter().find(|of| i64::from(of.ap_campaign_id()) == i64::from(id));
        of.map_or("-", |of| of.name()).to_owned()
    };
    let by_name = referrals.iter().map(|of| row![name(of.ap_campaign_id()), of.referrals()]);
    all.insert("invited-by-campaign", by_name.collect());
}

fn activity(conn: &mut Conn, range: DateRange, all: &mut All) {
    let limits = HotspotLimits { min_frequency: 1, limit: 1_000_000 };
    let every: u64 = analytics::activity_hotspots(conn, limits)
        .unwrap()
        .iter()
        .map(analytics::Hotspot::frequency)
        .sum();
    all.insert("activity-habits", vec![row![every]]);
    let limits = HotspotLimits { min_frequency: 11, ..limits };
    let or_none = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let spots = analytics::activity_hotspots(conn, limits).unwrap();
    let spots = spots.iter().map(|of| {
        row![
            or_none(of.origin().map(|place| place.to_string())),
            or_none(of.destination().map(|place| place.to_string())),
            of.travel_mode().map_or("other".to_owned(), mode),
            of.frequency(),
            of.average_driving_probability().unwrap_or_default(),
            of.average_transit_probability().unwrap_or_default()
        ]
    });
    all.insert("hot-spots-table", spots.collect());

    let mut ask = |id, sql: &str, date: &str| {
        let rows = ask(conn, range, sql, date);
        all.insert(id, rows);
    };
    ask("activity-users", "SELECT COUNT(DISTINCT user_id) FROM trip WHERE @", "started_on");
    ask("activity-actions", "SELECT COUNT(*) FROM app_data WHERE @", "created_on");
    let by_day = "SELECT DATE(created_on), COUNT(*) FROM app_data WHERE @ GROUP BY 1";
    ask("activity-actions-by-day", by_day, "created_on");
    let origins = "SELECT ROUND(origin_longitude, 2), ROUND(origin_latitude, 2), COUNT(*) FROM trip \
         WHERE @ AND origin_longitude BETWEEN -180 AND 180 AND origin_latitude BETWEEN -90 AND 90 \
         GROUP BY 1, 2";
    ask("origins-map", origins, "started_on");
}

/// The months before, of and around the rows, all of their time, and a month without any.
pub(super) fn ranges() -> [DateRange; 4] {
    let first = |year, month| Date::from_calendar_date(year, month, 1).unwrap();
    let march = first(2025, Month::March);
    [
        (march, first(2025, Month::April)),
        (march, march.next_day().unwrap()),
        (first(2024, Month::December), first(2025, Month::December)),
        (first(2030, Month::March), first(2030, Month::April)),
    ]
    .map(|(from, until)| DateRange::new(from, until).unwrap())
}
