//! The filters: of the range of days, and what a visual is always limited to.

use serde_json::{Value, json};

use super::{
    BEFORE, FROM,
    field::{column, with},
};
use crate::quicksight::{
    dashboard::model::{Dashboard, Filter, Source, Visual},
    data_set::{ACCOUNT, DataSet, data_sets},
};

/// One group for each date, over all visuals that it decides about, and one for each limited visual.
pub(super) fn groups(dashboard: &Dashboard) -> Vec<Value> {
    let mut sources: Vec<Source> = Vec::new();
    for visual in dashboard.visuals() {
        if !sources.contains(&visual.source) {
            sources.push(visual.source);
        }
    }
    let ranges = sources.into_iter().filter_map(|source| range(dashboard, source));
    let limits = dashboard.visuals().filter(|visual| !visual.filters.is_empty());
    let limits = limits.map(|visual| limit(dashboard, visual));
    ranges.chain(limits).chain(accounts(dashboard)).collect()
}

/// The id of the filter that a control on each sheet changes.
pub(super) fn account_filter(dashboard: &Dashboard) -> String {
    format!("{}-accounts-filter", dashboard.id)
}

/// Of test accounts and real ones: all, until somebody chooses. It reaches each data set that knows whose its
/// rows are.
fn accounts(dashboard: &Dashboard) -> Option<Value> {
    let sets = data_sets();
    let known: Vec<_> = sets
        .iter()
        .filter(|set| set.computed.iter().any(|column| column.name == ACCOUNT))
        .map(DataSet::id)
        .collect();
    let has_users = |visual: &Visual| known.contains(&visual.data_set());
    let first = dashboard.visuals().find(|visual| has_users(visual))?;
    let filter = json!({ "CategoryFilter": {
        "FilterId": account_filter(dashboard),
        "Column": column(first.data_set(), ACCOUNT),
        "Configuration": { "FilterListConfiguration": {
            "MatchOperator": "CONTAINS",
            "SelectAllOptions": "FILTER_ALL_VALUES",
        } },
    } });
    let id = format!("{}-accounts", dashboard.id);
    let group = group(dashboard, &id, &[filter], has_users);
    Some(with(group, "CrossDataset", "ALL_DATASETS"))
}

fn range(dashboard: &Dashboard, source: Source) -> Option<Value> {
    let date = source.date?;
    let id = format!("{}-{}", dashboard.id, date.replace('_', "-"));
    let filter = json!({ "TimeRangeFilter": {
        "FilterId": format!("{id}-range"),
        "Column": column(source.data_set, date),
        "RangeMinimumValue": { "Parameter": FROM },
        "RangeMaximumValue": { "Parameter": BEFORE },
        "IncludeMinimum": true,
        "IncludeMaximum": false,
        "NullOption": "NON_NULLS_ONLY",
        "TimeGranularity": "DAY",
    } });
    Some(group(dashboard, &id, &[filter], |visual| visual.source == source))
}

fn limit(dashboard: &Dashboard, visual: &Visual) -> Value {
    let filters = visual.filters.iter().zip(1..).map(|(filter, index)| {
        let id = format!("{}-filter-{index}", visual.id);
        visual.filter(filter, &id)
    });
    group(dashboard, &format!("{}-only", visual.id), &filters.collect::<Vec<_>>(), |of| {
        of.id == visual.id
    })
}

/// A group over the visuals that `is_in` picks.
fn group(
    dashboard: &Dashboard,
    id: &str,
    filters: &[Value],
    is_in: impl Fn(&Visual) -> bool,
) -> Value {
    let scopes = dashboard.sheets.iter().enumerate().filter_map(|(index, sheet)| {
        let ids: Vec<_> = sheet.visuals().filter(|of| is_in(of)).map(Visual::id).collect();
        (!ids.is_empty()).then(|| {
            json!({
                "SheetId": dashboard.sheet_id(index),
                "Scope": "SELECTED_VISUALS",
                "VisualIds": ids,
            })
        })
    });
    json!({
        "FilterGroupId": id,
        "Filters": filters,
        "ScopeConfiguration": { "SelectedSheets": {
            "SheetVisualScopingConfigurations": scopes.collect::<Vec<_>>(),
        } },
        "Status": "ENABLED",
        "CrossDataset": "SINGLE_DATASET",
    })
}

impl Visual {
    fn filter(&self, filter: &Filter, id: &str) -> Value {
        let column = |of: &str| column(self.source.data_set, of);
        let above = |of: &str, bound: i64, is_in: bool| {
            json!({
                "FilterId": id,
                "Column": column(of),
                "RangeMinimum": { "StaticValue": bound },
                "IncludeMinimum": is_in,
                "NullOption": "NON_NULLS_ONLY",
            })
        };
        match *filter {
            Filter::Is(of, text) => json!({ "CategoryFilter": {
                "FilterId": id,
                "Column": column(of),
                "Configuration": { "FilterListConfiguration": {
                    "MatchOperator": "CONTAINS",
                    "CategoryValues": [text],
                    "NullOption": "NON_NULLS_ONLY",
                } },
            } }),
            Filter::Above(of, bound) => {
                json!({ "NumericRangeFilter": above(of, bound.into(), false) })
            }
            Filter::Within(of, low, high) => {
                let range = above(of, low.into(), true);
                let range = with(range, "RangeMaximum", json!({ "StaticValue": high }));
                json!({ "NumericRangeFilter": with(range, "IncludeMaximum", true) })
            }
            Filter::Frequent(least) => {
                let Some(measure) = self.measures.first() else { return Value::Null };
                let range = above(measure.column, least.into(), true);
                let counted = json!({ "NumericalAggregationFunction": measure.aggregation() });
                json!({ "NumericRangeFilter": with(range, "AggregationFunction", counted) })
            }
        }
    }
}
