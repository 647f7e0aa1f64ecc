//! Columns, and how they are grouped, summed up and written.

use serde_json::{Value, json};

use crate::quicksight::dashboard::{Aggregate, Dimension, Grain, Measure, Unit, Visual};

pub(super) fn column(data_set: &str, name: &str) -> Value {
    json!({ "DataSetIdentifier": data_set, "ColumnName": name })
}

/// The same with one more field.
pub(super) fn with(mut object: Value, name: &str, value: impl Into<Value>) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value.into());
    }
    object
}

impl Visual {
    /// Its dimensions, each with the id of its field.
    pub(super) fn groups(&self) -> Vec<(String, &Dimension)> {
        self.dimensions.iter().zip(1..).map(|(of, n)| (format!("{}.by.{n}", self.id), of)).collect()
    }

    /// Its measures, each with the id of its field.
    pub(super) fn values(&self) -> Vec<(String, &Measure)> {
        self.measures.iter().zip(1..).map(|(of, n)| (format!("{}.of.{n}", self.id), of)).collect()
    }

    /// The fields of these groups.
    pub(super) fn group_fields(&self, groups: &[(String, &Dimension)]) -> Vec<Value> {
        groups.iter().map(|(id, of)| of.field(id, self.source.data_set)).collect()
    }

    pub(super) fn value_fields(&self) -> Vec<Value> {
        self.values().iter().map(|(id, of)| of.field(id, self.source.data_set)).collect()
    }
}

impl Dimension {
    fn field(&self, id: &str, data_set: &str) -> Value {
        let column = column(data_set, self.column);
        match self.grain {
            Grain::Text => {
                json!({ "CategoricalDimensionField": { "FieldId": id, "Column": column } })
            }
            Grain::Number => {
                json!({ "NumericalDimensionField": { "FieldId": id, "Column": column } })
            }
            Grain::Day | Grain::Month => {
                let (granularity, format) = match self.grain {
                    Grain::Month => ("MONTH", "YYYY-MM"),
                    _ => ("DAY", "YYYY-MM-DD"),
                };
                json!({ "DateDimensionField": {
                    "FieldId": id,
                    "Column": column,
                    "DateGranularity": granularity,
                    "FormatConfiguration": { "DateTimeFormat": format },
                } })
            }
        }
    }
}

impl Measure {
    fn field(&self, id: &str, data_set: &str) -> Value {
        json!({ "NumericalMeasureField": {
            "FieldId": id,
            "Column": column(data_set, self.column),
            "AggregationFunction": self.aggregation(),
            "FormatConfiguration": { "FormatConfiguration": self.format() },
        } })
    }

    pub(super) fn aggregation(&self) -> Value {
        let name = match self.aggregate {
            Aggregate::Sum => "SUM",
            Aggregate::Average => "AVERAGE",
            Aggregate::Max => "MAX",
            Aggregate::Count => "COUNT",
            Aggregate::DistinctCount => "DISTINCT_COUNT",
        };
        json!({ "SimpleNumericalAggregation": name })
    }

    fn format(&self) -> Value {
        let format = json!({
            "SeparatorConfiguration": {
                "DecimalSeparator": "DOT",
                "ThousandsSeparator": { "Symbol": "COMMA", "Visibility": "VISIBLE" },
            },
            "DecimalPlacesConfiguration": { "DecimalPlaces": self.decimals() },
            "NumberScale": "NONE",
            "NegativeValueConfiguration": { "DisplayMode": "NEGATIVE" },
            "NullValueFormatConfiguration": { "NullString": "-" },
        });
        if self.unit == Unit::UsDollars {
            return json!({ "CurrencyDisplayFormatConfiguration": with(format, "Symbol", "USD") });
        }
        let format = match suffix(self.unit) {
            Some(suffix) => with(format, "Suffix", suffix),
            None => format,
        };
        json!({ "NumberDisplayFormatConfiguration": format })
    }
}

/// Short units stand behind each number. The others stand once, in the subtitle and along the axis.
fn suffix(unit: Unit) -> Option<&'static str> {
    match unit {
        Unit::Metres => Some(" m"),
        Unit::PerCent => Some(" %"),
        _ => None,
    }
}
