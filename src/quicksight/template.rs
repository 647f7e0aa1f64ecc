//! One CloudFormation template with all that QuickSight needs: where the data is, the way there, the data sets, when each is
//! read again, and who may see what.
//!
//! `live` reads the views as the server has them; each other room makes the resources of its subject. The shapes are those of
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_QuickSight.html>.

mod dashboard;
mod data_set;
mod describe;
mod intrinsic;
mod live;
mod network;
mod parameters;
mod permissions;
mod prepare;
mod refresh;
mod rules;
mod source;
mod topic;

use serde_json::{Map, Value, json};

use self::live::Live;
use super::{dashboard::dashboards, data_set::data_sets};
use crate::{
    outcome::Result,
    session::{Connection, Session, Settings, in_plain_words},
};

/// Its resources, by the names that they have within the template. A name never changes: a changed one
/// is another resource, which is made before the old one is dropped, and has the same id.
type Resources = Map<String, Value>;

/// The CloudFormation template for QuickSight, as JSON: the data source, the way to it, the data sets with
/// their columns as the server has them, their refreshes, and who may see them.
///
/// The same database and the same build give the same text on every server. It is more than a template may
/// have inline, so deploy it through a bucket: `aws cloudformation deploy --s3-bucket ..`.
///
/// Nothing is changed. The account of the connection must see the tables as well as the views: what the
/// columns mean is in the tables' comments.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut conn = mysql::Conn::new("mysql://migrator@localhost/tsp")?;
/// let template = quicksight_migrations::quicksight::template(&mut conn)?;
/// std::fs::write("quicksight.json", template)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`ViewsNotReady`](crate::Error::ViewsNotReady) where a view or a column of one is missing or broken, is
/// not to be seen by this user, or has a type that QuickSight cannot read;
/// [`NoDatabaseSelected`](crate::Error::NoDatabaseSelected) and [`Database`](crate::Error::Database).
pub fn template<C: Connection>(conn: &mut C) -> Result<String> {
    let mut session = Session::new(conn, &Settings::default());
    let live = in_plain_words(&mut session, Live::read)?;
    Ok(written(document(&live)))
}

fn document(live: &Live) -> Value {
    let data_sets = data_sets();
    let mut resources = Resources::new();
    resources.extend(source::resources());
    resources.extend(network::resources());
    resources.extend(rules::resources());
    resources.extend(data_sets.iter().flat_map(|of| data_set::resources(of, live)));
    let copied: Vec<_> = data_sets.into_iter().filter(data_set::has_copy).collect();
    for (nth, data_set) in copied.iter().enumerate() {
        resources.extend(refresh::schedules(data_set, nth));
    }
    // What is not always there is no part of it.
    resources.extend(topic::resources(&copied));
    resources.extend(dashboards().iter().map(dashboard::resource));
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Amazon QuickSight on the views of quicksight-migrations",
        "Metadata": parameters::metadata(),
        "Parameters": parameters::parameters(),
        "Rules": parameters::rules(),
        "Conditions": parameters::conditions(),
        "Resources": resources,
        "Outputs": source::outputs(),
    })
}

/// As text, each object in the order of its keys.
fn written(document: Value) -> String {
    format!("{:#}\n", sorted(document))
}

/// What order an object keeps depends on the features of `serde_json`, which any crate of a build can turn on.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> =
                map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(sorted).collect()),
        value => value,
    }
}
