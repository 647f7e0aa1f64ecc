//! What whoever deploys must say, and what follows from it.

use serde_json::{Map, Value, json};

pub(super) const USE_VPC: &str = "UseVpc";
pub(super) const USE_AURORA: &str = "UseAurora";
pub(super) const USE_MARIADB: &str = "UseMariaDb";
pub(super) const USE_MYSQL: &str = "UseMySql";
pub(super) const USE_RDS_INSTANCE: &str = "UseRdsInstance";
pub(super) const USE_VIEWERS: &str = "UseViewers";
pub(super) const USE_DIRECT_QUERY: &str = "UseDirectQuery";
pub(super) const USE_SUMS: &str = "UseSums";
pub(super) const USE_SPICE: &str = "UseSpice";
pub(super) const USE_ROW_LEVEL_SECURITY: &str = "UseRowLevelSecurity";
pub(super) const USE_TOPIC: &str = "UseTopic";

struct Parameter {
    name: &'static str,
    label: &'static str,
    about: &'static str,
    /// Without one it must be given.
    default: Option<&'static str>,
    accepts: Accepts,
}

enum Accepts {
    Text(&'static str),
    OneOf(&'static [&'static str]),
    Port,
}

use Accepts::{OneOf, Port, Text};

const GROUPS: &[(&str, &[Parameter])] = &[
    (
        "QuickSight",
        &[
            Parameter {
                name: "IdPrefix",
                label: "Prefix of ids",
                about: "What the ids of all resources begin with. Never change it: a changed id is a new resource, and dashboards made by hand lose their data.",
                default: Some("tsp"),
                accepts: Text("^[0-9a-zA-Z][0-9a-zA-Z-]{0,30}$"),
            },
            Parameter {
                name: "OwnerArn",
                label: "Owner",
                about: "ARN of the QuickSight user or group that owns everything. Without an owner nothing is seen in the console.",
                default: None,
                accepts: Text("^arn:aws[a-z-]*:quicksight:[a-z0-9-]+:[0-9]{12}:(user|group)/.+$"),
            },
            Parameter {
                name: "ViewerArn",
                label: "Viewers",
                about: "ARN of the QuickSight user, group or namespace that may look at the dashboards. Leave it empty for nobody but the owner.",
                default: Some(""),
                accepts: Text(
                    "^(arn:aws[a-z-]*:quicksight:[a-z0-9-]+:[0-9]{12}:(user|group|namespace)/.+)?$",
                ),
            },
        ],
    ),
    (
        "Database",
        &[
            Parameter {
                name: "DatabaseEngine",
                label: "Engine",
                about: "What the server is. AURORA is Aurora MySQL. An instance of Amazon RDS is MYSQL or MARIADB.",
                default: Some("MYSQL"),
                accepts: OneOf(&["MYSQL", "AURORA", "MARIADB"]),
            },
            Parameter {
                name: "DatabaseHost",
                label: "Host",
                about: "Name of the server or of the reader endpoint. Leave it empty if you name an instance of Amazon RDS below.",
                default: Some(""),
                accepts: Text("^[0-9a-zA-Z.-]{0,256}$"),
            },
            Parameter {
                name: "RdsInstanceId",
                label: "Instance of Amazon RDS",
                about: "Id of the instance, in place of a host and a port. Not with AURORA.",
                default: Some(""),
                accepts: Text("^[0-9a-zA-Z-]{0,64}$"),
            },
            Parameter {
                name: "DatabasePort",
                label: "Port",
                about: "Port of the server.",
                default: Some("3306"),
                accepts: Port,
            },
            Parameter {
                name: "DatabaseName",
                label: "Database",
                about: "The database that has the views.",
                default: None,
                accepts: Text("^.{1,64}$"),
            },
            Parameter {
                name: "SecretArn",
                label: "Secret",
                about: "ARN of the secret in AWS Secrets Manager with username and password of the reader, who sees the views and nothing else. Whoever deploys must be allowed to read it.",
                default: None,
                accepts: Text("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+$"),
            },
            Parameter {
                name: "SecretRoleName",
                label: "Role that reads the secret",
                about: "Name of the role with which QuickSight reads secrets in this account. It is given the right to read this one. QuickSight makes the role when its administrator first ticks a secret in the console.",
                default: Some("aws-quicksight-secretsmanager-role-v0"),
                accepts: Text("^[0-9a-zA-Z+=,.@_-]{1,64}$"),
            },
        ],
    ),
    (
        "Network",
        &[
            Parameter {
                name: "VpcId",
                label: "VPC",
                about: "The VPC of a database that is not public. Leave it empty for one that is, and let it accept the addresses of QuickSight in this region.",
                default: Some(""),
                accepts: Text("^(vpc-[0-9a-f]+)?$"),
            },
            Parameter {
                name: "FirstSubnetId",
                label: "First subnet",
                about: "A subnet of the VPC. QuickSight wants two, in two availability zones.",
                default: Some(""),
                accepts: Text("^(subnet-[0-9a-f]+)?$"),
            },
            Parameter {
                name: "SecondSubnetId",
                label: "Second subnet",
                about: "A subnet in another availability zone.",
                default: Some(""),
                accepts: Text("^(subnet-[0-9a-f]+)?$"),
            },
            Parameter {
                name: "DatabaseSecurityGroupId",
                label: "Security group of the database",
                about: "It is given a rule that lets QuickSight in, on the port of the database.",
                default: Some(""),
                accepts: Text("^(sg-[0-9a-f]+)?$"),
            },
        ],
    ),
    (
        "What is made",
        &[
            Parameter {
                name: "LiveRevenue",
                label: "Live revenue",
                about: "true: points, tokens, gift cards and ticket payments are read from the database at each look, and not from a copy of last night. Each look then costs the database a query. Sums by the hour are data sets then, too, for dashboards over months.",
                default: Some("false"),
                accepts: OneOf(&["false", "true"]),
            },
            Parameter {
                name: "RulesTable",
                label: "Rules about rows",
                about: "A table or view of the database with the columns UserARN, GroupARN and enterprise, all text: who sees the rows of which enterprises. The reader needs the right to read it. Leave it empty to let everybody see all rows. Campaigns, promo codes, ticket passes and habitual trips have no enterprise and no rules. Sums of revenue and of trips have none either, and are no data sets then.",
                default: Some(""),
                accepts: Text("^[0-9a-zA-Z_]{0,64}$"),
            },
            Parameter {
                name: "CreateTopic",
                label: "Questions in plain language",
                about: "true: a topic for questions. It cannot be made before the data sets have rows, so deploy with false, wait for the first refresh, and deploy again.",
                default: Some("false"),
                accepts: OneOf(&["false", "true"]),
            },
        ],
    ),
];

