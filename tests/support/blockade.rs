//! What is in the hands of others: a table, all tables, the migration lock.

use mysql::{Conn, OptsBuilder, prelude::Queryable};

use super::{ByHand, Database, Flavor, connect, flavor, wire::lock_name};

/// Somebody else who has the migration lock of a database, as long as the connection lives.
#[track_caller]
pub fn lock_holder(db: &Database) -> Conn {
    let mut holder = db.conn();
    let got: Option<u8> =
        holder.exec_first("SELECT GET_LOCK(?, 0)", (lock_name(db),)).expect("ask");
    assert_eq!(got, Some(1), "the lock is free");
    holder
}

/// Somebody who makes a backup and keeps all tables as they are, as long as the connection lives.
pub fn backup(db: &Database) -> Conn {
    let mut conn = db.conn();
    match flavor() {
        Flavor::MySql => conn.by_hand(["LOCK INSTANCE FOR BACKUP"]),
        Flavor::MariaDb => {
            conn.by_hand(
                ["START", "FLUSH", "BLOCK_DDL"].map(|stage| format!("BACKUP STAGE {stage}")),
            );
        }
    }
    conn
}

/// A table that nobody else gets at: somebody's forgotten transaction has read it, and somebody's
/// `ALTER TABLE` waits for that, so that whoever comes next queues behind both.
pub struct Blockade {
    reader: Conn,
    waiting: Option<std::thread::JoinHandle<()>>,
}

impl Blockade {
    pub fn of(db: &Database, table: &str) -> Self {
        Self::reached_by(&db.opts(), table)
    }

    /// The same for whoever has no more than the way to the database.
    pub fn reached_by(opts: &OptsBuilder, table: &str) -> Self {
        let conn = || connect(opts.clone()).expect("connect");
        let mut reader = conn();
        reader.query_drop("START TRANSACTION").expect("begin");
        reader.query_drop(format!("SELECT 1 FROM {table}")).expect("read");
        let mut writer = conn();
        let id = writer.connection_id();
        let sql = format!("ALTER TABLE {table} COMMENT = 'altered'");
        let waiting = std::thread::spawn(move || writer.query_drop(sql).expect("alter"));
        let state = format!("SELECT state FROM information_schema.processlist WHERE id = {id}");
        let mut watcher = conn();
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
