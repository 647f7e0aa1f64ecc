//! One mutation for each rule.

use std::collections::BTreeSet;

use quicksight_migrations::quicksight::TemplateRule as Rule;
use serde_json::json;

use crate::mutation::{Mutation, remove, set};

/// A property of the data set of trips.
pub(crate) fn trips(path: &str) -> String {
    format!("Resources/Trips/Properties/{path}")
}

/// A part of the dashboard.
pub(crate) fn definition(path: &str) -> String {
    format!("Resources/Travel/Properties/Definition/{path}")
}

/// A part of one of its sheets.
pub(crate) fn sheet(number: usize, path: &str) -> String {
    definition(&format!("Sheets/{number}/{path}"))
}

#[test]
fn each_rule_has_a_mutation_and_sees_it() {
    let mutations =
        [template(), data_sets(), dashboards(), sheets(), refreshes(), network()].concat_all();
    let seen: BTreeSet<_> = mutations.iter().map(|mutation| mutation.rule().as_str()).collect();
    let all: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.as_str()).collect();
    assert_eq!(seen, all, "on the left the rules with a mutation");
    assert_eq!(all.len(), Rule::ALL.len(), "two rules have one name");
    mutations.iter().for_each(Mutation::prove);
}

trait ConcatAll {
    fn concat_all(self) -> Vec<Mutation>;
}

impl<const N: usize> ConcatAll for [Vec<Mutation>; N] {
    fn concat_all(self) -> Vec<Mutation> {
        self.into_iter().flatten().collect()
    }
}

fn template() -> Vec<Mutation> {
    let twin =
        json!({"Type": "AWS::QuickSight::DataSet", "Properties": {"DataSetId": "small-trips"}});
    vec![
        remove(Rule::NotATemplate, "Resources/Answers/Type").above(1),
        set(
            Rule::UnknownReference,
            "Resources/Connection/Properties/SubnetIds/0",
            json!({"Ref": "Nobody"}),
        ),
        set(Rule::ResourceTwice, "Resources/Twin", twin)
            .found("Resources/Twin/Properties/DataSetId"),
        set(
            Rule::WrongPermissions,
            trips("Permissions/0/Actions/17"),
            "quicksight:UpdateEverything",
        )
        .above(2),
        remove(Rule::WrongPermissions, trips("Permissions/0/Actions/17")).above(2),
        remove(Rule::WrongPermissions, "Resources/Database/Properties/Permissions/0/Actions/0")
            .above(2),
        remove(Rule::WrongPermissions, "Resources/Travel/Properties/Permissions/0/Actions/0")
            .above(2),
        remove(
            Rule::WrongPermissions,
            "Resources/Travel/Properties/Permissions/1/Fn::If/1/Actions/0",
        )
        .above(2),
    ]
}

