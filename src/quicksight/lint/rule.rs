//! The rules, and what to do where one is broken.

/// What QuickSight does not read as it is: the rules follow its
/// [types](https://docs.aws.amazon.com/quick/latest/userguide/supported-data-types.html) and
/// [limits](https://docs.aws.amazon.com/quick/latest/userguide/data-source-limits.html).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LintRule {
    /// There is no such table or view, the view is broken, or the user may not see any of its columns.
    Unseen,
    /// The type of the column is none that QuickSight reads. It leaves the column out without an
    /// error.
    UnsupportedType,
    /// An integer beyond 2^53 - 1, which QuickSight does not show exactly: a value, or the type
    /// `bigint unsigned`.
    BigInteger,
    /// A `decimal` of more than four decimals. SPICE rounds the rest away.
    ManyDecimals,
    /// A `tinyint(1)` that holds more than 0 and 1. QuickSight's driver reads it as true or false.
    NumberAsBoolean,
    /// A day that no calendar has, such as 0000-00-00, which QuickSight takes for NULL or skips with
    /// its row.
    ZeroDate,
    /// Text of more than 2,047 characters. QuickSight cuts the rest off.
    LongText,
    /// A comment of more than 500 characters, which the description of a column cannot hold.
    LongComment,
    /// The table has no such look-back column.
    LookBackMissing,
    /// The look-back column is no date.
    LookBackNotADate,
    /// The look-back column changes with its row, so that QuickSight would have the row twice.
    LookBackChanges,
    /// No index begins with the look-back column, so that every refresh reads the whole table.
    LookBackWithoutIndex,
    /// The time to read rows was over before those of the table were read.
    RowsNotRead,
}

impl LintRule {
    /// Every rule.
    pub const ALL: &[Self] = &[
        Self::Unseen,
        Self::UnsupportedType,
        Self::BigInteger,
        Self::ManyDecimals,
        Self::NumberAsBoolean,
        Self::ZeroDate,
        Self::LongText,
        Self::LongComment,
        Self::LookBackMissing,
        Self::LookBackNotADate,
        Self::LookBackChanges,
        Self::LookBackWithoutIndex,
        Self::RowsNotRead,
    ];

    /// A name for machines, as in `zero_date`. It stays what it is.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unseen => "unseen",
            Self::UnsupportedType => "unsupported_type",
            Self::BigInteger => "big_integer",
            Self::ManyDecimals => "many_decimals",
            Self::NumberAsBoolean => "number_as_boolean",
            Self::ZeroDate => "zero_date",
            Self::LongText => "long_text",
            Self::LongComment => "long_comment",
            Self::LookBackMissing => "look_back_missing",
            Self::LookBackNotADate => "look_back_not_a_date",
            Self::LookBackChanges => "look_back_changes",
            Self::LookBackWithoutIndex => "look_back_without_index",
            Self::RowsNotRead => "rows_not_read",
        }
    }

    /// What to do about it.
    pub(super) fn advice(self) -> &'static str {
        match self {
            Self::Unseen => "make it, or grant SELECT on it",
            Self::UnsupportedType => "change its type, or convert it in a view",
            Self::BigInteger => "read it as text in a view, or through a smaller type",
            Self::ManyDecimals => "round it in a view, or make it a double",
            Self::NumberAsBoolean => "make it a tinyint, or read it as `column + 0` in a view",
            Self::ZeroDate => "put the right day or NULL in its place",
            Self::LongText => "shorten it in a view, or leave it out of the data set",
            Self::LongComment => "shorten the comment",
            Self::LookBackMissing => "name a column that the table has",
            Self::LookBackNotADate => "refresh by a date or datetime, or read the whole table",
            Self::LookBackChanges => "refresh by a date that stays, or read the whole table",
            Self::LookBackWithoutIndex => "add an index that begins with it",
            Self::RowsNotRead => "allow more time, or lint when the server has less to do",
        }
    }
}
