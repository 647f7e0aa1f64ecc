//! What a migration does, read from its statement once.

/// What a statement does to the schema, and to which table.
///
/// Only the spelling of our own files is understood: the words in capitals, one blank between them,
/// names in backticks, a line for each column of a new table. All else is [`Opaque`](Self::Opaque), and
/// a test keeps such a file from being released, because nothing could be compared with what it makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It makes this table, with these columns.
    Makes { table: String, columns: Vec<String> },
    /// It changes this table, or an index of it.
    Changes { table: String, columns: ColumnChanges },
    /// It does something else, or says it in another way.
    Opaque,
}

/// The columns that a change adds and takes away. One that it renames is in both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ColumnChanges {
    added: Vec<String>,
    dropped: Vec<String>,
}

impl Effect {
    /// Reads a statement without the comments above it.
    pub(crate) fn of(statement: &str) -> Self {
        makes(statement)
            .or_else(|| alters(statement))
            .or_else(|| indexes(statement))
            .unwrap_or(Self::Opaque)
    }

    /// The table that it makes or changes.
    pub(crate) fn table(&self) -> Option<&str> {
        match self {
            Self::Makes { table, .. } | Self::Changes { table, .. } => Some(table),
            Self::Opaque => None,
        }
    }

    /// What the columns of its table are after it, if they were these before.
    pub(crate) fn apply_to(&self, columns: &mut Vec<String>) {
        match self {
            Self::Makes { columns: made, .. } => columns.clone_from(made),
            Self::Changes { columns: ColumnChanges { added, dropped }, .. } => {
                columns.retain(|column| !dropped.contains(column));
                columns.extend(added.iter().cloned());
            }
            Self::Opaque => {}
        }
    }
}

fn makes(statement: &str) -> Option<Effect> {
    let rest = statement.strip_prefix("CREATE TABLE ")?;
    let (table, rest) = name(rest.strip_prefix("IF NOT EXISTS ").unwrap_or(rest))?;
    let (_, body) = rest.split_once('(')?;
    let columns = body.lines().filter_map(|line| Some(name(line.trim_start())?.0.to_owned()));
    let (table, columns) = (table.to_owned(), columns.collect());
    Some(Effect::Makes { table, columns })
}

fn alters(statement: &str) -> Option<Effect> {
    let (table, rest) = name(statement.strip_prefix("ALTER TABLE ")?)?;
    let mut columns = ColumnChanges::default();
    for clause in clauses(rest) {
        columns.note(clause.trim())?;
    }
    Some(Effect::Changes { table: table.to_owned(), columns })
}

fn indexes(statement: &str) -> Option<Effect> {
    let words = ["CREATE INDEX ", "CREATE UNIQUE INDEX ", "DROP INDEX "];
    let (_, rest) = words.iter().find_map(|words| name(statement.strip_prefix(words)?))?;
    let (table, _) = name(rest.strip_prefix(" ON ")?)?;
    Some(Effect::Changes { table: table.to_owned(), columns: ColumnChanges::default() })
}

impl ColumnChanges {
    /// Reads one clause of an `ALTER TABLE`, or nothing where it is none of those that we use.
    fn note(&mut self, clause: &str) -> Option<()> {
        const OTHERS: [&str; 12] = [
            "MODIFY COLUMN ",
            "ADD KEY ",
            "ADD UNIQUE KEY ",
            "ADD PRIMARY KEY ",
            "ADD FULLTEXT KEY ",
            "DROP INDEX ",
            "DROP PRIMARY KEY",
            "RENAME INDEX ",
            "ALTER COLUMN ",
            "COMMENT ",
            "ALGORITHM=",
            "LOCK=",
        ];
        if let Some(rest) = clause.strip_prefix("ADD COLUMN ") {
            self.added.push(name(rest)?.0.to_owned());
        } else if let Some(rest) = clause.strip_prefix("DROP COLUMN ") {
            self.dropped.push(name(rest)?.0.to_owned());
        } else if let Some(rest) = clause.strip_prefix("CHANGE COLUMN ") {
            self.rename(rest, " ")?;
        } else if let Some(rest) = clause.strip_prefix("RENAME COLUMN ") {
            self.rename(rest, " TO ")?;
        } else if !OTHERS.iter().any(|words| clause.starts_with(words)) {
            return None;
        }
        Some(())
    }

    fn rename(&mut self, names: &str, between: &str) -> Option<()> {
        let (old, rest) = name(names)?;
        let (new, _) = name(rest.strip_prefix(between)?)?;
        self.dropped.push(old.to_owned());
        self.added.push(new.to_owned());
        Some(())
    }
}

/// The name in backticks that a text begins with, and what comes behind it.
fn name(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.strip_prefix('`')?.split_once('`')?;
    (!name.is_empty()).then_some((name, rest))
}

