//! Names and values as SQL text.

/// Quotes an identifier.
/// <https://dev.mysql.com/doc/refman/8.4/en/identifiers.html>
pub(crate) fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Quotes a value. The values come from our own files, which have no backslash.
pub(crate) fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::{literal, quote};

    #[test]
    fn a_quote_inside_is_doubled() {
        assert_eq!(quote("trip"), "`trip`");
        assert_eq!(quote("a`b"), "`a``b`");
        assert_eq!(literal("it's"), "'it''s'");
    }
}
