//! What a migration does, read from its statement once.

/// What a statement does to the schema, and to which table.
///
/// Only the spelling of our own files is understood: the words in capitals, one blank between them, the
/// table in backticks. All else is [`Opaque`](Self::Opaque), and a test keeps such a file from being
/// released, because nothing could be compared with what it makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It makes this table.
    Makes { table: String },
    /// It changes this table, or an index of it.
    Changes { table: String },
    /// It does something else, or says it in another way.
    Opaque,
}

impl Effect {
    /// Reads a statement without the comments above it.
    pub(crate) fn of(statement: &str) -> Self {
        let head = statement.split_once(['(', '\n']).map_or(statement, |(head, _)| head);
        let made = after(head, "CREATE TABLE IF NOT EXISTS ").or(after(head, "CREATE TABLE "));
        if let Some(table) = made.and_then(name) {
            return Self::Makes { table };
        }
        let index = ["CREATE INDEX ", "CREATE UNIQUE INDEX ", "DROP INDEX "];
        let indexed = index.iter().find_map(|words| after(head, words));
        let changed = after(head, "ALTER TABLE ").or(indexed.and_then(on));
        changed.and_then(name).map_or(Self::Opaque, |table| Self::Changes { table })
    }

    /// The table that it makes or changes.
    pub(crate) fn table(&self) -> Option<&str> {
        match self {
            Self::Makes { table } | Self::Changes { table } => Some(table),
            Self::Opaque => None,
        }
    }
}

fn after<'s>(head: &'s str, words: &str) -> Option<&'s str> {
    head.strip_prefix(words)
}

/// What comes behind the name of an index.
fn on(index: &str) -> Option<&str> {
    Some(index.split_once(" ON ")?.1)
}

/// The name in backticks that a text begins with.
fn name(text: &str) -> Option<String> {
    let (name, _) = text.strip_prefix('`')?.split_once('`')?;
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Effect;

    fn makes(table: &str) -> Effect {
        Effect::Makes { table: table.to_owned() }
    }

    fn changes(table: &str) -> Effect {
        Effect::Changes { table: table.to_owned() }
    }

    #[test]
    fn knows_what_our_spelling_does() {
        let cases = [
            ("CREATE TABLE IF NOT EXISTS `trip` (\n`id` int\n)", makes("trip")),
            ("CREATE TABLE `trip` (`on` int)", makes("trip")),
            ("CREATE TABLE IF NOT EXISTS `trip`\n(`id` int)", makes("trip")),
            ("ALTER TABLE `trip` ADD COLUMN `a` int, ALGORITHM=INSTANT", changes("trip")),
            ("ALTER TABLE `trip`\n  DROP INDEX `a ON b`", changes("trip")),
            ("ALTER TABLE `trip` RENAME INDEX `a` TO `b`", changes("trip")),
            ("CREATE INDEX `a` ON `trip` (`b`) LOCK=NONE", changes("trip")),
            ("CREATE UNIQUE INDEX `a` ON `trip` (`b`)", changes("trip")),
            ("DROP INDEX `a` ON `trip`", changes("trip")),
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
            "alter table `trip` add column a int",
            "CREATE TABLE `` (`id` int)",
            "CREATE TABLE `trip",
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
}
