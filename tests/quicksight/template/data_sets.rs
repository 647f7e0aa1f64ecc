//! Each data set reads what the views have, and shows what it says.

use std::collections::{BTreeMap, BTreeSet};

use mysql::{Row, prelude::Queryable};
use quicksight_migrations::quicksight::{data_sets, views};
use serde_json::Value;

use super::{braced, entries, has_sums, list, object, of_kind, properties, text, texts};
use crate::made;

/// How dashboards know the data sets, for ever: a changed id is a new data set, and the old one is gone.
const IDS: [&str; 19] = [
    "app-activity",
    "campaigns",
    "daily-users",
    "gift-cards",
    "habits",
    "hourly-revenue",
    "hourly-trips",
    "labels",
    "members",
    "passes",
    "payments",
    "points",
    "promo-codes",
    "ratings",
    "referrals",
    "telework",
    "tokens",
    "trips",
    "users",
];

#[test]
fn no_id_ever_changes() {
    let ids: BTreeSet<_> = data_sets().iter().map(|data_set| data_set.id().to_owned()).collect();
    assert_eq!(ids, IDS.map(str::to_owned).into());

    let resources = of_kind("QuickSight::DataSet").into_iter();
    let found: BTreeMap<_, _> = resources
        .map(|(name, resource)| (text(&resource["Properties"]["DataSetId"]["Fn::Sub"]), name))
        .collect();
    assert_eq!(found.len(), IDS.len() + 1);
    assert_eq!(found["${IdPrefix}-app-activity"], "DataSetAppActivity");
    assert_eq!(found["${IdPrefix}-rules"], "DataSetRules");
    for id in IDS {
        assert!(found.contains_key(&*format!("${{IdPrefix}}-{id}")), "{id}");
    }
}

/// What QuickSight must take a column for, by what the catalogue says of its values.
fn expected_type(row: &mut Row) -> (&'static str, Option<&'static str>) {
    let base: String = row.take("data_type").unwrap();
    let mut number = |name: &str| row.take::<Option<u64>, _>(name).unwrap();
    let [precision, scale, letters, fraction] =
        ["numeric_precision", "numeric_scale", "character_maximum_length", "datetime_precision"]
            .map(&mut number);
    match (precision, scale, letters, fraction) {
        _ if base == "date" => ("DATETIME", None),
        (.., Some(_)) => ("DATETIME", None),
        (_, _, Some(_), _) => ("STRING", None),
        (Some(_), Some(_), ..) if base == "decimal" => ("DECIMAL", Some("FIXED")),
        // One rounded to two places has a scale of two.
        (Some(_), None | Some(1..), ..) if base == "double" => ("DECIMAL", Some("FLOAT")),
        (Some(_), Some(0), ..) => ("INTEGER", None),
        _ => panic!("{base}"),
    }
}

/// The columns of the views on the server, by view and name.
fn on_the_server() -> BTreeMap<(String, String), (&'static str, Option<&'static str>)> {
    let ask = "SELECT table_name AS t, column_name AS c, data_type AS data_type, \
               numeric_precision AS numeric_precision, numeric_scale AS numeric_scale, \
               character_maximum_length AS character_maximum_length, \
               datetime_precision AS datetime_precision FROM information_schema.columns \
               WHERE table_schema = DATABASE() AND table_name LIKE 'quicksight\\_v\\_%'";
    let rows: Vec<Row> = made().conn().query(ask).unwrap();
    let columns = rows
        .into_iter()
        .map(|mut row| ((row.take("t").unwrap(), row.take("c").unwrap()), expected_type(&mut row)));
    columns.collect()
}

