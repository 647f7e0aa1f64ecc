//! What is filtered, and on which visuals.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        fault::Faults,
        place::Place,
        rule::TemplateRule::{FilterWithoutVisual, UnknownFilter, UnknownSheet, UnknownVisual},
    },
    Names,
};

type Sheets<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

pub(super) fn look(definition: &Place<'_>, faults: &mut Faults) {
    let sheets = sheets(definition);
    let (mut groups, mut filters) = (Names::default(), Names::default());
    for group in definition.list("FilterGroups") {
        if let Some(id) = group.text("FilterGroupId") {
            groups.add(id, &group, faults);
        }
        for (_, filter) in group.list("Filters").iter().flat_map(Place::entries) {
            if let Some(id) = filter.text("FilterId") {
                filters.add(id, &filter, faults);
            }
        }
        if let Some(scope) = group.get("ScopeConfiguration") {
            look_at_scope(&scope, &sheets, faults);
        }
    }
    definition.each(&mut |place| {
        if let Some(id) = place.text("SourceFilterId")
            && !filters.0.contains(id)
        {
            faults.add(UnknownFilter, place, format!("there is no filter {id}"));
        }
    });
}

/// The visuals of each sheet.
fn sheets<'a>(definition: &Place<'a>) -> Sheets<'a> {
    let visuals = |sheet: &Place<'a>| {
        let visuals = sheet.list("Visuals");
        visuals
            .iter()
            .flat_map(Place::entries)
            .filter_map(|(_, visual)| visual.text("VisualId"))
            .collect()
    };
    let sheets = definition.list("Sheets");
    sheets.iter().filter_map(|sheet| Some((sheet.text("SheetId")?, visuals(sheet)))).collect()
}

fn look_at_scope(scope: &Place<'_>, sheets: &Sheets<'_>, faults: &mut Faults) {
    if scope.get("AllSheets").is_some() {
        return;
    }
    let selected = scope.get("SelectedSheets");
    let parts = selected.iter().flat_map(|all| all.list("SheetVisualScopingConfigurations"));
    let mut is_anywhere = false;
    for part in parts {
        let Some(sheet) = part.text("SheetId") else { continue };
        let Some(visuals) = sheets.get(sheet) else {
            faults.add(UnknownSheet, &part, format!("there is no sheet {sheet}"));
            is_anywhere = true;
            continue;
        };
        let chosen = part.list("VisualIds");
        for place in &chosen {
            if let Some(id) = place.as_text()
                && !visuals.contains(id)
            {
                faults.add(UnknownVisual, place, format!("the sheet {sheet} has no visual {id}"));
            }
        }
        let is_all = part.text("Scope") == Some("ALL_VISUALS");
        is_anywhere |= !chosen.is_empty() || is_all && !visuals.is_empty();
    }
    if !is_anywhere {
        faults.add(FilterWithoutVisual, scope, "the filter is on no visual");
    }
}
