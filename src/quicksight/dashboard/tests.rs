//! The dashboards as they are, without a server. Whether QuickSight has the shapes is for its own model to say.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Dashboard, VisualKind, dashboards, model::Filter};
use crate::quicksight::data_sets;

fn definition(of: &Dashboard) -> Value {
    of.definition(&|id| json!({ "Fn::GetAtt": [id, "Arn"] }))
}

/// All values under this key, at any depth.
fn all<'v>(value: &'v Value, key: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if name == key {
                    found.push(field);
                }
                all(field, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| all(item, key, found)),
        _ => {}
    }
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    all(value, key, &mut found);
    found.into_iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn once(names: Vec<String>) -> BTreeSet<String> {
    let count = names.len();
    let distinct: BTreeSet<_> = names.into_iter().collect();
    assert_eq!(distinct.len(), count, "{distinct:?}");
    distinct
}

#[test]
fn each_column_is_in_its_data_set() {
    let sets = data_sets();
    for dashboard in dashboards() {
        for visual in dashboard.visuals() {
            let set = sets.iter().find(|set| set.id() == visual.data_set()).unwrap();
            let columns = set.columns();
            let filtered = visual.filters.iter().filter_map(|filter| match *filter {
                Filter::Is(of, _) | Filter::Above(of, _) | Filter::Within(of, ..) => Some(of),
                Filter::Frequent(_) => None,
            });
            let named = visual.dimensions.iter().map(|of| of.column);
            let named = named.chain(visual.measures.iter().map(|of| of.column));
            for column in named.chain(filtered).chain(visual.source.date) {
                assert!(columns.iter().any(|of| of == column), "{}: {column}", visual.id());
            }
        }
        let mut columns = Vec::new();
        let definition = definition(&dashboard);
        all(&definition, "Column", &mut columns);
        for column in columns {
            let set = sets.iter().find(|set| column["DataSetIdentifier"] == set.id()).unwrap();
            let of = set.columns().into_iter().find(|of| column["ColumnName"] == **of);
            assert!(of.is_some(), "{column}");
        }
    }
}