pub(super) fn parameters() -> Map<String, Value> {
    let all = GROUPS.iter().flat_map(|(_, parameters)| *parameters);
    all.map(|parameter| (parameter.name.to_owned(), parameter.declared())).collect()
}

impl Parameter {
    fn declared(&self) -> Value {
        let mut declared = match self.accepts {
            Text(pattern) => json!({ "Type": "String", "AllowedPattern": pattern }),
            OneOf(values) => json!({ "Type": "String", "AllowedValues": values }),
            Port => json!({ "Type": "Number", "MinValue": 1, "MaxValue": 65535 }),
        };
        let about = [("Description", Some(self.about)), ("Default", self.default)];
        if let Value::Object(declared) = &mut declared {
            let given = about.into_iter().filter_map(|(key, text)| Some((key, text?)));
            declared.extend(given.map(|(key, text)| (key.to_owned(), json!(text))));
        }
        declared
    }
}

/// How the console asks.
pub(super) fn metadata() -> Value {
    let groups = GROUPS.iter().map(|(label, parameters)| {
        let names: Vec<_> = parameters.iter().map(|parameter| parameter.name).collect();
        json!({ "Label": { "default": label }, "Parameters": names })
    });
    let all = GROUPS.iter().flat_map(|(_, parameters)| *parameters);
    let labels =
        all.map(|parameter| (parameter.name.to_owned(), json!({ "default": parameter.label })));
    json!({
        "AWS::CloudFormation::Interface": {
            "ParameterGroups": groups.collect::<Vec<_>>(),
            "ParameterLabels": labels.collect::<Map<_, _>>(),
        },
    })
}

/// A condition holds only if all that its resources need is given. The rules below say what is missing.
pub(super) fn conditions() -> Value {
    let host = |engine| {
        all([is("DatabaseEngine", engine), is_given("DatabaseHost"), is("RdsInstanceId", "")])
    };
    json!({
        USE_VPC: all(NETWORK.map(is_given)),
        USE_AURORA: host("AURORA"),
        USE_MARIADB: host("MARIADB"),
        USE_MYSQL: host("MYSQL"),
        USE_RDS_INSTANCE: is_given("RdsInstanceId"),
        USE_VIEWERS: is_given("ViewerArn"),
        USE_DIRECT_QUERY: is("LiveRevenue", "true"),
        // Sums over all enterprises are not for those who may see the rows of one.
        USE_SUMS: all([is("LiveRevenue", "true"), is("RulesTable", "")]),
        USE_SPICE: not(is("LiveRevenue", "true")),
        USE_ROW_LEVEL_SECURITY: is_given("RulesTable"),
        USE_TOPIC: is("CreateTopic", "true"),
    })
}

const NETWORK: [&str; 4] = ["VpcId", "FirstSubnetId", "SecondSubnetId", "DatabaseSecurityGroupId"];

/// What must fit together: checked before anything is made.
pub(super) fn rules() -> Value {
    let whole = |name: &str| {
        json!({
            "Assert": is_given(name),
            "AssertDescription": format!("A database that is not public needs {name}"),
        })
    };
    let network = NETWORK.map(whole);
    json!({
        "DatabaseIsNamed": {
            "Assertions": [{
                "Assert": { "Fn::Or": [is_given("DatabaseHost"), is_given("RdsInstanceId")] },
                "AssertDescription": "Give DatabaseHost or RdsInstanceId",
            }],
        },
        "InstanceIsNotAurora": {
            "RuleCondition": is_given("RdsInstanceId"),
            "Assertions": [{
                "Assert": not(is("DatabaseEngine", "AURORA")),
                "AssertDescription": "RdsInstanceId is for MYSQL and MARIADB; give DatabaseHost for AURORA",
            }],
        },
        "NetworkIsWhole": {
            "RuleCondition": { "Fn::Or": NETWORK.map(is_given) },
            "Assertions": network,
        },
    })
}

fn is(name: &str, value: &str) -> Value {
    json!({ "Fn::Equals": [{ "Ref": name }, value] })
}

fn not(condition: Value) -> Value {
    json!({ "Fn::Not": Vec::from([condition]) })
}

fn all<const N: usize>(conditions: [Value; N]) -> Value {
    json!({ "Fn::And": Vec::from(conditions) })
}

fn is_given(name: &str) -> Value {
    not(is(name, ""))
}
