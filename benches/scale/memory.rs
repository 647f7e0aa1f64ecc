//! What a long report needs of this process's memory.

use std::fs;

use quicksight_migrations::{
    analytics::{self, DateRange},
    time::Date,
};

use crate::{site::Site, table};

/// Streams the engagement of all users there are.
pub(crate) fn of_streaming(site: &mut Site) -> String {
    let before = forget_peak().and_then(|()| kilobytes("VmRSS:"));
    let mut users = 0;
    let first = Date::from_ordinal_date(1000, 1).expect("a day");
    let range = DateRange::new(first, Date::MAX).expect("a range");
    for user in analytics::user_engagement(&mut site.ours, range).expect("ask") {
        user.expect("a user");
        users += 1;
    }
    let users = table::grouped(users);
    match (before, kilobytes("VmHWM:")) {
        (Some(before), Some(peak)) => format!(
            "Memory of this process: {before} kB before the engagement of {users} users, \
             {peak} kB at most while they stream in"
        ),
        _ => format!("Memory of this process: not known here ({users} users streamed in)"),
    }
}

/// Lets the kernel measure the peak anew.
/// <https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html>
fn forget_peak() -> Option<()> {
    fs::write("/proc/self/clear_refs", "5").ok()
}

fn kilobytes(label: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(label))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
