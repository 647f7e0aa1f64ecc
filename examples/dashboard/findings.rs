//! What there is to tell of a month.

use std::{collections::BTreeMap, error::Error};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    analytics::{
        Analytics, CampaignPerformance, DailyRevenue, DateRange, Hotspot, HotspotLimits,
        HourlyTrips, TravelMode, UserEngagement,
    },
    integrity::{self, QualityIssue, ValidationReport},
    rust_decimal::Decimal,
    time::{Date, Duration, Weekday},
};

/// Users who signed up in so many days before the month count as new.
const NEW: i64 = 60;
const BUSIEST: usize = 8;
const SPOTS: u64 = 12;

pub(crate) struct Findings {
    pub range: DateRange,
    pub days: Vec<DailyRevenue>,
    pub new_since: Date,
    pub new_users: usize,
    /// Who of the new users has gained most points.
    pub busiest: Vec<UserEngagement>,
    pub campaigns: Vec<CampaignPerformance>,
    pub hours: Vec<HourlyTrips>,
    pub hotspots: Vec<Hotspot>,
    pub validation: ValidationReport,
    pub issues: Vec<QualityIssue>,
}

impl Findings {
    /// Asks for the month from `first` on, without test accounts.
    pub(crate) fn gather(conn: &mut Conn, first: Date) -> Result<Self, Box<dyn Error>> {
        let reports = Analytics::new().without_test_accounts();
        let after = |days| first.checked_add(Duration::days(days)).ok_or("there is no such day");
        let range = DateRange::new(first, after(31)?)?;
        let new_since = after(-NEW)?;

        let (mut new_users, mut busiest) = (0, Vec::new());
        for user in reports.user_engagement(conn, DateRange::new(new_since, range.end())?)? {
            let user = user?;
            new_users += 1;
            if busiest.len() < BUSIEST {
                busiest.push(user);
            }
        }
        let numbers: Vec<i32> =
            conn.query("SELECT ap_campaign_id FROM campaign ORDER BY ap_campaign_id")?;
        let mut campaigns = Vec::new();
        for number in numbers {
            campaigns.extend(reports.campaign_performance(conn, number)?);
        }
        let most_frequent = HotspotLimits { min_frequency: 2, limit: SPOTS };
        Ok(Self {
            range,
            days: reports.daily_revenue(conn, range)?,
            new_since,
            new_users,
            busiest,
            campaigns,
            hours: reports.hourly_trips(conn, range)?,
            hotspots: reports.activity_hotspots(conn, most_frequent)?,
            validation: integrity::validate(conn)?,
            issues: integrity::monitor(conn)?,
        })
    }

    /// Points, tokens, and what was paid for tickets, of the whole month.
    pub(crate) fn totals(&self) -> (Decimal, Decimal, Decimal) {
        let sum = |of: fn(&DailyRevenue) -> Decimal| self.days.iter().map(of).sum();
        (sum(DailyRevenue::points), sum(DailyRevenue::tokens), sum(DailyRevenue::tickets))
    }

    pub(crate) fn trips(&self) -> u64 {
        self.hours.iter().map(HourlyTrips::trips).sum()
    }

    /// Trips by day of the week, from Monday, and by hour: the mean over such days, of which a month
    /// has four or five.
    pub(crate) fn week(&self) -> [[f64; 24]; 7] {
        let mut week = [[0.0; 24]; 7];
        for row in &self.hours {
            let weekday = row.weekday();
            let such = self.days.iter().filter(|day| day.date().weekday() == weekday).count();
            week[usize::from(weekday.number_days_from_monday())][usize::from(row.hour())] +=
                number(row.trips()) / number(such.max(1) as u64);
        }
        week
    }

    /// Each mode with its trips by hour, the most frequent first.
    pub(crate) fn modes(&self) -> Vec<(TravelMode, [u64; 24])> {
        let mut modes = BTreeMap::<_, [u64; 24]>::new();
        for row in &self.hours {
            modes.entry(row.travel_mode()).or_default()[usize::from(row.hour())] += row.trips();
        }
        let mut modes: Vec<_> = modes.into_iter().collect();
        modes.sort_by_key(|(_, hours)| std::cmp::Reverse(hours.iter().sum::<u64>()));
        modes
    }

    /// Kilometres per trip of a mode.
    pub(crate) fn kilometres(&self, mode: TravelMode) -> Option<f64> {
        let known = self.hours.iter().filter(|row| row.travel_mode() == mode);
        let known = known.filter_map(|row| Some((number(row.trips()), row.average_distance()?)));
        let (trips, metres) =
            known.fold((0.0, 0.0), |(trips, metres), (n, each)| (trips + n, metres + n * each));
        (trips > 0.0).then(|| metres / trips / 1000.0)
    }
}

/// The days of the week, from Monday.
pub(crate) const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// A count, to be drawn or divided.
#[allow(clippy::cast_precision_loss)] // Counts of rows are far below 2^53.
pub(crate) fn number(count: u64) -> f64 {
    count as f64
}

/// A hot spot, as in "place 12 to place 7, walking".
pub(crate) fn name(spot: &Hotspot) -> String {
    let place = |id: Option<u32>| id.map_or("unknown".into(), |id| format!("place {id}"));
    let mode = spot.travel_mode().map_or("no mode".into(), |mode| mode.to_string());
    format!("{} to {}, {mode}", place(spot.origin()), place(spot.destination()))
}

/// A part as per cent, or a dash where there is nothing to take a part of.
pub(crate) fn per_cent(part: Option<f64>) -> String {
    part.map_or("-".into(), |part| format!("{:.0} %", part * 100.0))
}

pub(crate) fn days(days: Option<f64>) -> String {
    days.map_or("-".into(), |days| format!("{days:.1} days"))
}