fn data_sets() -> Vec<Mutation> {
    let steps = "DataPrepConfiguration/TransformStepMap";
    let metres = trips(&format!("{steps}/computed/CreateColumnsStep/Columns/0/Expression"));
    let notes = "SemanticModelConfiguration/TableMap/trips/SemanticMetadata/ColumnMetadata/0/ColumnProperties";
    let rules = "RowLevelPermissionTagConfiguration";
    let row_rules = "Resources/Labels/Properties/SemanticModelConfiguration/TableMap/labels/RowLevelPermissionConfiguration/RowLevelPermissionDataSet";
    vec![
        set(Rule::BadKey, trips("PhysicalTableMap/user_table"), json!({})),
        set(Rule::BadKey, trips("DataPrepConfiguration/SourceTableMap/user_table"), json!({})),
        set(Rule::BadKey, trips(&format!("{steps}/user_step")), json!({})),
        set(Rule::BadKey, trips("DataPrepConfiguration/DestinationTableMap/all_of_it"), json!({})),
        set(Rule::BadKey, trips("SemanticModelConfiguration/TableMap/all_of_it"), json!({})),
        set(Rule::DeprecatedProperty, trips("LogicalTableMap"), json!({})),
        set(Rule::DeprecatedProperty, trips("RowLevelPermissionDataSet"), json!({})),
        set(Rule::DeprecatedProperty, trips(rules), json!({})),
        set(
            Rule::UnknownTable,
            trips("DataPrepConfiguration/SourceTableMap/user-source/PhysicalTableId"),
            "users",
        ),
        set(
            Rule::UnknownStep,
            trips(&format!("{steps}/cast/CastColumnTypesStep/Source/TransformOperationId")),
            "later",
        ),
        set(
            Rule::StepsInACircle,
            trips(&format!("{steps}/few-users/ProjectStep/Source/TransformOperationId")),
            "computed",
        )
        .found(trips(steps)),
        set(Rule::UnknownColumn, metres.clone(), "{metre}"),
        set(
            Rule::ColumnTwice,
            trips("PhysicalTableMap/trip/RelationalTable/InputColumns/8"),
            json!({"Name": "day"}),
        ),
        set(
            Rule::TypeMismatch,
            trips(
                "DataSetRefreshProperties/RefreshConfiguration/IncrementalRefresh/LookbackWindow/ColumnName",
            ),
            "trip_id",
        ),
        set(Rule::BrokenExpression, metres.clone(), "ifelse({distance} > 0, {distance}, null"),
        set(Rule::UnknownFunction, metres, "if({distance} > 0, {distance}, null)"),
        remove(Rule::RulesNotUsable, "Resources/Rules/Properties/UseAs").found(row_rules),
        remove(Rule::RulesNotUsable, format!("{row_rules}/FormatVersion")).above(1),
        set(
            Rule::LongText,
            trips("SemanticModelConfiguration/SemanticMetadata/0/Description/Text"),
            "é".repeat(501),
        ),
        set(Rule::LongText, trips(&format!("{notes}/0/Description/Text")), "é".repeat(501)),
        set(Rule::LongText, trips(&format!("{notes}/1/AdditionalNotes/Text")), "é".repeat(2001)),
    ]
}

fn dashboards() -> Vec<Mutation> {
    let scope = definition(
        "FilterGroups/0/ScopeConfiguration/SelectedSheets/SheetVisualScopingConfigurations",
    );
    vec![
        remove(Rule::DashboardWithoutDefinition, "Resources/Travel/Properties/Definition").above(1),
        set(
            Rule::UnknownDataSet,
            definition("ColumnConfigurations/0/Column/DataSetIdentifier"),
            "trip",
        )
        .above(1),
        set(
            Rule::UnknownParameter,
            definition("FilterGroups/0/Filters/0/TimeRangeFilter/RangeMinimumValue/Parameter"),
            "Form",
        )
        .above(1),
        remove(
            Rule::ParameterWithoutControl,
            sheet(0, "ParameterControls/1/Dropdown/SourceParameterName"),
        )
        .found(definition("ParameterDeclarations/1/StringParameterDeclaration")),
        set(Rule::NameTwice, sheet(0, "TextBoxes/1"), json!({"SheetTextBoxId": "note"})),
        set(Rule::UnknownSheet, format!("{scope}/1/SheetId"), "detail").above(1),
        set(Rule::UnknownVisual, format!("{scope}/0/VisualIds/1"), "by-night"),
        set(Rule::UnknownFilter, sheet(0, "FilterControls/0/Slider/SourceFilterId"), "hours")
            .above(1),
        set(
            Rule::FilterWithoutVisual,
            scope,
            json!([{"SheetId": "overview", "Scope": "SELECTED_VISUALS"}]),
        )
        .above(2),
        set(Rule::FilterWithoutVisual, definition("FilterGroups/1/ScopeConfiguration"), json!({})),
    ]
}

