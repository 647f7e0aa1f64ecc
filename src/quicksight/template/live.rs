//! The views as the server has them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    outcome::{Error, Result},
    quicksight::{
        columns::ColumnKind,
        data_type::DataType,
        refresh::look_back,
        view::{View, ViewColumn, views},
    },
    session::{ALL, Session, column, literal, quote, unread},
};

/// The columns of each view.
pub(super) struct Live {
    views: Vec<(&'static str, Vec<LiveColumn>)>,
}

/// A column of a view.
pub(super) struct LiveColumn {
    pub(super) name: String,
    pub(super) data_type: DataType,
    /// A decimal that is no fixed-point number.
    pub(super) is_float: bool,
    /// What the table says about it.
    pub(super) comment: String,
    pub(super) place: Option<Place>,
}

/// What of a place a column is.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Latitude,
    Longitude,
}

/// What the catalogue says of the columns that this user may see, by relation and name.
type Catalogue = BTreeMap<(String, String), Described>;

struct Described {
    /// The name of its type alone, such as `decimal`.
    base: String,
    /// All of its type, such as `decimal(10,2)`.
    kind: String,
    comment: String,
}

impl Live {
    pub(super) fn read(session: &mut Session<'_>) -> Result<Self> {
        let views = views();
        let catalogue = read_catalogue(session, &views)?;
        let mut faults = Vec::new();
        let columns = views.iter().map(|view| {
            let columns = view.columns().iter().map(|column| seen(&catalogue, view, column));
            let columns =
                columns.filter_map(|column| column.map_err(|fault| faults.push(fault)).ok());
            (view.table(), columns.collect())
        });
        let live = Self { views: columns.collect() };
        if faults.is_empty() {
            return Ok(live);
        }
        Err(Error::ViewsNotReady { faults: distinct(faults) })
    }

    /// The columns of the view of this table.
    pub(super) fn of(&self, table: &str) -> &[LiveColumn] {
        let found = self.views.iter().find(|(of, _)| *of == table);
        found.map_or(&[], |(_, columns)| columns)
    }

    pub(super) fn column(&self, table: &str, name: &str) -> Option<&LiveColumn> {
        self.of(table).iter().find(|column| column.name == name)
    }
}

fn read_catalogue(session: &mut Session<'_>, views: &[View]) -> Result<Catalogue> {
    const ACTION: &str = "read the columns of the views";

    let chosen = session
        .row("SELECT DATABASE() LIMIT 1")
        .map_err(|error| Error::from_answer(ACTION, error))?;
    if chosen.and_then(|row| column::<String>(&row, 0)).is_none() {
        return Err(Error::NoDatabaseSelected);
    }
    let tables: Vec<_> = views.iter().map(View::table).collect();
    let names = tables.iter().copied().chain(views.iter().map(View::name));
    let names = names.map(literal).collect::<Vec<_>>().join(", ");
    let ask = format!(
        "SELECT table_name, column_name, data_type, column_type, column_comment \
         FROM information_schema.columns WHERE table_schema = DATABASE() \
         AND table_name IN ({names}) ORDER BY table_name, ordinal_position LIMIT {ALL}"
    );
    // MariaDB opens what its catalogue describes, and waits for tables that another session changes.
    let rows = session.read(&ask).map_err(|error| unread(session, &tables, ACTION, error))?;
    let text = |row, index| column::<String>(row, index).unwrap_or_default();
    let described = rows.iter().map(|row| {
        let base = text(row, 2).to_ascii_lowercase();
        let kind = text(row, 3).to_ascii_lowercase();
        ((text(row, 0), text(row, 1)), Described { base, kind, comment: text(row, 4) })
    });
    Ok(described.collect())
}

/// A column as it is there, or what is wrong with it.
fn seen(
    catalogue: &Catalogue,
    view: &View,
    column: &ViewColumn,
) -> std::result::Result<LiveColumn, String> {
    let find = |relation: &str, name: &str| {
        let key = (relation.to_owned(), name.to_owned());
        if let Some(described) = catalogue.get(&key) {
            return Ok(described);
        }
        let is_there = catalogue.keys().any(|(of, _)| of == relation);
        let what = if is_there { qualified(relation, name) } else { quote(relation) };
        Err(format!("{what} is not there or broken, or this user may not see it"))
    };
    let in_table = find(view.table(), column.source())?;
    let described = find(view.name(), column.name())?;
    let name = qualified(view.name(), column.name());
    let Some((data_type, is_float)) = described.read_by_quicksight() else {
        let kind = &described.kind;
        return Err(format!("{name} has the type {kind}, which QuickSight cannot read"));
    };
    let is_look_back =
        look_back(view.table()).is_some_and(|look_back| look_back.column == column.source());
    if is_look_back && data_type != DataType::Datetime {
        return Err(format!("{name} is no date, and the view is refreshed by it"));
    }
    Ok(LiveColumn {
        name: column.name().to_owned(),
        data_type,
        is_float,
        comment: in_table.comment.clone(),
        place: place(column),
    })
}

/// A view that is not there is one fault, and not one for each of its columns.
fn distinct(faults: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    faults.into_iter().filter(|fault| seen.insert(fault.clone())).collect()
}

fn qualified(relation: &str, column: &str) -> String {
    format!("{}.{}", quote(relation), quote(column))
}

fn place(column: &ViewColumn) -> Option<Place> {
    if column.kind() != ColumnKind::Coarse {
        return None;
    }
    let is_latitude = column.source().ends_with("lat") || column.source().ends_with("latitude");
    Some(if is_latitude { Place::Latitude } else { Place::Longitude })
}

impl Described {
    /// What QuickSight takes it for, and whether it is a decimal without a fixed point. None: it takes it for
    /// nothing, or for something else: a driver takes a `tinyint(1)` for true or false, and a `year` for a day.
    /// <https://docs.aws.amazon.com/quicksight/latest/user/supported-data-types-and-values.html>
    fn read_by_quicksight(&self) -> Option<(DataType, bool)> {
        if self.kind.starts_with("tinyint(1)") {
            return None;
        }
        Some((DataType::of(&self.base)?, self.base == "double"))
    }
}

impl LiveColumn {
    /// How a decimal is stored: exact with four decimals, or as near as a float comes.
    /// <https://docs.aws.amazon.com/quicksight/latest/user/handling-decimal-data-type.html>
    pub(super) fn sub_type(&self) -> Option<&'static str> {
        let kind = if self.is_float { "FLOAT" } else { "FIXED" };
        (self.data_type == DataType::Decimal).then_some(kind)
    }
}

impl Place {
    pub(super) fn role(self) -> &'static str {
        match self {
            Self::Latitude => "LATITUDE",
            Self::Longitude => "LONGITUDE",
        }
    }
}
