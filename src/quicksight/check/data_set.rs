//! A data set: its tables, what becomes of their columns, and what is said about these.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    columns::{Columns, Type, Want},
    fault::Faults,
    place::Place,
    rule::TemplateRule::{
        ColumnTwice, DeprecatedProperty, LongText, RulesNotUsable, UnknownStep, UnknownTable,
    },
    step::{Named, flow, key},
    template::{Resource, Template, taken_from},
};

pub(super) const KIND: &str = "AWS::QuickSight::DataSet";

pub(super) struct DataSet<'a> {
    pub(super) name: &'a str,
    pub(super) properties: Place<'a>,
    /// What a dashboard sees.
    pub(super) columns: Columns,
}

/// What CloudFormation's schema calls deprecated: such a data set cannot be changed, only made anew.
const DEPRECATED: [&str; 3] =
    ["LogicalTableMap", "RowLevelPermissionDataSet", "RowLevelPermissionTagConfiguration"];

/// The columns of a rule that say for whom it is.
const SUBJECTS: [&str; 4] = ["UserName", "GroupName", "UserARN", "GroupARN"];

/// The properties that hold a text for readers, and how many letters it may have.
const TEXTS: [(&str, usize); 2] = [("Description", 500), ("AdditionalNotes", 2000)];

pub(super) fn read<'a>(template: &Template<'a>, faults: &mut Faults) -> Vec<DataSet<'a>> {
    let sets: Vec<_> = template.of(KIND).map(|resource| DataSet::read(resource, faults)).collect();
    for set in &sets {
        set.look_at_rule_sets(&sets, faults);
    }
    sets
}

/// What an ARN stands for.
pub(super) enum Meant<'s, 'a> {
    Set(&'s DataSet<'a>),
    /// Perhaps a data set of another template.
    Elsewhere,
    SomethingElse,
}

impl<'s, 'a> Meant<'s, 'a> {
    pub(super) fn by(arn: &Value, sets: &'s [DataSet<'a>]) -> Self {
        let Some(name) = taken_from(arn) else { return Self::Elsewhere };
        sets.iter().find(|set| set.name == name).map_or(Self::SomethingElse, Self::Set)
    }
}

impl<'a> DataSet<'a> {
    fn read(resource: &Resource<'a>, faults: &mut Faults) -> Self {
        let (name, properties) = (resource.name, resource.properties.clone());
        for deprecated in DEPRECATED {
            if let Some(place) = properties.raw(deprecated) {
                faults.add(DeprecatedProperty, &place, format!("{deprecated} is deprecated"));
            }
        }
        let tables = physical(&properties, faults);
        let columns = match properties.get("DataPrepConfiguration") {
            Some(preparation) => prepared(&preparation, &properties, &tables, faults),
            None if properties.get("LogicalTableMap").is_some() => Columns::open(),
            None => Columns::merged(tables.values()),
        };
        let set = Self { name, properties, columns };
        set.look_at_ids(faults);
        set.look_at_words(faults);
        set.look_at_rules(faults);
        set
    }

    /// The ids of columns, beside their names.
    fn look_at_ids(&self, faults: &mut Faults) {
        let mut ids = BTreeSet::new();
        self.properties.each(&mut |place| {
            let columns = [place.list("InputColumns"), place.list("Columns")].concat();
            for column in columns {
                if let Some(id) = column.text("Id").or_else(|| column.text("ColumnId"))
                    && !ids.insert(id)
                {
                    faults.add(
                        ColumnTwice,
                        &column,
                        format!("there is a column with the id {id} already"),
                    );
                }
            }
        });
    }

    /// Descriptions, folders and roles.
    fn look_at_words(&self, faults: &mut Faults) {
        for (_, table) in self.properties.map("SemanticModelConfiguration") {
            for (_, table) in table.entries() {
                for metadata in
                    table.at(&["SemanticMetadata"]).iter().flat_map(|at| at.list("ColumnMetadata"))
                {
                    self.columns.expect_all(&metadata.list("ColumnNames"), faults);
                }
            }
        }
        for (_, folder) in self.properties.map("FieldFolders") {
            let columns = [folder.list("Columns"), folder.list("columns")].concat();
            self.columns.expect_all(&columns, faults);
        }
        for group in self.properties.list("ColumnGroups") {
            if let Some(group) = group.get("GeoSpatialColumnGroup") {
                self.columns.expect_all(&group.list("Columns"), faults);
            }
        }
        self.properties.each(&mut |place| {
            for (property, limit) in TEXTS {
                let text =
                    place.at(&[property, "Text"]).and_then(|at| Some((at.clone(), at.as_text()?)));
                if let Some((at, text)) = text
                    && text.chars().count() > limit
                {
                    let length = text.chars().count();
                    faults.add(LongText, &at, format!("{length} letters, and {limit} are allowed"));
                }
            }
        });
    }

