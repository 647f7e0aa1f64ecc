//! Views: what each reads, and which are our own. A rollback knows them in every build, also in one that
//! does not make any.

use mysql::Row;

use crate::{
    outcome::{Error, Result},
    session::{ALL, Session, column, literal, quote, unread},
};

/// What the names of our views begin with.
const PREFIX: &str = "quicksight_v_";

/// What our views call the table that they read. They are known by it, because the server keeps no
/// comment of a view.
pub(crate) const ALIAS: &str = "quicksight";

/// The name of our view of a table.
pub(crate) fn view_of(table: &str) -> String {
    format!("{PREFIX}{table}")
}

/// A view as the server describes it.
#[derive(Debug)]
pub(crate) struct SeenView {
    database: String,
    name: String,
    /// Without the quotes of names.
    definition: String,
    /// Who made it, as the server writes an account.
    pub(crate) definer: String,
    /// Whether it reads with the rights of its definer.
    pub(crate) for_definer: bool,
}

/// The views that may read something of this database, wherever they are. The server keeps each
/// definition with every table named with its database, quoted or not as its maker's session had it, and
/// gives an empty one to a user who may not see it.
/// <https://dev.mysql.com/doc/refman/8.4/en/information-schema-views-table.html>
pub(crate) fn readers(session: &mut Session<'_>, tables: &[String]) -> Result<Vec<SeenView>> {
    // In bytes, and without a letter beyond ASCII's: in some character sets of a session a backtick is
    // another letter.
    let bare = |text: &str| format!("REPLACE(CAST({text} AS BINARY), x'60', x'')");
    let tables: Vec<_> = tables.iter().map(String::as_str).collect();
    let views = look(
        session,
        &tables,
        &format!(
            "table_schema NOT IN ('mysql', 'sys') AND \
             (LOCATE(CONCAT({}, x'2E'), {}) > 0 \
             OR (table_schema = DATABASE() AND COALESCE(LENGTH(view_definition), 0) = 0))",
            bare("DATABASE()"),
            bare("view_definition")
        ),
    )?;
    refuse_secrets(session, &views)?;
    Ok(views)
}

/// The views that have the names of ours.
pub(crate) fn namesakes(
    session: &mut Session<'_>,
    tables: impl Iterator<Item = &'static str>,
) -> Result<Vec<SeenView>> {
    let tables: Vec<_> = tables.collect();
    let names: Vec<_> = tables.iter().map(|table| literal(&view_of(table))).collect();
    let which = format!("table_schema = DATABASE() AND table_name IN ({})", names.join(", "));
    look(session, &tables, &which)
}

/// MariaDB opens what its catalogue describes, and waits for tables that another session changes.
fn look(session: &mut Session<'_>, tables: &[&str], which: &str) -> Result<Vec<SeenView>> {
    let ask = format!(
        "SELECT CAST(table_schema AS BINARY), CAST(table_name AS BINARY), \
         CAST(view_definition AS BINARY), CAST(definer AS BINARY), CAST(security_type AS BINARY) \
         FROM information_schema.views WHERE {which} ORDER BY table_schema, table_name LIMIT {ALL}"
    );
    let rows = session
        .read(&ask)
        .map_err(|error| unread(session, tables, "look for views on the tables", error))?;
    Ok(rows.iter().map(SeenView::read).collect())
}

/// A view that this user may not look into may read anything: the server's own refusal says so.
pub(crate) fn refuse_secrets(session: &mut Session<'_>, views: &[SeenView]) -> Result<()> {
    for view in views.iter().filter(|view| view.is_secret()).map(SeenView::qualified) {
        session.execute(&format!("SHOW CREATE VIEW {view}")).map_err(|error| {
            let action = format!("see whether the view {view} reads the tables (needs SHOW VIEW)");
            Error::from_answer(action, error)
        })?;
    }
    Ok(())
}

impl SeenView {
    fn read(row: &Row) -> Self {
        let text = |index| column::<String>(row, index).unwrap_or_default();
        Self {
            database: text(0),
            name: text(1),
            definition: unquoted(&text(2)),
            definer: text(3),
            for_definer: text(4) == "DEFINER",
        }
    }

    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether this user may not see what it reads.
    pub(crate) fn is_secret(&self) -> bool {
        self.definition.is_empty()
    }

    /// Its name with its database, quoted.
    pub(crate) fn qualified(&self) -> String {
        format!("{}.{}", quote(&self.database), quote(&self.name))
    }

    /// Whether it reads this table or view of `database`.
    pub(crate) fn reads(&self, database: &str, table: &str) -> bool {
        names(&self.definition, &format!("{}.{table}", unquoted(database)))
    }

    /// Whether it is the one that some build of ours has made of this table: it has its name, and reads
    /// this table alone, which it calls as ours do.
    pub(crate) fn is_ours(&self, database: &str, table: &str) -> bool {
        let end = format!(" from {}.{table} {ALIAS}", unquoted(database));
        self.database == database
            && self.name == view_of(table)
            && self.definition.starts_with(&format!("select {ALIAS}."))
            && self.definition.ends_with(&end)
            && self.definition.matches(" from ").count() == 1
    }

    /// Whether it selects this, as the server words it.
    pub(crate) fn selects(&self, database: &str, select: &str, table: &str) -> bool {
        let wanted = format!("{select} FROM {}.{} {ALIAS}", quote(database), quote(table));
        essence(&self.definition) == essence(&wanted)
    }
}

fn unquoted(text: &str) -> String {
    text.replace(['`', '"'], "")
}

/// What is left without that in which the servers' wordings of one statement differ.
fn essence(sql: &str) -> String {
    let is_said = |c: &char| !c.is_whitespace() && !"`\"()".contains(*c);
    sql.chars().filter(is_said).collect::<String>().to_ascii_lowercase()
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

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_view_is_ours_by_its_name_and_by_what_it_reads() {
        let ours = "select quicksight.id AS trip_id from tsp.trip quicksight";
        let cases = [
            ("quicksight_v_trip", ours, true),
            ("quicksight_v_telework", ours, false),
            ("trips", ours, false),
            ("quicksight_v_trip", "select trip.id AS id from tsp.trip", false),
            ("quicksight_v_trip", "select quicksight.id AS id from tsp.trips quicksight", false),
            ("quicksight_v_trip", "select quicksight.id AS id from other.trip quicksight", false),
            (
                "quicksight_v_trip",
                "select quicksight.id AS id,(select 1 from tsp.mine) AS x from tsp.trip quicksight",
                false,
            ),
            ("quicksight_v_trip", &format!("{ours} where quicksight.id > 9"), false),
        ];
        for (name, definition, expected) in cases {
            let view = SeenView {
                database: "tsp".into(),
                name: name.into(),
                definition: definition.into(),
                definer: String::new(),
                for_definer: true,
            };
            assert_eq!(view.is_ours("tsp", "trip"), expected, "{name}: {definition}");
        }
    }
}
