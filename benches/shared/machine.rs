//! Where a benchmark ran.

use std::{env, fs, thread};

/// The processor and the kind of build.
pub(crate) fn description() -> String {
    let cpus = thread::available_parallelism().map_or(0, usize::from);
    let facts = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = facts
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or(env::consts::ARCH, |(_, model)| model.trim());
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    format!("{cpus} CPUs ({model}), {build} build")
}
