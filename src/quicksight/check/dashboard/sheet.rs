//! Sheets, what is on them, and where.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        fault::Faults,
        place::Place,
        rule::TemplateRule::{
            ElementTwice, EmptyLayout, NameTwice, SheetTwice, ShortSheetName, UnknownElement,
            UnknownSheet, VisualTwice, VisualWithoutLayout,
        },
    },
    field,
};

/// What a sheet may hold: the property, the key of its id, and how a layout calls it.
const PARTS: [(&str, &str, &str); 5] = [
    ("Visuals", "VisualId", "VISUAL"),
    ("TextBoxes", "SheetTextBoxId", "TEXT_BOX"),
    ("Images", "SheetImageId", "IMAGE"),
    ("ParameterControls", "ParameterControlId", "PARAMETER_CONTROL"),
    ("FilterControls", "FilterControlId", "FILTER_CONTROL"),
];

const LAYOUTS: [&str; 2] = ["Layouts", "SheetControlLayouts"];

pub(super) fn look(definition: &Place<'_>, faults: &mut Faults) {
    let mut sheets = BTreeSet::new();
    let mut visuals = BTreeSet::new();
    for sheet in definition.list("Sheets") {
        if let Some(id) = sheet.text("SheetId")
            && !sheets.insert(id)
        {
            faults.add(SheetTwice, &sheet, format!("there is a sheet {id} already"));
        }
        if sheet.text("Name").is_some_and(|name| name.chars().count() == 1) {
            faults.add(ShortSheetName, &sheet, "the name of the sheet is a single letter");
        }
        for (_, visual) in sheet.list("Visuals").iter().flat_map(Place::entries) {
            if let Some(id) = visual.text("VisualId")
                && !visuals.insert(id)
            {
                faults.add(VisualTwice, &visual, format!("there is a visual {id} already"));
            }
            field::look(&visual, faults);
        }
        elements(&sheet, faults);
    }
    definition.each(&mut |place| {
        if let Some(id) = place.text("TargetSheetId")
            && !sheets.contains(id)
        {
            faults.add(UnknownSheet, place, format!("there is no sheet {id}"));
        }
    });
}

/// Each part of the sheet by its id, and what its layouts make of them.
fn elements(sheet: &Place<'_>, faults: &mut Faults) {
    let mut parts: BTreeMap<&str, &str> = BTreeMap::new();
    for (property, key, kind) in PARTS {
        for part in sheet.list(property) {
            // A text box has its id itself; the others stand in an object that says what they are.
            let bodies = part.entries().into_iter().map(|(_, body)| body);
            for body in bodies.chain([part.clone()]) {
                let Some(id) = body.text(key) else { continue };
                if parts.insert(id, kind).is_some() && kind != "VISUAL" {
                    faults.add(NameTwice, &body, format!("the sheet has a {id} already"));
                }
            }
        }
    }
    let mut placed = BTreeSet::new();
    for layout in LAYOUTS.iter().flat_map(|layouts| sheet.list(layouts)) {
        let mut here = BTreeSet::new();
        layout.each(&mut |element| {
            if let Some(id) = element.text("ElementId") {
                let kind = element.text("ElementType");
                let is_there = parts.get(id).is_some_and(|is| kind.is_none_or(|kind| kind == *is));
                if !is_there {
                    let kind = kind.unwrap_or("element").replace('_', " ").to_lowercase();
                    faults.add(UnknownElement, element, format!("the sheet has no {kind} {id}"));
                }
                if !here.insert(id) {
                    faults.add(ElementTwice, element, format!("the layout has {id} already"));
                }
            }
        });
        if here.is_empty() {
            faults.add(EmptyLayout, &layout, "the layout places nothing");
        }
        placed.extend(here);
    }
    for (_, visual) in sheet.list("Visuals").iter().flat_map(Place::entries) {
        if let Some(id) = visual.text("VisualId")
            && !placed.contains(id)
        {
            faults.add(VisualWithoutLayout, &visual, format!("no layout of the sheet places {id}"));
        }
    }
    sheet.each(&mut |place| {
        if let Some(id) = place.text("SourceSheetControlId")
            && !parts.contains_key(id)
        {
            faults.add(UnknownElement, place, format!("the sheet has no control {id}"));
        }
    });
}
