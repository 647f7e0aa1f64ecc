//! What a session of the server is like.

use mysql::{Conn, prelude::Queryable};

use super::{Flavor, flavor};

/// How many statements the server has had from this session.
pub fn questions(conn: &mut Conn) -> u64 {
    let (_, count): (String, u64) =
        conn.query_first("SHOW SESSION STATUS LIKE 'Questions'").expect("ask").expect("an answer");
    count
}

/// What somebody does by hand, outside of any migration.
pub trait ByHand: Queryable {
    #[track_caller]
    fn by_hand<S: AsRef<str>>(&mut self, statements: impl IntoIterator<Item = S>) {
        for sql in statements {
            let sql = sql.as_ref();
            self.query_drop(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
    }
}

impl<T: Queryable> ByHand for T {}

/// What a caller may have set, as one line.
#[track_caller]
pub fn settings(conn: &mut impl Queryable) -> String {
    let transaction = if flavor() == Flavor::MySql { "@@transaction" } else { "@@tx" };
    conn.query_first(format!(
        "SELECT CONCAT_WS(' ', DATABASE(), @@autocommit, @@lock_wait_timeout, \
         @@innodb_lock_wait_timeout, @@sql_mode, @@sql_quote_show_create, @@foreign_key_checks, \
         @@time_zone, {transaction}_isolation, {transaction}_read_only, @@character_set_client, \
         @@character_set_results, @@collation_connection, @@sql_big_selects, \
         /*M!100300 @@alter_algorithm, */ \
         /*M!100502 @@sql_if_exists + */ \
         /*!80030 @@show_gipk_in_create_table_and_information_schema + */ 0)"
    ))
    .expect("ask")
    .expect("an answer")
}
