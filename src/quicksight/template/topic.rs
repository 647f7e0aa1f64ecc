//! Questions in plain language.

use serde_json::{Map, Value, json};

use super::{
    Resources,
    data_set::arn,
    intrinsic::{account, id},
    parameters::USE_TOPIC,
    permissions,
};
use crate::quicksight::data_set::DataSet;

/// What the names of columns do not say. At most 5000 letters.
const INSTRUCTIONS: &str = "\
All dates are wall clock in US/Central. \
Leave out rows with user_is_debug = 1 unless somebody asks for test accounts. \
Count people by distinct user_id, and trips by rows of Trips. \
Points are what users gain and spend in the app; tokens are those of an agency's campaigns. They are different money: never add them up. \
For points that came in, sum points_gained: the sum of points counts a point again each time that it moves. \
For tokens given out sum tokens_granted, and for tokens used sum tokens_spent, which is below 0. \
Distances are in metres: sum trip_metres, where a distance that is not known is empty, and not trip_distance. \
Name a travel mode by trip_mode, and what a movement of points is for by points_activity. \
Ticket money is payment_total_price. Gift cards are redeem_amount with its redeem_currency. \
Coordinates are rounded to about a kilometre, and nobody's name, address or e-mail is in the data.";

pub(super) fn resources(data_sets: &[DataSet]) -> Resources {
    let members = data_sets
        .iter()
        .map(|data_set| json!({ "DataSetArn": arn(data_set.id), "DataSetName": data_set.title }));
    let topic = json!({
        "Type": "AWS::QuickSight::TopicV2",
        "Condition": USE_TOPIC,
        "Properties": {
            "AwsAccountId": account(),
            "TopicId": id("topic"),
            "Name": "Transit services",
            "Description": "Users, trips, points, tokens, tickets and campaigns",
            "DataSets": members.collect::<Vec<_>>(),
            "DataSetRelations": relations(data_sets),
            "CustomInstructions": { "CustomInstructionsString": INSTRUCTIONS },
            "Permissions": permissions::of_topic(),
        },
    });
    Map::from_iter([("Topic".to_owned(), topic)])
}

/// Each fact with the data set of what it is joined with. Never two facts: a row of one would count once for each row of the
/// other.
fn relations(data_sets: &[DataSet]) -> Vec<Value> {
    let end = |of: &DataSet, column| json!({ "DataSetArn": arn(of.id), "ColumnNames": [column] });
    let relations = data_sets.iter().flat_map(|fact| {
        fact.joins.iter().filter_map(move |join| {
            let dimension = data_sets.iter().find(|data_set| data_set.fact == join.table)?;
            Some(json!({ "Left": end(fact, join.left), "Right": end(dimension, join.right) }))
        })
    });
    relations.collect()
}
