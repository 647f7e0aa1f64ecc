//! Opening balances of points: the balance of the last row that goes.

use super::{BEFORE_ALL, Leaving, Ledger, Partition, Unsound, unanswered};
use crate::{
    outcome::{Error, Result},
    session::{Session, column, quote},
};

/// How many accounts are read at once, and how many are written.
const READ: usize = 10_000;
const WRITTEN: usize = 500;

struct Opening {
    user_id: i32,
    through_id: i32,
    /// As the server writes it.
    balance: String,
    is_sound: bool,
}

/// Writes the openings that are not written yet, unless a balance is not the sum of the movements up to it.
pub(super) fn write(session: &mut Session<'_>, leaving: &Leaving<'_>) -> Result<()> {
    let (mut all, mut unsound) = (Vec::new(), Unsound::default());
    let mut after = BEFORE_ALL;
    loop {
        let read = read(session, leaving, after)?;
        let is_last = read.len() < READ;
        read.iter().filter(|one| !one.is_sound).for_each(|one| unsound.add(one.user_id));
        after = read.last().map_or(after, |last| last.user_id.into());
        all.extend(read);
        if is_last {
            break;
        }
    }
    unsound.refuse(Ledger::Points)?;
    all.chunks(WRITTEN).try_for_each(|some| insert(session, leaving, some))
}

/// Of the next accounts: the last row that goes, and whether its balance is the sum of all movements up to it.
fn read(session: &mut Session<'_>, leaving: &Leaving<'_>, after: i64) -> Result<Vec<Opening>> {
    let (partition, until) = (leaving.name(), leaving.partition.until);
    let sql = format!(
        "SELECT g.user_id, g.through_id, n.balance, \
         CASE WHEN g.through_id < o.through_id THEN TRUE \
         WHEN g.through_id = o.through_id THEN n.balance = o.balance \
         ELSE n.balance = COALESCE(o.balance, 0) + (SELECT SUM(s.points) FROM points_transaction s \
          WHERE s.user_id = g.user_id AND s.id <= g.through_id AND s.id > COALESCE(o.through_id, {BEFORE_ALL})) \
         END FROM (SELECT t.user_id, MAX(t.id) AS through_id FROM points_transaction PARTITION ({partition}) t \
          LEFT JOIN points_opening c ON {} WHERE t.user_id > {after} AND {} \
          GROUP BY t.user_id ORDER BY t.user_id LIMIT {READ}) g \
         JOIN points_transaction PARTITION ({partition}) n ON n.user_id = g.user_id AND n.id = g.through_id \
         LEFT JOIN points_opening o ON o.user_id = g.user_id ORDER BY g.user_id LIMIT {READ}",
        Ledger::Points.joined("t", "c"),
        Ledger::Points.is_open("t", "c", until)
    );
    let rows = session.rows(&sql).map_err(|error| unanswered(Ledger::Points, error))?;
    let opening = |row| {
        let (user_id, through_id) = (column(row, 0)?, column(row, 1)?);
        Some(Opening { user_id, through_id, balance: column(row, 2)?, is_sound: column(row, 3)? })
    };
    rows.iter().map(|row| opening(row).ok_or(Error::TablesChanging)).collect()
}

/// Refuses to let the reversal of a movement go that stays, because it is dated after it: the movement is reversed as long
/// as its reversal is there, and could be once more. The note and the rest are those by which a reversal is known to the
/// ledger.
pub(super) fn refuse_reversals(session: &mut Session<'_>, partition: &Partition) -> Result<()> {
    let (partition, until) = (quote(&partition.name), partition.until);
    let sql = format!(
        "SELECT n.id, t.id FROM points_transaction PARTITION ({partition}) t \
         JOIN points_transaction n ON n.id = CAST(SUBSTRING(t.note, 13) AS SIGNED) AND n.created_on >= '{until}' \
         WHERE t.note LIKE 'reversal of %' AND t.note = CONCAT('reversal of ', n.id) AND t.activity_type = 1 \
         AND t.user_id = n.user_id AND t.points = -n.points AND t.id > n.id ORDER BY n.id LIMIT 1"
    );
    let row = session.row(&sql).map_err(|error| unanswered(Ledger::Points, error))?;
    let pair = row.and_then(|row| Some((column(&row, 0)?, column(&row, 1)?)));
    match pair {
        Some((id, reversal)) => Err(Error::ReversalWouldGo { id, reversal, before: until }),
        None => Ok(()),
    }
}

/// One statement, so that nobody sees half of an opening.
fn insert(session: &mut Session<'_>, leaving: &Leaving<'_>, some: &[Opening]) -> Result<()> {
    let until = leaving.partition.until;
    let rows: Vec<_> = some
        .iter()
        .map(|Opening { user_id, through_id, balance, .. }| {
            format!("({user_id}, {through_id}, {balance}, '{until}')")
        })
        .collect();
    let sql = format!(
        "INSERT INTO points_opening (user_id, through_id, balance, dropped_before) VALUES {} \
         ON DUPLICATE KEY UPDATE balance = IF(VALUES(through_id) > through_id, VALUES(balance), balance), \
         through_id = GREATEST(through_id, VALUES(through_id)), \
         dropped_before = GREATEST(dropped_before, VALUES(dropped_before))",
        rows.join(", ")
    );
    session.execute(&sql).map_err(|error| unanswered(Ledger::Points, error))
}
