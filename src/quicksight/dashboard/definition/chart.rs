//! A visual of each kind.

use serde_json::{Value, json};

use crate::quicksight::dashboard::{Unit, Visual, VisualKind};

impl Visual {
    pub(super) fn definition(&self) -> Value {
        let (kind, configuration) = match self.kind {
            VisualKind::Kpi => ("KPIVisual", self.kpi()),
            VisualKind::Line => ("LineChartVisual", self.lines()),
            VisualKind::Bar => ("BarChartVisual", self.bars()),
            VisualKind::Table => ("TableVisual", self.table()),
            VisualKind::HeatMap => ("HeatMapVisual", self.heat()),
            VisualKind::Map => ("GeospatialMapVisual", self.map()),
        };
        let subtitle = self.subtitle();
        json!({ kind: {
            "VisualId": self.id,
            "Title": { "Visibility": "VISIBLE", "FormatText": { "PlainText": self.title } },
            "Subtitle": if subtitle.is_empty() {
                json!({ "Visibility": "HIDDEN" })
            } else {
                json!({ "Visibility": "VISIBLE", "FormatText": { "PlainText": subtitle } })
            },
            "ChartConfiguration": configuration,
        } })
    }

    /// All of `KPIOptions`: with a part of it the visual stays blank.
    fn kpi(&self) -> Value {
        let hidden = json!({ "Visibility": "HIDDEN" });
        let font = |size: &str| {
            json!({
                "FontSize": { "Relative": size },
                "FontDecoration": "NONE",
                "FontColor": self.colour(),
                "FontWeight": { "Name": "NORMAL" },
                "FontStyle": "NORMAL",
            })
        };
        json!({
            "FieldWells": { "Values": self.value_fields(), "TargetValues": [], "TrendGroups": [] },
            "SortConfiguration": { "TrendGroupSort": [] },
            "KPIOptions": {
                "ProgressBar": hidden,
                "TrendArrows": hidden,
                "SecondaryValue": hidden,
                "Comparison": {
                    "ComparisonMethod": "DIFFERENCE",
                    "ComparisonFormat": { "NumberDisplayFormatConfiguration": { "NumberScale": "NONE" } },
                },
                "PrimaryValueDisplayType": "ACTUAL",
                "PrimaryValueFontConfiguration": font("EXTRA_LARGE"),
                "SecondaryValueFontConfiguration": font("MEDIUM"),
                "Sparkline": {
                    "Visibility": "HIDDEN",
                    "Type": "LINE",
                    "Color": self.colour(),
                    "TooltipVisibility": "HIDDEN",
                },
                "VisualLayoutOptions": { "StandardLayout": { "Type": "VERTICAL" } },
            },
        })
    }

    fn lines(&self) -> Value {
        json!({
            "FieldWells": { "LineChartAggregatedFieldWells": self.category_wells() },
            "SortConfiguration": {
                "CategorySort": self.sort(),
                "CategoryItemsLimitConfiguration": { "OtherCategories": "EXCLUDE" },
                "ColorItemsLimitConfiguration": { "OtherCategories": "EXCLUDE" },
            },
            "Type": "LINE",
            "XAxisLabelOptions": self.group_label(0),
            "PrimaryYAxisLabelOptions": self.value_label(),
            "Legend": self.legend(),
            "DataLabels": { "Visibility": "HIDDEN" },
            "Tooltip": tooltip(),
            "VisualPalette": self.palette(),
        })
    }

    /// From left to right where the bars have names, and upright where they have numbers.
    fn bars(&self) -> Value {
        let limit = match self.limit {
            Some(limit) => json!({ "ItemsLimit": limit, "OtherCategories": "EXCLUDE" }),
            None => json!({ "OtherCategories": "EXCLUDE" }),
        };
        json!({
            "FieldWells": { "BarChartAggregatedFieldWells": self.category_wells() },
            "SortConfiguration": {
                "CategorySort": self.sort(),
                "CategoryItemsLimit": limit,
                "ColorItemsLimit": { "OtherCategories": "EXCLUDE" },
            },
            "Orientation": if self.is_ranked() { "HORIZONTAL" } else { "VERTICAL" },
            "BarsArrangement": if self.dimensions.len() > 1 { "STACKED" } else { "CLUSTERED" },
            "CategoryLabelOptions": self.group_label(0),
            "ValueLabelOptions": self.value_label(),
            "Legend": self.legend(),
            "DataLabels": { "Visibility": "HIDDEN" },
            "Tooltip": tooltip(),
            "VisualPalette": self.palette(),
        })
    }

