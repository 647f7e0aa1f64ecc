//! What a template refers to by name: resources, parameters, conditions and mappings.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    fault::Faults,
    place::Place,
    rule::TemplateRule::{ResourceTwice, UnknownReference},
    template::{Resource, Template, taken_from},
};

/// The resources whose ids are ours to give.
const IDS: [(&str, &str); 5] = [
    ("AWS::QuickSight::DataSet", "DataSetId"),
    ("AWS::QuickSight::DataSource", "DataSourceId"),
    ("AWS::QuickSight::Dashboard", "DashboardId"),
    ("AWS::QuickSight::TopicV2", "TopicId"),
    ("AWS::QuickSight::VPCConnection", "VPCConnectionId"),
];

struct Names<'a> {
    /// Resources and parameters.
    values: BTreeSet<&'a str>,
    conditions: BTreeSet<&'a str>,
    mappings: BTreeSet<&'a str>,
}

pub(super) fn look(template: &Template<'_>, faults: &mut Faults) {
    let names = Names::of(template);
    for section in ["Conditions", "Resources", "Outputs", "Rules"] {
        if let Some(place) = template.root.raw(section) {
            place.each(&mut |place| names.look_at(place, section, faults));
        }
    }
    for resource in &template.resources {
        names.look_around(&resource.place, faults);
    }
    for (_, output) in template.root.map("Outputs") {
        names.look_around(&output, faults);
    }
    for (kind, property) in IDS {
        let all: Vec<_> = template.of(kind).collect();
        ids(&all, property, faults);
    }
}

/// Two resources with one id, unless different conditions let only one of them be.
fn ids(resources: &[&Resource<'_>], property: &str, faults: &mut Faults) {
    for (number, resource) in resources.iter().enumerate() {
        let Some(id) = resource.properties.raw(property) else { continue };
        let condition = resource.place.text("Condition");
        let twin = resources.iter().take(number).find(|other| {
            let may_meet = match (condition, other.place.text("Condition")) {
                (Some(one), Some(other)) => one == other,
                _ => true,
            };
            may_meet
                && other.properties.raw(property).is_some_and(|other| other.value() == id.value())
        });
        if let Some(twin) = twin {
            faults.add(ResourceTwice, &id, format!("{} has this id as well", twin.name));
        }
    }
}

impl<'a> Names<'a> {
    fn of(template: &Template<'a>) -> Self {
        let section = |name| {
            let map = template.root.value().get(name).and_then(Value::as_object);
            map.into_iter().flatten().map(|(name, _)| name.as_str())
        };
        Self {
            values: section("Resources").chain(section("Parameters")).collect(),
            conditions: section("Conditions").collect(),
            mappings: section("Mappings").collect(),
        }
    }

    fn look_at(&self, place: &Place<'_>, section: &str, faults: &mut Faults) {
        if let Some(name) = place.text("Ref") {
            self.value(name, place, faults);
        }
        if let Some(name) = taken_from(place.value()) {
            self.value(name, place, faults);
        }
        if let Some(text) = place.raw("Fn::Sub") {
            self.substituted(&text, faults);
        }
        if let Some(name) = first(place, "Fn::If") {
            self.condition(name, place, faults);
        }
        if let (Some(name), "Conditions") = (place.text("Condition"), section) {
            self.condition(name, place, faults);
        }
        if let Some(name) = first(place, "Fn::FindInMap")
            && !self.mappings.contains(name)
        {
            faults.add(UnknownReference, place, format!("there is no mapping {name}"));
        }
    }

    /// What stands beside the properties of a resource or an output.
    fn look_around(&self, place: &Place<'_>, faults: &mut Faults) {
        if let Some(name) = place.text("Condition") {
            self.condition(name, place, faults);
        }
        let after = place.list("DependsOn");
        for place in after.into_iter().chain(place.raw("DependsOn")) {
            if let Some(name) = place.as_text() {
                self.value(name, &place, faults);
            }
        }
    }

    /// The names between `${` and `}`. `${!` is written for a plain `${`.
    fn substituted(&self, place: &Place<'_>, faults: &mut Faults) {
        let items = place.value().as_array().map(Vec::as_slice).unwrap_or_default();
        let text = place.as_text().or_else(|| items.first().and_then(Value::as_str));
        let given = items.get(1).and_then(Value::as_object);
        for part in text.unwrap_or_default().split("${").skip(1) {
            let Some((name, _)) = part.split_once('}') else { continue };
            let is_given = given.is_some_and(|given| given.contains_key(name));
            if !name.starts_with('!') && !is_given {
                self.value(name.split('.').next().unwrap_or_default(), place, faults);
            }
        }
    }

    fn value(&self, name: &str, place: &Place<'_>, faults: &mut Faults) {
        if !name.starts_with("AWS::") && !self.values.contains(name) {
            faults.add(UnknownReference, place, format!("there is no {name}"));
        }
    }

    fn condition(&self, name: &str, place: &Place<'_>, faults: &mut Faults) {
        if !self.conditions.contains(name) {
            faults.add(UnknownReference, place, format!("there is no condition {name}"));
        }
    }
}

fn first<'a>(place: &Place<'a>, function: &str) -> Option<&'a str> {
    place.value().get(function)?.as_array()?.first()?.as_str()
}