#[test]
fn columns_are_those_of_the_server() {
    let server = on_the_server();
    assert!(server.len() > 150, "{}", server.len());
    for data_set in data_sets() {
        let fact = views().into_iter().find(|view| view.table() == data_set.table()).unwrap();
        let fact = fact.name();
        let mut read = BTreeSet::new();
        for (_, table) in entries(&properties(&data_set)["PhysicalTableMap"]) {
            let (view, inputs) = if let Some(custom) = table.get("CustomSql") {
                // It has the columns of the view of the sums.
                assert!(data_set.sql().contains(text(&custom["SqlQuery"])), "{custom}");
                (fact, &custom["Columns"])
            } else {
                let table = &table["RelationalTable"];
                assert_eq!(table["Schema"]["Ref"], "DatabaseName");
                (text(&table["Name"]), &table["InputColumns"])
            };
            for input in list(inputs) {
                let name = text(&input["Name"]);
                let found = server.get(&(view.to_owned(), name.to_owned()));
                let (kind, sub_kind) = *found.unwrap_or_else(|| panic!("{view}.{name}"));
                assert_eq!(input["Type"], kind, "{view}.{name}");
                // Of a data set that may be live, only where it is not.
                let given =
                    input.get("SubType").map(|given| given.pointer("/Fn::If/2").unwrap_or(given));
                let sub_kind = sub_kind.filter(|_| !has_sums(&data_set));
                assert_eq!(given.and_then(Value::as_str), sub_kind, "{view}.{name}");
                read.insert((view.to_owned(), name.to_owned()));
            }
        }
        let all_of_fact = server.keys().filter(|(view, _)| view == fact);
        for column in all_of_fact {
            assert!(read.contains(column), "{column:?} is not read for {}", data_set.id());
        }
    }
}

/// What comes out of the step with this id, as QuickSight would find it.
#[track_caller]
fn columns_of(step: &str, properties: &'static Value) -> Vec<String> {
    let preparation = &properties["DataPrepConfiguration"];
    let found = &preparation["TransformStepMap"][step];
    let (kind, step) = object(found).iter().next().unwrap_or_else(|| panic!("no step {step}"));
    let from = |operand: &str| columns_of(text(&step[operand]["TransformOperationId"]), properties);
    let columns = match kind.as_str() {
        "ImportTableStep" => {
            let source = &preparation["SourceTableMap"][text(&step["Source"]["SourceTableId"])];
            let table = &properties["PhysicalTableMap"][text(&source["PhysicalTableId"])];
            let relational = table.pointer("/RelationalTable/InputColumns");
            let inputs = relational.or_else(|| table.pointer("/CustomSql/Columns"));
            let inputs = list(inputs.unwrap()).iter();
            inputs.map(|input| text(&input["Name"]).to_owned()).collect()
        }
        "RenameColumnsStep" => {
            let mut columns = from("Source");
            for renaming in list(&step["RenameColumnOperations"]) {
                let old = columns.iter_mut().find(|name| **name == *text(&renaming["ColumnName"]));
                text(&renaming["NewColumnName"]).clone_into(old.unwrap());
            }
            columns
        }
        "JoinStep" => {
            assert_eq!(step["Type"], "LEFT");
            let (left, right) = (from("LeftOperand"), from("RightOperand"));
            let [of_left, of_right] = braced(text(&step["OnClause"])).try_into().unwrap();
            assert!(
                left.contains(&of_left.to_owned()) && right.contains(&of_right.to_owned()),
                "{step}"
            );
            [left, right].concat()
        }
        "CreateColumnsStep" => {
            let mut columns = from("Source");
            for column in list(&step["Columns"]) {
                let expression = text(&column["Expression"]);
                let used = braced(expression);
                assert!(!used.is_empty(), "{expression}");
                assert!(
                    used.iter().all(|name| columns.contains(&(*name).to_owned())),
                    "{expression}"
                );
                columns.push(text(&column["ColumnName"]).to_owned());
            }
            columns
        }
        "ProjectStep" => {
            let columns = from("Source");
            let projected = texts(&step["ProjectedColumns"]);
            assert!(projected.iter().all(|name| columns.contains(&(*name).to_owned())), "{step}");
            projected.into_iter().map(str::to_owned).collect()
        }
        other => panic!("{other}"),
    };
    let distinct: BTreeSet<_> = columns.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(distinct.len(), columns.len(), "a name occurs twice: {columns:?}");
    columns
}

