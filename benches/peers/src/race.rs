//! Boots of several tools, taken in turn so that a busy moment of the machine strikes all alike.

use std::time::{Duration, Instant};

use crate::{
    progress::Progress,
    relay::Relay,
    site::{Address, Site},
    tools::{Boot, Tool},
};

/// What was seen of one tool.
pub struct Racer {
    pub id: &'static str,
    pub name: String,
    pub counts: Counts,
    /// In ascending order.
    times: Vec<Duration>,
}

/// What one boot did. Noise does not touch these.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    pub statements: u64,
    pub round_trips: u64,
    pub log_bytes: Option<u64>,
}

impl Racer {
    pub fn median(&self) -> Duration {
        let middle = self.times.len() / 2;
        if self.times.len() % 2 == 1 {
            self.times[middle]
        } else {
            (self.times[middle - 1] + self.times[middle]) / 2
        }
    }

    pub fn range(&self) -> [Duration; 2] {
        [self.times[0], self.times[self.times.len() - 1]]
    }
}

/// The racer of that id.
pub fn find<'r>(racers: &'r [Racer], id: &str) -> &'r Racer {
    racers.iter().find(|racer| racer.id == id).expect("a tool of this race")
}

/// The median of one as a multiple of the median of the other.
pub fn ratio(racers: &[Racer], id: &str, to: &str) -> f64 {
    find(racers, id).median().div_duration_f64(find(racers, to).median())
}

/// Counts one boot of each tool, then times `rounds` boots of each.
///
/// `prepare` gives the database for the next boot of a tool. Every boot has a connection of its own,
/// opened before the clock starts: a service boots once per connection, and a second boot would
/// find its statements prepared.
pub fn race(
    site: &mut Site,
    label: &'static str,
    tools: &[Tool],
    rounds: usize,
    mut prepare: impl FnMut(&mut Site, usize) -> Address,
) -> Vec<Racer> {
    let mut racers: Vec<_> = tools
        .iter()
        .enumerate()
        .map(|(which, tool)| {
            let at = prepare(site, which);
            Racer {
                id: tool.id,
                name: tool.name.clone(),
                counts: count(site, tool, &at),
                times: Vec::with_capacity(rounds),
            }
        })
        .collect();

    let warm_up = rounds / 10;
    let progress = Progress::new(label, warm_up + rounds);
    for round in 0..warm_up + rounds {
        progress.show(round + 1);
        let addresses: Vec<_> = (0..tools.len()).map(|which| prepare(site, which)).collect();
        let mut boots: Vec<Boot> =
            tools.iter().zip(&addresses).map(|(tool, at)| (tool.open)(at)).collect();
        for which in turns(tools.len(), round) {
            let started = Instant::now();
            boots[which]();
            let elapsed = started.elapsed();
            if round >= warm_up {
                racers[which].times.push(elapsed);
            }
        }
        for (tool, at) in tools.iter().zip(&addresses) {
            site.check_tables(tool, at);
        }
    }
    for racer in &mut racers {
        racer.times.sort_unstable();
    }
    racers
}

/// Each tool once; another one first in each round, and every other round backwards, so that none
/// always follows the same one.
fn turns(count: usize, round: usize) -> Vec<usize> {
    let mut turns: Vec<_> = (0..count).collect();
    turns.rotate_left(round / 2 % count);
    if round % 2 == 1 {
        turns.reverse();
    }
    turns
}

fn count(site: &mut Site, tool: &Tool, at: &Address) -> Counts {
    let relay = Relay::open(at);
    let mut boot = (tool.open)(&relay.detour(at));
    let log_before = site.binary_log();
    let trips_before = relay.round_trips();
    let asked_before = site.questions();
    boot();
    // The second question counts itself.
    let statements = site.questions() - asked_before - 1;
    let round_trips = relay.round_trips() - trips_before;
    let log_bytes = match (log_before, site.binary_log()) {
        (Some((file, from)), Some((same, to))) if file == same => Some(to - from),
        _ => None,
    };
    Counts { statements, round_trips, log_bytes }
}
