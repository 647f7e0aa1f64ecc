//! Chances that are not equal.

use fastrand::Rng;

/// One of `count`, mostly of the first: the seven pools to draw from, each half of the one before,
/// come close to Zipf's law.
pub(super) fn few_of(count: usize, rng: &mut Rng) -> usize {
    let pool = count >> rng.u8(..7);
    rng.usize(..pool.max(1))
}

/// One of them, each as often as its weight says.
pub(super) fn weighted<'t, T>(things: &'t [T], weight: impl Fn(&T) -> u32, rng: &mut Rng) -> &'t T {
    let mut roll = rng.u32(..things.iter().map(&weight).sum::<u32>());
    let is_hit = |thing: &&T| match roll.checked_sub(weight(thing)) {
        Some(rest) => {
            roll = rest;
            false
        }
        None => true,
    };
    things.iter().find(is_hit).expect("a roll below the sum of all weights")
}