#[test]
fn each_step_finds_its_columns() {
    for data_set in data_sets() {
        let properties = properties(&data_set);
        let prepared = &properties["DataPrepConfiguration"]["DestinationTableMap"]["prepared"];

        let columns = columns_of(text(&prepared["Source"]["TransformOperationId"]), properties);

        assert_eq!(columns, data_set.columns(), "{}", data_set.id());
        let seen = &properties["SemanticModelConfiguration"]["TableMap"]["seen"];
        assert_eq!(seen["DestinationTableId"], "prepared");
    }
}

/// Each step but the last feeds another one, and each source table is imported.
#[test]
fn nothing_is_left_over() {
    for (name, resource) in of_kind("QuickSight::DataSet") {
        let preparation = &resource["Properties"]["DataPrepConfiguration"];
        let said = preparation.to_string();
        for (step, _) in entries(&preparation["TransformStepMap"]) {
            assert!(
                said.contains(&format!("\"TransformOperationId\":\"{step}\"")),
                "{name}: {step}"
            );
        }
        for (table, source) in entries(&preparation["SourceTableMap"]) {
            assert!(said.contains(&format!("\"SourceTableId\":\"{table}\"")), "{name}: {table}");
            let physical = &resource["Properties"]["PhysicalTableMap"];
            assert!(physical.get(text(&source["PhysicalTableId"])).is_some(), "{name}: {table}");
        }
        assert_eq!(
            object(&preparation["SourceTableMap"]).len(),
            object(&resource["Properties"]["PhysicalTableMap"]).len()
        );
    }
}

#[test]
fn each_key_is_one_that_quicksight_takes() {
    let takes = |name: &str| {
        name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    for (name, resource) in of_kind("QuickSight::DataSet") {
        let properties = &resource["Properties"];
        let maps = [
            "/PhysicalTableMap",
            "/DataPrepConfiguration/SourceTableMap",
            "/DataPrepConfiguration/TransformStepMap",
            "/DataPrepConfiguration/DestinationTableMap",
            "/SemanticModelConfiguration/TableMap",
        ];
        for map in maps {
            for (key, _) in entries(properties.pointer(map).unwrap()) {
                assert!(takes(key), "{name}{map}: {key}");
            }
        }
        let mut ids = Vec::new();
        super::walk(properties, "", &mut |path, value| {
            if path.ends_with("/Alias") {
                assert!((1..=64).contains(&text(value).len()), "{name}{path}: {value}");
            }
            if path.ends_with("/InputColumns/Id") || path.ends_with("/ColumnId") {
                assert!(text(value).len() <= 64, "{name}{path}: {value}");
                ids.push(text(value));
            }
        });
        let distinct: BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "{name}: {ids:?}");
    }
}

/// Names of columns that are in no view are nowhere, neither as the table has them nor as the view would.
#[test]
fn nothing_hidden_is_in_it() {
    let shown: BTreeSet<_> = views()
        .iter()
        .flat_map(|view| {
            view.columns().iter().map(|column| column.name().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    for view in views() {
        let noun = view
            .columns()
            .iter()
            .find_map(|column| column.name().strip_suffix(&format!("_{}", column.source())));
        for hidden in view.hidden() {
            let names = [Some((*hidden).to_owned()), noun.map(|noun| format!("{noun}_{hidden}"))];
            for name in names.into_iter().flatten().filter(|name| !shown.contains(name)) {
                super::walk(&super::TEMPLATE["Resources"], "", &mut |path, value| {
                    let is_named = value
                        .as_str()
                        .is_some_and(|text| text == name || text.contains(&format!("{{{name}}}")));
                    assert!(!is_named, "{path} has {}.{hidden}", view.table());
                });
            }
        }
    }
}
