//! What the dashboards show: each visual with the answer to its statement.

use std::{cmp::Ordering, error::Error};

use mysql::{Conn, Params, Value};
use quicksight_migrations::{
    Error as Failure,
    integrity::{self, QualityIssue, ValidationReport},
    quicksight::{Dashboard, Dimension, Grain, Measure, Unit, Visual, dashboards, data_sets},
    time::{Date, Duration, Month},
};

use crate::{html::grouped, source::Source};

pub(crate) struct Preview {
    pub place: String,
    pub source: Source,
    pub boards: Vec<Board>,
    /// None if this user may not read the tables themselves.
    pub quality: Option<Quality>,
}

/// A dashboard over the days from `from` until the one before `before`.
pub(crate) struct Board {
    pub dashboard: Dashboard,
    pub from: Date,
    pub before: Date,
    /// As in [`Dashboard::sheets`].
    pub sheets: Vec<Vec<Vec<Answer>>>,
}

/// A visual, and its rows as they are in order.
pub(crate) struct Answer {
    pub visual: Visual,
    /// The title of its data set.
    pub data_set: &'static str,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Nothing,
    Number(f64),
    Day(Date),
    Text(String),
}

pub(crate) struct Quality {
    pub validation: ValidationReport,
    pub issues: Vec<QualityIssue>,
}

impl Preview {
    /// Asks for the days before `end`.
    pub(crate) fn gather(
        conn: &mut Conn,
        source: Source,
        place: &str,
        end: Date,
    ) -> Result<Self, Box<dyn Error>> {
        let boards = dashboards().into_iter().map(|of| Board::gather(conn, source, of, end));
        Ok(Self {
            place: place.to_owned(),
            source,
            boards: boards.collect::<Result<_, _>>()?,
            quality: Quality::gather(conn)?,
        })
    }
}

impl Board {
    fn gather(
        conn: &mut Conn,
        source: Source,
        dashboard: Dashboard,
        before: Date,
    ) -> Result<Self, Box<dyn Error>> {
        let days = Duration::days(dashboard.days().into());
        let from = before.checked_sub(days).ok_or("there are no days before that")?;
        let mut ask = |visual: &Visual| Answer::gather(conn, source, visual, from, before);
        let mut sheets = Vec::new();
        for sheet in dashboard.sheets() {
            let mut row = |row: &Vec<Visual>| row.iter().map(&mut ask).collect();
            sheets.push(sheet.rows().iter().map(&mut row).collect::<Result<_, _>>()?);
        }
        Ok(Self { dashboard, from, before, sheets })
    }

    pub(crate) fn answers(&self) -> impl Iterator<Item = &Answer> {
        self.sheets.iter().flatten().flatten()
    }
}

impl Answer {
    fn gather(
        conn: &mut Conn,
        source: Source,
        visual: &Visual,
        from: Date,
        before: Date,
    ) -> Result<Self, Box<dyn Error>> {
        let days = if visual.is_dated() { Params::from((from, before)) } else { Params::Empty };
        let rows = source.ask(conn, &visual.sql(), days)?;
        let grains: Vec<_> = visual.dimensions().iter().map(Dimension::grain).collect();
        let cells = |row: mysql::Row| {
            let grains = grains.iter().copied().chain(std::iter::repeat(Grain::Number));
            row.unwrap_raw()
                .into_iter()
                .zip(grains)
                .map(|(value, grain)| Cell::of(value.unwrap_or(Value::NULL), grain))
                .collect()
        };
        let sets = data_sets();
        let set = sets.iter().find(|set| set.id() == visual.data_set());
        Ok(Self {
            visual: visual.clone(),
            data_set: set.map_or("", |set| set.title()),
            rows: rows.into_iter().map(cells).collect(),
        })
    }

    /// The value of a measure in a row, to be drawn.
    pub(crate) fn value(&self, row: &[Cell], measure: usize) -> Option<f64> {
        match row.get(self.visual.dimensions().len() + measure) {
            Some(Cell::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The value of a measure in a row, as it is written.
    pub(crate) fn figure(&self, row: &[Cell], measure: usize) -> String {
        match (self.visual.measures().get(measure), self.value(row, measure)) {
            (Some(of), Some(number)) => written(of, number),
            _ => "-".to_owned(),
        }
    }

    /// A row, as it is written.
    pub(crate) fn words(&self, row: &[Cell]) -> Vec<String> {
        let groups =
            self.visual.dimensions().iter().zip(row).map(|(of, cell)| cell.name(of.grain()));
        let figures = (0..self.visual.measures().len()).map(|measure| self.figure(row, measure));
        groups.chain(figures).collect()
    }
}

/// The value of a dimension in a row.
pub(crate) fn group(row: &[Cell], dimension: usize) -> &Cell {
    row.get(dimension).unwrap_or(&Cell::Nothing)
}

impl Cell {
    fn of(value: Value, grain: Grain) -> Self {
        match value {
            Value::NULL => Self::Nothing,
            Value::Date(year, month, day, ..) => Month::try_from(month)
                .and_then(|month| Date::from_calendar_date(year.into(), month, day))
                .map_or(Self::Nothing, Self::Day),
            Value::Bytes(text) => {
                let text = String::from_utf8_lossy(&text).into_owned();
                match text.parse() {
                    Ok(number) if grain == Grain::Number => Self::Number(number),
                    _ => Self::Text(text),
                }
            }
            Value::Double(number) => Self::Number(number),
            number => number.as_sql(true).parse().map_or(Self::Nothing, Self::Number),
        }
    }

    /// As the name of a group.
    pub(crate) fn name(&self, grain: Grain) -> String {
        match self {
            Self::Nothing => "(none)".to_owned(),
            Self::Text(text) if text.is_empty() => "(empty)".to_owned(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Day(day) if grain == Grain::Month => {
                format!("{}-{:02}", day.year(), u8::from(day.month()))
            }
            Self::Day(day) => day.to_string(),
        }
    }

    /// The order of an axis, with what is nothing at its end.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Day(one), Self::Day(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Nothing, Self::Nothing) => Ordering::Equal,
            (Self::Nothing, _) => Ordering::Greater,
            _ => Ordering::Less,
        }
    }
}

/// A number as QuickSight is told to write it.
fn written(measure: &Measure, number: f64) -> String {
    let digits = grouped(format!("{number:.*}", usize::from(measure.decimals())));
    match measure.unit() {
        Unit::UsDollars => match digits.strip_prefix('-') {
            Some(digits) => format!("-${digits}"),
            None => format!("${digits}"),
        },
        Unit::Metres => format!("{digits} m"),
        Unit::PerCent => format!("{digits} %"),
        _ => digits,
    }
}

impl Quality {
    fn gather(conn: &mut Conn) -> Result<Option<Self>, Box<dyn Error>> {
        let validation = match integrity::validate(conn) {
            Ok(validation) => validation,
            // QuickSight's own account sees the views and nothing else.
            Err(Failure::PermissionDenied { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(Some(Self { validation, issues: integrity::monitor(conn)? }))
    }
}
