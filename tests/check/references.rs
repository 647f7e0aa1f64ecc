//! What a data set and what reads it may name: one mutation for each place that names something.

use quicksight_migrations::quicksight::TemplateRule::{
    self, ColumnTwice, NameTwice, TypeMismatch, UnknownColumn, UnknownDataSet, UnknownElement,
    UnknownField, UnknownParameter, UnknownReference, UnknownSheet, UnknownStep, UnknownTable,
    UnknownVisual,
};
use serde_json::{Value, json};

use crate::{
    broken::{definition, sheet, trips},
    mutation::{Mutation, set},
};

/// `TransformStepMap/{name}`.
fn step(path: &str) -> String {
    trips(&format!("DataPrepConfiguration/TransformStepMap/{path}"))
}

fn column(at: String) -> Mutation {
    set(UnknownColumn, at, "nobody")
}

#[test]
fn each_place_that_names_a_column_is_looked_at() {
    let overview = |path: &str| sheet(0, &format!("Visuals/{path}"));
    let in_expression = |at: String| set(UnknownColumn, at, "{nobody} > 0");
    let places = [
        column(step("few-users/ProjectStep/ProjectedColumns/2")),
        set(
            UnknownColumn,
            step("joined/JoinStep/RightOperandProperties/OutputColumnNameOverrides/1"),
            json!({"SourceColumnName": "nobody", "OutputColumnName": "somebody"}),
        ),
        set(UnknownColumn, step("joined/JoinStep/OnClause"), "{user_id} = {nobody}"),
        column(step("renamed/RenameColumnsStep/RenameColumnOperations/0/ColumnName")).above(1),
        column(step("cast/CastColumnTypesStep/CastColumnTypeOperations/0/ColumnName")).above(1),
        in_expression(step("computed/CreateColumnsStep/Columns/0/Expression")),
        in_expression(step("filtered/FiltersStep/FilterOperations/0/ConditionExpression")),
        column(step("filtered/FiltersStep/FilterOperations/1/NumericFilterCondition/ColumnName")),
        column(trips("SemanticModelConfiguration/TableMap/trips/SemanticMetadata/ColumnMetadata/0/ColumnNames/0")),
        column(trips("SemanticModelConfiguration/TableMap/trips/RowLevelPermissionConfiguration/TagConfiguration/TagRules/0/ColumnName")).above(1),
        column(trips("FieldFolders/Where/Columns/1")),
        column(trips("ColumnGroups/0/GeoSpatialColumnGroup/Columns/0")),
        column(trips("ColumnLevelPermissionRules/0/ColumnNames/0")),
        column(trips("DataSetRefreshProperties/RefreshConfiguration/IncrementalRefresh/LookbackWindow/ColumnName")),
        column("Resources/Rules/Properties/PhysicalTableMap/rule/RelationalTable/InputColumns/1/Name".to_owned()).found(
            "Resources/Labels/Properties/SemanticModelConfiguration/TableMap/labels/RowLevelPermissionConfiguration/RowLevelPermissionDataSet",
        ),
        column("Resources/Topic/Properties/DataSetRelations/0/Left/ColumnNames/0".to_owned()),
        in_expression(definition("CalculatedFields/0/Expression")),
        column(definition("ColumnConfigurations/0/Column/ColumnName")).above(1),
        column(definition("FilterGroups/0/Filters/0/TimeRangeFilter/Column/ColumnName")).above(1),
        column(overview("0/KPIVisual/ChartConfiguration/FieldWells/Values/0/NumericalMeasureField/Column/ColumnName")).above(1),
        column(sheet(1, "Visuals/0/TableVisual/ChartConfiguration/FieldWells/TableUnaggregatedFieldWells/Values/0/Column/ColumnName")).above(1),
    ];
    places.iter().for_each(Mutation::prove);
}

