//! The way to a database that is not public, where there is one.
//! <https://docs.aws.amazon.com/quicksight/latest/user/working-with-aws-vpc.html>

use serde_json::{Value, json};

use super::{
    Resources,
    intrinsic::{account, attribute, id, parameter},
    parameters::USE_VPC,
};

pub(super) const VPC_CONNECTION: &str = "VpcConnection";
const ROLE: &str = "VpcConnectionRole";
const GROUP: &str = "VpcConnectionSecurityGroup";
const DATABASE_GROUP: &str = "DatabaseSecurityGroupId";

pub(super) fn resources() -> Resources {
    [
        (VPC_CONNECTION, connection()),
        (ROLE, role()),
        (GROUP, group()),
        ("DatabaseIngress", ingress()),
    ]
    .map(|(name, resource)| (name.to_owned(), resource))
    .into_iter()
    .collect()
}

fn connection() -> Value {
    json!({
        "Type": "AWS::QuickSight::VPCConnection",
        "Condition": USE_VPC,
        "Properties": {
            "AwsAccountId": account(),
            "VPCConnectionId": id("vpc"),
            "Name": id("vpc"),
            "RoleArn": attribute(ROLE, "Arn"),
            "SecurityGroupIds": [attribute(GROUP, "GroupId")],
            "SubnetIds": [parameter("FirstSubnetId"), parameter("SecondSubnetId")],
        },
    })
}

/// With it QuickSight keeps network interfaces in the subnets, and nothing else. EC2 takes no narrower
/// resource for the actions that describe.
fn role() -> Value {
    json!({
        "Type": "AWS::IAM::Role",
        "Condition": USE_VPC,
        "Properties": {
            "Description": "Network interfaces of QuickSight",
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Principal": { "Service": "quicksight.amazonaws.com" },
                    "Action": "sts:AssumeRole",
                }],
            },
            "Policies": [{
                "PolicyName": "network-interfaces",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{
                        "Effect": "Allow",
                        "Action": [
                            "ec2:CreateNetworkInterface",
                            "ec2:DeleteNetworkInterface",
                            "ec2:DescribeSecurityGroups",
                            "ec2:DescribeSubnets",
                            "ec2:ModifyNetworkInterfaceAttribute",
                        ],
                        "Resource": "*",
                    }],
                },
            }],
        },
    })
}

/// Out to the database alone, and nothing in. A group that names where it lets out loses the rule that lets out to everywhere.
fn group() -> Value {
    json!({
        "Type": "AWS::EC2::SecurityGroup",
        "Condition": USE_VPC,
        "Properties": {
            "GroupDescription": "QuickSight, which reaches the database and nothing else",
            "VpcId": parameter("VpcId"),
            "SecurityGroupEgress": [{
                "Description": "To the database",
                "IpProtocol": "tcp",
                "FromPort": parameter("DatabasePort"),
                "ToPort": parameter("DatabasePort"),
                "DestinationSecurityGroupId": parameter(DATABASE_GROUP),
            }],
        },
    })
}

fn ingress() -> Value {
    json!({
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Condition": USE_VPC,
        "Properties": {
            "Description": "From QuickSight",
            "GroupId": parameter(DATABASE_GROUP),
            "IpProtocol": "tcp",
            "FromPort": parameter("DatabasePort"),
            "ToPort": parameter("DatabasePort"),
            "SourceSecurityGroupId": attribute(GROUP, "GroupId"),
        },
    })
}
