//! Partitions by date for the tables that grow with every day, and retention.
//!
//! A boot makes no partitions: this is for whoever looks after the database, once and then more often than
//! the partitions ahead last, as from a job every week. [`look`] reads what is there, [`plan`] says what would be done and what the table
//! loses by it, and [`Plan::apply`] does it.
//!
//! Before old rows of `points_transaction` and `token_transaction` go, each account that they are of gets an opening balance,
//! which the ledger and its checks go on from.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use quicksight_migrations::partition::{self, Policy, Span, Table};
//!
//! # let mut conn = mysql::Conn::new("mysql://admin@localhost/tsp")?;
//! # let today = time::OffsetDateTime::now_utc().date();
//! let layout = partition::look(&mut conn, Table::AppData)?;
//! let plan = partition::plan(&layout, today, &Policy::monthly().retain(Span::months(24)))?;
//! println!("{plan}");
//! println!("{}", plan.apply(&mut conn)?);
//! # Ok(())
//! # }
//! ```

mod algorithm;
pub(crate) mod apply;
mod ids;
mod layout;
mod online;
mod opening;
mod plan;
mod policy;
mod rows;
mod sums;
mod target;

use std::fmt;

use time::Date;

pub use self::{
    apply::{Dropped, Report},
    layout::Layout,
    plan::Plan,
    policy::{Interval, Policy, Span},
    target::Table,
};
use crate::{
    outcome::Result,
    session::{Connection, EarlierReads, Session, Settings, in_plain_words, settled},
};

/// Reads how a table is partitioned and what of it partitions would change, and counts the rows that have no
/// place in them. Changes nothing.
///
/// Looks at each row of a table that is not partitioned yet, in an index; at those in the catch-all otherwise.
///
/// # Errors
///
/// [`Error::CannotPartition`](crate::Error::CannotPartition) if the table is not there; [`Error::OpenTransaction`](crate::Error::OpenTransaction),
/// [`Error::NoDatabaseSelected`](crate::Error::NoDatabaseSelected), [`Error::UnsupportedServer`](crate::Error::UnsupportedServer),
/// [`Error::ReadOnly`](crate::Error::ReadOnly), [`Error::PermissionDenied`](crate::Error::PermissionDenied),
/// [`Error::TablesInUse`](crate::Error::TablesInUse), [`Error::TablesChanging`](crate::Error::TablesChanging) or
/// [`Error::Database`](crate::Error::Database).
pub fn look<C: Connection>(conn: &mut C, table: Table) -> Result<Layout> {
    let mut session = Session::new(conn, &Settings::default());
    settled(&mut session, EarlierReads::Nothing, |session, _| layout::look(session, table))
}

/// What is to be done to a table, so that its partitions are as the policy says. Asks nobody.
///
/// # Errors
///
/// [`Error::RowsWithoutDate`](crate::Error::RowsWithoutDate) while rows have no date, or one that is none;
/// [`Error::ForeignPartitions`](crate::Error::ForeignPartitions) if somebody else has partitioned the table;
/// [`Error::CannotPartition`](crate::Error::CannotPartition) if the server would refuse, or would have too many partitions.
pub fn plan(layout: &Layout, today: Date, policy: &Policy) -> Result<Plan> {
    Plan::make(layout, today, policy)
}

impl Plan {
    /// Does it, under the migration lock and with the defaults of [`Migrator`](crate::Migrator): see
    /// [`Migrator::partition`](crate::Migrator::partition).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn apply<C: Connection>(&self, conn: &mut C) -> Result<Report> {
        let settings = Settings::default();
        apply::run(self, &mut Session::new(conn, &settings), &settings)
    }

    /// The command of `pt-online-schema-change` (of Percona's toolkit, from version 3.2) that makes the first
    /// partitions of this table while others write to it, where `to` says how to reach the server. It has no password: add
    /// `--ask-pass`. `None` if the table has partitions.
    ///
    /// # Errors
    ///
    /// [`Error::CannotPartition`](crate::Error::CannotPartition) on MariaDB if the table has triggers;
    /// [`Error::NoDatabaseSelected`](crate::Error::NoDatabaseSelected) or [`Error::Database`](crate::Error::Database).
    pub fn online_command<C: Connection>(
        &self,
        conn: &mut C,
        to: &mysql::Opts,
    ) -> Result<Option<String>> {
        online::command(self, &mut Session::new(conn, &Settings::default()), to)
    }

    /// Counts the rows of each partition that goes, and sees whether any have to stay, also of those that are moved. The
    /// partitions that this plan makes first are left out.
    ///
    /// # Errors
    ///
    /// As [`look`]; [`Error::SumsBehind`](crate::Error::SumsBehind) or
    /// [`Error::ReversalWouldGo`](crate::Error::ReversalWouldGo), as [`apply`](Self::apply) would say.
    pub fn count_drops<C: Connection>(&self, conn: &mut C) -> Result<Vec<Dropped>> {
        let mut session = Session::new(conn, &Settings::default());
        settled(&mut session, EarlierReads::Nothing, |session, _| apply::doomed(self, session))
    }
}

/// Up to when a table has partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    table: Table,
    ends_before: Date,
}

impl Ahead {
    /// The table.
    #[must_use]
    pub fn table(&self) -> Table {
        self.table
    }

    /// The first day that has no partition of its own.
    #[must_use]
    pub fn ends_before(&self) -> Date {
        self.ends_before
    }
}

impl fmt::Display for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has partitions for rows before {}", self.table, self.ends_before)
    }
}

/// Says of each table that this crate has partitioned when its last partition ahead ends. A few statements that look into
/// no row.
///
/// # Errors
///
/// [`Error::TablesInUse`](crate::Error::TablesInUse) or [`Error::Database`](crate::Error::Database).
pub fn ahead<C: Connection>(conn: &mut C) -> Result<Vec<Ahead>> {
    let mut session = Session::new(conn, &Settings::default());
    let ends = in_plain_words(&mut session, layout::ends)?;
    Ok(ends.into_iter().map(|(table, ends_before)| Ahead { table, ends_before }).collect())
}

/// A day, for tests.
#[cfg(test)]
fn on(year: i32, month: u8, day: u8) -> Date {
    Date::from_calendar_date(year, month.try_into().unwrap(), day).unwrap()
}