#[test]
fn a_column_must_have_the_type_that_its_use_needs() {
    let line = |path: &str| {
        let wells = "ChartConfiguration/FieldWells/LineChartAggregatedFieldWells";
        sheet(0, &format!("Visuals/1/LineChartVisual/{wells}/{path}/Column/ColumnName"))
    };
    let mismatch = |at: String, column: &str| set(TypeMismatch, at, column);
    let places = [
        mismatch(line("Category/0/DateDimensionField"), "travel_mode").above(1),
        mismatch(line("Values/0/NumericalMeasureField"), "enterprise").above(1),
        mismatch(line("Values/0/NumericalMeasureField"), "is new").above(1),
        mismatch(line("Colors/0/CategoricalDimensionField"), "hour").above(1),
        mismatch(
            definition("FilterGroups/0/Filters/0/TimeRangeFilter/Column/ColumnName"),
            "metres",
        )
        .above(1),
        mismatch(
            definition("FilterGroups/1/Filters/1/NumericRangeFilter/Column/ColumnName"),
            "day",
        )
        .above(1),
        mismatch(
            step("filtered/FiltersStep/FilterOperations/1/NumericFilterCondition/ColumnName"),
            "travel_mode",
        ),
        mismatch(
            trips(
                "DataSetRefreshProperties/RefreshConfiguration/IncrementalRefresh/LookbackWindow/ColumnName",
            ),
            "metres",
        ),
        mismatch(definition("CalculatedFields/0/Expression"), "sum({travel_mode})"),
    ];
    places.iter().for_each(Mutation::prove);
}

#[test]
fn the_type_of_an_input_column_goes_through_all_steps() {
    let at = trips("PhysicalTableMap/trip/RelationalTable/InputColumns/2/Type");
    let mut template = crate::small();
    *template.pointer_mut(&format!("/{at}")).unwrap() = json!("STRING");

    let found = crate::faults(&template);

    assert!(found.len() > 2, "{found:?}");
    assert!(found.iter().all(|(rule, _)| *rule == "type_mismatch"), "{found:?}");
}

#[test]
fn no_column_comes_twice() {
    let input = trips("PhysicalTableMap/trip/RelationalTable/InputColumns/8");
    let field = json!({"DataSetIdentifier": "trips", "Name": "hour", "Expression": "1"});
    let twice = [
        set(ColumnTwice, input, json!({"Name": "trip_id", "Type": "STRING", "Id": "t9"})),
        set(ColumnTwice, step("few-users/ProjectStep/ProjectedColumns/2"), "user_id"),
        set(
            ColumnTwice,
            step("computed/CreateColumnsStep/Columns/2"),
            json!({"ColumnName": "hour", "ColumnId": "c3", "Expression": "1"}),
        ),
        set(ColumnTwice, step("computed/CreateColumnsStep/Columns/1/ColumnId"), "c1").above(1),
        set(ColumnTwice, trips("PhysicalTableMap/user/RelationalTable/InputColumns/0/Id"), "t2")
            .above(1),
        set(ColumnTwice, definition("CalculatedFields/2"), field),
    ];
    twice.iter().for_each(Mutation::prove);
}

#[test]
fn a_join_needs_other_names_for_what_both_sides_have() {
    let mut template = crate::small();
    let columns = trips("PhysicalTableMap/user/RelationalTable/InputColumns/2/Name");
    *template.pointer_mut(&format!("/{columns}")).unwrap() = json!("day");
    let projected = step("few-users/ProjectStep/ProjectedColumns/1");
    *template.pointer_mut(&format!("/{projected}")).unwrap() = json!("day");
    let found = crate::faults(&template);
    assert_eq!(found.first(), Some(&("column_twice", step("joined/JoinStep"))), "{found:?}");
}

