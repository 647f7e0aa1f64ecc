//! The views that this crate makes, as the server shows them: whose a view is, and what it says.

use crate::session::quote;

/// What the names of our views begin with.
const PREFIX: &str = "quicksight_v_";

/// What our views call the table that they read. By this they are known, because a view has no comment.
pub(crate) const ALIAS: &str = "quicksight";

/// The name of the view of a table.
pub(crate) fn view_of(table: &str) -> String {
    format!("{PREFIX}{table}")
}

/// The end of each of our views.
pub(crate) fn source(database: &str, table: &str) -> String {
    format!("FROM {}.{} {}", quote(database), quote(table), quote(ALIAS))
}
