//! The partitions of a table.

use super::{Case, server};
use crate::Error;

pub(super) fn cases() -> Vec<Case> {
    let undated = |nulls, impossible| Error::RowsWithoutDate {
        table: "token_transaction".into(),
        column: "created_on".into(),
        nulls,
        impossible,
    };
    vec![
        (
            Error::CannotPartition { table: "trip".into(), reason: "it is not there".into() },
            "trip was not partitioned, because it is not there",
            None,
            false,
        ),
        (
            undated(1, 0),
            "token_transaction was not partitioned, because it has 1 row without a created_on; give \
             them dates, then call again",
            None,
            false,
        ),
        (
            undated(2, 3),
            "token_transaction was not partitioned, because it has 2 rows without a created_on and 3 \
             rows with an impossible created_on; give them dates, then call again",
            None,
            false,
        ),
        (
            Error::ForeignPartitions {
                table: "trip".into(),
                found: "by HASH (`id`) into p0".into(),
            },
            "trip was left as it is, because it is partitioned already, by HASH (`id`) into p0; look \
             after those partitions as before, or remove them with ALTER TABLE trip REMOVE \
             PARTITIONING and call again",
            None,
            false,
        ),
        (
            Error::RetentionOnLedger { table: "points_transaction".into() },
            "points_transaction keeps all its rows, because the table for its opening balances is not \
             there; run the migrations, then call again",
            None,
            false,
        ),
        (
            Error::UnsoundBalances { table: "points_transaction".into(), accounts: 2, user_id: 17 },
            "points_transaction keeps its old rows, because 2 balances are not the sum of the movements, \
             such as that of user 17; run the checks of integrity (validate, and token_balances of the \
             monitor), correct the rows, then call again",
            None,
            false,
        ),
        (
            Error::ReversalWouldGo { id: 17, reversal: 23, before: time::Date::MAX },
            "points_transaction keeps its rows before 9999-12-31, because movement 23 among them took back \
             movement 17, which is dated later and would stay, and could be taken back once more; date 17 and the other \
             half of its payment before 9999-12-31, as when they were recorded, or keep rows for longer, then call again",
            None,
            false,
        ),
        (
            Error::SumsBehind { table: "trip".into(), before: time::Date::MAX },
            "the rows of trip before 9999-12-31 did not go, because its sums do not have all of them yet; call \
             summary::refresh (or summarise), then call again",
            None,
            false,
        ),
        (
            Error::PlanOutdated { table: "trip".into() },
            "trip has changed since the plan for it was made; look and plan again",
            None,
            false,
        ),
        (
            Error::Partition {
                statement: "ALTER TABLE `trip` DROP PARTITION `p2024_12`".into(),
                done: 1,
                total: 3,
                source: server(1114, "The table is full"),
            },
            "could not partition a table with ALTER TABLE `trip` DROP PARTITION `p2024_12`, after 1 of \
             3 statements; remove the cause below, then look, plan and call again: \
             MySqlError { ERROR 1114 (HY000): The table is full }",
            Some(1114),
            false,
        ),
    ]
}
