//! What is timed: each function, and the statements that it replaces.

use quicksight_migrations::{
    Result,
    analytics::{self, DateRange, EmissionFactors, HotspotLimits},
    integrity::{self, Check},
    mysql::Conn,
    time::{Duration, PrimitiveDateTime},
};

use crate::{city::Period, original};

/// Calls a function of this crate and takes all that it gives.
pub(crate) type Call = Box<dyn Fn(&mut Conn) -> Result<()>>;

pub(crate) struct Report {
    pub(crate) name: &'static str,
    /// None where the service had nothing like it.
    pub(crate) original: Vec<String>,
    pub(crate) ours: Call,
}

/// The report whose original takes longest, and which is to gain most.
pub(crate) const ENGAGEMENT: &str = "user_engagement, 30 days";

const CAMPAIGN: i32 = 101;

pub(crate) fn all(period: Period) -> Vec<Report> {
    analytics(period).into_iter().chain(checks()).collect()
}

/// For the same days as the original, with the end of the period for now.
fn analytics(period: Period) -> Vec<Report> {
    let since = days_before_the_end(period, 30).date();
    let until = period.end() - Duration::SECOND;
    let until = format!("{} 23:59:59", until.date());
    vec![
        Report {
            name: "daily_revenue, 30 days",
            original: original::daily_revenue(&since.to_string(), &until),
            ours: daily_revenue(period, 30),
        },
        Report {
            name: ENGAGEMENT,
            original: original::user_engagement(),
            ours: user_engagement(period, 30),
        },
        Report {
            name: "campaign_performance",
            original: original::campaign_performance(CAMPAIGN),
            ours: campaign_performance(CAMPAIGN),
        },
        Report {
            name: "hourly_trips, 7 days",
            original: original::hourly_trips(),
            ours: hourly_trips(period, 7),
        },
        Report {
            name: "activity_hotspots",
            original: original::activity_hotspots(),
            ours: Box::new(|conn| {
                analytics::activity_hotspots(conn, HotspotLimits::default()).map(drop)
            }),
        },
    ]
    .into_iter()
    .chain(new_reports(period))
    .collect()
}

/// Those that the service had no statement for, on 30 days each.
fn new_reports(period: Period) -> Vec<Report> {
    let from = days_before_the_end(period, 30).date();
    let report = |name, report: fn(&mut Conn, DateRange) -> Result<()>| Report {
        name,
        original: Vec::new(),
        ours: Box::new(move |conn| report(conn, DateRange::new(from, period.end().date())?)),
    };
    vec![
        report("points_by_activity", |conn, days| {
            analytics::points_by_activity(conn, days).map(drop)
        }),
        report("revenue_by_payment_type", |conn, days| {
            analytics::revenue_by_payment_type(conn, days).map(drop)
        }),
        report("retention", |conn, days| {
            analytics::retention(conn, days, analytics::Period::Week).map(drop)
        }),
        report("active_users", |conn, days| analytics::active_users(conn, days).map(drop)),
        report("referral_conversion", |conn, days| {
            analytics::referral_conversion(conn, days).map(drop)
        }),
        report("campaign_budgets", |conn, days| analytics::campaign_budgets(conn, days).map(drop)),
        report("daily_trips", |conn, days| analytics::daily_trips(conn, days).map(drop)),
        report("mode_share", |conn, days| {
            analytics::mode_share(conn, days, analytics::Period::Week).map(drop)
        }),
        report("avoided_emissions", |conn, days| {
            let factors = EmissionFactors { car: 248.5, transit: 60.0, source: "made up".into() };
            analytics::avoided_emissions(conn, days, &factors).map(drop)
        }),
    ]
}

/// The original monitoring had two checks, which are compared; this crate has many more. The city has
/// no faults, and none must be found.
fn checks() -> Vec<Report> {
    vec![
        Report {
            name: "integrity::validate",
            original: original::validate(),
            ours: Box::new(|conn| {
                integrity::validate(conn).map(|report| assert!(report.is_clean(), "{report}"))
            }),
        },
        Report {
            name: "integrity::check, duplicates",
            original: original::duplicate_transactions(),
            ours: check(Check::DUPLICATE_POINTS),
        },
        Report {
            name: "integrity::check, coordinates",
            original: original::invalid_coordinates(),
            ours: check(Check::SIGN_UP_COORDINATES),
        },
        Report {
            name: "integrity::monitor, all checks",
            original: Vec::new(),
            ours: Box::new(|conn| {
                integrity::monitor(conn).map(|issues| assert!(issues.is_empty(), "{issues:?}"))
            }),
        },
    ]
}

fn check(check: Check) -> Call {
    Box::new(move |conn| {
        integrity::check(conn, check).map(|issue| assert!(issue.is_none(), "{issue:?}"))
    })
}

pub(crate) fn days_before_the_end(period: Period, days: i64) -> PrimitiveDateTime {
    period.end() - Duration::days(days)
}

pub(crate) fn daily_revenue(period: Period, days: i64) -> Call {
    let from = days_before_the_end(period, days).date();
    Box::new(move |conn| {
        let range = DateRange::new(from, period.end().date())?;
        analytics::daily_revenue(conn, range).map(drop)
    })
}

pub(crate) fn user_engagement(period: Period, days: i64) -> Call {
    let since = days_before_the_end(period, days).date();
    Box::new(move |conn| {
        let range = DateRange::new(since, period.end().date())?;
        analytics::user_engagement(conn, range)?.try_for_each(|user| user.map(drop))
    })
}

pub(crate) fn campaign_performance(ap_campaign_id: i32) -> Call {
    Box::new(move |conn| analytics::campaign_performance(conn, ap_campaign_id).map(drop))
}

pub(crate) fn hourly_trips(period: Period, days: i64) -> Call {
    let since = days_before_the_end(period, days).date();
    Box::new(move |conn| {
        let range = DateRange::new(since, period.end().date())?;
        analytics::hourly_trips(conn, range).map(drop)
    })
}
