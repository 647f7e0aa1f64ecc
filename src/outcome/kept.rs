//! A table that a rollback leaves, and the reason.

use std::fmt;

/// A table that a rollback could not drop, or would not.
///
/// ```
/// # fn report(error: quicksight_migrations::Error) {
/// use quicksight_migrations::Error;
///
/// if let Error::RollbackBlocked { obstacles, .. } = error {
///     for kept in obstacles {
///         println!("{}: {kept}", kept.table()); // trip: the view `tsp`.`trips_today` reads trip
///     }
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct KeptTable {
    table: String,
    reason: KeptReason,
}

/// Why a table stayed.
///
/// ```
/// # fn names_a_view(reason: &quicksight_migrations::KeptReason) -> bool {
/// matches!(reason, quicksight_migrations::KeptReason::View { .. })
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum KeptReason {
    /// Something else than a table has its name.
    #[non_exhaustive]
    NotATable {
        /// What it is, as in `VIEW`.
        kind: String,
    },
    /// It has the name of a view of ours, and is something else.
    #[non_exhaustive]
    NotOurs {
        /// What it is, as in `VIEW`.
        kind: String,
    },
    /// A foreign key of another table points to it.
    #[non_exhaustive]
    ForeignKey {
        /// The constraint's name.
        name: String,
        /// The table that has it, with its database, quoted.
        owner: String,
    },
    /// A view reads it, and would be left broken.
    #[non_exhaustive]
    View {
        /// The view, with its database, quoted.
        name: String,
    },
    /// The server refused to drop it.
    #[non_exhaustive]
    Refused {
        /// The server's error code.
        code: u16,
        /// The server's words.
        message: String,
    },
    /// It was dropped, and yet there is a table of its name: somebody has made it again, or a
    /// temporary table of the same name was dropped in its place.
    ThereAgain,
}

impl KeptTable {
    pub(crate) fn new(table: &str, reason: KeptReason) -> Self {
        Self { table: table.to_owned(), reason }
    }

    /// The table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Why it stayed.
    #[must_use]
    pub fn reason(&self) -> &KeptReason {
        &self.reason
    }

    /// The server's error code, if it refused to drop the table.
    pub(super) fn refusal(&self) -> Option<u16> {
        match self.reason {
            KeptReason::Refused { code, .. } => Some(code),
            _ => None,
        }
    }
}

impl fmt::Display for KeptTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = &self.table;
        match &self.reason {
            KeptReason::NotATable { kind } => write!(f, "{table} is a {}", kind.to_lowercase()),
            KeptReason::NotOurs { kind } => {
                write!(f, "{table} is a {} of somebody else", kind.to_lowercase())
            }
            KeptReason::ForeignKey { name, owner } => {
                write!(f, "the foreign key {name} of {owner} points to {table}")
            }
            KeptReason::View { name } => write!(f, "the view {name} reads {table}"),
            KeptReason::Refused { code, message } => {
                write!(f, "the server refused to drop {table} (error {code}: {message})")
            }
            KeptReason::ThereAgain => {
                write!(f, "{table} was dropped and there is a table of that name again")
            }
        }
    }
}

/// All of them, for a message.
pub(super) fn sentence(kept: &[KeptTable]) -> String {
    let clauses: Vec<_> = kept.iter().map(ToString::to_string).collect();
    clauses.join(", ")
}
