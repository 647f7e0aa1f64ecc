//! What is wrong with a template, and where.

use std::fmt;

use super::{place::Place, rule::TemplateRule};

/// A fault in a template.
///
/// It has names out of the template and no values, so it may go into a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFault {
    rule: TemplateRule,
    path: String,
    problem: String,
}

impl TemplateFault {
    pub(super) fn new(rule: TemplateRule, path: String, problem: impl Into<String>) -> Self {
        Self { rule, path, problem: problem.into() }
    }

    /// Which rule is broken.
    #[must_use]
    pub fn rule(&self) -> TemplateRule {
        self.rule
    }

    /// The place, as in `Resources/Trips/Properties/FieldFolders`. Items of a list are counted from 0.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong, as in `there is no column trip_miles`.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        self.rule.advice()
    }
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.path, self.problem, self.advice())
    }
}

/// The faults so far.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<TemplateFault>);

impl Faults {
    pub(super) fn add(
        &mut self,
        rule: TemplateRule,
        place: &Place<'_>,
        problem: impl Into<String>,
    ) {
        let fault = TemplateFault::new(rule, place.path().to_owned(), problem);
        if self.0.last() != Some(&fault) {
            self.0.push(fault);
        }
    }

    pub(super) fn into_list(self) -> Vec<TemplateFault> {
        self.0
    }
}
