//! Reports on many users need no more memory than reports on few. Alone in its process, whose memory
//! it measures.

mod support;

use quicksight_migrations::{
    analytics::{self, DateRange},
    time::Date,
};
use support::{ByHand, migrated};

const USERS: u32 = 100_000;

#[test]
fn memory_does_not_grow_with_the_number_of_users() {
    let db = migrated();
    let mut conn = db.conn();
    let digits = "(SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL \
                  SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL \
                  SELECT 8 UNION ALL SELECT 9)";
    conn.by_hand([
            format!(
                "INSERT INTO auth_user (first_name, last_name, created_on) \
             SELECT REPEAT('f', 100), REPEAT('l', 100), '2025-03-01' FROM {digits} a JOIN {digits} b \
             JOIN {digits} c JOIN {digits} d JOIN {digits} e"
            ),
            "INSERT INTO trip (user_id, travel_mode, started_on) \
         SELECT id, 1, '2025-03-02' FROM auth_user"
                .into(),
        ],
    );
    let since = Date::from_ordinal_date(2025, 1).unwrap();
    let range = DateRange::new(since, Date::MAX).unwrap();

    let mut users = analytics::user_engagement(&mut conn, range).unwrap();
    users.next().unwrap().unwrap();
    let at_first = resident_kilobytes();
    let (mut seen, mut most) = (1, 0);
    for user in users {
        assert_eq!(user.unwrap().trips(), 1);
        seen += 1;
        if seen % 1000 == 0 {
            most = most.max(resident_kilobytes());
        }
    }

    assert_eq!(seen, USERS);
    // All of them at once would be 20 MB of names alone.
    assert!(most < at_first + 4_000, "from {at_first} to {most} kB");
}

/// The memory that this process has now.
/// <https://man7.org/linux/man-pages/man5/proc_pid_status.5.html>
fn resident_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
