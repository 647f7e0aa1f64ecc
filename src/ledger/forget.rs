//! Idempotency keys that have expired.

use std::time::Duration;

use mysql::Conn;

use super::{
    Refusal,
    commit::{Work, committed},
    sql::execute,
};
use crate::outcome::{Error, Result};

/// What completes "could not ..." at the end of a batch.
const ACTION: &str = "forget idempotency keys";

/// No key is forgotten sooner.
const DAY: Duration = Duration::from_hours(24);

/// How many keys one transaction forgets, so that none takes long.
const AT_ONCE: u64 = 1_000;

pub(super) fn keys(conn: &mut Conn, age: Duration) -> Result<u64> {
    if age < DAY {
        return Err(Error::Refused(Refusal::KeysTooYoung { age }));
    }
    let mut forgotten = 0;
    loop {
        let batch = committed(
            conn,
            |conn| batch(conn, age).map(Work::all),
            |_, source| Err(Error::from_answer(ACTION, source)),
        )?;
        forgotten += batch;
        if batch < AT_ONCE {
            return Ok(forgotten);
        }
    }
}

fn batch(conn: &mut Conn, age: Duration) -> Result<u64> {
    let sql = format!(
        "DELETE FROM ledger_key WHERE recorded_on < UTC_TIMESTAMP() - INTERVAL ? SECOND \
         ORDER BY recorded_on LIMIT {AT_ONCE}"
    );
    Ok(execute(conn, &sql, (age.as_secs(),))?.rows)
}