#[test]
fn each_id_is_that_of_one() {
    let (mut visuals, mut ids) = (Vec::new(), Vec::new());
    for dashboard in dashboards() {
        let definition = definition(&dashboard);
        for key in ["SheetId", "FilterId", "FilterGroupId", "ParameterControlId", "FilterControlId"]
        {
            let found = texts(&definition, key);
            if key == "SheetId" {
                ids.extend(found.into_iter().collect::<BTreeSet<_>>());
            } else {
                ids.extend(found);
            }
        }
        // A field is named again where its visual is sorted by it, and in the headings of a table.
        let mut fields = Vec::new();
        all(&definition, "FieldWells", &mut fields);
        ids.extend(fields.iter().flat_map(|wells| texts(wells, "FieldId")));
        visuals.extend(texts(&definition, "VisualId"));
    }
    ids.extend(visuals.clone());
    for id in once(ids) {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        assert!(id.len() > 1 && id.chars().all(is_plain), "{id}");
    }
    let of_model: Vec<_> = dashboards()
        .iter()
        .flat_map(|dashboard| {
            dashboard.visuals().map(|visual| visual.id().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(once(visuals), once(of_model));
}

#[test]
fn the_layout_has_each_visual_once_and_nothing_else() {
    for dashboard in dashboards() {
        let definition = definition(&dashboard);
        for sheet in definition["Sheets"].as_array().unwrap() {
            let visuals = once(texts(&sheet["Visuals"], "VisualId"));
            assert_eq!(once(texts(&sheet["Layouts"], "ElementId")), visuals);
            let mut taken = BTreeSet::new();
            let mut elements = Vec::new();
            all(&sheet["Layouts"], "Elements", &mut elements);
            for element in elements[0].as_array().unwrap() {
                let at = |key: &str| element[key].as_u64().unwrap();
                assert!(at("ColumnIndex") + at("ColumnSpan") <= 36, "{element}");
                assert!((1..=21).contains(&at("RowSpan")), "{element}");
                for column in at("ColumnIndex")..at("ColumnIndex") + at("ColumnSpan") {
                    for row in at("RowIndex")..at("RowIndex") + at("RowSpan") {
                        assert!(taken.insert((column, row)), "{element}");
                    }
                }
            }
            assert!(sheet["Name"].as_str().unwrap().len() > 1);
        }
    }
}

#[test]
fn each_parameter_has_a_value_and_a_control_on_each_sheet() {
    for dashboard in dashboards() {
        let definition = definition(&dashboard);
        let declared = once(texts(&definition["ParameterDeclarations"], "Name"));
        let rolling = texts(&definition["ParameterDeclarations"], "Expression");
        assert_eq!(rolling.len(), declared.len());
        assert_eq!(
            texts(&definition["FilterGroups"], "Parameter").into_iter().collect::<BTreeSet<_>>(),
            declared
        );
        for sheet in definition["Sheets"].as_array().unwrap() {
            assert_eq!(once(texts(&sheet["ParameterControls"], "SourceParameterName")), declared);
            let mut controls = texts(&sheet["ParameterControls"], "ParameterControlId");
            controls.extend(texts(&sheet["FilterControls"], "FilterControlId"));
            let filters = once(texts(&definition["FilterGroups"], "FilterId"));
            for filter in texts(&sheet["FilterControls"], "SourceFilterId") {
                assert!(filters.contains(&filter), "{filter}");
            }
            assert_eq!(once(texts(&sheet["SheetControlLayouts"], "ElementId")), once(controls));
        }
    }
}

/// A visual over dated rows that no range reaches would show all of them.
#[test]
fn each_dated_visual_is_in_the_range_and_no_other() {
    for dashboard in dashboards() {
        let definition = definition(&dashboard);
        let mut in_range = Vec::new();
        for group in definition["FilterGroups"].as_array().unwrap() {
            if !texts(group, "Parameter").is_empty() {
                let mut ids = Vec::new();
                all(group, "VisualIds", &mut ids);
                let ids = ids.into_iter().flat_map(|ids| ids.as_array().unwrap());
                in_range.extend(ids.map(|id| id.as_str().unwrap().to_owned()));
            }
        }
        let dated = dashboard.visuals().filter(|visual| visual.is_dated());
        assert_eq!(once(in_range), dated.map(|visual| visual.id().to_owned()).collect());
    }
}

#[test]
fn each_colour_is_that_of_a_mode_there_is() {
    for (mode, colour) in super::palette::MODES {
        assert!(crate::mode::MODES.iter().any(|(.., name)| *name == mode), "{mode}");
        assert_eq!(super::Colour::of_mode(mode), colour);
    }
    assert_eq!(super::Colour::PALETTE[0].to_string(), "#0072B2");
}

/// The choice between test accounts and real ones reaches what knows whose its rows are.
#[test]
fn the_choice_of_accounts_reaches_each_visual_with_users() {
    let sets = data_sets();
    for dashboard in dashboards() {
        let definition = definition(&dashboard);
        let groups = definition["FilterGroups"].as_array().unwrap();
        let all: Vec<_> =
            groups.iter().filter(|group| group["CrossDataset"] == "ALL_DATASETS").collect();
        let [group] = all[..] else { panic!("{all:?}") };
        let mut ids = Vec::new();
        super::tests::all(group, "VisualIds", &mut ids);
        let has_users = |visual: &&super::Visual| {
            let set = sets.iter().find(|set| set.id() == visual.data_set()).unwrap();
            set.columns().iter().any(|column| column == "user_is_debug")
        };
        let reached: Vec<_> =
            dashboard.visuals().filter(has_users).map(super::Visual::id).collect();
        assert_eq!(*ids[0], json!(reached));
    }
}

#[test]
fn each_dashboard_has_what_a_dashboard_needs() {
    let all: Vec<_> = dashboards();
    assert_eq!(
        all.iter().map(Dashboard::id).collect::<Vec<_>>(),
        ["revenue", "engagement", "transit", "campaigns", "activity"]
    );
    for dashboard in &all {
        let kinds: Vec<_> = dashboard.visuals().map(super::Visual::kind).collect();
        for kind in [VisualKind::Kpi, VisualKind::Line, VisualKind::Bar, VisualKind::Table] {
            assert!(kinds.contains(&kind), "{}: {kind:?}", dashboard.id());
        }
        assert_eq!(kinds.contains(&VisualKind::Map), dashboard.id() == "activity");
        assert_eq!(
            texts(&definition(dashboard), "Identifier"),
            dashboard.data_sets(),
            "{}",
            dashboard.id()
        );
        for visual in dashboard.visuals() {
            assert!(!visual.title().is_empty() && !visual.measures().is_empty());
            once(visual.headings().iter().map(ToString::to_string).collect());
            assert!((1..=4).contains(&dashboard.sheets()[0].rows()[0].len()));
        }
    }
}
