//! What the migrations would make, told by the server: each table is made once more as an empty
//! temporary twin under another name, and the server describes it in its own canonical words.

use std::collections::BTreeMap;

use super::{
    shape::{Column, Index, NOW, Shape},
    wanted::Wanted,
};
use crate::{
    outcome::{Error, Result},
    session::{Session, column, quote, version},
};

/// A table as the migrations would leave it, in the server's words.
pub(super) struct Twin {
    pub(super) shape: Shape,
    description: String,
}

/// Twins by the names of their tables.
pub(super) type Twins<'m> = BTreeMap<&'m str, Twin>;

impl Twin {
    /// The one statement that makes the table.
    pub(super) fn statement(&self, table: &str) -> String {
        let body = self.description.split_once('(').map_or("", |(_, body)| body);
        format!("CREATE TABLE IF NOT EXISTS {} ({body}", quote(table))
    }
}

/// Makes the twins of these tables, reads them, and drops them again.
pub(super) fn make<'m>(
    session: &mut Session<'_>,
    wanted: &[Wanted<'m>],
    is_needed: impl Fn(&Wanted<'m>) -> bool,
) -> Result<Twins<'m>> {
    let needed: Vec<_> = wanted.iter().filter(|one| is_needed(one)).collect();
    if needed.is_empty() {
        return Ok(Twins::new());
    }
    let names: Vec<_> = needed.iter().map(|one| one.table).collect();
    session.finally(
        |session| needed.iter().map(|one| Ok((one.table, make_one(session, one)?))).collect(),
        |session| forget(session, &names),
    )
}

fn make_one(session: &mut Session<'_>, one: &Wanted<'_>) -> Result<Twin> {
    let (twin, needs) = (name_of(one.table), "needs CREATE TEMPORARY TABLES");
    let failed = |error| {
        let action = format!("make a temporary twin of {} ({needs})", quote(one.table));
        Error::from_answer(action, error)
    };
    for migration in &one.migrations {
        if let Some(sql) = migration.sql_for_twin(&twin) {
            session.execute(&sql).map_err(failed)?;
        }
    }
    let row = session.row(&format!("SHOW CREATE TABLE {}", quote(&twin))).map_err(failed)?;
    let description: String = row.and_then(|row| column(&row, 1)).unwrap_or_default();
    let shape = parse(&description);
    // Nothing may pass for right because it could not be read.
    if shape.columns.is_empty() || shape.engine.is_empty() {
        return Err(Error::UnsupportedServer {
            version: version(session),
            needed: "a server that describes tables as MySQL does".into(),
        });
    }
    Ok(Twin { shape, description })
}

/// Drops the twins of these tables, made or not.
fn forget(session: &mut Session<'_>, tables: &[&str]) -> Result<()> {
    let twins: Vec<_> = tables.iter().map(|table| quote(&name_of(table))).collect();
    session
        .execute(&format!("DROP TEMPORARY TABLE IF EXISTS {}", twins.join(", ")))
        .map_err(|error| Error::from_answer("drop the temporary twins", error))
}

fn name_of(table: &str) -> String {
    format!("quicksight_twin_{table}")
}

/// Reads what `SHOW CREATE TABLE` says of a table of ours: a line for each column, a line for each
/// index, a line of options. The files in `migrations/` have no quotes inside their strings, so
/// neither has this.
fn parse(description: &str) -> Shape {
    let mut shape = Shape::default();
    for line in description.lines().skip(1) {
        let line = line.trim();
        let line = line.strip_suffix(',').unwrap_or(line);
        if let Some(options) = line.strip_prefix(')') {
            shape.engine = option(options, "ENGINE=");
            shape.collation = option(options, "COLLATE=");
        } else if line.starts_with('`') {
            shape.columns.extend(parse_column(line));
        } else {
            shape.indexes.extend(parse_index(line));
        }
    }
    for column in &mut shape.columns {
        if column.collation.is_none() && is_text(&column.kind) {
            column.collation = Some(shape.collation.clone());
        }
    }
    shape
}

fn option(options: &str, name: &str) -> String {
    let value = options.split_once(name).map_or("", |(_, rest)| rest);
    value.split(' ').next().unwrap_or_default().to_owned()
}

fn is_text(kind: &str) -> bool {
    ["char", "varchar", "text", "enum", "set"].iter().any(|text| kind.starts_with(text))
}

