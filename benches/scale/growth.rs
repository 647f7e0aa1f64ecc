//! What a longer range costs: how many rows and index entries the server reads, which noise does not
//! touch, next to the rows that are asked for.

use std::time::Instant;

use quicksight_migrations::mysql::prelude::Queryable;

use crate::{
    city::Period,
    reports::{self, Call},
    site::Site,
    table,
};

pub(crate) const HEAD: [&str; 5] = ["function", "asked for", "rows in it", "rows read", "time"];
const DAYS: [i64; 3] = [1, 7, 30];
/// From a small one to a big one.
const CAMPAIGNS: [i32; 3] = [106, 103, 101];

struct Question {
    function: &'static str,
    asked_for: String,
    /// Each counts rows that no answer could do without.
    counts: Vec<String>,
    call: Call,
}

pub(crate) fn rows(site: &mut Site, period: Period) -> Vec<Vec<String>> {
    questions(period).iter().map(|question| question.row(site)).collect()
}

fn questions(period: Period) -> Vec<Question> {
    let by_days = |function, counts: fn(&str) -> Vec<String>, call: fn(Period, i64) -> Call| {
        DAYS.map(|days| Question {
            function,
            asked_for: if days == 1 { "1 day".into() } else { format!("{days} days") },
            counts: counts(&reports::days_before_the_end(period, days).date().to_string()),
            call: call(period, days),
        })
    };
    let campaigns = CAMPAIGNS.map(|number| Question {
        function: "campaign_performance",
        asked_for: format!("campaign {number}"),
        counts: rows_of_a_campaign(number),
        call: reports::campaign_performance(number),
    });
    by_days("daily_revenue", rows_of_revenue, reports::daily_revenue)
        .into_iter()
        .chain(by_days("user_engagement", rows_of_newcomers, reports::user_engagement))
        .chain(by_days("hourly_trips", rows_of_trips, reports::hourly_trips))
        .chain(campaigns)
        .collect()
}

fn rows_of_revenue(since: &str) -> Vec<String> {
    ["points_transaction", "token_transaction", "bytemark_order_payments"]
        .map(|table| format!("SELECT COUNT(*) FROM {table} WHERE created_on >= '{since}'"))
        .into()
}

fn rows_of_newcomers(since: &str) -> Vec<String> {
    ["points_transaction", "token_transaction", "trip"]
        .map(|table| {
            format!(
                "SELECT COUNT(*) FROM auth_user u JOIN {table} t ON t.user_id = u.id \
                 WHERE u.created_on >= '{since}'"
            )
        })
        .into()
}

fn rows_of_trips(since: &str) -> Vec<String> {
    vec![format!("SELECT COUNT(*) FROM trip WHERE started_on >= '{since}'")]
}

fn rows_of_a_campaign(number: i32) -> Vec<String> {
    let grants = format!("FROM token_transaction WHERE ap_campaign_id = {number} AND tokens > 0");
    vec![
        format!("SELECT COUNT(*) {grants}"),
        format!(
            "SELECT COUNT(*) FROM (SELECT user_id, MIN(issued_on) AS since {grants} \
             GROUP BY user_id) g JOIN trip t ON t.user_id = g.user_id AND t.started_on >= g.since"
        ),
    ]
}

impl Question {
    fn row(&self, site: &mut Site) -> Vec<String> {
        let reads = site.rows_read(|conn| (self.call)(conn).expect("an answer"));
        let started = Instant::now();
        (self.call)(&mut site.ours).expect("an answer");
        let time = started.elapsed();
        let rows = self.counts.iter().map(|sql| {
            let count: Option<u64> = site.ours.query_first(sql).expect("count rows");
            count.expect("a row")
        });
        let rows = rows.sum();
        vec![
            self.function.into(),
            self.asked_for.clone(),
            table::grouped(rows),
            table::grouped(reads),
            table::time(time),
        ]
    }
}
