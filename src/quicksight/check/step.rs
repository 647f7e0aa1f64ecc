//! How columns come through the steps of a data set's preparation.

use std::collections::{BTreeMap, VecDeque};

use super::{
    columns::{Columns, Type, Want},
    expression,
    fault::Faults,
    place::Place,
    rule::TemplateRule::{BadKey, StepsInACircle, UnknownStep, UnknownTable},
};

/// The columns by the name of what has them.
pub(super) type Named<'a> = BTreeMap<&'a str, Columns>;

const SOURCES: [&str; 5] = ["Source", "LeftOperand", "RightOperand", "FirstSource", "SecondSource"];

struct Step<'a> {
    name: &'a str,
    kind: &'a str,
    body: Place<'a>,
    /// The steps that it reads.
    reads: Vec<&'a str>,
}

/// The columns after each step. Steps are a map, so what is before another one is only said by what reads
/// what.
pub(super) fn flow<'a>(
    preparation: &Place<'a>,
    sources: &Named<'_>,
    faults: &mut Faults,
) -> Named<'a> {
    let steps: BTreeMap<_, _> = preparation
        .map("TransformStepMap")
        .into_iter()
        .filter_map(|(name, place)| {
            key(name, &place, faults);
            Step::read(name, &place).map(|step| (name, step))
        })
        .collect();
    let mut done = Named::new();
    let mut missing: BTreeMap<&str, usize> = BTreeMap::new();
    let mut readers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for step in steps.values() {
        let there = step.reads.iter().filter(|read| steps.contains_key(**read));
        missing.insert(step.name, there.clone().count());
        there.for_each(|read| readers.entry(read).or_default().push(step.name));
    }
    let free = missing.iter().filter(|(_, missing)| **missing == 0);
    let mut ready: VecDeque<&str> = free.map(|(name, _)| *name).collect();
    while let Some(name) = ready.pop_front() {
        let Some(step) = steps.get(name) else { continue };
        done.insert(name, step.columns(sources, &done, faults));
        for reader in readers.get(name).into_iter().flatten() {
            if let Some(left) = missing.get_mut(reader) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    ready.push_back(reader);
                }
            }
        }
    }
    let circle: Vec<_> = steps.keys().filter(|name| !done.contains_key(*name)).copied().collect();
    if let (false, Some(map)) = (circle.is_empty(), preparation.get("TransformStepMap")) {
        faults.add(StepsInACircle, &map, format!("{} wait for each other", circle.join(", ")));
        done.extend(circle.into_iter().map(|name| (name, Columns::open())));
    }
    done
}

/// Looks at the key of a map, which is an id for QuickSight.
pub(super) fn key(name: &str, place: &Place<'_>, faults: &mut Faults) {
    if !name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-') {
        faults.add(
            BadKey,
            place,
            format!("{name} has other letters than QuickSight allows in an id"),
        );
    }
}

impl<'a> Step<'a> {
    fn read(name: &'a str, place: &Place<'a>) -> Option<Self> {
        let (kind, body) = place.entries().into_iter().next()?;
        let sources = SOURCES.iter().filter_map(|source| body.get(source));
        let reads = sources.filter_map(|source| source.text("TransformOperationId")).collect();
        Some(Self { name, kind, body, reads })
    }

    fn columns(&self, sources: &Named<'_>, done: &Named<'_>, faults: &mut Faults) -> Columns {
        match self.kind {
            "ImportTableStep" => self.import(sources, faults),
            "JoinStep" => self.join(done, faults),
            "ProjectStep" => self.project(&self.input("Source", done, faults), faults),
            "FiltersStep" => self.filter(self.input("Source", done, faults), faults),
            "CreateColumnsStep" => self.create(self.input("Source", done, faults), faults),
            "RenameColumnsStep" => self.rename(self.input("Source", done, faults), faults),
            "CastColumnTypesStep" => self.cast(self.input("Source", done, faults), faults),
            _ => {
                let named = SOURCES.iter().filter(|source| self.body.get(source).is_some());
                named.for_each(|source| drop(self.input(source, done, faults)));
                Columns::open()
            }
        }
    }

    fn input(&self, source: &str, done: &Named<'_>, faults: &mut Faults) -> Columns {
        let id = self.body.at(&[source, "TransformOperationId"]);
        let Some((place, name)) = id.and_then(|place| Some((place.clone(), place.as_text()?)))
        else {
            return Columns::open();
        };
        done.get(name).cloned().unwrap_or_else(|| {
            faults.add(UnknownStep, &place, format!("there is no step {name}"));
            Columns::open()
        })
    }

