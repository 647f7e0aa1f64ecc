//! Rows of a group that have the same points, note, payer and payee.

use rust_decimal::Decimal;

use super::Findings;
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask},
};

/// What makes a row of a group the same as another.
type Event = (i64, Decimal, Option<Vec<u8>>, i32, i32);

/// A row (t) of a group (g).
struct Member {
    event: Event,
    id: i64,
    is_new: bool,
}

impl Member {
    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            event: (
                columns.take()?,
                columns.take()?,
                columns.take()?,
                columns.take()?,
                columns.take()?,
            ),
            id: columns.take()?,
            is_new: columns.take()?,
        })
    }
}

/// The ids of all rows but the first of each group and event. Equal rows come one after the
/// other, so each is compared with the one before it, and not with its whole group.
pub(super) fn ids<C: Connection>(
    conn: &mut C,
    action: &'static str,
    rows: &str,
    newer: &str,
) -> Result<Findings<i64>> {
    // The order is that of the bytes, as the comparison is.
    let sql = format!(
        "SELECT g.first, t.points, CAST(t.note AS BINARY) AS said, t.payer, t.payee, t.id, \
         IFNULL(TRUE{newer}, FALSE) FROM {rows} \
         ORDER BY g.first, t.points, said, t.payer, t.payee, t.id"
    );
    let mut before = None;
    let members = ask(conn, action, &sql, (), Member::read)?;
    Findings::collect_least(members.filter_map(|member| match member {
        Ok(Member { event, id, is_new }) => {
            let is_equal = before.as_ref() == Some(&event);
            before = Some(event);
            (is_equal && is_new).then_some(Ok(id))
        }
        Err(error) => Some(Err(error)),
    }))
}
