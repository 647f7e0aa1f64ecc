//! What is timed: each function, and the statements that it replaces.

use quicksight_migrations::{
    Result,
    analytics::{self, DateRange},
    mysql::Conn,
    time::{Duration, PrimitiveDateTime},
};

use crate::{city::Period, document};

/// Calls a function of this crate and tells how many rows it gave.
pub(crate) type Call = Box<dyn Fn(&mut Conn) -> Result<usize>>;

pub(crate) struct Report {
    pub(crate) name: &'static str,
    pub(crate) document: Vec<String>,
    pub(crate) ours: Call,
}

/// The report that takes the document longest, and is to gain most.
pub(crate) const ENGAGEMENT: &str = "user_engagement, 30 days";

const CAMPAIGN: i32 = 101;

/// As the document asks them, with the end of the period for now.
pub(crate) fn all(period: Period) -> Vec<Report> {
    let since = days_before_the_end(period, 30).date();
    let until = period.end() - Duration::SECOND;
    let until = format!("{} 23:59:59", until.date());
    vec![
        Report {
            name: "daily_revenue, 30 days",
            document: document::daily_revenue(&since.to_string(), &until),
            ours: daily_revenue(period, 30),
        },
        Report {
            name: ENGAGEMENT,
            document: document::user_engagement(),
            ours: user_engagement(period, 30),
        },
        Report {
            name: "campaign_performance",
            document: document::campaign_performance(CAMPAIGN),
            ours: campaign_performance(CAMPAIGN),
        },
        Report {
            name: "hourly_trips, 7 days",
            document: document::hourly_trips(),
            ours: hourly_trips(period, 7),
        },
        Report {
            name: "activity_hotspots",
            document: document::activity_hotspots(),
            ours: Box::new(|conn| Ok(analytics::activity_hotspots(conn, 11, 100)?.len())),
        },
    ]
}

pub(crate) fn days_before_the_end(period: Period, days: i64) -> PrimitiveDateTime {
    period.end() - Duration::days(days)
}

pub(crate) fn daily_revenue(period: Period, days: i64) -> Call {
    let from = days_before_the_end(period, days).date();
    Box::new(move |conn| {
        let range = DateRange::new(from, period.end().date())?;
        Ok(analytics::daily_revenue(conn, range)?.len())
    })
}

pub(crate) fn user_engagement(period: Period, days: i64) -> Call {
    let since = days_before_the_end(period, days);
    Box::new(move |conn| {
        analytics::user_engagement(conn, since)?.try_fold(0, |users, user| user.map(|_| users + 1))
    })
}

pub(crate) fn campaign_performance(ap_campaign_id: i32) -> Call {
    Box::new(move |conn| {
        let campaign = analytics::campaign_performance(conn, ap_campaign_id)?;
        Ok(campaign.iter().count())
    })
}

pub(crate) fn hourly_trips(period: Period, days: i64) -> Call {
    let since = days_before_the_end(period, days);
    Box::new(move |conn| Ok(analytics::hourly_trips(conn, since)?.len()))
}
