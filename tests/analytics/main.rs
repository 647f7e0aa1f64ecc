//! The reports say what the rows say: for random rows, and for those that the statements
//! which they replace get wrong.

mod odd;
mod oracle;
mod original;
mod plans;
mod random;
mod reversed;
mod rows;
mod session;
#[path = "../support/mod.rs"]
mod support;

use mysql::Conn;
use oracle::{Day, Engagement, Hour, Performance, Spot};
use quicksight_migrations::{
    Connection,
    analytics::{Analytics, DateRange, EmissionFactors, HotspotLimits, Period},
    rust_decimal::Decimal,
    time::{Date, Month},
};
use support::{ByHand, Database, migrated};

fn revenue<C: Connection>(reports: Analytics, conn: &mut C, range: DateRange) -> Vec<Day> {
    let days = reports.daily_revenue(conn, range).unwrap();
    days.iter()
        .map(|day| (day.date(), day.points(), day.positive_points(), day.tokens(), day.tickets()))
        .collect()
}

fn engagement(reports: Analytics, conn: &mut Conn, range: DateRange) -> Vec<Engagement> {
    let users = reports.user_engagement(conn, range).unwrap().map(Result::unwrap);
    users
        .map(|user| {
            assert_eq!(user.first_name(), Some(format!("First {}", user.user_id()).as_str()));
            assert_eq!(user.last_name(), None);
            assert_eq!(user.enterprise_id(), Some(user.user_id() * 10));
            (
                user.user_id(),
                user.points_transactions(),
                user.total_points(),
                user.token_transactions(),
                user.total_tokens(),
                user.trips(),
            )
        })
        .collect()
}

fn campaign(reports: Analytics, conn: &mut Conn, ap_campaign_id: i32) -> Option<Performance> {
    let campaign = reports.campaign_performance(conn, ap_campaign_id).unwrap()?;
    assert_eq!(campaign.ap_campaign_id(), ap_campaign_id);
    assert_eq!(campaign.name(), format!("Campaign {ap_campaign_id}"));
    let times = |average: Option<Decimal>, count: u64| {
        average.map_or(Decimal::ZERO, |average| (average * Decimal::from(count)).round_dp(2))
    };
    assert_eq!(times(campaign.average_grant(), campaign.grants()), campaign.distributed());
    let recipients = campaign.recipients();
    assert_eq!(times(campaign.average_per_recipient(), recipients), campaign.distributed());
    Some(Performance {
        allocated: campaign.allocated(),
        recipients,
        grants: campaign.grants(),
        distributed: campaign.distributed(),
        first_issue: campaign.first_issue(),
        last_issue: campaign.last_issue(),
        engaged_users: campaign.engaged_users(),
        trips_after: campaign.trips_after(),
        mean_days: campaign.mean_days_to_first_trip(),
        rate: campaign.engagement_rate(),
    })
}

fn hours(reports: Analytics, conn: &mut Conn, range: DateRange) -> Vec<Hour> {
    let hours = reports.hourly_trips(conn, range).unwrap();
    hours
        .iter()
        .map(|row| {
            let weekday = row.weekday().number_days_from_sunday();
            (weekday, row.hour(), row.travel_mode(), row.trips(), row.average_distance())
        })
        .collect()
}

fn hotspots(reports: Analytics, conn: &mut Conn, min_frequency: u64, limit: u64) -> Vec<Spot> {
    let spots = reports.activity_hotspots(conn, HotspotLimits { min_frequency, limit }).unwrap();
    spots
        .iter()
        .map(|spot| {
            (
                spot.origin(),
                spot.destination(),
                spot.travel_mode(),
                spot.frequency(),
                spot.average_driving_probability(),
                spot.average_transit_probability(),
            )
        })
        .collect()
}

/// What every report but the streaming one says of a range, as text.
fn everything<C: Connection>(reports: Analytics, conn: &mut C, range: DateRange) -> Vec<String> {
    let limits = HotspotLimits { min_frequency: 1, limit: 10 };
    let factors = EmissionFactors { car: 248.5, transit: 60.0, source: "made up".into() };
    vec![
        format!("{:?}", reports.daily_revenue(conn, range).unwrap()),
        format!("{:?}", reports.points_by_activity(conn, range).unwrap()),
        format!("{:?}", reports.revenue_by_payment_type(conn, range).unwrap()),
        format!("{:?}", reports.campaign_performance(conn, 7).unwrap()),
        format!("{:?}", reports.campaign_budgets(conn, range).unwrap()),
        format!("{:?}", reports.hourly_trips(conn, range).unwrap()),
        format!("{:?}", reports.daily_trips(conn, range).unwrap()),
        format!("{:?}", reports.mode_share(conn, range, Period::Week).unwrap()),
        format!("{:?}", reports.avoided_emissions(conn, range, &factors).unwrap()),
        format!("{:?}", reports.active_users(conn, range).unwrap()),
        format!("{:?}", reports.retention(conn, range, Period::Week).unwrap()),
        format!("{:?}", reports.referral_conversion(conn, range).unwrap()),
        format!("{:?}", reports.activity_hotspots(conn, limits).unwrap()),
    ]
}

/// From a day of 2025 to the end of the calendar.
fn from(month: Month, day: u8) -> DateRange {
    DateRange::new(rows::date(month, day), Date::MAX).unwrap()
}

/// What the service would hold after two movements of points, a grant and three trips.
fn two_points_one_token_three_trips() -> (Database, Conn) {
    let db = migrated();
    let mut conn = db.conn();
    conn.by_hand([
        "INSERT INTO auth_user (id, first_name, enterprise_id, created_on) \
         VALUES (1, 'First 1', 10, '2025-03-01')",
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
         VALUES (1, 2, 10.50, 10.50, '2025-03-02 23:59:59'), (1, 3, -4.25, 6.25, '2025-03-03')",
        "INSERT INTO token_transaction (user_id, ap_campaign_id, activity_type, tokens, issued_on) \
         VALUES (1, 7, 1, 5, '2025-03-02 12:00:00')",
        "INSERT INTO trip (user_id, travel_mode, started_on, distance) VALUES \
         (1, 2, '2025-03-02 11:59:59', 1000), (1, 2, '2025-03-02 12:00:00', 2000), \
         (1, 1, '2025-03-04 08:30:00', NULL)",
        "INSERT INTO campaign (ap_campaign_id, name, tokens) VALUES (7, 'Campaign 7', 100)",
    ]);
    (db, conn)
}