fn parse_column(line: &str) -> Option<Column> {
    let (name, rest) = line.strip_prefix('`')?.split_once("` ")?;
    let (rest, comment) = rest.split_once(" COMMENT ").unwrap_or((rest, ""));
    let mut column = Column {
        name: name.to_owned(),
        nullable: true,
        comment: unquoted(comment),
        ..Column::default()
    };
    let mut words = rest.split(' ').peekable();
    let mut kind = vec![words.next()?];
    while let Some(word) = words.next() {
        match word {
            "unsigned" | "zerofill" => kind.push(word),
            "COLLATE" => column.collation = words.next().map(str::to_owned),
            "NOT" => column.nullable = false,
            "DEFAULT" => column.default = words.next().and_then(default),
            "ON" => column.on_update = true,
            "AUTO_INCREMENT" => column.auto_increment = true,
            _ => {}
        }
    }
    column.kind = kind.join(" ");
    Some(column)
}

fn parse_index(line: &str) -> Option<Index> {
    let (head, rest) = line.split_once('(')?;
    let (parts, _) = rest.rsplit_once(')')?;
    let name = match head.split_once('`') {
        Some((_, rest)) => rest.split('`').next()?.to_owned(),
        None => "PRIMARY".to_owned(),
    };
    Some(Index {
        unique: name == "PRIMARY" || head.starts_with("UNIQUE"),
        parts: parts.split(',').map(str::to_owned).collect(),
        name,
        ..Index::default()
    })
}

/// A default as a value, whether the server quotes it or not.
pub(super) fn default(text: &str) -> Option<String> {
    match text {
        "NULL" => None,
        clock if clock.to_ascii_uppercase().starts_with(NOW) => Some(NOW.to_owned()),
        value => Some(unquoted(value)),
    }
}

fn unquoted(text: &str) -> String {
    let inside = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    inside.unwrap_or(text).replace("''", "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MYSQL: &str = "CREATE TEMPORARY TABLE `t` (
  `id` int NOT NULL AUTO_INCREMENT,
  `code` varchar(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `note` varchar(200) COLLATE utf8mb4_unicode_ci DEFAULT NULL COMMENT 'as is, with (commas)',
  `points` decimal(10,2) NOT NULL DEFAULT '0.00',
  `at` datetime DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  `n` smallint unsigned DEFAULT '0',
  PRIMARY KEY (`id`),
  UNIQUE KEY `code` (`code`),
  KEY `both` (`note`,`points`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='x'";

    const MARIADB: &str = "CREATE TEMPORARY TABLE `t` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `code` varchar(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `note` varchar(200) DEFAULT NULL COMMENT 'as is, with (commas)',
  `points` decimal(10,2) NOT NULL DEFAULT 0.00,
  `at` datetime DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  `n` smallint(5) unsigned DEFAULT 0,
  PRIMARY KEY (`id`),
  UNIQUE KEY `code` (`code`),
  KEY `both` (`note`,`points`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC COMMENT='x'";

    #[test]
    fn reads_both_dialects_alike() {
        for description in [MYSQL, MARIADB] {
            let shape = parse(description);
            assert_eq!(shape.engine, "InnoDB");
            assert_eq!(shape.collation, "utf8mb4_unicode_ci");
            let columns: Vec<_> = shape.columns.iter().map(|column| column.name.as_str()).collect();
            assert_eq!(columns, ["id", "code", "note", "points", "at", "n"]);
            let [id, code, note, points, at, n] = &shape.columns[..] else { panic!() };
            assert!(id.auto_increment && !id.nullable && id.collation.is_none());
            assert_eq!(code.collation.as_deref(), Some("utf8mb4_bin"));
            assert_eq!(code.default.as_deref(), Some(""));
            assert_eq!(note.collation.as_deref(), Some("utf8mb4_unicode_ci"));
            assert_eq!((note.nullable, &note.default), (true, &None));
            assert_eq!(note.comment, "as is, with (commas)");
            assert_eq!(points.kind, "decimal(10,2)");
            assert_eq!(points.default.as_deref(), Some("0.00"));
            assert_eq!((at.default.as_deref(), at.on_update), (Some(NOW), true));
            assert!(n.kind.ends_with("unsigned"));
            let indexes: Vec<_> =
                shape.indexes.iter().map(|one| (one.name.as_str(), one.unique)).collect();
            assert_eq!(indexes, [("PRIMARY", true), ("code", true), ("both", false)]);
            assert_eq!(shape.indexes[2].parts, ["`note`", "`points`"]);
        }
    }
}