#[test]
fn each_name_of_a_data_set_or_of_a_part_of_one_is_looked_at() {
    let names: Vec<(TemplateRule, String, Value, usize)> = vec![
        (
            UnknownTable,
            trips("DataPrepConfiguration/SourceTableMap/trip-source/PhysicalTableId"),
            json!("nobody"),
            0,
        ),
        (UnknownTable, step("trips/ImportTableStep/Source/SourceTableId"), json!("nobody"), 0),
        (
            UnknownTable,
            trips("SemanticModelConfiguration/TableMap/trips/DestinationTableId"),
            json!("nobody"),
            0,
        ),
        (
            UnknownStep,
            trips("DataPrepConfiguration/DestinationTableMap/all/Source/TransformOperationId"),
            json!("nobody"),
            0,
        ),
        (UnknownStep, step("joined/JoinStep/LeftOperand/TransformOperationId"), json!("nobody"), 0),
        (
            UnknownDataSet,
            definition("DataSetIdentifierDeclarations/1/DataSetArn"),
            json!({"Fn::GetAtt": "Database.Arn"}),
            1,
        ),
        (
            UnknownDataSet,
            definition("ColumnConfigurations/0/Column/DataSetIdentifier"),
            json!("nobody"),
            1,
        ),
        (
            UnknownDataSet,
            "Resources/Topic/Properties/DataSets/1/DataSetArn".into(),
            json!({"Fn::GetAtt": ["Database", "Arn"]}),
            0,
        ),
    ];
    for (rule, at, to, above) in names {
        set(rule, at, to).above(above).prove();
    }
}

#[test]
fn each_name_within_a_dashboard_is_looked_at() {
    let names: Vec<(TemplateRule, String, Value, usize)> = vec![
        (
            UnknownParameter,
            definition("FilterGroups/0/Filters/0/TimeRangeFilter/RangeMinimumValue/Parameter"),
            json!("nobody"),
            1,
        ),
        (
            UnknownParameter,
            definition(
                "FilterGroups/1/Filters/0/CategoryFilter/Configuration/CustomFilterConfiguration/ParameterName",
            ),
            json!("nobody"),
            1,
        ),
        (
            UnknownParameter,
            definition("CalculatedFields/0/Expression"),
            json!("ifelse({started_on} > ${nobody}, 1, 2)"),
            0,
        ),
        (
            UnknownSheet,
            definition(
                "FilterGroups/0/ScopeConfiguration/SelectedSheets/SheetVisualScopingConfigurations/1/SheetId",
            ),
            json!("nobody"),
            1,
        ),
        (
            UnknownSheet,
            sheet(
                0,
                "Visuals/1/LineChartVisual/Actions/0/ActionOperations/0/NavigationOperation/LocalNavigationConfiguration/TargetSheetId",
            ),
            json!("nobody"),
            1,
        ),
        (
            UnknownVisual,
            definition(
                "FilterGroups/0/ScopeConfiguration/SelectedSheets/SheetVisualScopingConfigurations/0/VisualIds/1",
            ),
            json!("map"),
            0,
        ),
        (
            UnknownElement,
            sheet(0, "SheetControlLayouts/0/Configuration/GridLayout/Elements/2/ElementId"),
            json!("nobody"),
            1,
        ),
        (
            UnknownElement,
            sheet(0, "Layouts/0/Configuration/GridLayout/Elements/0/ElementType"),
            json!("VISUAL"),
            1,
        ),
        (
            UnknownElement,
            sheet(
                0,
                "ParameterControls/1/Dropdown/CascadingControlConfiguration/SourceControls/0/SourceSheetControlId",
            ),
            json!("nobody"),
            1,
        ),
        (
            UnknownField,
            sheet(
                1,
                "Visuals/0/TableVisual/ChartConfiguration/FieldOptions/SelectedFieldOptions/0/FieldId",
            ),
            json!("nobody"),
            1,
        ),
    ];
    for (rule, at, to, above) in names {
        set(rule, at, to).above(above).prove();
    }
}

