//! A value of the template, and the way to it.

use serde_json::Value;

const IF: &str = "Fn::If";

/// Whatever is not there, or not of the kind that is asked for, is nothing: the types are for the
/// validators that know the schema.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Place<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { value, path: String::new() }
    }

    pub(super) fn value(&self) -> &'a Value {
        self.value
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The last word of the path.
    pub(super) fn key(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// This text, if it is one.
    pub(super) fn as_text(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    /// The values that a property may have: more than one where a condition decides.
    pub(super) fn all(&self, key: &str) -> Vec<Self> {
        self.value.get(key).map(|value| self.below(key, value).branches()).unwrap_or_default()
    }

    /// The value of a property, the first one if a condition decides.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        self.all(key).into_iter().next()
    }

    /// The value at the end of this way.
    pub(super) fn at(&self, way: &[&str]) -> Option<Self> {
        way.iter().try_fold(self.clone(), |place, key| place.get(key))
    }

    /// A text that is written out.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.value.get(key).and_then(Value::as_str)
    }

    /// The items of a list.
    pub(super) fn list(&self, key: &str) -> Vec<Self> {
        self.all(key).iter().flat_map(Self::items).collect()
    }

    /// The items of this list.
    pub(super) fn items(&self) -> Vec<Self> {
        let items = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        let places = items.iter().enumerate();
        places.flat_map(|(number, item)| self.below(&number.to_string(), item).branches()).collect()
    }

    /// The names and values of a map.
    pub(super) fn map(&self, key: &str) -> Vec<(&'a str, Self)> {
        self.all(key).iter().flat_map(Self::entries).collect()
    }

    /// The names and values of this map.
    pub(super) fn entries(&self) -> Vec<(&'a str, Self)> {
        let entries = self.value.as_object().into_iter().flatten();
        entries
            .flat_map(|(key, value)| {
                let branches = self.below(key, value).branches();
                branches.into_iter().map(move |place| (key.as_str(), place))
            })
            .collect()
    }

    /// Shows this value and all that is below it, as it is written.
    pub(super) fn each(&self, visit: &mut impl FnMut(&Self)) {
        visit(self);
        match self.value {
            Value::Object(map) => {
                map.iter().for_each(|(key, value)| self.below(key, value).each(visit));
            }
            Value::Array(list) => {
                let items = list.iter().enumerate();
                items.for_each(|(number, item)| self.below(&number.to_string(), item).each(visit));
            }
            _ => {}
        }
    }

    /// What is written under a name, whatever a condition decides.
    pub(super) fn raw(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.below(key, value))
    }

    fn below(&self, key: &str, value: &'a Value) -> Self {
        let slash = if self.path.is_empty() { "" } else { "/" };
        Self { value, path: format!("{}{slash}{key}", self.path) }
    }

    /// What may stand here once the conditions are known; none where nothing stands.
    fn branches(self) -> Vec<Self> {
        if self.value.get("Ref").and_then(Value::as_str) == Some("AWS::NoValue") {
            return Vec::new();
        }
        match self.value.get(IF).and_then(Value::as_array).map(Vec::as_slice) {
            Some([_, yes, no]) => {
                let decided = self.below(IF, self.value);
                let [yes, no] =
                    [("1", yes), ("2", no)].map(|(key, value)| decided.below(key, value));
                yes.branches().into_iter().chain(no.branches()).collect()
            }
            _ => vec![self],
        }
    }
}