    /// Who may see which rows and columns.
    fn look_at_rules(&self, faults: &mut Faults) {
        for rule in self.properties.list("ColumnLevelPermissionRules") {
            self.columns.expect_all(&rule.list("ColumnNames"), faults);
        }
        self.properties.each(&mut |place| {
            for rule in place.list("TagRules") {
                if let Some(name) = rule.text("ColumnName") {
                    self.columns.expect(name, Want::Text, &rule, faults);
                }
            }
        });
    }

    /// Rules about rows, as other data sets hold them. Their columns are compared with those of the same name.
    fn look_at_rule_sets(&self, sets: &[Self], faults: &mut Faults) {
        self.properties.each(&mut |place| {
            let Some(rules) = place.get("RowLevelPermissionDataSet") else { return };
            let Some(Meant::Set(set)) = rules.get("Arn").map(|arn| Meant::by(arn.value(), sets))
            else {
                return;
            };
            let is_made_for_it = set.properties.text("UseAs") == Some("RLS_RULES");
            if !is_made_for_it || rules.text("FormatVersion") != Some("VERSION_2") {
                faults.add(
                    RulesNotUsable,
                    &rules,
                    format!("{} cannot hold rules as it is", set.name),
                );
            }
            for name in set.columns.names().filter(|name| !SUBJECTS.contains(name)) {
                self.columns.expect(name, Want::Text, &rules, faults);
            }
        });
    }

    /// Whether its rows may be kept in SPICE.
    pub(super) fn may_be_spice(&self) -> bool {
        let modes = self.properties.all("ImportMode");
        modes.is_empty() || modes.iter().any(|mode| mode.as_text() != Some("DIRECT_QUERY"))
    }

    pub(super) fn has_custom_sql(&self) -> bool {
        self.properties
            .map("PhysicalTableMap")
            .iter()
            .any(|(_, table)| table.get("CustomSql").is_some())
    }
}

fn physical<'a>(properties: &Place<'a>, faults: &mut Faults) -> Named<'a> {
    let mut tables = Named::new();
    for (name, place) in properties.map("PhysicalTableMap") {
        key(name, &place, faults);
        let mut columns = Columns::default();
        for (_, table) in place.entries() {
            columns.join(input(&table, faults), &table, faults);
        }
        tables.insert(name, columns);
    }
    tables
}

/// The columns that come into the data set. Custom SQL need not name them.
fn input(table: &Place<'_>, faults: &mut Faults) -> Columns {
    let given = [table.list("InputColumns"), table.list("Columns")].concat();
    if given.is_empty() {
        return Columns::open();
    }
    let mut columns = Columns::default();
    for column in given {
        if let Some(name) = column.text("Name") {
            let of = column.text("Type").map_or(Type::Other, Type::named);
            columns.add(name, of, &column, faults);
        }
    }
    columns
}

/// What comes out of the preparation: the columns of the tables that the semantic model names.
fn prepared(
    preparation: &Place<'_>,
    properties: &Place<'_>,
    tables: &Named<'_>,
    faults: &mut Faults,
) -> Columns {
    let mut sources = Named::new();
    for (name, place) in preparation.map("SourceTableMap") {
        key(name, &place, faults);
        let columns = match (place.get("PhysicalTableId"), place.get("DataSet")) {
            (Some(id), _) => find(&id, tables, faults),
            (None, Some(parent)) => input(&parent, faults),
            (None, None) => Columns::open(),
        };
        sources.insert(name, columns);
    }
    let steps = flow(preparation, &sources, faults);
    let mut destinations = Named::new();
    for (name, place) in preparation.map("DestinationTableMap") {
        key(name, &place, faults);
        let id = place.at(&["Source", "TransformOperationId"]);
        let columns = match id.and_then(|id| Some((id.clone(), id.as_text()?))) {
            None => Columns::open(),
            Some((id, step)) => steps.get(step).cloned().unwrap_or_else(|| {
                faults.add(UnknownStep, &id, format!("there is no step {step}"));
                Columns::open()
            }),
        };
        destinations.insert(name, columns);
    }
    for model in properties.all("SemanticModelConfiguration") {
        for (name, place) in model.map("TableMap") {
            key(name, &place, faults);
            if let Some(id) = place.get("DestinationTableId") {
                find(&id, &destinations, faults);
            }
        }
    }
    if destinations.is_empty() { Columns::open() } else { Columns::merged(destinations.values()) }
}

fn find(id: &Place<'_>, tables: &Named<'_>, faults: &mut Faults) -> Columns {
    let Some(name) = id.as_text() else { return Columns::open() };
    tables.get(name).cloned().unwrap_or_else(|| {
        faults.add(UnknownTable, id, format!("there is no table {name}"));
        Columns::open()
    })
}