fn sheets() -> Vec<Mutation> {
    let elements = "Layouts/0/Configuration/GridLayout/Elements";
    let table = "Visuals/0/TableVisual";
    let fields =
        format!("{table}/ChartConfiguration/FieldWells/TableUnaggregatedFieldWells/Values");
    let text = json!({"ElementId": "note", "ElementType": "TEXT_BOX"});
    let nothing = json!({"Configuration": {"GridLayout": {"Elements": []}}});
    vec![
        set(
            Rule::SheetTwice,
            definition("Sheets/2"),
            json!({"SheetId": "details", "Name": "More"}),
        ),
        set(Rule::ShortSheetName, sheet(1, "Name"), "D").above(1),
        set(Rule::VisualTwice, sheet(1, "Visuals/2"), json!({"EmptyVisual": {"VisualId": "map"}}))
            .found(sheet(1, "Visuals/2/EmptyVisual")),
        remove(Rule::VisualWithoutLayout, sheet(0, &format!("{elements}/1")))
            .found(sheet(0, "Visuals/0/KPIVisual")),
        set(Rule::FieldTwice, sheet(1, &format!("{fields}/1/FieldId")), "id-of-table").above(1),
        set(Rule::UnknownField, sheet(1, &format!("{fields}/0/FieldId")), "identity").found(sheet(
            1,
            &format!("{table}/ChartConfiguration/FieldOptions/SelectedFieldOptions/0"),
        )),
        set(Rule::UnknownElement, sheet(0, &format!("{elements}/0/ElementId")), "text").above(1),
        set(Rule::ElementTwice, sheet(0, &format!("{elements}/3")), text),
        set(Rule::EmptyLayout, sheet(0, "Layouts/1"), nothing),
    ]
}

fn refreshes() -> Vec<Mutation> {
    let schedule = |path: &str| format!("Resources/LabelsDaily/Properties/{path}");
    let refresh = trips("DataSetRefreshProperties");
    let incremental = format!("{refresh}/RefreshConfiguration/IncrementalRefresh");
    let sql = json!({"Name": "all", "SqlQuery": "SELECT 1"});
    let minutes = schedule("Schedule/ScheduleFrequency/Interval");
    vec![
        set(Rule::FrequentFullRefresh, minutes, "MINUTE15"),
        set(Rule::ScheduleWithoutDataSet, schedule("DataSetId"), "small-labels"),
        set(Rule::RefreshWithoutSpice, "Resources/Labels/Properties/ImportMode", "DIRECT_QUERY")
            .found(schedule("DataSetId")),
        set(
            Rule::IncrementalWithoutLookBack,
            schedule("Schedule/RefreshType"),
            "INCREMENTAL_REFRESH",
        )
        .above(1),
        set(Rule::IncrementalCustomSql, trips("PhysicalTableMap/other"), json!({"CustomSql": sql}))
            .found(incremental),
    ]
}

fn network() -> Vec<Mutation> {
    let source = |path: &str| format!("Resources/Database/Properties/{path}");
    let trust = "Resources/Role/Properties/AssumeRolePolicyDocument/Statement/0";
    let statements = "Resources/Role/Properties/Policies/0/PolicyDocument/Statement";
    let pair = json!({"CredentialPair": {"Username": "reader", "Password": "hunter2"}});
    vec![
        set(Rule::PlainSecret, source("Credentials"), pair)
            .found(source("Credentials/CredentialPair/Password")),
        set(Rule::PlainSecret, "Parameters/Token/Default", "hunter2"),
        set(Rule::TlsOff, source("SslProperties/DisableSsl"), true),
        remove(Rule::FewSubnets, "Resources/Connection/Properties/SubnetIds/1").above(1),
        set(Rule::OpenToTheWorld, format!("{trust}/Principal"), "*"),
        set(Rule::OpenToTheWorld, format!("{trust}/Principal/AWS"), json!(["*"]))
            .found(format!("{trust}/Principal/AWS/0")),
        set(
            Rule::BroadSecretRights,
            format!("{statements}/1/Resource"),
            json!({"Fn::Sub": "arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:*"}),
        )
        .found(format!("{statements}/1/Action/0")),
        set(Rule::OpenToTheWorld, "Resources/Answers/Properties/CidrIp", "0.0.0.0/0"),
        set(Rule::OpenToTheWorld, "Resources/Answers/Properties/CidrIpv6", "::/0"),
        remove(Rule::OpenToTheWorld, "Resources/Group/Properties/SecurityGroupEgress").above(1),
        set(Rule::BroadSecretRights, format!("{statements}/1/Resource"), "*")
            .found(format!("{statements}/1/Action/0")),
        set(Rule::BroadNetworkRights, format!("{statements}/0/Action/2"), "ec2:*"),
    ]
}
