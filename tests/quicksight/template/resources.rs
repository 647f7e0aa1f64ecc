//! Who may do what, the way to the database, and that all of it hangs together.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{TEMPLATE, entries, list, object, of_kind, only, text, texts, walk};

/// What CloudFormation's schema of `AWS::QuickSight::DataSet` lists as deprecated. A data set that has one can never be brought
/// into the new shape: it must be deleted and made again.
const DEPRECATED: [&str; 3] =
    ["LogicalTableMap", "RowLevelPermissionDataSet", "RowLevelPermissionTagConfiguration"];

#[test]
fn nothing_is_deprecated() {
    for (name, resource) in of_kind("QuickSight::DataSet") {
        let properties = object(&resource["Properties"]);
        assert!(DEPRECATED.iter().all(|old| !properties.contains_key(*old)), "{name}");
        assert!(properties.contains_key("DataPrepConfiguration"), "{name}");
    }
}

/// QuickSight takes these sets whole and refuses any other.
#[test]
fn permissions_are_whole_sets() {
    let kinds = [("DataSource", 1, 6), ("DataSet", 20, 18), ("TopicV2", 1, 11)];
    for (kind, resources, actions) in kinds {
        let found = of_kind(&format!("QuickSight::{kind}"));
        assert_eq!(found.len(), resources, "{kind}");
        for (name, resource) in found {
            let owner = only(list(&resource["Properties"]["Permissions"]));
            assert_eq!(owner["Principal"], json!({ "Ref": "OwnerArn" }), "{name}");
            let given = texts(&owner["Actions"]);
            let distinct: BTreeSet<_> = given.iter().collect();
            assert_eq!((given.len(), distinct.len()), (actions, actions), "{name}");
            assert!(given.iter().all(|action| action.starts_with("quicksight:")), "{name}");
        }
    }
}

#[test]
fn dashboards_are_owned_and_looked_at() {
    for (name, dashboard) in of_kind("QuickSight::Dashboard") {
        let [owner, viewer] = &list(&dashboard["Properties"]["Permissions"])[..] else {
            panic!("{name}")
        };
        assert_eq!(owner["Principal"], json!({ "Ref": "OwnerArn" }), "{name}");
        assert_eq!(texts(&owner["Actions"]).len(), 8, "{name}");
        assert_eq!(viewer["Fn::If"][0], "UseViewers", "{name}");
        assert_eq!(texts(&viewer["Fn::If"][1]["Actions"]).len(), 3, "{name}");
    }
}

#[test]
fn the_database_is_reached_over_tls_with_a_secret() {
    let (_, source) = only(of_kind("QuickSight::DataSource"));
    let source = &source["Properties"];
    assert_eq!(source["SslProperties"], json!({ "DisableSsl": false }));
    assert_eq!(source["Credentials"], json!({ "SecretArn": { "Ref": "SecretArn" } }));
    let mut servers = BTreeSet::new();
    walk(&source["DataSourceParameters"], "", &mut |path, _| {
        let kind = path.rsplit('/').next().unwrap();
        servers.extend(kind.ends_with("Parameters").then(|| kind.to_owned()));
    });
    let expected = ["AuroraParameters", "MariaDbParameters", "MySqlParameters", "RdsParameters"];
    assert_eq!(servers, expected.map(str::to_owned).into());

    let (_, policy) = only(of_kind("IAM::RolePolicy"));
    let statement = only(list(&policy["Properties"]["PolicyDocument"]["Statement"]));
    assert_eq!(texts(&statement["Action"]), ["secretsmanager:GetSecretValue"]);
    assert_eq!(statement["Resource"], json!([{ "Ref": "SecretArn" }]));
    assert_eq!(policy["Properties"]["RoleName"], json!({ "Ref": "SecretRoleName" }));
}

