//! What would keep a table from being dropped, found before anything is.

use mysql::Row;

use crate::{
    outcome::{Error, KeptReason, KeptTable, Result},
    schema::readers,
    session::{Session, column, quote, unread},
};

/// What can be dropped, or what has been.
#[derive(Default)]
pub(super) struct Order {
    /// Each after those whose foreign keys point to it.
    pub(super) tables: Vec<String>,
    /// Our own views.
    pub(super) views: Vec<String>,
}

/// The order in which the server drops `tables`, and which of `views` are ours, each with the table that
/// it is named after. Refuses while anything else needs one of them.
///
/// The order must be right at the first attempt: MariaDB lets go of its lock on a table that it
/// did not drop, so a second attempt could meet rows that nobody has looked for.
pub(super) fn drop_order(
    session: &mut Session<'_>,
    database: &str,
    tables: &[String],
    views: &[(String, String)],
) -> Result<Order> {
    let keys = foreign_keys(session, database, tables)?;
    let (order, mut obstacles) = in_order(&keys, tables);
    let (ours, others): (Vec<_>, Vec<_>) = readers(session, tables)?
        .into_iter()
        .partition(|view| views.iter().any(|(_, table)| view.is_ours(database, table)));
    let is_ours = |view: &str| {
        let named = format!("{}.{}", quote(database), quote(view));
        ours.iter().any(|own| own.qualified() == named)
    };
    let views: Vec<_> =
        views.iter().map(|(view, _)| view.clone()).filter(|view| is_ours(view)).collect();
    for view in &others {
        let read = tables.iter().chain(&views).filter(|name| view.reads(database, name));
        obstacles.extend(
            read.map(|name| KeptTable::new(name, KeptReason::View { name: view.qualified() })),
        );
    }
    if obstacles.is_empty() {
        Ok(Order { tables: order, views })
    } else {
        Err(Error::RollbackBlocked { obstacles })
    }
}

/// The tables that can be dropped, each after those that need it, and what the others are needed by:
/// from outside, or in a circle.
fn in_order(keys: &[ForeignKey], tables: &[String]) -> (Vec<String>, Vec<KeptTable>) {
    let mut left = tables.to_vec();
    let mut order = Vec::new();
    while let Some(next) =
        left.iter().position(|table| !keys.iter().any(|key| key.holds(table, &left)))
    {
        order.push(left.remove(next));
    }
    let needed = |table: &String| {
        keys.iter()
            .filter(|key| key.holds(table, &left))
            .map(ForeignKey::obstacle)
            .collect::<Vec<_>>()
    };
    let obstacles = left.iter().flat_map(needed).collect();
    (order, obstacles)
}

/// A foreign key that points to one of the tables.
struct ForeignKey {
    name: String,
    parent: String,
    /// The table that has it, with its database, quoted.
    owner: String,
    /// The same table, where it is to be dropped too.
    own: Option<String>,
}

impl ForeignKey {
    /// Whether it keeps `table` from being dropped while the tables of `left` are there.
    fn holds(&self, table: &str, left: &[String]) -> bool {
        let is_there = |own: &String| own != table && left.contains(own);
        self.parent == table && self.own.as_ref().is_none_or(is_there)
    }

    fn obstacle(&self) -> KeptTable {
        let (name, owner) = (self.name.clone(), self.owner.clone());
        KeptTable::new(&self.parent, KeptReason::ForeignKey { name, owner })
    }
}

/// The foreign keys on `tables`. One that this user may not see still stops the drop itself.
///
/// The server's own databases are left out, here and below: MariaDB opens each table and view that
/// is asked about, and `sys` is full of views that take a temporary table each.
fn foreign_keys(
    session: &mut Session<'_>,
    database: &str,
    tables: &[String],
) -> Result<Vec<ForeignKey>> {
    let ask = "SELECT constraint_schema, table_name, constraint_name, referenced_table_name \
               FROM information_schema.referential_constraints \
               WHERE unique_constraint_schema = DATABASE() \
               AND constraint_schema NOT IN ('mysql', 'sys') ORDER BY 1, 2, 3";
    let rows = rows(session, tables, ask, "look for foreign keys on the tables")?;
    let keys = rows.iter().map(|row| {
        let (at, owner) = (text(row, 0), text(row, 1));
        ForeignKey {
            name: text(row, 2),
            parent: text(row, 3),
            owner: qualified(row),
            own: Some(owner).filter(|owner| at == database && tables.contains(owner)),
        }
    });
    Ok(keys.collect())
}

/// MariaDB opens the tables that its catalogue describes, and waits for those that another session changes.
fn rows(session: &mut Session<'_>, tables: &[String], ask: &str, action: &str) -> Result<Vec<Row>> {
    let names: Vec<_> = tables.iter().map(String::as_str).collect();
    session.rows(ask).map_err(|error| unread(session, &names, action, error))
}

fn text(row: &Row, index: usize) -> String {
    column(row, index).unwrap_or_default()
}

fn qualified(row: &Row) -> String {
    format!("{}.{}", quote(&text(row, 0)), quote(&text(row, 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A foreign key from one table, ours or somebody else's, to one of ours.
    fn key(owner: &str, parent: &str) -> ForeignKey {
        let ours = ["a", "b", "c"].contains(&owner).then(|| owner.to_owned());
        let name = format!("{owner}_{parent}");
        ForeignKey { name, parent: parent.to_owned(), owner: format!("`tsp`.`{owner}`"), own: ours }
    }

    fn ordered(keys: &[ForeignKey]) -> (String, String) {
        let (order, obstacles) = in_order(keys, &["a", "b", "c"].map(str::to_owned));
        let said: Vec<_> = obstacles.iter().map(ToString::to_string).collect();
        (order.join(" "), said.join(", "))
    }

    #[test]
    fn a_table_is_dropped_after_those_that_need_it() {
        assert_eq!(ordered(&[]), ("a b c".into(), String::new()));
        assert_eq!(ordered(&[key("c", "a")]), ("b c a".into(), String::new()));
        assert_eq!(ordered(&[key("b", "a"), key("c", "b")]), ("c b a".into(), String::new()));
        assert_eq!(ordered(&[key("a", "a")]), ("a b c".into(), String::new()), "to itself");
    }

    #[test]
    fn what_is_needed_from_outside_or_in_a_circle_stays() {
        let outside = "the foreign key x_a of `tsp`.`x` points to a";
        assert_eq!(ordered(&[key("x", "a")]), ("b c".into(), outside.into()));
        let circle = "the foreign key b_a of `tsp`.`b` points to a, \
                      the foreign key a_b of `tsp`.`a` points to b";
        assert_eq!(ordered(&[key("b", "a"), key("a", "b")]), ("c".into(), circle.into()));
        let above = "the foreign key x_b of `tsp`.`x` points to b, \
                     the foreign key b_c of `tsp`.`b` points to c";
        assert_eq!(ordered(&[key("x", "b"), key("b", "c")]), ("a".into(), above.into()));
    }
}
