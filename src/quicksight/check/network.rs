//! The way to the database, and who may read its secret.

use serde_json::Value;

use super::{
    fault::Faults,
    place::Place,
    rule::TemplateRule::{
        BroadNetworkRights, BroadSecretRights, FewSubnets, OpenToTheWorld, PlainSecret, TlsOff,
    },
    template::{Resource, Template},
};

/// What QuickSight needs to put its network interfaces into a VPC, and no more.
const EC2: [&str; 5] = [
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:ModifyNetworkInterfaceAttribute",
];

const EVERYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

const GROUP: &str = "AWS::EC2::SecurityGroup";

pub(super) fn look(template: &Template<'_>, faults: &mut Faults) {
    for resource in &template.resources {
        match resource.kind {
            "AWS::QuickSight::DataSource" => data_source(&resource.properties, faults),
            "AWS::QuickSight::VPCConnection" => connection(&resource.properties, faults),
            _ if resource.kind.starts_with(GROUP) => group(resource, faults),
            _ if resource.kind.starts_with("AWS::IAM::") => policies(&resource.properties, faults),
            _ => {}
        }
    }
    for (_, parameter) in template.root.map("Parameters") {
        let is_secret = parameter.get("NoEcho").is_some_and(|place| is_true(place.value()));
        let default = parameter.raw("Default").filter(|place| place.as_text() != Some(""));
        if let (true, Some(place)) = (is_secret, default) {
            faults.add(
                PlainSecret,
                &place,
                "a parameter that is not shown has a value in plain text",
            );
        }
    }
}

fn data_source(properties: &Place<'_>, faults: &mut Faults) {
    let disabled = properties.get("SslProperties").map(|tls| tls.all("DisableSsl"));
    for place in disabled.into_iter().flatten().filter(|place| is_true(place.value())) {
        faults.add(TlsOff, &place, "rows and the password would travel in the clear");
    }
    let password = properties.at(&["Credentials", "CredentialPair", "Password"]);
    if let Some(place) = password
        && place.as_text().is_some_and(|text| !text.starts_with("{{resolve:"))
    {
        faults.add(PlainSecret, &place, "the password is in plain text");
    }
}

/// A list that a parameter holds is for whoever gives it.
fn connection(properties: &Place<'_>, faults: &mut Faults) {
    for place in properties.all("SubnetIds").iter().filter(|place| place.value().is_array()) {
        let count = place.items().len();
        if count < 2 {
            faults.add(FewSubnets, place, format!("{count} subnets, and at least two are needed"));
        }
    }
}

/// A group, or a rule of one that is a resource of its own.
fn group(resource: &Resource<'_>, faults: &mut Faults) {
    let properties = &resource.properties;
    properties.each(&mut |place| {
        for key in ["CidrIp", "CidrIpv6"] {
            for at in place.all(key) {
                if at.as_text().is_some_and(|range| EVERYWHERE.contains(&range)) {
                    faults.add(OpenToTheWorld, &at, "every address is in this range");
                }
            }
        }
    });
    if resource.kind == GROUP && properties.raw("SecurityGroupEgress").is_none() {
        faults.add(
            OpenToTheWorld,
            properties,
            "a group without SecurityGroupEgress lets out everything",
        );
    }
}

/// The policies that a resource holds, at whatever depth, and who may become it if it is a role.
fn policies(properties: &Place<'_>, faults: &mut Faults) {
    properties.each(&mut |place| {
        let look = match place.key() {
            "PolicyDocument" => allowed,
            "AssumeRolePolicyDocument" => assumed,
            _ => return,
        };
        for statement in one_or_more(place, "Statement") {
            if statement.text("Effect") == Some("Allow") {
                look(&statement, faults);
            }
        }
    });
}

fn allowed(statement: &Place<'_>, faults: &mut Faults) {
    let is_on_all = one_or_more(statement, "Resource").iter().any(is_every_secret);
    for place in one_or_more(statement, "Action") {
        let Some(action) = place.as_text() else { continue };
        let small = action.to_ascii_lowercase();
        if (small.starts_with("secretsmanager:") || small == "*") && is_on_all {
            faults.add(BroadSecretRights, &place, format!("{action} on every secret"));
        }
        let is_needed = || EC2.iter().any(|needed| needed.eq_ignore_ascii_case(action));
        if (small.starts_with("ec2:") || small == "*") && !is_needed() {
            faults.add(
                BroadNetworkRights,
                &place,
                format!("{action} is more than QuickSight needs"),
            );
        }
    }
}

/// `*`, or the ARN of all secrets of an account.
fn is_every_secret(resource: &Place<'_>) -> bool {
    let text = resource.as_text().or_else(|| resource.text("Fn::Sub")).unwrap_or_default();
    text == "*" || text.ends_with(":*")
}

fn assumed(statement: &Place<'_>, faults: &mut Faults) {
    let named = statement.get("Principal").map(|who| one_or_more(&who, "AWS"));
    let all = named.into_iter().flatten().chain(statement.get("Principal"));
    for place in all.filter(|who| who.as_text() == Some("*")) {
        faults.add(OpenToTheWorld, &place, "everybody may take this role");
    }
}

fn one_or_more<'a>(place: &Place<'a>, key: &str) -> Vec<Place<'a>> {
    let of = |place: Place<'a>| if place.value().is_array() { place.items() } else { vec![place] };
    place.all(key).into_iter().flat_map(of).collect()
}

fn is_true(value: &Value) -> bool {
    value.as_bool() == Some(true) || value.as_str() == Some("true")
}
