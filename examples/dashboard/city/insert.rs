//! Rows on their way into a table, thousands to a statement.

use std::fmt::{self, Write};

use mysql::{Conn, prelude::Queryable};

const ROWS_OF_A_STATEMENT: usize = 2000;
const STATEMENTS_OF_A_TRANSACTION: usize = 20;

/// Where all tables are filled through.
pub(super) struct Loader<'c> {
    conn: &'c mut Conn,
    progress: &'c mut dyn FnMut(&'static str, usize, usize),
    longest_statement: usize,
}

impl<'c> Loader<'c> {
    pub(super) fn new(
        conn: &'c mut Conn,
        progress: &'c mut dyn FnMut(&'static str, usize, usize),
    ) -> mysql::Result<Self> {
        let packet: Option<usize> = conn.query_first("SELECT @@max_allowed_packet")?;
        // A row more may come on top.
        Ok(Self { conn, progress, longest_statement: packet.unwrap_or_default() / 2 })
    }

    /// Begins to fill a table with that many rows.
    pub(super) fn fill(
        &mut self,
        table: &'static str,
        columns: &str,
        total: usize,
    ) -> mysql::Result<Insert<'_, 'c>> {
        self.conn.query_drop("START TRANSACTION")?;
        let head = format!("INSERT INTO {table} ({columns}) VALUES ");
        Ok(Insert { sql: head.clone(), head, loader: self, table, total, rows: 0, statements: 0 })
    }
}

/// A table that is being filled.
pub(super) struct Insert<'l, 'c> {
    loader: &'l mut Loader<'c>,
    table: &'static str,
    head: String,
    sql: String,
    total: usize,
    rows: usize,
    statements: usize,
}

impl Insert<'_, '_> {
    /// The values of one row, as SQL has them.
    pub(super) fn row(&mut self, values: fmt::Arguments<'_>) -> mysql::Result<()> {
        let comma = if self.sql.len() == self.head.len() { "" } else { ", " };
        write!(self.sql, "{comma}({values})").expect("a string takes everything");
        self.rows += 1;
        if self.rows.is_multiple_of(ROWS_OF_A_STATEMENT)
            || self.sql.len() > self.loader.longest_statement
        {
            self.send()?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> mysql::Result<()> {
        if self.sql.len() > self.head.len() {
            self.send()?;
        }
        self.loader.conn.query_drop("COMMIT")
    }

    fn send(&mut self) -> mysql::Result<()> {
        self.loader.conn.query_drop(&self.sql)?;
        self.sql.truncate(self.head.len());
        (self.loader.progress)(self.table, self.rows, self.total);
        self.statements += 1;
        if self.statements.is_multiple_of(STATEMENTS_OF_A_TRANSACTION) {
            self.loader.conn.query_drop("COMMIT AND CHAIN")?;
        }
        Ok(())
    }
}