#[test]
fn the_way_leads_to_the_port_of_the_database_and_nowhere_else() {
    let kinds = [
        "QuickSight::VPCConnection",
        "IAM::Role",
        "EC2::SecurityGroup",
        "EC2::SecurityGroupIngress",
    ];
    let [connection, role, group, ingress] = kinds.map(|kind| {
        let (_, resource) = only(of_kind(kind));
        assert_eq!(resource["Condition"], "UseVpc", "{kind}");
        &resource["Properties"]
    });
    let port = json!({ "Ref": "DatabasePort" });
    let (own, database) = (
        json!({ "Fn::GetAtt": ["VpcConnectionSecurityGroup", "GroupId"] }),
        json!({ "Ref": "DatabaseSecurityGroupId" }),
    );

    assert_eq!(
        connection["SubnetIds"],
        json!([{ "Ref": "FirstSubnetId" }, { "Ref": "SecondSubnetId" }])
    );
    assert_eq!(connection["SecurityGroupIds"], json!([own]));
    let egress = only(list(&group["SecurityGroupEgress"]));
    assert!(group.get("SecurityGroupIngress").is_none());
    for (rule, other, whose) in [
        (egress, "DestinationSecurityGroupId", &database),
        (ingress, "SourceSecurityGroupId", &own),
    ] {
        assert_eq!((&rule["FromPort"], &rule["ToPort"]), (&port, &port));
        assert_eq!((&rule["IpProtocol"], &rule[other]), (&json!("tcp"), whose));
        assert!(rule.get("CidrIp").is_none());
    }
    assert_eq!(ingress["GroupId"], database);

    let policy = only(list(&role["Policies"]));
    let statement = only(list(&policy["PolicyDocument"]["Statement"]));
    assert_eq!(
        texts(&statement["Action"]),
        [
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:ModifyNetworkInterfaceAttribute",
        ]
    );
}

#[test]
fn rules_about_rows_apply_wherever_there_is_an_enterprise() {
    let rules = &TEMPLATE["Resources"]["DataSetRules"];
    assert_eq!(rules["Condition"], "UseRowLevelSecurity");
    let rules = &rules["Properties"];
    assert_eq!(rules["UseAs"], "RLS_RULES");
    let table = &rules["PhysicalTableMap"]["rules"]["RelationalTable"];
    assert_eq!(table["Name"], json!({ "Ref": "RulesTable" }));
    let columns: Vec<_> = list(&table["InputColumns"])
        .iter()
        .map(|column| (text(&column["Name"]), text(&column["Type"])))
        .collect();
    assert_eq!(columns, ["UserARN", "GroupARN", "enterprise"].map(|name| (name, "STRING")));

    let mut without = BTreeSet::new();
    for (name, resource) in of_kind("QuickSight::DataSet") {
        let properties = &resource["Properties"];
        let projected = &properties["DataPrepConfiguration"]["TransformStepMap"]["project"];
        let has = texts(&projected["ProjectStep"]["ProjectedColumns"]).contains(&"enterprise");
        let seen = &properties["SemanticModelConfiguration"]["TableMap"]["seen"];
        let applied = seen.get("RowLevelPermissionConfiguration");
        if name == "DataSetRules" {
            assert!(applied.is_none());
            continue;
        }
        assert_eq!(applied.is_some(), has, "{name}");
        let Some(applied) = applied else {
            without.insert(name);
            continue;
        };
        assert_eq!(applied["Fn::If"][0], "UseRowLevelSecurity");
        let applied = &applied["Fn::If"][1]["RowLevelPermissionDataSet"];
        assert_eq!(applied["FormatVersion"], "VERSION_2");
        assert_eq!(applied["Arn"], json!({ "Fn::GetAtt": ["DataSetRules", "Arn"] }));
    }
    // As the parameter says. Where there are rules, the last two are not there.
    let expected = [
        "DataSetCampaigns",
        "DataSetHabits",
        "DataSetPasses",
        "DataSetPromoCodes",
        "DataSetHourlyRevenue",
        "DataSetHourlyTrips",
    ];
    assert_eq!(without, expected.into());
}

