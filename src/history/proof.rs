//! The one `SELECT` of a boot with nothing to do: it reads the history, and opens every table with every
//! column on the way.

use std::{borrow::Cow, sync::LazyLock};

use super::{EMBEDDED, Embedded, embedded};
use crate::session::quote;

/// The condition of this build, which costs more to make than to send.
static OF_THIS_BUILD: LazyLock<String> = LazyLock::new(|| opened(&EMBEDDED));

/// A condition for a read of the history. It is true, and the server refuses it if a table or a column of
/// these migrations is missing: 1146 or 1054. No row of any of them is read.
pub(super) fn all_is_there(migrations: &[Embedded]) -> Cow<'static, str> {
    if std::ptr::eq(migrations, EMBEDDED.as_slice()) {
        return OF_THIS_BUILD.as_str().into();
    }
    opened(migrations).into()
}

fn opened(migrations: &[Embedded]) -> String {
    let tables = embedded::tables(migrations);
    let opened = tables.iter().map(|(table, columns)| {
        let columns: Vec<_> = columns.iter().map(|column| quote(column)).collect();
        format!("NOT EXISTS (SELECT {} FROM {} WHERE FALSE)", columns.join(", "), quote(table))
    });
    let conditions: Vec<_> = ["TRUE".to_owned()].into_iter().chain(opened).collect();
    conditions.join(" AND ")
}
