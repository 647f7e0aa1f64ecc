//! What a column of the server is in QuickSight.

/// What a column holds, in QuickSight's words.
///
/// <https://docs.aws.amazon.com/quicksight/latest/APIReference/API_InputColumn.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DataType {
    /// A whole number.
    Integer,
    /// A number with decimals, exact or not.
    Decimal,
    /// Text.
    String,
    /// A date, with or without a time.
    Datetime,
}

impl DataType {
    /// What QuickSight takes a column of MySQL, Aurora or MariaDB for, by its `data_type` in
    /// `information_schema.columns`, or `None` where it leaves the column out.
    ///
    /// A `tinyint(1)` is told from the others by a JDBC driver alone, which takes it for true or false.
    /// The views have none.
    ///
    /// <https://docs.aws.amazon.com/quick/latest/userguide/supported-data-types.html>
    pub(super) fn of(data_type: &str) -> Option<Self> {
        Some(match data_type {
            "bigint" | "int" | "mediumint" | "smallint" | "tinyint" => Self::Integer,
            "decimal" | "double" => Self::Decimal,
            "char" | "varchar" | "text" | "enum" | "set" => Self::String,
            "date" | "datetime" | "timestamp" | "year" => Self::Datetime,
            _ => return None,
        })
    }

    /// Its name in a template, as in `INTEGER`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Integer => "INTEGER",
            Self::Decimal => "DECIMAL",
            Self::String => "STRING",
            Self::Datetime => "DATETIME",
        }
    }
}
