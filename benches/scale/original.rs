//! The statements that this crate's functions replace: what a service in TypeScript sent through
//! Knex for the same questions, word for word but for the white space.

const NEWCOMERS: &str = "DATE_SUB(NOW(), INTERVAL 30 DAY)";

pub(crate) fn daily_revenue(from: &str, to: &str) -> Vec<String> {
    let of = |table: &str, amount: &str, total: &str, which: &str| {
        format!(
            "select DATE(created_on) as date, sum(`{amount}`) as `{total}` from `{table}` \
             where `created_on` between '{from}' and '{to}'{which} group by DATE(created_on)"
        )
    };
    vec![
        of("points_transaction", "points", "total_points", " and `points` > 0"),
        of("token_transaction", "tokens", "total_tokens", " and `tokens` > 0"),
        of("bytemark_order_payments", "total_price", "total_amount", ""),
    ]
}

pub(crate) fn user_engagement() -> Vec<String> {
    vec![format!(
        "select `u`.`id`, `u`.`first_name`, `u`.`last_name`, `u`.`enterprise_id`, \
         count(`pt`.`id`) as `points_transactions`, count(`tt`.`id`) as `token_transactions`, \
         count(`t`.`id`) as `trips`, sum(`pt`.`points`) as `total_points`, \
         sum(`tt`.`tokens`) as `total_tokens` from `auth_user` as `u` \
         left join `points_transaction` as `pt` on `u`.`id` = `pt`.`user_id` \
         left join `token_transaction` as `tt` on `u`.`id` = `tt`.`user_id` \
         left join `trip` as `t` on `u`.`id` = `t`.`user_id` \
         where `u`.`created_on` >= {NEWCOMERS} \
         group by `u`.`id`, `u`.`first_name`, `u`.`last_name`, `u`.`enterprise_id` \
         having `points_transactions` > 0 or `token_transactions` > 0 or `trips` > 0 \
         order by `total_points` desc"
    )]
}

pub(crate) fn campaign_performance(ap_campaign_id: i32) -> Vec<String> {
    vec![
        format!("select * from `campaign` where `ap_campaign_id` = {ap_campaign_id} limit 1"),
        format!(
            "select COUNT(DISTINCT user_id) as unique_recipients, \
             SUM(tokens) as total_distributed, AVG(tokens) as avg_per_user, \
             MIN(issued_on) as campaign_start, MAX(issued_on) as campaign_end \
             from `token_transaction` where `ap_campaign_id` = {ap_campaign_id} limit 1"
        ),
        format!(
            "select COUNT(DISTINCT tt.user_id) as engaged_users, \
             COUNT(t.id) as post_campaign_trips, \
             AVG(DATEDIFF(t.started_on, tt.issued_on)) as avg_days_to_engagement \
             from `token_transaction` as `tt` \
             inner join `trip` as `t` on `tt`.`user_id` = `t`.`user_id` \
             where `tt`.`ap_campaign_id` = {ap_campaign_id} \
             and `t`.`started_on` >= `tt`.`issued_on` limit 1"
        ),
    ]
}

pub(crate) fn hourly_trips() -> Vec<String> {
    vec![
        "select HOUR(started_on) as hour, DAYOFWEEK(started_on) as day_of_week, `travel_mode`, \
         count(*) as `trip_count`, avg(`distance`) as `avg_distance` from `trip` \
         where `started_on` >= DATE_SUB(NOW(), INTERVAL 7 DAY) \
         group by `hour`, `day_of_week`, `travel_mode` \
         order by `day_of_week` asc, `hour` asc"
            .into(),
    ]
}

pub(crate) fn activity_hotspots() -> Vec<String> {
    vec![
        "select `o_id`, `d_id`, `travel_mode`, count(*) as `frequency`, \
         avg(`probability_driving`) as `avg_drive_prob`, \
         avg(`probability_transit`) as `avg_transit_prob` from `cm_activity_location` \
         group by `o_id`, `d_id`, `travel_mode` having `frequency` > 10 \
         order by `frequency` desc limit 100"
            .into(),
    ]
}

/// Balances, referrals and campaigns.
pub(crate) fn validate() -> Vec<String> {
    vec![
        "SELECT user_id, COUNT(*) as transaction_count, SUM(points) as total_points_change, \
         MAX(balance) as final_balance, \
         (SELECT SUM(points) FROM points_transaction pt2 \
         WHERE pt2.user_id = pt1.user_id AND pt2.id <= MAX(pt1.id)) as calculated_balance \
         FROM points_transaction pt1 GROUP BY user_id HAVING final_balance != calculated_balance"
            .into(),
        "select `rh`.* from `referral_history` as `rh` \
         left join `auth_user` as `sender` on `rh`.`sender_user_id` = `sender`.`id` \
         left join `auth_user` as `receiver` on `rh`.`receiver_user_id` = `receiver`.`id` \
         where `sender`.`id` is null or `receiver`.`id` is null"
            .into(),
        "select `campaign`.`ap_campaign_id`, `campaign`.`tokens` as `allocated`, \
         sum(`token_transaction`.`tokens`) as `distributed` from `campaign` \
         left join `token_transaction` \
         on `campaign`.`ap_campaign_id` = `token_transaction`.`ap_campaign_id` \
         group by `campaign`.`ap_campaign_id`, `campaign`.`tokens` \
         having `distributed` > `allocated`"
            .into(),
    ]
}

pub(crate) fn duplicate_transactions() -> Vec<String> {
    vec![
        "select `user_id`, `created_on`, `points`, `activity_type`, count(*) as `count` \
         from `points_transaction` group by `user_id`, `created_on`, `points`, `activity_type` \
         having `count` > 1"
            .into(),
    ]
}

pub(crate) fn invalid_coordinates() -> Vec<String> {
    vec![
        "select count(*) as `count` from `auth_user` \
         where (`registration_latitude` > 90 or `registration_latitude` < -90 \
         or `registration_longitude` > 180 or `registration_longitude` < -180) limit 1"
            .into(),
    ]
}
