//! Making the views, replacing them and dropping them.

use std::fmt;

use log::info;

use super::view::{View, views};
use crate::{
    outcome::{Drift, DriftKind, Error, KeptReason, KeptTable, Mend, Result, Severity, code},
    schema::{SeenView, kinds, namesakes, readers, refuse_secrets},
    session::{Connection, Session, Settings, column, in_turn, quote, unchanged},
};

/// What [`apply_views`] did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use]
pub struct ViewsReport {
    made: Vec<String>,
    replaced: Vec<String>,
    unchanged: Vec<String>,
}

impl ViewsReport {
    /// The views that were not there.
    #[must_use]
    pub fn made(&self) -> &[String] {
        &self.made
    }

    /// The views that another build or another account had made.
    #[must_use]
    pub fn replaced(&self) -> &[String] {
        &self.replaced
    }

    /// The views that were right already.
    #[must_use]
    pub fn unchanged(&self) -> &[String] {
        &self.unchanged
    }
}

impl fmt::Display for ViewsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [made, replaced, unchanged] =
            [&self.made, &self.replaced, &self.unchanged].map(Vec::len);
        write!(f, "views: {made} made, {replaced} replaced, {unchanged} unchanged")
    }
}

/// Makes the views that are missing and replaces those that another build or another account has made,
/// under the lock that boots take. A reader never finds a view missing, and a second call does nothing.
///
/// The views read the tables with the rights of the account of this connection, so it must be one that
/// stays: if it is dropped, every view fails with error 1449 until another account makes this call.
///
/// It needs the rights `CREATE VIEW`, `DROP`, `SHOW VIEW` and `SELECT` on the database.
/// [`Migrator::apply_views`](crate::Migrator::apply_views) is the same with settings.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut conn = mysql::Conn::new("mysql://migrator@localhost/tsp")?;
/// let report = quicksight_migrations::quicksight::apply_views(&mut conn)?;
/// println!("{report}"); // views: 23 made, 0 replaced, 0 unchanged
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Before anything is changed: [`ViewsBlocked`](crate::Error::ViewsBlocked) if something that is not ours
/// has the name of a view; [`LockTimeout`](crate::Error::LockTimeout),
/// [`LockUnavailable`](crate::Error::LockUnavailable), [`NoDatabaseSelected`](crate::Error::NoDatabaseSelected),
/// [`OpenTransaction`](crate::Error::OpenTransaction), [`UnsupportedServer`](crate::Error::UnsupportedServer),
/// [`ReadOnly`](crate::Error::ReadOnly).
///
/// At any time: [`PermissionDenied`](crate::Error::PermissionDenied),
/// [`TablesInUse`](crate::Error::TablesInUse) while somebody reads an older view in a transaction, and
/// [`Database`](crate::Error::Database), also where a table is missing. What is made by then stays, and a
/// further call goes on.
pub fn apply_views<C: Connection>(conn: &mut C) -> Result<ViewsReport> {
    let settings = Settings::default();
    apply(&mut Session::new(conn, &settings), &settings)
}

/// Drops the views and returns their names. Tables and rows stay. Empty if there were none.
///
/// It needs the rights `DROP`, `SHOW VIEW` and `SELECT` on the database.
/// [`Migrator::drop_views`](crate::Migrator::drop_views) is the same with settings.
///
/// # Errors
///
/// As [`apply_views`]; [`ViewsBlocked`](crate::Error::ViewsBlocked) also where a view of somebody else
/// reads one of ours.
pub fn drop_views<C: Connection>(conn: &mut C) -> Result<Vec<String>> {
    let settings = Settings::default();
    drop_all(&mut Session::new(conn, &settings), &settings)
}

pub(crate) fn apply(session: &mut Session<'_>, settings: &Settings) -> Result<ViewsReport> {
    in_turn(session, settings, |session, turn| {
        let there = there(session, turn.database())?;
        let me = current_user(session)?;
        let mut report = ViewsReport::default();
        for view in views() {
            let seen = there.iter().find(|seen| seen.name() == view.name());
            let list = match seen {
                Some(seen) if is_current(seen, &view, turn.database()) && seen.definer == me => {
                    report.unchanged.push(view.name().to_owned());
                    continue;
                }
                Some(_) => &mut report.replaced,
                None => &mut report.made,
            };
            send(session, &view, &view.sql(), "make the view", "CREATE VIEW, DROP and SELECT")?;
            info!(view = view.name(); "made the view {}", view.name());
            list.push(view.name().to_owned());
        }
        Ok(report)
    })
}

