//! The triggers that write down which hours change.

use log::info;
use mysql::{Conn, prelude::Queryable};

use super::{
    state::{Mode, State},
    transaction::{DELETE, Last, answers, committed, rows},
};
use crate::{
    outcome::{Error, Result, code},
    session::{ALL, Columns, Said, contained, literal},
    source::Source,
};

const ACTION: &str = "install the triggers of the sums";

/// What is watched: users are those of trips.
const WATCHED: [Source; 4] = [Source::Points, Source::Tokens, Source::Tickets, Source::Trips];

/// Any date that a row may have. A stricter mode would refuse the row for what the log has of it. The server keeps the
/// mode with the trigger.
const SQL_MODE: &str = "ALLOW_INVALID_DATES";

const INTO_LOG: &str = "INSERT INTO summary_log (source, at, user_id)";

/// A trigger by its name, and what it does.
struct Trigger {
    name: String,
    event: &'static str,
    source: Source,
    log: String,
}

fn triggers() -> Vec<Trigger> {
    let of = |source: Source| {
        ["insert", "update", "delete"].map(|event| {
            let entry = |row: &str| {
                let (log, at) = (source.log(), source.column());
                format!("({log}, {row}.{at}, {})", user(source, event, row))
            };
            let entries = match event {
                "insert" => entry("NEW"),
                "delete" => entry("OLD"),
                _ => format!("{}, {}", entry("OLD"), entry("NEW")),
            };
            Trigger {
                name: format!("quicksight_summary_{source}_{event}"),
                event,
                source,
                log: format!("{INTO_LOG} VALUES {entries}"),
            }
        })
    };
    WATCHED.into_iter().flat_map(of).collect()
}

/// Who may have come to a day with a row, or left it, as SQL. Neither column of a trip may be NULL.
fn user(source: Source, event: &str, row: &str) -> String {
    match (source, event) {
        (Source::Trips, "update") => format!(
            "IF(OLD.user_id = NEW.user_id AND OLD.started_on = NEW.started_on, NULL, {row}.user_id)"
        ),
        (Source::Trips, _) => format!("{row}.user_id"),
        _ => "NULL".to_owned(),
    }
}

/// Makes what is missing, and begins from nothing. All of it, or no trigger is left.
pub(super) fn install(conn: &mut Conn) -> Result<()> {
    WATCHED.into_iter().try_for_each(|source| may_write(conn, source))?;
    let mode = contained(|| conn.query_first::<String, _>("SELECT @@SESSION.sql_mode LIMIT 1"))
        .map_err(refused)?;
    let set = |conn: &mut Conn, mode: &str| {
        send(conn, &format!("SET SESSION sql_mode = {}", literal(mode)))
    };
    set(conn, SQL_MODE)?;
    let installed = triggers().iter().try_for_each(|trigger| make(conn, trigger));
    let restored = set(conn, &mode.unwrap_or_default());
    // From the last one on each change is written down, and what was summed up before may be wrong.
    let exact = |state: State| State { until: state.kept_from, mode: Mode::Exact, ..state };
    if let Err(error) = installed.and(restored).and_then(|()| each(conn, exact)) {
        if let Err(second) = drop_all(conn) {
            info!("what was installed could not be removed: {second}");
        }
        return Err(error);
    }
    Ok(())
}

/// That the triggers of a source may do what they do, with the rights of this account: otherwise they would be made, and
/// each writer of its table refused. The server looks for the rights before it finds that there is no row to write.
fn may_write(conn: &mut Conn, source: Source) -> Result<()> {
    let (table, column) = (source.table(), source.column());
    let sql = format!(
        "{INTO_LOG} SELECT {}, t.{column}, NULL FROM {table} t WHERE FALSE",
        source.number()
    );
    let action = format!(
        "{ACTION} (they run with the rights of this account, which needs SELECT on {table} and INSERT on summary_log)"
    );
    contained(|| conn.query_drop(sql)).map_err(|error| Error::from_answer(action, error))
}

fn make(conn: &mut Conn, trigger: &Trigger) -> Result<()> {
    let Trigger { name, event, source, log } = trigger;
    let table = source.table();
    send(conn, &format!("DROP TRIGGER IF EXISTS {name}"))?;
    send(conn, &format!("CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {log}"))
}

/// That each of them is there, asked within a transaction. A table that was made anew has lost its own.
pub(super) fn check(conn: &mut Conn) -> Result<()> {
    match missing(answers(conn, &[seen()])?)?.into_iter().next() {
        Some((source, name)) => Err(Error::TriggerMissing { name, table: source.table() }),
        None => Ok(()),
    }
}

/// SQL for the triggers that this user may see.
pub(super) fn seen() -> String {
    format!(
        "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE() LIMIT {ALL}"
    )
}

/// Those that are not among what that has answered.
pub(super) fn missing(said: Vec<Said>) -> Result<Vec<(Source, String)>> {
    let there: Vec<String> = rows(said.into_iter().next(), Columns::take)?;
    let missing = triggers().into_iter().filter(|trigger| !there.contains(&trigger.name));
    Ok(missing.map(|trigger| (trigger.source, trigger.name)).collect())
}

/// Looks back again from here on, so that what nobody writes down any more is read from the rows.
pub(super) fn remove(conn: &mut Conn, closed: time::PrimitiveDateTime) -> Result<()> {
    each(conn, |state| State {
        until: state.until.map(|until| until.min(closed)),
        mode: Mode::LookBack,
        ..state
    })?;
    drop_all(conn)?;
    send(conn, &format!("{DELETE} FROM summary_log"))
}

fn drop_all(conn: &mut Conn) -> Result<()> {
    let mut dropped = triggers().into_iter().map(|trigger| trigger.name);
    dropped.try_for_each(|name| send(conn, &format!("DROP TRIGGER IF EXISTS {name}")))
}

fn each(conn: &mut Conn, change: impl Fn(State) -> State) -> Result<()> {
    Source::ALL.into_iter().try_for_each(|source| {
        committed(conn, &[State::lock(source)], |_, said| {
            let mut last = Last::default();
            last.then(change(State::locked(said.into_iter().next())?).store(source));
            Ok(((), last))
        })
        .map(drop)
    })
}

fn send(conn: &mut Conn, sql: &str) -> Result<()> {
    contained(|| conn.query_drop(sql)).map_err(refused)
}

fn refused(source: mysql::Error) -> Error {
    if code::of(&source) == Some(code::TRIGGERS_REFUSED) {
        return Error::TriggersRefused { source };
    }
    Error::from_answer(ACTION, source)
}
