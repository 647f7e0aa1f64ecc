//! A dashboard as QuickSight has it: the `Definition` of an `AWS::QuickSight::Dashboard`.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-quicksight-dashboard-dashboardversiondefinition.html>

mod chart;
mod field;
mod filter;

use serde_json::{Value, json};

use self::field::column;
use super::{
    model::{Dashboard, Sheet, Visual, VisualKind},
    palette::MODES,
};

/// The ends of the range of days: from this one on, and up to that one, which is not in it.
const FROM: &str = "From";
const BEFORE: &str = "Before";

/// How many columns a sheet has.
const COLUMNS: usize = 36;

impl Dashboard {
    /// The value of `Definition`. `arn` is the value of the ARN of the data set with this id.
    pub(in crate::quicksight) fn definition(&self, arn: &dyn Fn(&str) -> Value) -> Value {
        let data_sets: Vec<_> = self
            .data_sets()
            .into_iter()
            .map(|id| json!({ "Identifier": id, "DataSetArn": arn(id) }))
            .collect();
        json!({
            "DataSetIdentifierDeclarations": data_sets,
            "Sheets": self.sheets.iter().enumerate().map(|sheet| self.sheet(sheet)).collect::<Vec<_>>(),
            "ParameterDeclarations": self.parameters(),
            "FilterGroups": filter::groups(self),
            "ColumnConfigurations": self.colours(),
            "AnalysisDefaults": {
                "DefaultNewSheetConfiguration": {
                    "InteractiveLayoutConfiguration": { "Grid": { "CanvasSizeOptions": canvas() } },
                    "SheetContentType": "INTERACTIVE",
                },
            },
        })
    }

    /// A filter on a parameter without a value empties every visual, so that each has one from the start.
    fn parameters(&self) -> Value {
        let today = "truncDate('DD', now())";
        let first = format!("addDateTime(-{}, 'DD', {today})", self.days);
        let parameter = |name: &str, rolling: &str| {
            json!({ "DateTimeParameterDeclaration": {
                "Name": name,
                "TimeGranularity": "DAY",
                "DefaultValues": { "RollingDate": { "Expression": rolling } },
            } })
        };
        json!([parameter(FROM, &first), parameter(BEFORE, today)])
    }

    fn sheet_id(&self, index: usize) -> String {
        format!("{}-{}", self.id, index + 1)
    }

    fn sheet(&self, (index, sheet): (usize, &Sheet)) -> Value {
        let id = self.sheet_id(index);
        let controls = [(FROM, "From"), (BEFORE, "Before (not included)")];
        let control_id = |of: &str| format!("{id}-{}", of.to_lowercase());
        json!({
            "SheetId": id,
            "Name": sheet.title,
            "ContentType": "INTERACTIVE",
            "Visuals": sheet.visuals().map(Visual::definition).collect::<Vec<_>>(),
            "Layouts": [{ "Configuration": { "GridLayout": {
                "Elements": layout(sheet),
                "CanvasSizeOptions": canvas(),
            } } }],
            "ParameterControls": controls.map(|(parameter, title)| json!({ "DateTimePicker": {
                "ParameterControlId": control_id(parameter),
                "Title": title,
                "SourceParameterName": parameter,
                "DisplayOptions": {
                    "TitleOptions": { "Visibility": "VISIBLE" },
                    "DateTimeFormat": "YYYY-MM-DD",
                },
            } })),
            "FilterControls": [{ "Dropdown": {
                "FilterControlId": control_id("Accounts"),
                "Title": "Accounts",
                "SourceFilterId": filter::account_filter(self),
                "Type": "MULTI_SELECT",
            } }],
            "SheetControlLayouts": [{ "Configuration": { "GridLayout": { "Elements": [
                control(&control_id(FROM), "PARAMETER_CONTROL"),
                control(&control_id(BEFORE), "PARAMETER_CONTROL"),
                control(&control_id("Accounts"), "FILTER_CONTROL"),
            ] } } }],
        })
    }

    /// The colours of the travel modes, in each data set that has them.
    fn colours(&self) -> Vec<Value> {
        let has_modes = |visual: &Visual| {
            visual.dimensions.iter().any(|dimension| dimension.column == super::MODE.column)
        };
        let mut sets: Vec<_> =
            self.visuals().filter(|visual| has_modes(visual)).map(Visual::data_set).collect();
        sets.sort_unstable();
        sets.dedup();
        let colour = |(mode, colour): &(&str, super::Colour)| json!({ "FieldValue": mode, "Color": colour.to_string() });
        sets.into_iter()
            .map(|set| {
                json!({
                    "Column": column(set, super::MODE.column),
                    "ColorsConfiguration": { "CustomColors": MODES.iter().map(colour).collect::<Vec<_>>() },
                })
            })
            .collect()
    }
}

fn canvas() -> Value {
    let size = json!({ "ResizeOption": "FIXED", "OptimizedViewPortWidth": "1600px" });
    json!({ "ScreenCanvasSizeOptions": size })
}

fn control(id: &str, kind: &str) -> Value {
    json!({ "ElementId": id, "ElementType": kind, "ColumnSpan": 2, "RowSpan": 1 })
}

/// Each row below the other, each as high as its highest visual.
fn layout(sheet: &Sheet) -> Vec<Value> {
    let mut elements = Vec::new();
    let mut top = 0;
    for row in &sheet.rows {
        let height = row.iter().map(|visual| height(visual.kind)).max().unwrap_or_default();
        let width = COLUMNS / row.len().max(1);
        for (index, visual) in row.iter().enumerate() {
            elements.push(json!({
                "ElementId": visual.id,
                "ElementType": "VISUAL",
                "ColumnIndex": index * width,
                "ColumnSpan": width,
                "RowIndex": top,
                "RowSpan": height,
            }));
        }
        top += height;
    }
    elements
}

/// How many rows of the grid a visual takes.
fn height(kind: VisualKind) -> u32 {
    match kind {
        VisualKind::Kpi => 5,
        VisualKind::Map => 16,
        _ => 11,
    }
}
