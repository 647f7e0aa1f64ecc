//! The fields of a visual.

use std::collections::BTreeSet;

use super::super::{
    fault::Faults,
    place::Place,
    rule::TemplateRule::{FieldTwice, UnknownField},
};

/// What gives a field its id. Elsewhere the id refers to one of these.
const FIELDS: [&str; 7] = [
    "NumericalDimensionField",
    "CategoricalDimensionField",
    "DateDimensionField",
    "NumericalMeasureField",
    "CategoricalMeasureField",
    "DateMeasureField",
    "CalculatedMeasureField",
];

const REFERENCES: [&str; 3] = ["FieldId", "MeasureFieldId", "SourceField"];

pub(super) fn look(visual: &Place<'_>, faults: &mut Faults) {
    let mut fields = BTreeSet::new();
    visual.each(&mut |place| {
        if let (true, Some(id)) = (is_field(place), place.text("FieldId"))
            && !fields.insert(id)
        {
            faults.add(FieldTwice, place, format!("the visual has a field {id} already"));
        }
    });
    visual.each(&mut |place| {
        for key in REFERENCES {
            if let (false, Some(id)) = (is_field(place), place.text(key))
                && !fields.contains(id)
            {
                faults.add(UnknownField, place, format!("the visual has no field {id}"));
            }
        }
    });
}

/// By the name that stands before it; raw columns are in a list.
fn is_field(place: &Place<'_>) -> bool {
    let mut words = place.path().rsplit('/');
    let is_named = |word: Option<&str>| word.is_some_and(|word| FIELDS.contains(&word));
    match words.next() {
        Some(number) if number.parse::<usize>().is_ok() => {
            words.next() == Some("Values") && place.value().get("Column").is_some()
        }
        word => is_named(word),
    }
}
