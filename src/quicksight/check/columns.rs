//! The columns of a table, of a step or of a data set.

use std::collections::BTreeMap;

use super::{
    fault::Faults,
    place::Place,
    rule::TemplateRule::{ColumnTwice, TypeMismatch, UnknownColumn},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Integer,
    Decimal,
    Date,
    /// Another one, or nobody knows.
    Other,
}

/// What a place asks of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    Number,
    Date,
    Text,
    Anything,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    known: BTreeMap<String, Type>,
    /// There may be others: after a step that is not understood, and of a data set of another template.
    is_open: bool,
}

impl Type {
    /// By its name in QuickSight.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "STRING" => Self::Text,
            "INTEGER" => Self::Integer,
            "DECIMAL" => Self::Decimal,
            "DATETIME" => Self::Date,
            _ => Self::Other,
        }
    }

    fn article(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Integer | Self::Decimal => "a number",
            Self::Date => "a date",
            Self::Other => "of another type",
        }
    }
}

impl Want {
    pub(super) fn is_met(self, by: Type) -> bool {
        match self {
            Self::Number => matches!(by, Type::Integer | Type::Decimal | Type::Other),
            Self::Date => matches!(by, Type::Date | Type::Other),
            Self::Text => matches!(by, Type::Text | Type::Other),
            Self::Anything => true,
        }
    }

    fn article(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Date => "a date",
            Self::Text => "a text",
            Self::Anything => "anything",
        }
    }
}

impl Columns {
    /// Nobody knows which.
    pub(super) fn open() -> Self {
        Self { known: BTreeMap::new(), is_open: true }
    }

    pub(super) fn get(&self, name: &str) -> Option<Type> {
        self.known.get(name).copied().or_else(|| self.is_open.then_some(Type::Other))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(String::as_str)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether it is among those that are known by name.
    pub(super) fn is_known(&self, name: &str) -> bool {
        self.known.contains_key(name)
    }

    pub(super) fn set(&mut self, name: &str, of: Type) {
        self.known.insert(name.to_owned(), of);
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<Type> {
        self.known.remove(name).or_else(|| self.is_open.then_some(Type::Other))
    }

    /// One more, which must not be there yet.
    pub(super) fn add(&mut self, name: &str, of: Type, place: &Place<'_>, faults: &mut Faults) {
        if self.is_known(name) {
            faults.add(ColumnTwice, place, format!("there is a column {name} already"));
        } else {
            self.set(name, of);
        }
    }

    /// Those of another table beside these.
    pub(super) fn join(&mut self, other: Self, place: &Place<'_>, faults: &mut Faults) {
        self.is_open |= other.is_open;
        for (name, of) in other.known {
            self.add(&name, of, place, faults);
        }
    }

    /// All of either, whether or not they are in both.
    pub(super) fn merged<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        all.into_iter().fold(Self::default(), |mut merged, columns| {
            merged.is_open |= columns.is_open;
            merged.known.extend(columns.known.iter().map(|(name, of)| (name.clone(), *of)));
            merged
        })
    }

    /// Looks for the column that a place names, and at its type.
    pub(super) fn expect(&self, name: &str, want: Want, place: &Place<'_>, faults: &mut Faults) {
        match self.get(name) {
            None => faults.add(UnknownColumn, place, format!("there is no column {name}")),
            Some(of) if !want.is_met(of) => {
                let (is, wanted) = (of.article(), want.article());
                faults.add(TypeMismatch, place, format!("{name} is {is}, and {wanted} is needed"));
            }
            Some(_) => {}
        }
    }

    /// The same for each column of a list.
    pub(super) fn expect_all(&self, names: &[Place<'_>], faults: &mut Faults) {
        for place in names {
            if let Some(name) = place.as_text() {
                self.expect(name, Want::Anything, place, faults);
            }
        }
    }
}
