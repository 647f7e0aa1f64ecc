//! Rows of a group that have the same points.

use rust_decimal::Decimal;

use super::Findings;
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask},
};

/// A row (t) of a group (g).
struct Member {
    group: i64,
    points: Decimal,
    id: i64,
}

impl Member {
    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self { group: columns.take()?, points: columns.take()?, id: columns.take()? })
    }
}

/// The ids of all rows but the first of each group and amount. Equal rows come one after the other, so
/// each is compared with the one before it, and not with its whole group.
pub(super) fn ids<C: Connection>(
    conn: &mut C,
    action: &'static str,
    rows: &str,
) -> Result<Findings<i64>> {
    let sql =
        format!("SELECT g.first, t.points, t.id FROM {rows} ORDER BY g.first, t.points, t.id");
    let mut before = None;
    let members = ask(conn, action, &sql, (), Member::read)?;
    Findings::collect_least(members.filter_map(|member| match member {
        Ok(Member { group, points, id }) => {
            let is_equal = before.replace((group, points)) == Some((group, points));
            is_equal.then_some(Ok(id))
        }
        Err(error) => Some(Err(error)),
    }))
}