pub(crate) fn drop_all(session: &mut Session<'_>, settings: &Settings) -> Result<Vec<String>> {
    in_turn(session, settings, |session, turn| {
        let there = there(session, turn.database())?;
        if there.is_empty() {
            return Ok(Vec::new());
        }
        refuse_readers(session, turn.database(), &there)?;
        let mut dropped = Vec::new();
        for view in views() {
            if there.iter().any(|seen| seen.name() == view.name()) {
                let sql = format!("DROP VIEW {}", quote(view.name()));
                send(session, &view, &sql, "drop the view", "DROP")?;
                dropped.push(view.name().to_owned());
            }
        }
        Ok(dropped)
    })
}

/// The views of ours that are there and are not what this build would make. Views that this user may not
/// look into are left out, and nobody has to have any.
pub(crate) fn outdated(session: &mut Session<'_>) -> Result<Vec<Drift>> {
    let views = views();
    let seen = namesakes(session, views.iter().map(View::table))?;
    let drifts = seen.iter().filter_map(|seen| {
        let view = views.iter().find(|view| view.name() == seen.name())?;
        let database = seen.database();
        let is_old = seen.is_ours(database, view.table()) && !is_current(seen, view, database);
        is_old.then(|| Drift {
            table: view.name().to_owned(),
            subject: None,
            kind: DriftKind::OutdatedView,
            severity: Severity::Advisory,
            expected: Some("the view of this build".to_owned()),
            found: Some("that of another one".to_owned()),
            mend: Mend::Decide(
                "it may show more than it should; quicksight::apply_views replaces it".into(),
            ),
        })
    });
    Ok(drifts.collect())
}

/// Our views that are there. Refuses while something else has the name of one.
fn there(session: &mut Session<'_>, database: &str) -> Result<Vec<SeenView>> {
    let views = views();
    let names: Vec<_> = views.iter().map(|view| view.name().to_owned()).collect();
    let kinds = kinds(session, &names)
        .map_err(|error| Error::from_answer("look which views are there", error))?;
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let seen = namesakes(session, views.iter().map(View::table))?;
    refuse_secrets(session, &seen)?;
    let is_ours = |view: &View| seen.iter().any(|seen| seen.is_ours(database, view.table()));
    let others = views.iter().filter(|view| !is_ours(view));
    let obstacles: Vec<_> = others
        .filter_map(|view| Some((view, kinds.get(view.name())?)))
        .map(|(view, kind)| KeptTable::new(view.name(), KeptReason::NotOurs { kind: kind.clone() }))
        .collect();
    if obstacles.is_empty() { Ok(seen) } else { Err(Error::ViewsBlocked { obstacles }) }
}

/// A view on one of ours would be left broken.
fn refuse_readers(session: &mut Session<'_>, database: &str, ours: &[SeenView]) -> Result<()> {
    let mut obstacles = Vec::new();
    let names: Vec<_> = ours.iter().map(|own| own.name().to_owned()).collect();
    for reader in readers(session, &names)? {
        let read = ours.iter().filter(|own| reader.reads(database, own.name()));
        obstacles.extend(
            read.map(|own| {
                KeptTable::new(own.name(), KeptReason::View { name: reader.qualified() })
            }),
        );
    }
    if obstacles.is_empty() { Ok(()) } else { Err(Error::ViewsBlocked { obstacles }) }
}

fn current_user(session: &mut Session<'_>) -> Result<String> {
    let row = session
        .row("SELECT CAST(CURRENT_USER() AS BINARY)")
        .map_err(|error| Error::from_answer("ask who this user is", error))?;
    Ok(row.and_then(|row| column(&row, 0)).unwrap_or_default())
}

fn is_current(seen: &SeenView, view: &View, database: &str) -> bool {
    seen.for_definer && seen.selects(database, &view.select(), view.table())
}

fn send(
    session: &mut Session<'_>,
    view: &View,
    sql: &str,
    action: &str,
    rights: &str,
) -> Result<()> {
    match session.execute(sql) {
        Ok(()) => Ok(()),
        Err(error) if code::is_wait(&error) => {
            Err(unchanged(session, &[view.name()], error, |_, _| Ok(()))?)
        }
        Err(error) => {
            let action = format!("{action} {} (needs {rights})", quote(view.name()));
            Err(Error::from_answer(action, error))
        }
    }
}
