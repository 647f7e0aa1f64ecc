//! What a dashboard is: sheets of visuals, each of which groups and sums up the rows of one data set.

use super::field::{Dimension, Grain, Measure, Unit};

/// A dashboard: what it shows, without how QuickSight writes it down.
///
/// Each visual over dated rows shows those of a range of days, which whoever looks at the dashboard can
/// change. It begins with the range that [`days`](Self::days) says.
#[derive(Debug, Clone)]
pub struct Dashboard {
    /// In ids, which never change: a changed id is a new dashboard.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) days: u16,
    pub(super) sheets: Vec<Sheet>,
}

/// A page of a [`Dashboard`].
#[derive(Debug, Clone)]
pub struct Sheet {
    pub(super) title: &'static str,
    pub(super) rows: Vec<Vec<Visual>>,
}

/// A chart, a table, a map or a number.
#[derive(Debug, Clone)]
pub struct Visual {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) kind: VisualKind,
    pub(super) source: Source,
    pub(super) dimensions: Vec<Dimension>,
    pub(super) measures: Vec<Measure>,
    pub(super) filters: Vec<Filter>,
    pub(super) limit: Option<u32>,
}

/// How a [`Visual`] is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum VisualKind {
    /// One number: no dimension, one measure.
    Kpi,
    /// Over time: the first dimension is the day, the second, if there is one, tells lines apart.
    Line,
    /// The first dimension has the bars, the second, if there is one, the parts of each.
    Bar,
    /// Rows by all dimensions, with all measures.
    Table,
    /// The first dimension has the rows, the second the columns, and the measure the colour.
    HeatMap,
    /// A point for each longitude and latitude, as large as the measure.
    Map,
}

/// A data set, and the date by which its rows are in a range of days or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) data_set: &'static str,
    /// None: all rows, whatever the range.
    pub(super) date: Option<&'static str>,
}

/// A condition that always holds.
#[derive(Debug, Clone)]
pub(super) enum Filter {
    Is(&'static str, &'static str),
    Above(&'static str, i32),
    /// Both bounds are in.
    Within(&'static str, i32, i32),
    /// The first measure of a group is at least this.
    Frequent(u32),
}

impl Source {
    pub(super) const fn dated(data_set: &'static str, date: &'static str) -> Self {
        Self { data_set, date: Some(date) }
    }

    pub(super) const fn whole(data_set: &'static str) -> Self {
        Self { data_set, date: None }
    }

    pub(super) fn kpi(self, id: &'static str, title: &'static str, of: Measure) -> Visual {
        self.visual(VisualKind::Kpi, id, title).with(of)
    }

    /// By the day of the source's own date.
    pub(super) fn line(self, id: &'static str, title: &'static str, of: Measure) -> Visual {
        let day =
            Dimension { column: self.date.unwrap_or_default(), title: "day", grain: Grain::Day };
        self.visual(VisualKind::Line, id, title).by(day).with(of)
    }

    pub(super) fn bar(
        self,
        id: &'static str,
        title: &'static str,
        by: Dimension,
        of: Measure,
    ) -> Visual {
        self.visual(VisualKind::Bar, id, title).by(by).with(of)
    }

    /// Without dimensions and measures yet.
    pub(super) fn visual(self, kind: VisualKind, id: &'static str, title: &'static str) -> Visual {
        Visual {
            id,
            title,
            kind,
            source: self,
            dimensions: vec![],
            measures: vec![],
            filters: vec![],
            limit: None,
        }
    }
}

impl Visual {
    pub(super) fn by(mut self, dimension: Dimension) -> Self {
        self.dimensions.push(dimension);
        self
    }

    pub(super) fn with(mut self, measure: Measure) -> Self {
        self.measures.push(measure);
        self
    }

    pub(super) fn only(mut self, filter: Filter) -> Self {
        self.filters.push(filter);
        self
    }

    /// The groups with the highest values. For bars of one dimension.
    pub(super) fn top(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Its id, which is that of no other visual of any dashboard.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// What stands above it.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// What stands below its title: the unit, and whether the range of days matters.
    #[must_use]
    pub fn subtitle(&self) -> String {
        let unit = self.unit().map(Unit::name);
        let any = (!self.is_dated()).then_some("at any time");
        unit.into_iter().chain(any).collect::<Vec<_>>().join(", ")
    }

    /// How it is drawn.
    #[must_use]
    pub fn kind(&self) -> VisualKind {
        self.kind
    }

    /// The id of its data set.
    #[must_use]
    pub fn data_set(&self) -> &'static str {
        self.source.data_set
    }

    /// Whether it shows the rows of a range of days, or else all.
    #[must_use]
    pub fn is_dated(&self) -> bool {
        self.source.date.is_some()
    }

    /// The first columns of its answer.
    #[must_use]
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// The columns behind the dimensions.
    #[must_use]
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    /// The unit of all of its measures, if they have one.
    #[must_use]
    pub fn unit(&self) -> Option<Unit> {
        let (first, others) = self.measures.split_first()?;
        others.iter().all(|other| other.unit == first.unit).then_some(first.unit)
    }

    /// What stands above each column of its answer.
    #[must_use]
    pub fn headings(&self) -> Vec<&'static str> {
        let dimensions = self.dimensions.iter().map(|dimension| dimension.title);
        dimensions.chain(self.measures.iter().map(|measure| measure.title)).collect()
    }

    /// Whether the groups with the highest first measure come first. They are in the order of the dimensions
    /// otherwise.
    pub(super) fn is_ranked(&self) -> bool {
        let is_named =
            self.dimensions.first().is_some_and(|dimension| dimension.grain == Grain::Text);
        match self.kind {
            VisualKind::Bar => is_named,
            VisualKind::Table => self.dimensions.iter().all(|of| !of.is_date()),
            _ => false,
        }
    }
}

impl Sheet {
    /// Its name.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// Its visuals as they stand: rows from the top, each from the left to the right. Those of one row are
    /// equally wide.
    #[must_use]
    pub fn rows(&self) -> &[Vec<Visual>] {
        &self.rows
    }

    /// All of its visuals.
    pub fn visuals(&self) -> impl Iterator<Item = &Visual> {
        self.rows.iter().flatten()
    }
}

impl Dashboard {
    /// What its ids end with, as in `revenue`. It never changes.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Its name in the console.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// How many days before today it shows, until somebody chooses others.
    #[must_use]
    pub fn days(&self) -> u16 {
        self.days
    }

    /// Its pages.
    #[must_use]
    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    /// The visuals of all of its pages.
    pub fn visuals(&self) -> impl Iterator<Item = &Visual> {
        self.sheets.iter().flat_map(Sheet::visuals)
    }

    /// The ids of the data sets that it reads, each once, in the order of the alphabet.
    #[must_use]
    pub fn data_sets(&self) -> Vec<&'static str> {
        let mut ids: Vec<_> = self.visuals().map(Visual::data_set).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}