    fn import(&self, sources: &Named<'_>, faults: &mut Faults) -> Columns {
        let id = self.body.at(&["Source", "SourceTableId"]);
        let Some((place, name)) = id.and_then(|place| Some((place.clone(), place.as_text()?)))
        else {
            return Columns::open();
        };
        sources.get(name).cloned().unwrap_or_else(|| {
            faults.add(UnknownTable, &place, format!("there is no source table {name}"));
            Columns::open()
        })
    }

    fn join(&self, done: &Named<'_>, faults: &mut Faults) -> Columns {
        let before = ["LeftOperand", "RightOperand"].map(|side| self.input(side, done, faults));
        let [mut left, mut right] = before.clone();
        self.override_names("LeftOperandProperties", &mut left, faults);
        self.override_names("RightOperandProperties", &mut right, faults);
        left.join(right, &self.body, faults);
        if let Some(clause) = self.body.get("OnClause") {
            let [a, b] = &before;
            expression::look(&clause, &Columns::merged([a, b, &left]), None, faults);
        }
        left
    }

    fn override_names(&self, side: &str, columns: &mut Columns, faults: &mut Faults) {
        let Some(properties) = self.body.get(side) else { return };
        let from_to = ["SourceColumnName", "OutputColumnName"];
        rename_all(&properties.list("OutputColumnNameOverrides"), from_to, columns, faults);
    }

    fn project(&self, columns: &Columns, faults: &mut Faults) -> Columns {
        let mut kept = Columns::default();
        for place in self.body.list("ProjectedColumns") {
            if let Some(name) = place.as_text() {
                columns.expect(name, Want::Anything, &place, faults);
                kept.add(name, columns.get(name).unwrap_or(Type::Other), &place, faults);
            }
        }
        kept
    }

    fn filter(&self, columns: Columns, faults: &mut Faults) -> Columns {
        let conditions = [
            ("StringFilterCondition", Want::Text),
            ("NumericFilterCondition", Want::Number),
            ("DateFilterCondition", Want::Date),
        ];
        for operation in self.body.list("FilterOperations") {
            if let Some(condition) = operation.get("ConditionExpression") {
                expression::look(&condition, &columns, None, faults);
            }
            for (condition, want) in conditions {
                let name = operation.at(&[condition, "ColumnName"]);
                if let Some((place, name)) = name.and_then(|at| Some((at.clone(), at.as_text()?))) {
                    columns.expect(name, want, &place, faults);
                }
            }
        }
        columns
    }

    fn create(&self, mut columns: Columns, faults: &mut Faults) -> Columns {
        for column in self.body.list("Columns") {
            let Some(text) = column.get("Expression") else { continue };
            expression::look(&text, &columns, None, faults);
            let of = expression::kind(text.as_text().unwrap_or_default(), &columns);
            if let Some(name) = column.text("ColumnName") {
                columns.add(name, of, &column, faults);
            }
        }
        columns
    }

    fn rename(&self, mut columns: Columns, faults: &mut Faults) -> Columns {
        let from_to = ["ColumnName", "NewColumnName"];
        rename_all(&self.body.list("RenameColumnOperations"), from_to, &mut columns, faults);
        columns
    }

    fn cast(&self, mut columns: Columns, faults: &mut Faults) -> Columns {
        for operation in self.body.list("CastColumnTypeOperations") {
            let Some(name) = operation.text("ColumnName") else { continue };
            columns.expect(name, Want::Anything, &operation, faults);
            if let (true, Some(of)) = (columns.has(name), operation.text("NewColumnType")) {
                columns.set(name, Type::named(of));
            }
        }
        columns
    }
}

/// All at once, so that two columns can change places.
fn rename_all(
    operations: &[Place<'_>],
    [from, to]: [&str; 2],
    columns: &mut Columns,
    faults: &mut Faults,
) {
    let mut renamed = Vec::new();
    for operation in operations {
        let (Some(old), Some(new)) = (operation.text(from), operation.text(to)) else { continue };
        columns.expect(old, Want::Anything, operation, faults);
        // It is there from here on, so that one fault does not become many.
        renamed.push((new, columns.remove(old).unwrap_or(Type::Other), operation));
    }
    for (new, of, operation) in renamed {
        columns.add(new, of, operation, faults);
    }
}