#[test]
fn each_reference_leads_somewhere() {
    let [parameters, conditions, resources] =
        ["Parameters", "Conditions", "Resources"].map(|part| object(&TEMPLATE[part]));
    let (mut used_parameters, mut used_conditions) = (BTreeSet::new(), BTreeSet::new());
    walk(&TEMPLATE, "", &mut |path, value| {
        let last = path.rsplit('/').next().unwrap();
        match last {
            "Ref" if !text(value).starts_with("AWS::") => {
                assert!(parameters.contains_key(text(value)), "{path}: {value}");
                used_parameters.insert(text(value));
            }
            "Fn::Sub" => {
                assert_eq!(text(value).matches("${").count(), 1, "{path}: {value}");
                assert!(text(value).starts_with("${IdPrefix}-"), "{path}: {value}");
            }
            "Fn::GetAtt" if value.is_array() => {
                assert!(resources.contains_key(text(&value[0])), "{path}: {value}");
            }
            "DependsOn" if value.is_string() => {
                assert!(resources.contains_key(text(value)), "{path}: {value}");
            }
            "Condition" if value.is_string() => {
                assert!(conditions.contains_key(text(value)), "{path}: {value}");
                used_conditions.insert(text(value));
            }
            "Fn::If" if value.is_array() => {
                assert!(conditions.contains_key(text(&value[0])), "{path}: {value}");
                assert_eq!(list(value).len(), 3, "{path}: {value}");
                used_conditions.insert(text(&value[0]));
            }
            _ => {}
        }
    });
    used_parameters.insert("IdPrefix");
    assert!(
        parameters.keys().all(|name| used_parameters.contains(name.as_str())),
        "{used_parameters:?}"
    );
    if of_kind("QuickSight::Dashboard").is_empty() {
        used_conditions.insert("UseViewers"); // Nobody has anything to look at.
    }
    assert!(
        conditions.keys().all(|name| used_conditions.contains(name.as_str())),
        "{used_conditions:?}"
    );
}

#[test]
fn each_parameter_is_asked_for_in_plain_words() {
    let console = &TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"];
    let groups = list(&console["ParameterGroups"]).iter();
    let mut asked: Vec<_> = groups.flat_map(|group| texts(&group["Parameters"])).collect();
    asked.sort_unstable();
    let parameters = object(&TEMPLATE["Parameters"]);
    assert!(asked.iter().eq(parameters.keys()), "{asked:?}");
    for (name, parameter) in entries(&TEMPLATE["Parameters"]) {
        assert!(text(&parameter["Description"]).ends_with('.'), "{name}");
        assert!(console["ParameterLabels"][name]["default"].is_string(), "{name}");
    }
    // Without these nothing could be made.
    let without: Vec<_> = parameters
        .iter()
        .filter(|(_, parameter)| parameter.get("Default").is_none())
        .map(|(name, _)| name)
        .collect();
    assert_eq!(without, ["DatabaseName", "OwnerArn", "SecretArn"]);
}

/// Where a condition must have all of several parameters, a rule says which is missing.
#[test]
fn what_belongs_together_is_given_together() {
    let named = |value: &'static Value| {
        let mut names = BTreeSet::new();
        walk(value, "", &mut |path, value| {
            names.extend(path.ends_with("/Ref").then(|| text(value)));
        });
        names
    };
    let network = ["VpcId", "FirstSubnetId", "SecondSubnetId", "DatabaseSecurityGroupId"];
    let rule = &TEMPLATE["Rules"]["NetworkIsWhole"];
    assert_eq!(named(&TEMPLATE["Conditions"]["UseVpc"]), network.into());
    assert_eq!(named(&rule["RuleCondition"]), network.into());
    assert_eq!(named(&rule["Assertions"]), network.into());
    assert_eq!(list(&rule["Assertions"]).len(), network.len());
    let rule = &TEMPLATE["Rules"]["DatabaseIsNamed"];
    assert_eq!(named(rule), ["DatabaseHost", "RdsInstanceId"].into());
}

/// Two things of one kind with one id would be one.
#[test]
fn no_id_is_given_twice() {
    let mut ids = BTreeSet::new();
    let properties = ["DataSourceId", "DataSetId", "VPCConnectionId", "TopicId", "DashboardId"];
    for (name, resource) in entries(&TEMPLATE["Resources"]) {
        if resource["Type"] == "AWS::QuickSight::RefreshSchedule" {
            continue;
        }
        for property in properties {
            if let Some(id) = resource["Properties"].get(property) {
                assert!(ids.insert((property, text(&id["Fn::Sub"]))), "{name}");
            }
        }
    }
    assert!(ids.len() >= 20);
}
