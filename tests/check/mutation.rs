//! A change to the small template, and the one fault that must come of it.

use quicksight_migrations::quicksight::{TemplateRule, check_template};
use serde_json::Value;

use crate::small;

pub(crate) struct Mutation {
    rule: TemplateRule,
    /// What is changed.
    at: String,
    /// What is put there; none takes away what is there.
    to: Option<Value>,
    /// Where the fault is.
    found: String,
}

/// A fault at the place of the change.
pub(crate) fn set(rule: TemplateRule, at: impl Into<String>, to: impl Into<Value>) -> Mutation {
    let at = at.into();
    Mutation { rule, found: at.clone(), at, to: Some(to.into()) }
}

pub(crate) fn remove(rule: TemplateRule, at: impl Into<String>) -> Mutation {
    let at = at.into();
    Mutation { rule, found: at.clone(), at, to: None }
}

impl Mutation {
    /// The fault is at another place.
    pub(crate) fn found(self, at: impl Into<String>) -> Self {
        Self { found: at.into(), ..self }
    }

    /// The fault is so many steps above the change.
    pub(crate) fn above(self, steps: usize) -> Self {
        let words: Vec<_> = self.at.split('/').collect();
        let found = words[..words.len() - steps].join("/");
        Self { found, ..self }
    }

    pub(crate) fn rule(&self) -> TemplateRule {
        self.rule
    }

    /// Exactly that fault, and a sentence with what to do.
    pub(crate) fn prove(&self) {
        let mut template = small();
        self.change(&mut template);
        let faults = check_template(&template.to_string());
        let seen: Vec<_> = faults.iter().map(|fault| (fault.rule(), fault.path())).collect();
        assert_eq!(seen, [(self.rule, &*self.found)], "after a change of {}: {faults:#?}", self.at);
        for fault in faults {
            let sentence = fault.to_string();
            assert!(sentence.starts_with(fault.path()), "{sentence}");
            assert!(
                sentence.contains(fault.problem()) && sentence.ends_with(fault.advice()),
                "{sentence}"
            );
        }
    }

    fn change(&self, template: &mut Value) {
        let (parent, key) = self.at.rsplit_once('/').unwrap_or(("", &self.at));
        let parent = if parent.is_empty() { String::new() } else { format!("/{parent}") };
        let parent = template.pointer_mut(&parent).unwrap_or_else(|| panic!("no {}", self.at));
        match (parent, &self.to) {
            (Value::Object(map), Some(value)) => drop(map.insert(key.to_owned(), value.clone())),
            (Value::Object(map), None) => drop(map.remove(key).expect(&self.at)),
            (Value::Array(list), value) => {
                let number: usize = key.parse().unwrap();
                let removed = (number < list.len()).then(|| list.remove(number));
                match value {
                    Some(value) => list.insert(number, value.clone()),
                    None => drop(removed.expect(&self.at)),
                }
            }
            (other, _) => panic!("{} is in {other}", self.at),
        }
    }
}
