//! The SQL that a visual amounts to.

use super::{
    field::{Aggregate, Dimension, Grain, Measure},
    model::{Filter, Visual},
};
use crate::{quicksight::data_set::data_sets, session::quote};

impl Visual {
    /// The statement whose answer is what QuickSight shows, if it has read the data set just now: the columns
    /// of [`headings`](Self::headings), one row per group, as the visual has them in order.
    ///
    /// It takes two days if the visual [is dated](Self::is_dated), and nothing otherwise: each `?` is the first day
    /// of the range, which is in, and the day after it, which is not. No text of anybody's is in it.
    ///
    /// ```
    /// use quicksight_migrations::quicksight::dashboards;
    ///
    /// for visual in dashboards().iter().flat_map(|dashboard| dashboard.visuals()) {
    ///     let days = if visual.is_dated() { 2 } else { 0 };
    ///     assert_eq!(visual.sql().matches('?').count(), days);
    /// }
    /// ```
    #[must_use]
    pub fn sql(&self) -> String {
        let groups = self.dimensions.iter().map(Dimension::sql);
        let values = self.measures.iter().map(Measure::sql);
        let columns: Vec<_> = groups
            .chain(values)
            .zip(self.headings())
            .map(|(expression, heading)| format!("{expression} AS {}", quote(heading)))
            .collect();
        let mut sql = format!("SELECT {} FROM ({}) AS q", columns.join(", "), self.rows());
        let (having, conditions): (Vec<_>, Vec<_>) =
            self.filters.iter().partition(|filter| matches!(filter, Filter::Frequent(_)));
        let range = self.source.date.map(column);
        let range = range.map(|date| format!("{date} >= ? AND {date} < ?"));
        let conditions = conditions.into_iter().map(|filter| self.condition(filter));
        append(&mut sql, " WHERE ", " AND ", range.into_iter().chain(conditions));
        // By position: under ONLY_FULL_GROUP_BY a MariaDB 10.5 does not know an expression over a view again.
        let groups = (1..=self.dimensions.len()).map(|position| position.to_string());
        append(&mut sql, " GROUP BY ", ", ", groups.clone());
        append(&mut sql, " HAVING ", " AND ", having.into_iter().map(|one| self.condition(one)));
        let highest = self.measures.first().filter(|_| self.is_ranked());
        let highest = highest.map(|measure| format!("{} DESC", measure.sql()));
        append(&mut sql, " ORDER BY ", ", ", highest.into_iter().chain(groups));
        append(&mut sql, " LIMIT ", "", self.limit.map(|limit| limit.to_string()).into_iter());
        sql
    }

    /// The statement that reads its data set.
    fn rows(&self) -> String {
        let mut all = data_sets().into_iter();
        all.find(|set| set.id == self.source.data_set).map_or_else(String::new, |set| set.sql())
    }

    fn condition(&self, filter: &Filter) -> String {
        match *filter {
            Filter::Is(of, text) => format!("{} = '{}'", exact(of), text.replace('\'', "''")),
            Filter::Above(of, bound) => format!("{} > {bound}", column(of)),
            Filter::Within(of, low, high) => format!("{} BETWEEN {low} AND {high}", column(of)),
            Filter::Frequent(least) => {
                let counted = self.measures.first().map_or_else(String::new, Measure::sql);
                format!("{counted} >= {least}")
            }
        }
    }
}

impl Dimension {
    fn sql(&self) -> String {
        let of = column(self.column);
        match self.grain {
            Grain::Day => format!("DATE({of})"),
            Grain::Month => format!("CAST(DATE_FORMAT({of}, '%Y-%m-01') AS DATE)"),
            Grain::Number => of,
            Grain::Text => exact(self.column),
        }
    }
}

impl Measure {
    fn sql(&self) -> String {
        let of = column(self.column);
        match self.aggregate {
            Aggregate::Sum => format!("SUM({of})"),
            Aggregate::Average => format!("AVG({of})"),
            Aggregate::Max => format!("MAX({of})"),
            Aggregate::Count => format!("COUNT({of})"),
            Aggregate::DistinctCount => format!("COUNT(DISTINCT {of})"),
        }
    }
}

fn column(name: &str) -> String {
    format!("q.{}", quote(name))
}

/// QuickSight tells upper from lower case. The columns' collation does not.
fn exact(name: &str) -> String {
    format!("CONVERT({} USING utf8mb4) COLLATE utf8mb4_bin", column(name))
}

/// Nothing for nothing.
fn append(sql: &mut String, word: &str, between: &str, parts: impl Iterator<Item = String>) {
    let parts: Vec<_> = parts.collect();
    if !parts.is_empty() {
        *sql += word;
        *sql += &parts.join(between);
    }
}