/// What stands between the commas that are in no parentheses and in no quotes.
fn clauses(text: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut quote) = (0, None);
    text.split(move |c: char| {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0 && quote.is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn changes(table: &str, added: &[&str], dropped: &[&str]) -> Effect {
        let columns = ColumnChanges { added: owned(added), dropped: owned(dropped) };
        Effect::Changes { table: table.to_owned(), columns }
    }

    #[test]
    fn knows_what_a_new_table_has() {
        let body = " (\n  `id` int NOT NULL,\n  `on` int COMMENT 'a, `b`',\n  -- a note\n  \
                    PRIMARY KEY (`id`),\n  KEY `on_idx` (`on`)\n)";
        for words in ["CREATE TABLE IF NOT EXISTS `trip`", "CREATE TABLE `trip`"] {
            let made = Effect::Makes { table: "trip".into(), columns: owned(&["id", "on"]) };
            assert_eq!(Effect::of(&format!("{words}{body}")), made, "{words}");
        }
    }

    #[test]
    fn knows_what_our_spelling_changes() {
        let cases = [
            (
                "ALTER TABLE `trip` ADD COLUMN `a` int, ALGORITHM=INSTANT",
                changes("trip", &["a"], &[]),
            ),
            (
                "ALTER TABLE `trip`\n  ADD COLUMN `a` int COMMENT 'x, DROP COLUMN `b`',\n  DROP COLUMN `c`",
                changes("trip", &["a"], &["c"]),
            ),
            (
                "ALTER TABLE `trip` CHANGE COLUMN `a` `b` decimal(10,2), RENAME COLUMN `c` TO `d`",
                changes("trip", &["b", "d"], &["a", "c"]),
            ),
            ("ALTER TABLE `trip`\n  DROP INDEX `a ON b`", changes("trip", &[], &[])),
            ("ALTER TABLE `trip` MODIFY COLUMN `a` int, LOCK=NONE", changes("trip", &[], &[])),
            ("ALTER TABLE `trip` RENAME INDEX `a` TO `b`", changes("trip", &[], &[])),
            (
                "ALTER TABLE `trip` DROP PRIMARY KEY, ADD PRIMARY KEY (`a`, `b`)",
                changes("trip", &[], &[]),
            ),
            ("CREATE INDEX `a` ON `trip` (`b`) LOCK=NONE", changes("trip", &[], &[])),
            ("CREATE UNIQUE INDEX `a` ON `trip` (`b`)", changes("trip", &[], &[])),
            ("DROP INDEX `a` ON `trip`", changes("trip", &[], &[])),
        ];
        for (statement, expected) in cases {
            assert_eq!(Effect::of(statement), expected, "{statement}");
        }
    }

    #[test]
    fn takes_nothing_else_for_a_table() {
        let cases = [
            "",
            "SELECT 1",
            "create table `trip` (`id` int)",
            "ALTER TABLE trip ADD COLUMN a int",
            "ALTER TABLE `trip` ADD `a` int",
            "ALTER TABLE `trip` ADD COLUMN a int",
            "ALTER TABLE `trip` RENAME TO `journey`",
            "ALTER TABLE `trip` RENAME COLUMN `a` AS `b`",
            "ALTER TABLE `trip` add column `a` int",
            "ALTER TABLE `trip` DROP COLUMN `a`, drop column `b`",
            "alter table `trip` add column a int",
            "CREATE TABLE `` (`id` int)",
            "CREATE TABLE `trip",
            "CREATE TABLE `trip` LIKE `journey`",
            "CREATE  TABLE `trip` (`id` int)",
            "CREATE TEMPORARY TABLE `trip` (`id` int)",
            "CREATE OR REPLACE VIEW `trip_view` AS SELECT 1",
            "CREATE VIEW `v` AS TABLE `trip`",
            "CREATE INDEX `a` USING BTREE\nON `trip` (`b`)",
            "DROP TABLE `trip`",
            "RENAME TABLE `trip` TO `journey`",
            "INSERT INTO `trip` VALUES (1)",
        ];
        for statement in cases {
            assert_eq!(Effect::of(statement), Effect::Opaque, "{statement}");
        }
    }

    #[test]
    fn follows_the_columns_through_their_changes() {
        let mut columns = Vec::new();
        let steps = [
            ("CREATE TABLE `t` (\n`a` int,\n`b` int\n)", "a b"),
            ("ALTER TABLE `t` ADD COLUMN `c` int", "a b c"),
            ("ALTER TABLE `t` CHANGE COLUMN `a` `d` int, DROP COLUMN `b`", "c d"),
            ("CREATE INDEX `i` ON `t` (`c`)", "c d"),
            ("SELECT 1", "c d"),
        ];
        for (statement, expected) in steps {
            Effect::of(statement).apply_to(&mut columns);
            assert_eq!(columns.join(" "), expected, "{statement}");
        }
    }
}
