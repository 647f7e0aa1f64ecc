//! What would keep a table from being dropped, found before anything is.

use mysql::Row;

use crate::{
    outcome::{Error, KeptReason, KeptTable, Result},
    session::{Session, column, quote, unread},
};

/// The order in which the server drops `tables`: each after those whose foreign keys point to it.
/// Refuses while anything but `tables` themselves needs one of them.
///
/// The order must be right at the first attempt: MariaDB lets go of its lock on a table that it
/// did not drop, so a second attempt could meet rows that nobody has looked for.
pub(super) fn drop_order(
    session: &mut Session<'_>,
    database: &str,
    tables: &[String],
) -> Result<Vec<String>> {
    let keys = foreign_keys(session, database, tables)?;
    let (order, mut obstacles) = in_order(&keys, tables);
    obstacles.extend(views(session, database, tables)?);
    if obstacles.is_empty() { Ok(order) } else { Err(Error::RollbackBlocked { obstacles }) }
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

/// Views that read one of `tables`. The server keeps each definition with every table named with its
/// database, quoted or not as its maker's session had it, and gives an empty one to a user who may
/// not see it. <https://dev.mysql.com/doc/refman/8.4/en/information-schema-views-table.html>
fn views(session: &mut Session<'_>, database: &str, tables: &[String]) -> Result<Vec<KeptTable>> {
    // In bytes, and without a letter beyond ASCII's: in some character sets of a session a backtick is
    // another letter.
    let bare = |text: &str| format!("REPLACE(CAST({text} AS BINARY), x'60', x'')");
    let ask = format!(
        "SELECT CAST(table_schema AS BINARY), CAST(table_name AS BINARY), \
         CAST(view_definition AS BINARY) FROM information_schema.views \
         WHERE table_schema NOT IN ('mysql', 'sys') AND \
         (LOCATE(CONCAT({}, x'2E'), {}) > 0 \
         OR (table_schema = DATABASE() AND COALESCE(LENGTH(view_definition), 0) = 0)) \
         ORDER BY 1, 2",
        bare("DATABASE()"),
        bare("view_definition")
    );
    let rows = rows(session, tables, &ask, "look for views on the tables")?;
    let (database, mut found) = (database.replace('`', ""), Vec::new());
    for row in &rows {
        let (name, definition) = (qualified(row), text(row, 2).replace('`', ""));
        if definition.is_empty() {
            refuse_secret(session, &name)?;
        }
        for table in tables {
            if names(&definition, &format!("{database}.{table}")) {
                found.push(KeptTable::new(table, KeptReason::View { name: name.clone() }));
            }
        }
    }
    Ok(found)
}

/// Whether a definition without quotes has this name, and not just one that begins or ends with it.
fn names(definition: &str, name: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    definition.match_indices(name).any(|(start, _)| {
        let (before, rest) = definition.split_at(start);
        let after = rest.strip_prefix(name).unwrap_or_default();
        !before.ends_with(|c| goes_on(c) || c == '.') && !after.starts_with(goes_on)
    })
}

/// A view that this user may not look into may read anything: the server's own refusal says so.
fn refuse_secret(session: &mut Session<'_>, view: &str) -> Result<()> {
    session.execute(&format!("SHOW CREATE VIEW {view}")).map_err(|error| {
        let action = format!("see whether the view {view} reads the tables (needs SHOW VIEW)");
        Error::from_answer(action, error)
    })
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

    #[test]
    fn a_name_is_found_as_a_whole() {
        let cases = [
            ("select tsp.trip.id AS id from tsp.trip", true),
            ("select 1 from (tsp.telework join tsp.trip)", true),
            ("tsp.trip", true),
            ("select 1 from tsp.trip_copy", false),
            ("select 1 from qtsp.trip", false),
            ("select other.tsp.trip from other.tsp", false),
            ("select 1 from tsp.my_trip", false),
            ("select 1 from tsp.tripü", false),
            ("", false),
        ];
        for (definition, expected) in cases {
            assert_eq!(names(definition, "tsp.trip"), expected, "{definition}");
        }
    }
}
