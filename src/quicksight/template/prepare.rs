//! How the columns of a data set come about: read a view, join what names its rows, compute, and keep what is wanted.

use serde_json::{Map, Value, json};

use super::{
    data_set::{has_copy, is_live},
    intrinsic::{key, parameter, unless},
    live::{Live, LiveColumn},
    parameters::USE_DIRECT_QUERY,
    source,
};
use crate::{
    quicksight::data_set::{DataSet, Join},
    schema::view_of,
};

/// The table that comes out of the steps.
pub(super) const DESTINATION: &str = "prepared";

/// The views that are read, each with the columns that are used.
pub(super) fn physical(data_set: &DataSet, live: &Live) -> Value {
    let fact = live.of(data_set.fact).iter().collect();
    let mut tables = vec![(data_set.fact, fact)];
    tables.extend(data_set.joins.iter().map(|join| {
        let names = [join.right].into_iter().chain(join.takes.iter().copied());
        (join.table, names.filter_map(|name| live.column(join.table, name)).collect())
    }));
    let tables = tables.into_iter().map(|(table, columns): (_, Vec<_>)| {
        let columns: Vec<_> =
            columns.into_iter().map(|column| input(data_set, table, column)).collect();
        let statement = data_set.sums_sql().filter(|_| table == data_set.fact);
        let relation = match statement {
            Some(statement) => custom(data_set, &statement, &columns),
            None => relational(table, &columns),
        };
        (key(table), relation)
    });
    Value::Object(tables.collect())
}

fn relational(table: &str, columns: &[Value]) -> Value {
    json!({
        "RelationalTable": {
            "DataSourceArn": source::arn(),
            "Schema": parameter("DatabaseName"),
            "Name": view_of(table),
            "InputColumns": columns,
        },
    })
}

/// The views that the statement reads are in the database of the data source.
fn custom(data_set: &DataSet, statement: &str, columns: &[Value]) -> Value {
    json!({
        "CustomSql": {
            "DataSourceArn": source::arn(),
            "Name": data_set.title,
            "SqlQuery": statement,
            "Columns": columns,
        },
    })
}

fn input(data_set: &DataSet, table: &str, column: &LiveColumn) -> Value {
    let mut input = json!({
        "Id": key(&format!("{table}-{}", column.name)),
        "Name": column.name,
        "Type": column.data_type.as_str(),
    });
    // Where the database is asked, there is no copy whose decimals could be stored in one way or another.
    let kind = column.sub_type().filter(|_| has_copy(data_set));
    if let (Some(kind), Value::Object(input)) = (kind, &mut input) {
        let kind =
            if is_live(data_set) { unless(USE_DIRECT_QUERY, json!(kind)) } else { json!(kind) };
        input.insert("SubType".to_owned(), kind);
    }
    input
}

/// The steps, in the order in which they are done.
#[derive(Default)]
struct Steps {
    steps: Map<String, Value>,
    last: String,
}

impl Steps {
    fn add(&mut self, id: String, step: Value) {
        self.steps.insert(id.clone(), step);
        self.last = id;
    }

    /// The rows that came out of the last step.
    fn so_far(&self) -> Value {
        json!({ "TransformOperationId": self.last })
    }

    fn import(&mut self, table: &str) {
        let step = json!({
            "ImportTableStep": { "Alias": view_of(table), "Source": { "SourceTableId": key(table) } },
        });
        self.add(format!("import-{}", key(table)), step);
    }

    /// The dimension's key has the name of the fact's, and no name may occur twice, so it has another until it goes.
    fn join(&mut self, join: &Join) {
        let left = self.so_far();
        let (table, right) = (key(join.table), format!("{}_key", join.table));
        self.import(join.table);
        let step = json!({
            "RenameColumnsStep": {
                "Alias": format!("Key of {}", join.table),
                "Source": self.so_far(),
                "RenameColumnOperations": [{ "ColumnName": join.right, "NewColumnName": right }],
            },
        });
        self.add(format!("rename-{table}"), step);
        let step = json!({
            "JoinStep": {
                "Alias": format!("With {}", join.table),
                "Type": "LEFT",
                "LeftOperand": left,
                "RightOperand": self.so_far(),
                "OnClause": format!("{{{}}} = {{{right}}}", join.left),
            },
        });
        self.add(format!("join-{table}"), step);
    }

    fn compute(&mut self, data_set: &DataSet) {
        let columns = data_set.computed.iter().map(|computed| {
            json!({
                "ColumnId": key(&format!("computed-{}", computed.name)),
                "ColumnName": computed.name,
                "Expression": computed.quicksight(),
            })
        });
        let step = json!({
            "CreateColumnsStep": {
                "Alias": "Computed columns",
                "Source": self.so_far(),
                "Columns": columns.collect::<Vec<_>>(),
            },
        });
        self.add("compute".to_owned(), step);
    }

    fn project(&mut self, data_set: &DataSet) {
        let step = json!({
            "ProjectStep": {
                "Alias": "Columns of the data set",
                "Source": self.so_far(),
                "ProjectedColumns": data_set.columns(),
            },
        });
        self.add("project".to_owned(), step);
    }
}

/// From the views to the one table of the data set.
pub(super) fn preparation(data_set: &DataSet) -> Value {
    let mut steps = Steps::default();
    steps.import(data_set.fact);
    for join in &data_set.joins {
        steps.join(join);
    }
    if !data_set.computed.is_empty() {
        steps.compute(data_set);
    }
    steps.project(data_set);

    let tables = [data_set.fact].into_iter().chain(data_set.joins.iter().map(|join| join.table));
    let sources = tables.map(|table| (key(table), json!({ "PhysicalTableId": key(table) })));
    json!({
        "SourceTableMap": sources.collect::<Map<_, _>>(),
        "DestinationTableMap": {
            DESTINATION: { "Alias": data_set.title, "Source": steps.so_far() },
        },
        "TransformStepMap": steps.steps,
    })
}
