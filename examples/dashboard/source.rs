//! From where the dashboards' statements read.

use std::error::Error;

use mysql::{Conn, Params, Row, prelude::Queryable};
use quicksight_migrations::{quicksight::views, time::PrimitiveDateTime};

const NO_SUCH_TABLE: u16 = 1146;
/// A column is not there, a view reads what is not there, its owner is not there.
const BROKEN_VIEW: [u16; 3] = [1054, 1356, 1449];

/// Both have the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// What QuickSight reads.
    Views,
    /// Where nobody has made the views: what they would select.
    Tables,
}

#[derive(Debug, thiserror::Error)]
#[error("there are no tables to draw: name the database that has them, or make them with `up`")]
struct NoTables(#[source] mysql::Error);

#[derive(Debug, thiserror::Error)]
#[error("the views cannot be read: make them anew with `quicksight views --apply`")]
struct BrokenViews(#[source] mysql::Error);

impl Source {
    /// The views, if each is there.
    pub(crate) fn of(conn: &mut Conn) -> Result<Self, Box<dyn Error>> {
        let there: Vec<String> = conn.query(
            "SELECT table_name FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_type = 'VIEW'",
        )?;
        let is_complete = views().iter().all(|view| there.iter().any(|name| name == view.name()));
        Ok(if is_complete { Self::Views } else { Self::Tables })
    }

    /// The answer to a statement over the views.
    pub(crate) fn ask(
        self,
        conn: &mut Conn,
        sql: &str,
        params: Params,
    ) -> Result<Vec<Row>, Box<dyn Error>> {
        let sql = match self {
            Self::Views => sql.to_owned(),
            Self::Tables => views().iter().fold(sql.to_owned(), |sql, view| {
                sql.replace(&format!("`{}`", view.name()), &format!("({})", view.query()))
            }),
        };
        conn.exec(sql, params).map_err(|error| self.explained(error))
    }

    /// When something was last recorded, which is where the days end. A date that is yet to come is a
    /// wrong one; the day is for time zones.
    pub(crate) fn newest(
        self,
        conn: &mut Conn,
    ) -> Result<Option<PrimitiveDateTime>, Box<dyn Error>> {
        let mut newest = None;
        for (view, date) in [
            ("quicksight_v_points_transaction", "points_created_on"),
            ("quicksight_v_trip", "trip_started_on"),
        ] {
            let sql = format!(
                "SELECT MAX({date}) FROM `{view}` AS q \
                 WHERE {date} BETWEEN '1000-01-01' AND UTC_TIMESTAMP() + INTERVAL 1 DAY"
            );
            let found = self.ask(conn, &sql, Params::Empty)?.pop();
            newest = newest.max(found.and_then(|mut row| row.take::<Option<_>, _>(0)).flatten());
        }
        Ok(newest)
    }

    fn explained(self, error: mysql::Error) -> Box<dyn Error> {
        let mysql::Error::MySqlError(answer) = &error else { return error.into() };
        match (self, answer.code) {
            (Self::Tables, NO_SUCH_TABLE) => NoTables(error).into(),
            (Self::Views, code) if BROKEN_VIEW.contains(&code) => BrokenViews(error).into(),
            _ => error.into(),
        }
    }
}
