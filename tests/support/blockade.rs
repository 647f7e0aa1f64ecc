//! A table in the hands of others.

use mysql::{Conn, prelude::Queryable};

use super::Database;

/// A table that nobody else gets at: somebody's forgotten transaction has read it, and somebody's
/// `ALTER TABLE` waits for that, so that whoever comes next queues behind both.
pub struct Blockade {
    reader: Conn,
    waiting: Option<std::thread::JoinHandle<()>>,
}

impl Blockade {
    pub fn of(db: &Database, table: &str) -> Self {
        let mut reader = db.conn();
        reader.query_drop("START TRANSACTION").expect("begin");
        reader.query_drop(format!("SELECT 1 FROM {table}")).expect("read");
        let mut writer = db.conn();
        let id = writer.connection_id();
        let sql = format!("ALTER TABLE {table} COMMENT = 'altered'");
        let waiting = std::thread::spawn(move || writer.query_drop(sql).expect("alter"));
        let state = format!("SELECT state FROM information_schema.processlist WHERE id = {id}");
        let mut watcher = db.conn();
        while !watcher
            .query_first::<Option<String>, _>(&state)
            .expect("ask")
            .flatten()
            .is_some_and(|state| state.contains("metadata lock"))
        {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Self { reader, waiting: Some(waiting) }
    }

    /// Ends the forgotten transaction, and waits for the other one to get what it wanted.
    pub fn lift(mut self) {
        self.reader.query_drop("ROLLBACK").expect("roll back");
        if let Some(waiting) = self.waiting.take() {
            waiting.join().expect("the ALTER TABLE");
        }
    }
}