    fn table(&self) -> Value {
        let groups = self.groups();
        let headings = groups.iter().map(|(id, of)| (id.clone(), of.title));
        let headings = headings.chain(self.values().into_iter().map(|(id, of)| (id, of.title)));
        let options = headings.map(
            |(id, title)| json!({ "FieldId": id, "CustomLabel": title, "Visibility": "VISIBLE" }),
        );
        json!({
            "FieldWells": { "TableAggregatedFieldWells": {
                "GroupBy": self.group_fields(&groups),
                "Values": self.value_fields(),
            } },
            "SortConfiguration": { "RowSort": self.sort() },
            "FieldOptions": { "SelectedFieldOptions": options.collect::<Vec<_>>() },
        })
    }

    fn heat(&self) -> Value {
        let groups = self.groups();
        let (rows, columns) = groups.split_at(groups.len().min(1));
        let sort = |fields: &[(String, _)]| {
            fields.iter().map(|(id, _)| by_field(id, "ASC")).collect::<Vec<_>>()
        };
        json!({
            "FieldWells": { "HeatMapAggregatedFieldWells": {
                "Rows": self.group_fields(rows),
                "Columns": self.group_fields(columns),
                "Values": self.value_fields(),
            } },
            "SortConfiguration": {
                "HeatMapRowSort": sort(rows),
                "HeatMapColumnSort": sort(columns),
                "HeatMapRowItemsLimitConfiguration": { "ItemsLimit": 100, "OtherCategories": "EXCLUDE" },
                "HeatMapColumnItemsLimitConfiguration": { "ItemsLimit": 100, "OtherCategories": "EXCLUDE" },
            },
            "RowLabelOptions": self.group_label(0),
            "ColumnLabelOptions": self.group_label(1),
            "ColorScale": {
                "Colors": [{ "Color": "#FFFFFF" }, { "Color": self.colour() }],
                "ColorFillType": "GRADIENT",
            },
            "Legend": { "Visibility": "VISIBLE" },
            "DataLabels": { "Visibility": "HIDDEN" },
            "Tooltip": tooltip(),
        })
    }

    fn map(&self) -> Value {
        json!({
            "FieldWells": { "GeospatialMapAggregatedFieldWells": {
                "Geospatial": self.group_fields(&self.groups()),
                "Values": self.value_fields(),
                "Colors": [],
            } },
            "Legend": { "Visibility": "HIDDEN" },
            "Tooltip": tooltip(),
            "WindowOptions": { "MapZoomMode": "AUTO" },
            "MapStyleOptions": { "BaseMapStyle": "LIGHT_GRAY" },
            "PointStyleOptions": { "SelectedPointStyle": "POINT" },
            "VisualPalette": self.palette(),
        })
    }

    /// The first dimension along the axis, and the second in colours.
    fn category_wells(&self) -> Value {
        let groups = self.groups();
        let (category, colours) = groups.split_at(groups.len().min(1));
        json!({
            "Category": self.group_fields(category),
            "Values": self.value_fields(),
            "Colors": self.group_fields(colours),
        })
    }

    /// As the SQL has it.
    fn sort(&self) -> Vec<Value> {
        let values = self.values();
        let highest = values.first().filter(|_| self.is_ranked());
        let highest = highest.map(|(id, _)| by_field(id, "DESC"));
        let first = self.groups();
        let first = first.first().filter(|_| !self.is_ranked());
        highest.into_iter().chain(first.map(|(id, _)| by_field(id, "ASC"))).collect()
    }

    fn colour(&self) -> String {
        self.measures.first().map_or(Unit::Movements, |measure| measure.unit).colour().to_string()
    }

    fn palette(&self) -> Value {
        json!({ "ChartColor": self.colour() })
    }

    /// Where there is something to tell apart.
    fn legend(&self) -> Value {
        let is_needed = self.dimensions.len() > 1 || self.measures.len() > 1;
        json!({ "Visibility": if is_needed { "VISIBLE" } else { "HIDDEN" } })
    }

    fn group_label(&self, index: usize) -> Value {
        label(self.dimensions.get(index).map_or("", |of| of.title))
    }

    fn value_label(&self) -> Value {
        label(self.unit().map_or("", Unit::name))
    }
}

fn by_field(id: &str, direction: &str) -> Value {
    json!({ "FieldSort": { "FieldId": id, "Direction": direction } })
}

fn label(text: &str) -> Value {
    json!({ "Visibility": "VISIBLE", "AxisLabelOptions": [{ "CustomLabel": text }] })
}

fn tooltip() -> Value {
    json!({ "TooltipVisibility": "VISIBLE", "SelectedTooltipType": "BASIC" })
}
