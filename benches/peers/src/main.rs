//! Times a boot of quicksight-migrations next to the tools that a service could call instead.
//!
//! The README of this folder says how to run it and what the numbers mean.

mod history;
#[path = "../../shared/machine.rs"]
mod machine;
mod progress;
mod race;
mod relay;
mod results;
#[path = "../../../tests/support/server/mod.rs"]
#[allow(dead_code, reason = "the library's tests need more of it")]
mod server;
mod site;
#[path = "../../shared/table.rs"]
#[allow(dead_code, reason = "the other benchmark needs more of it")]
mod table;
mod tools;

use std::{env, process::ExitCode, time::Duration};

use race::{Racer, race};
use relay::Relay;
use site::Site;
use tools::{OURS, RAW, RAW_WITH_HISTORY, REFINERY};

/// How far away a server is that is not on the same machine, in each direction.
const DISTANCE: Duration = Duration::from_millis(1);

/// How many boots of each tool are timed: where there is nothing to do, near and far, and on an empty
/// database.
struct Rounds {
    idle: usize,
    far: usize,
    first: usize,
}

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let rounds = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Rounds { idle: 200, far: 60, first: 41 },
        ["--quick"] => Rounds { idle: 20, far: 6, first: 3 },
        _ => {
            eprintln!("usage: quicksight-migrations-peers [--quick]");
            return ExitCode::FAILURE;
        }
    };

    let mut site = Site::open();
    println!("{}, {}", site.version(), machine::description());
    println!("{}", site.durability());

    let mut tools = tools::migrators();
    let mut addresses: Vec<_> =
        tools.iter().map(|tool| site.fresh_database("idle", tool)).collect();
    for (tool, address) in tools.iter().zip(&addresses) {
        (tool.open)(address)();
        site.check_tables(tool, address);
    }
    history::check(&addresses[0]);
    println!(
        "refinery's own runner reads the history of quicksight-migrations and finds nothing to do"
    );
    tools.push(tools::history_select());
    addresses.push(addresses[0].clone());
    let idle =
        race(&mut site, "nothing to do", &tools, rounds.idle, |_, which| addresses[which].clone());
    let far = race(&mut site, "nothing to do, 1 ms away", &tools, rounds.far, |_, which| {
        Relay::of_length(&addresses[which], DISTANCE).detour(&addresses[which])
    });

    let tools = tools::all();
    let first = race(&mut site, "first boot", &tools, rounds.first, |site, which| {
        site.fresh_database("first", &tools[which])
    });

    println!("\n## Nothing to do: {} boots of each tool, all tables there\n", rounds.idle);
    print!("{}", results::table(&idle, &[("of refinery", REFINERY)]));
    println!("\n## The same 1 ms away, each way: {} boots of each tool\n", rounds.far);
    print!("{}", results::table(&far, &[("of refinery", REFINERY)]));
    println!("\n## First boot: {} boots of each tool, each on an empty database\n", rounds.first);
    print!("{}", results::table(&first, &[("of SQL", RAW), ("of SQL + rows", RAW_WITH_HISTORY)]));
    println!("\n{}", goals(&far, &first));
    ExitCode::SUCCESS
}

/// What the library aims at, next to what was seen. A reader judges: a busy machine is no failure.
fn goals(far: &[Racer], first: &[Racer]) -> String {
    let statements = race::find(far, OURS).counts.statements;
    let verdict = |met| if met { "met" } else { "MISSED" };
    let ratio = |racers, to, limit: f64| {
        let ratio = race::ratio(racers, OURS, to);
        format!("{ratio:.2} (goal: at most {limit:.2}) {}", verdict(ratio <= limit))
    };
    format!(
        "Goals\n\
         - statements of a boot with nothing to do: {statements} (goal: 1) {}\n\
         - its time 1 ms away as a part of refinery's: {}\n\
         - time of a first boot as a multiple of the bare SQL's: {}",
        verdict(statements == 1),
        ratio(far, REFINERY, 0.2),
        ratio(first, RAW, 1.15),
    )
}
