//! The simplest transaction that keeps a balance right: lock the user, read the newest balance, add a row, and
//! move the user's refresh column forward.

use quicksight_migrations::{
    mysql::{self, Conn, TxOpts, prelude::Queryable},
    rust_decimal::Decimal,
};

pub(crate) fn movement(conn: &mut Conn, user: i32) {
    transaction(conn, user).expect("a movement by hand");
}

fn transaction(conn: &mut Conn, user: i32) -> mysql::Result<()> {
    let mut transaction = conn.start_transaction(TxOpts::default())?;
    transaction.exec_drop("SELECT id FROM auth_user WHERE id = ? FOR UPDATE", (user,))?;
    let newest = "SELECT balance FROM points_transaction WHERE user_id = ? \
                  ORDER BY user_id DESC, id DESC LIMIT 1";
    let before: Option<Decimal> = transaction.exec_first(newest, (user,))?;
    let balance = before.unwrap_or_default() + Decimal::ONE;
    transaction.exec_drop(
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
         VALUES (?, 12, 1, ?, NOW())",
        (user, balance),
    )?;
    transaction.exec_drop("UPDATE auth_user SET modified_on = NOW() WHERE id = ?", (user,))?;
    transaction.commit()
}
