//! What the dashboards read: each fact with who did it, and with what names it. Never two facts in one: a row of
//! one would be counted once for each row of the other.

mod list;
mod sums;

use self::{list::USER, sums::Sums};
use super::columns::{TABLES, Table};
use crate::{
    measure::{Expression, account_name},
    schema::view_of,
    session::quote,
};

/// A data set of QuickSight: the rows of one view, joined with at most one row of each other view. Those of the tables
/// `summary_*` read sums, and the rows of what is not summed up yet.
#[derive(Debug, Clone)]
pub struct DataSet {
    /// In ids, which never change: a changed id is a new data set.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    /// The table whose rows it has.
    pub(super) fact: &'static str,
    /// Of sums: what makes those that are not there yet.
    sums: Option<Sums>,
    pub(super) joins: Vec<Join>,
    pub(super) computed: Vec<Computed>,
}

/// A dimension: at most one row for each row of the fact. Only passes are otherwise: each event of a pass is a row.
#[derive(Debug, Clone)]
pub(super) struct Join {
    pub(super) table: &'static str,
    /// The key on the side of the fact, by its name in the views.
    pub(super) left: &'static str,
    /// The key on the side of the dimension. It is not taken: it is the fact's.
    pub(super) right: &'static str,
    /// What is taken of it, by its name in the views.
    pub(super) takes: &'static [&'static str],
}

/// A column that no view has.
#[derive(Debug, Clone)]
pub(super) struct Computed {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// Over the columns of the fact's table, and over what is joined, by its name in the views.
    expression: Expression,
    fact: &'static str,
}

/// All of the data sets, in the order of the migrations.
///
/// ```
/// use quicksight_migrations::quicksight::data_sets;
///
/// assert!(data_sets().iter().any(|data_set| data_set.id() == "trips" && data_set.table() == "trip"));
/// ```
#[must_use]
pub fn data_sets() -> Vec<DataSet> {
    list::all().into_iter().map(DataSet::with_account).collect()
}

/// The column that tells test accounts from real ones, in each data set that has users.
pub(super) const ACCOUNT: &str = "user_account";

impl DataSet {
    /// The rows of one view.
    fn new(id: &'static str, title: &'static str, fact: &'static str, about: &'static str) -> Self {
        Self { id, title, about, fact, sums: None, joins: Vec::new(), computed: Vec::new() }
    }

    /// The sums of a table, and those that its rows would have which are not summed up yet.
    fn of_sums(self, sums: Sums) -> Self {
        Self { sums: Some(sums), ..self }
    }

    fn with(mut self, join: Join) -> Self {
        self.joins.push(join);
        self
    }

    fn computing(
        mut self,
        name: &'static str,
        about: &'static str,
        expression: Expression,
    ) -> Self {
        self.computed.push(Computed { name, about, expression, fact: self.fact });
        self
    }

    /// Says whose a row is, where that is known: by it test accounts are left out.
    fn with_account(self) -> Self {
        let is_known = |table: &str| table == USER.table;
        if is_known(self.fact) || self.joins.iter().any(|join| is_known(join.table)) {
            self.computing(ACCOUNT, "real account or test account", account_name("user_is_debug"))
        } else {
            self
        }
    }

    /// What its ids end with, as in `app-activity`. It never changes.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Its name in the console.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// The table whose rows it has.
    #[must_use]
    pub fn table(&self) -> &'static str {
        self.fact
    }

    /// The names of its columns: those of the view, of what is joined, and what is computed.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let joined = self.joins.iter().flat_map(|join| join.takes.iter());
        let computed = self.computed.iter().map(|column| column.name);
        shown(self.fact)
            .into_iter()
            .chain(joined.copied().chain(computed).map(ToOwned::to_owned))
            .collect()
    }

    /// The statement that reads what QuickSight reads, with the columns of [`columns`](Self::columns).
    #[must_use]
    pub fn sql(&self) -> String {
        let of = |alias: &str, column: &str| format!("{}.{}", quote(alias), quote(column));
        let own = shown(self.fact).into_iter().map(|column| of("fact", &column));
        let joined = self
            .joins
            .iter()
            .flat_map(|join| join.takes.iter().map(move |column| of(join.table, column)));
        let computed = self.computed.iter().map(|column| {
            let sql = column.sql(&|name| of(self.owner(name), name));
            format!("{sql} AS {}", quote(column.name))
        });
        let columns: Vec<_> = own.chain(joined).chain(computed).collect();
        let rows = self
            .sums_sql()
            .map_or_else(|| quote(&view_of(self.fact)), |statement| format!("({statement})"));
        let from = format!("SELECT {} FROM {rows} AS fact", columns.join(", "));
        let joins = self.joins.iter().map(|join| {
            format!(
                "LEFT JOIN {} AS {} ON {} = {}",
                quote(&view_of(join.table)),
                quote(join.table),
                of("fact", join.left),
                of(join.table, join.right)
            )
        });
        std::iter::once(from).chain(joins).collect::<Vec<_>>().join(" ")
    }
}

impl DataSet {
    /// The statement that it reads in place of a view, if it has sums.
    pub(super) fn sums_sql(&self) -> Option<String> {
        self.sums.map(Sums::sql)
    }

    /// Where its statement has a column of a view from.
    fn owner(&self, column: &str) -> &'static str {
        let join = self.joins.iter().find(|join| join.takes.contains(&column));
        join.map_or("fact", |join| join.table)
    }
}

impl Computed {
    /// In the language of QuickSight.
    pub(super) fn quicksight(&self) -> String {
        self.expression.quicksight(&|column| renamed(self.fact, column))
    }

    /// As SQL over the columns of the views, each as `named` has it.
    fn sql(&self, named: &dyn Fn(&str) -> String) -> String {
        self.expression.sql(&|column| named(&renamed(self.fact, column)))
    }
}

pub(super) fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

/// The columns of a table's view.
fn shown(of: &str) -> Vec<String> {
    table(of).map(|table| table.shown().map(|(name, ..)| name).collect()).unwrap_or_default()
}

/// What the view of a table calls one of its columns. Any other column is of another view, and has its name there.
pub(super) fn renamed(of: &str, column: &str) -> String {
    table(of)
        .filter(|table| table.shown().any(|(_, source, _)| source == column))
        .map_or_else(|| column.to_owned(), |table| table.renamed(column))
}
