//! Where the data is, and the right to read the password.

use serde_json::{Value, json};

use super::{
    Resources,
    intrinsic::{account, attribute, either, id, only_if, parameter},
    network::VPC_CONNECTION,
    parameters::{USE_AURORA, USE_MARIADB, USE_MYSQL, USE_RDS_INSTANCE, USE_VPC},
    permissions,
};

const DATA_SOURCE: &str = "DataSource";
const SECRET_POLICY: &str = "SecretPolicy";

pub(super) fn resources() -> Resources {
    [(DATA_SOURCE, data_source()), (SECRET_POLICY, secret_policy())]
        .map(|(name, resource)| (name.to_owned(), resource))
        .into_iter()
        .collect()
}

pub(super) fn outputs() -> Value {
    json!({
        "DataSourceArn": {
            "Description": "The data source, for data sets made by hand",
            "Value": arn(),
        },
    })
}

pub(super) fn arn() -> Value {
    attribute(DATA_SOURCE, "Arn")
}

fn data_source() -> Value {
    json!({
        "Type": "AWS::QuickSight::DataSource",
        // The first refresh of a data set begins as soon as it is made.
        "DependsOn": [SECRET_POLICY],
        "Properties": {
            "AwsAccountId": account(),
            "DataSourceId": id("database"),
            "Name": "Transit services",
            "Type": parameter("DatabaseEngine"),
            "DataSourceParameters": server(),
            "Credentials": { "SecretArn": parameter("SecretArn") },
            "SslProperties": { "DisableSsl": false },
            "VpcConnectionProperties": only_if(
                USE_VPC,
                json!({ "VpcConnectionArn": attribute(VPC_CONNECTION, "Arn") }),
            ),
            "Permissions": permissions::of_data_source(),
        },
    })
}

fn server() -> Value {
    let host = |kind: &str| {
        json!({
            kind: {
                "Host": parameter("DatabaseHost"),
                "Port": parameter("DatabasePort"),
                "Database": parameter("DatabaseName"),
            },
        })
    };
    let instance = json!({
        "RdsParameters": {
            "InstanceId": parameter("RdsInstanceId"),
            "Database": parameter("DatabaseName"),
        },
    });
    let mysql = only_if(USE_MYSQL, host("MySqlParameters"));
    let mariadb = either(USE_MARIADB, host("MariaDbParameters"), mysql);
    let aurora = either(USE_AURORA, host("AuroraParameters"), mariadb);
    either(USE_RDS_INSTANCE, instance, aurora)
}

/// The right to read this one secret and nothing else.
fn secret_policy() -> Value {
    json!({
        "Type": "AWS::IAM::RolePolicy",
        "Properties": {
            "PolicyName": id("read-secret"),
            "RoleName": parameter("SecretRoleName"),
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Action": ["secretsmanager:GetSecretValue"],
                    "Resource": [parameter("SecretArn")],
                }],
            },
        },
    })
}
