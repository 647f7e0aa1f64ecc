//! What the columns mean is said, and where they are found.

use std::collections::{BTreeMap, BTreeSet};

use mysql::prelude::Queryable;
use quicksight_migrations::quicksight::{ColumnKind, DataSet, View, data_sets, views};
use serde_json::Value;

use super::{braced, entries, has_sums, list, of_kind, only, properties, text, texts};
use crate::{made, support::ByHand};

/// What a data set says about each of its columns.
fn metadata(data_set: &DataSet) -> BTreeMap<&'static str, Vec<&'static Value>> {
    let seen = &properties(data_set)["SemanticModelConfiguration"]["TableMap"]["seen"];
    let columns = list(&seen["SemanticMetadata"]["ColumnMetadata"]).iter();
    columns
        .map(|column| {
            let properties = list(&column["ColumnProperties"]).iter().collect();
            (only(texts(&column["ColumnNames"])), properties)
        })
        .collect()
}

fn description<'v>(properties: &[&'v Value]) -> Option<&'v str> {
    properties.iter().find_map(|property| property.pointer("/Description/Text")?.as_str())
}

#[test]
fn each_column_says_what_its_table_says() {
    let ask = "SELECT table_name, column_name, column_comment FROM information_schema.columns \
               WHERE table_schema = DATABASE() AND column_comment <> ''";
    let rows: Vec<(String, String, String)> = made().conn().query(ask).unwrap();
    let comments: BTreeMap<_, _> =
        rows.into_iter().map(|(table, column, comment)| ((table, column), comment)).collect();
    let views = views();
    let mut said = 0;
    for data_set in data_sets() {
        let metadata = metadata(&data_set);
        for (name, properties) in &metadata {
            assert!((1..=3).contains(&properties.len()), "{name}");
            assert!(data_set.columns().iter().any(|column| column == name), "{name}");
        }
        let fact = views.iter().filter(|view| view.table() == data_set.table());
        for column in fact.flat_map(View::columns) {
            let comment = comments.get(&(data_set.table().to_owned(), column.source().to_owned()));
            let found = metadata.get(column.name()).and_then(|properties| description(properties));
            assert_eq!(found, comment.map(String::as_str), "{}", column.name());
            said += usize::from(found.is_some());
        }
    }
    assert!(said > 100, "{said}");
}

#[test]
fn what_is_computed_or_joined_is_described_and_in_a_folder() {
    for data_set in data_sets() {
        let of_fact: BTreeSet<_> = views()
            .into_iter()
            .filter(|view| view.table() == data_set.table())
            .flat_map(|view| {
                view.columns().iter().map(|column| column.name().to_owned()).collect::<Vec<_>>()
            })
            .collect();
        let others: BTreeSet<_> =
            data_set.columns().into_iter().filter(|column| !of_fact.contains(column)).collect();
        let properties = properties(&data_set);
        let folders = properties.get("FieldFolders").into_iter().flat_map(entries);
        let mut foldered: Vec<_> =
            folders.flat_map(|(_, folder)| texts(&folder["Columns"])).map(str::to_owned).collect();
        foldered.sort();
        assert!(foldered.iter().eq(&others), "{}: {foldered:?} {others:?}", data_set.id());

        let metadata = metadata(&data_set);
        let steps = &properties["DataPrepConfiguration"]["TransformStepMap"];
        let computed = steps
            .get("compute")
            .into_iter()
            .flat_map(|step| list(&step["CreateColumnsStep"]["Columns"]));
        for column in computed {
            let name = text(&column["ColumnName"]);
            assert!(description(&metadata[name]).is_some_and(|about| about.len() > 10), "{name}");
        }
    }
}

#[test]
fn places_and_nothing_else_are_on_the_map() {
    let coarse: BTreeSet<_> = views()
        .iter()
        .flat_map(|view| {
            let coarse = view.columns().iter().filter(|column| column.kind() == ColumnKind::Coarse);
            coarse.map(|column| column.name().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let mut roles = BTreeMap::new();
    for data_set in data_sets() {
        for (name, properties) in metadata(&data_set) {
            let role =
                properties.iter().find_map(|of| of.pointer("/SemanticType/GeographicalRole"));
            roles.extend(role.map(|role| (name.to_owned(), text(role))));
        }
    }

    assert!(roles.keys().eq(&coarse));
    for (name, role) in roles {
        let is_latitude = name.contains("lat");
        assert_eq!(role, if is_latitude { "LATITUDE" } else { "LONGITUDE" }, "{name}");
    }
}

/// QuickSight takes 500 letters, and MySQL lets a comment have 1024.
#[test]
fn a_long_comment_is_cut() {
    let db = made();
    let long = "é".repeat(600);
    let tables =
        [format!("ALTER TABLE campaign MODIFY name varchar(255) DEFAULT NULL COMMENT '{long}'")];
    db.conn().by_hand(tables);

    let template = quicksight_migrations::quicksight::template(&mut db.conn()).unwrap();

    assert!(template.contains(&format!("\"{}\"", "é".repeat(500))));
    assert!(!template.contains(&"é".repeat(501)));
}

#[test]
fn the_topic_knows_all_of_them() {
    let (_, topic) = only(of_kind("QuickSight::TopicV2"));
    assert_eq!(topic["Condition"], "UseTopic");
    let topic = &topic["Properties"];
    let columns: BTreeMap<_, _> = of_kind("QuickSight::DataSet")
        .into_iter()
        .map(|(name, resource)| {
            let steps = &resource["Properties"]["DataPrepConfiguration"]["TransformStepMap"];
            (name, texts(&steps["project"]["ProjectStep"]["ProjectedColumns"]))
        })
        .collect();
    let name = |end: &'static Value| text(&end["DataSetArn"]["Fn::GetAtt"][0]);
    let members: BTreeSet<_> = list(&topic["DataSets"]).iter().map(name).collect();
    assert_eq!(members.len(), data_sets().iter().filter(|of| !has_sums(of)).count());
    for (name, resource) in of_kind("QuickSight::DataSet") {
        let is_always_there = resource.get("Condition").is_none();
        assert_eq!(members.contains(name), is_always_there, "{name}");
    }

    let relations = list(&topic["DataSetRelations"]);
    assert!((1..=32).contains(&relations.len()), "{}", relations.len());
    for end in relations.iter().flat_map(|relation| [&relation["Left"], &relation["Right"]]) {
        assert!(columns[name(end)].contains(&only(texts(&end["ColumnNames"]))), "{end}");
    }
    for relation in relations {
        let dimension = name(&relation["Right"]);
        assert!(["DataSetUsers", "DataSetCampaigns"].contains(&dimension), "two facts: {relation}");
    }

    let instructions = text(&topic["CustomInstructions"]["CustomInstructionsString"]);
    assert!(instructions.len() <= 5000 && text(&topic["Description"]).len() <= 256);
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let named = instructions.split(|c| !is_word(c)).filter(|word| word.contains('_'));
    for word in named {
        assert!(columns.values().any(|columns| columns.contains(&word)), "{word}");
    }
    assert!(braced(instructions).is_empty());
}
