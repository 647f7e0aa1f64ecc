//! What a dashboard refers to.

mod field;
mod filter;
mod sheet;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    columns::{Columns, Want},
    data_set::{DataSet, Meant},
    expression,
    fault::Faults,
    place::Place,
    rule::TemplateRule::{
        ColumnTwice, DashboardWithoutDefinition, NameTwice, ParameterWithoutControl,
        UnknownDataSet, UnknownParameter,
    },
    template::Template,
};

/// The keys under which the name of a parameter stands.
const PARAMETER_KEYS: [&str; 4] =
    ["ParameterName", "Parameter", "SourceParameterName", "DestinationParameterName"];

/// What asks for a value in a place where people can give one.
const CONTROL_KEYS: [&str; 2] = ["SourceParameterName", "DestinationParameterName"];

/// What stands around the name of a column, and what the column must then be. A count of numbers is that of
/// a numerical field.
const WANTS: [(&str, Want); 11] = [
    ("NumericalDimensionField", Want::Number),
    ("NumericalMeasureField", Want::Number),
    ("NumericRangeFilter", Want::Number),
    ("NumericEqualityFilter", Want::Number),
    ("DateDimensionField", Want::Date),
    ("DateMeasureField", Want::Date),
    ("TimeRangeFilter", Want::Date),
    ("TimeEqualityFilter", Want::Date),
    ("RelativeDatesFilter", Want::Date),
    ("CategoricalDimensionField", Want::Text),
    ("CategoricalMeasureField", Want::Text),
];

struct Board<'a> {
    definition: Place<'a>,
    /// The columns of each data set by its name in the dashboard, and what is calculated over them.
    sets: BTreeMap<&'a str, Columns>,
    parameters: Vec<&'a str>,
}

pub(super) fn look(template: &Template<'_>, sets: &[DataSet<'_>], faults: &mut Faults) {
    for resource in template.of("AWS::QuickSight::Dashboard") {
        let definitions = resource.properties.all("Definition");
        if definitions.is_empty() && resource.properties.raw("SourceEntity").is_none() {
            faults.add(
                DashboardWithoutDefinition,
                &resource.properties,
                "there is nothing to show",
            );
        }
        for definition in definitions {
            Board::read(definition, sets, faults).look(faults);
        }
    }
}

impl<'a> Board<'a> {
    fn read(definition: Place<'a>, sets: &[DataSet<'_>], faults: &mut Faults) -> Self {
        let mut names = Names::default();
        let mut known = BTreeMap::new();
        for place in definition.list("DataSetIdentifierDeclarations") {
            let Some(name) = place.text("Identifier") else { continue };
            names.add(name, &place, faults);
            let columns = match place.get("DataSetArn").map(|arn| Meant::by(arn.value(), sets)) {
                Some(Meant::Set(set)) => set.columns.clone(),
                Some(Meant::Elsewhere) | None => Columns::open(),
                Some(Meant::SomethingElse) => {
                    let problem = format!("{name} is no data set of the template");
                    faults.add(UnknownDataSet, &place, problem);
                    Columns::open()
                }
            };
            known.insert(name, columns);
        }
        let mut names = Names::default();
        let mut parameters = Vec::new();
        for (_, place) in definition.list("ParameterDeclarations").iter().flat_map(Place::entries) {
            if let Some(name) = place.text("Name") {
                names.add(name, &place, faults);
                parameters.push(name);
            }
        }
        let mut board = Self { definition, sets: known, parameters };
        board.calculate(faults);
        board
    }

    /// Calculated fields may refer to each other in any order, so all names come first.
    fn calculate(&mut self, faults: &mut Faults) {
        let fields = self.definition.list("CalculatedFields");
        let mut kinds = Vec::new();
        for place in &fields {
            let (Some(name), Some(set)) = (place.text("Name"), place.text("DataSetIdentifier"))
            else {
                continue;
            };
            let Some(columns) = self.sets.get(set) else { continue };
            let text = place.text("Expression").unwrap_or_default();
            kinds.push((set, name, expression::kind(text, columns), place));
        }
        for (set, name, kind, place) in kinds {
            let Some(columns) = self.sets.get_mut(set) else { continue };
            if columns.is_known(name) {
                faults.add(ColumnTwice, place, format!("{set} has a column {name} already"));
            }
            columns.set(name, kind);
        }
    }

    fn look(&self, faults: &mut Faults) {
        let mut controlled = BTreeSet::new();
        let everything = Columns::merged(self.sets.values());
        self.definition.each(&mut |place| {
            self.column(place, faults);
            self.types(place, faults);
            self.expression(place, &everything, faults);
            for key in PARAMETER_KEYS {
                if let Some(name) = place.text(key) {
                    self.parameter(name, place, faults);
                }
            }
            controlled.extend(CONTROL_KEYS.iter().filter_map(|key| place.text(key)));
        });
        for (_, place) in
            self.definition.list("ParameterDeclarations").iter().flat_map(Place::entries)
        {
            if let Some(name) = place.text("Name")
                && !controlled.contains(name)
            {
                faults.add(ParameterWithoutControl, &place, format!("nobody can set {name}"));
            }
        }
        sheet::look(&self.definition, faults);
        filter::look(&self.definition, faults);
    }

    /// Anything that names a data set, and maybe a column of it.
    fn column(&self, place: &Place<'_>, faults: &mut Faults) {
        let Some(name) = place.text("DataSetIdentifier") else { return };
        match (self.sets.get(name), place.text("ColumnName")) {
            (None, _) => faults.add(UnknownDataSet, place, format!("there is no data set {name}")),
            (Some(columns), Some(column)) => columns.expect(column, Want::Anything, place, faults),
            (Some(_), None) => {}
        }
    }

    /// Whether the column is of the type that its use needs.
    fn types(&self, place: &Place<'_>, faults: &mut Faults) {
        for (around, want) in WANTS {
            let column = place.value().get(around).and_then(|_| place.at(&[around, "Column"]));
            let Some(column) = column else { continue };
            let set = column.text("DataSetIdentifier").and_then(|set| self.sets.get(set));
            if let (Some(set), Some(name)) = (set, column.text("ColumnName"))
                && set.has(name)
            {
                set.expect(name, want, &column, faults);
            }
        }
    }

    fn expression(&self, place: &Place<'_>, everything: &Columns, faults: &mut Faults) {
        if let Some(text) = place.raw("Expression") {
            let set = place.text("DataSetIdentifier").and_then(|set| self.sets.get(set));
            expression::look(&text, set.unwrap_or(everything), Some(&self.parameters), faults);
        }
    }

    fn parameter(&self, name: &str, place: &Place<'_>, faults: &mut Faults) {
        if !self.parameters.contains(&name) {
            faults.add(UnknownParameter, place, format!("there is no parameter {name}"));
        }
    }
}

/// Names that must differ.
#[derive(Debug, Default)]
struct Names<'a>(BTreeSet<&'a str>);

impl<'a> Names<'a> {
    fn add(&mut self, name: &'a str, place: &Place<'_>, faults: &mut Faults) {
        if !self.0.insert(name) {
            faults.add(NameTwice, place, format!("there is a {name} already"));
        }
    }
}