#[test]
fn each_name_of_the_template_itself_is_looked_at() {
    let names: Vec<(TemplateRule, String, Value, usize)> = vec![
        (
            UnknownReference,
            "Resources/Database/Properties/Credentials/SecretArn".into(),
            json!({"Ref": "Nobody"}),
            0,
        ),
        (
            UnknownReference,
            "Resources/Database/Properties/Credentials/SecretArn".into(),
            json!({"Fn::GetAtt": "Nobody.Arn"}),
            0,
        ),
        (
            UnknownReference,
            "Resources/Database/Properties/Name".into(),
            json!({"Fn::Sub": "${AWS::Region}-${Nobody}"}),
            0,
        ),
        (
            UnknownReference,
            "Resources/Database/Properties/Name".into(),
            json!({"Fn::Sub": ["${a}-${b.Arn}", {"a": "1"}]}),
            0,
        ),
        (UnknownReference, "Resources/Database/DependsOn/0".into(), json!("Nobody"), 0),
        (UnknownReference, "Resources/TripsDaily/DependsOn".into(), json!("Nobody"), 0),
        (UnknownReference, "Resources/Topic/Condition".into(), json!("Nobody"), 1),
        (UnknownReference, "Conditions/Both/Fn::And/0/Condition".into(), json!("Nobody"), 1),
        (UnknownReference, "Outputs/Url/Condition".into(), json!("Nobody"), 1),
        (
            UnknownReference,
            "Resources/Travel/Properties/Permissions/1/Fn::If/0".into(),
            json!("Nobody"),
            2,
        ),
        (
            UnknownReference,
            "Resources/Group/Properties/SecurityGroupEgress/0/FromPort/Fn::FindInMap/0".into(),
            json!("Nobody"),
            2,
        ),
    ];
    for (rule, at, to, above) in names {
        // The text of Fn::Sub is where the fault is.
        let below = if to.get("Fn::Sub").is_some() { "/Fn::Sub" } else { "" };
        let found = at.rsplitn(above + 1, '/').last().map(|found| format!("{found}{below}"));
        set(rule, at, to).found(found.unwrap()).prove();
    }
}

#[test]
fn names_differ() {
    let note = json!({"SheetTextBoxId": "note", "Content": ""});
    let group = json!({
        "FilterGroupId": "range", "Filters": [], "ScopeConfiguration": {"AllSheets": {}}
    });
    let filter = "FilterGroups/1/Filters/1/NumericRangeFilter";
    let twin = json!({"DateTimeParameterDeclaration": {"Name": "From"}});
    for twice in [
        set(NameTwice, sheet(0, "TextBoxes/1"), note),
        set(NameTwice, definition("FilterGroups/2"), group),
        set(NameTwice, definition("ParameterDeclarations/2"), twin)
            .found(definition("ParameterDeclarations/2/DateTimeParameterDeclaration")),
        set(
            NameTwice,
            definition("FilterGroups/0/Filters/1"),
            json!({"CategoryFilter": {"FilterId": "hour-filter"}}),
        )
        .found(definition(filter)),
    ] {
        twice.prove();
    }
}

#[test]
fn where_a_condition_decides_both_values_are_looked_at() {
    let mut template = crate::small();
    let mut decide = |at: String, yes: Value, no: Value| {
        let decided = json!({"Fn::If": ["HasToken", yes, no]});
        *template.pointer_mut(&format!("/{at}")).unwrap() = decided;
        crate::faults(&template)
    };
    let nothing = json!({"Ref": "AWS::NoValue"});
    let window = |column: &str| {
        let window =
            json!({"LookbackWindow": {"ColumnName": column, "Size": 3, "SizeUnit": "DAY"}});
        json!({"RefreshConfiguration": {"IncrementalRefresh": window}})
    };
    let refresh = trips("DataSetRefreshProperties");

    assert_eq!(decide(trips("ImportMode"), json!("DIRECT_QUERY"), json!("SPICE")), []);
    assert_eq!(decide(refresh.clone(), nothing.clone(), window("started_on")), []);
    let found = decide(refresh, nothing, window("nobody"));

    let at = trips("DataSetRefreshProperties/Fn::If/2/RefreshConfiguration/IncrementalRefresh");
    assert_eq!(found, [("unknown_column", format!("{at}/LookbackWindow/ColumnName"))]);
}

#[test]
fn neither_a_window_nor_a_schedule_fits_a_data_set_that_keeps_nothing() {
    let mut template = crate::small();
    *template.pointer_mut(&format!("/{}", trips("ImportMode"))).unwrap() = json!("DIRECT_QUERY");
    let schedule = "Resources/TripsDaily/Properties/DataSetId".to_owned();
    let places = [trips("DataSetRefreshProperties"), schedule];
    assert_eq!(crate::faults(&template), places.map(|place| ("refresh_without_spice", place)));
}
