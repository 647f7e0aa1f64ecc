//! How long something takes.

use std::{
    env,
    str::FromStr,
    time::{Duration, Instant},
};

pub(crate) fn timed(run: impl FnOnce()) -> Duration {
    let started = Instant::now();
    run();
    started.elapsed()
}

pub(crate) fn median(times: impl IntoIterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = times.into_iter().collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// The medians of so many rounds, in each of which all take their turn: a busy moment of the machine strikes all of them.
pub(crate) fn in_turn<const N: usize>(
    rounds: usize,
    mut lanes: [&mut dyn FnMut(); N],
) -> [Duration; N] {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..rounds {
        for (lane, times) in lanes.iter_mut().zip(&mut times) {
            times.push(timed(lane));
        }
    }
    times.map(median)
}

/// What follows this word on the command line.
pub(crate) fn argument<T: FromStr>(name: &str) -> Option<T> {
    let arguments: Vec<_> = env::args().collect();
    let place = arguments.iter().position(|argument| argument == name)?;
    arguments.get(place + 1)?.parse().ok()
}
