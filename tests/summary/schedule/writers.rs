//! Those who write rows beside everything else: at once, late, in transactions that stay open or come to nothing.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{summary::Source, time};

use super::{
    Schedule,
    sql::{columns, insert, values},
};
use crate::{
    model::{Model, Row, TABLES},
    support::ByHand,
};

/// What somebody has written and not committed.
pub(super) struct Open {
    conn: Conn,
    done: Model,
}

impl Schedule {
    fn some_row(&mut self, source: Source) -> Row {
        let dice = &mut self.dice;
        let back = match dice.u8(0..10) {
            0..=4 => dice.i64(0..3 * 60),
            5 => -dice.i64(0..20 * 60),
            6..=7 => dice.i64(0..3 * 24 * 60),
            _ => dice.i64(0..75 * 24 * 60),
        };
        let kind = match source {
            Source::Points => [1, 2, 9, 10, 11][dice.usize(0..5)],
            _ => dice.i32(0..4),
        };
        let amount = dice.i32(-300..900);
        let amount = if source == Source::Trips { amount.max(-10) } else { amount };
        let amount = if source == Source::Trips && amount < 0 { -10 } else { amount };
        let payer = [0, 2000, 2100, 2001, 3][dice.usize(0..5)];
        let user = dice.i32(1..7);
        let at = self.local() - time::Duration::minutes(back);
        Row { at: at.replace_nanosecond(0).unwrap(), user, kind, amount, payer }
    }

    /// One change, in the rows and in the model.
    fn change(&mut self, conn: &mut Conn, model: &mut Model) {
        let source = TABLES[self.dice.usize(0..4)];
        let own: Vec<_> = model.rows.keys().filter(|(of, _)| *of == source).copied().collect();
        let row = self.some_row(source);
        match (self.dice.u8(0..5), own.as_slice()) {
            (0..=2, _) | (_, []) => {
                conn.query_drop(insert(source, &[row])).unwrap();
                let id = conn.last_insert_id();
                self.say(format!("insert {source} {id} {row:?}"));
                model.rows.insert((source, id), row);
            }
            (3, own) => {
                let key = own[self.dice.usize(0..own.len())];
                let (table, column) = columns(source);
                let (table, id) = (table, key.1);
                let sets: Vec<_> = column
                    .split(", ")
                    .zip(values(source, &row))
                    .map(|(column, value)| format!("{column} = {value}"))
                    .collect();
                self.say(format!("update {source} {id} from {:?} to {row:?}", model.rows[&key]));
                conn.by_hand([format!("UPDATE {table} SET {} WHERE id = {id}", sets.join(", "))]);
                model.rows.insert(key, row);
            }
            (_, own) => {
                let key = own[self.dice.usize(0..own.len())];
                self.say(format!("delete {source} {} {:?}", key.1, model.rows[&key]));
                conn.by_hand([format!("DELETE FROM {} WHERE id = {}", columns(source).0, key.1)]);
                model.rows.remove(&key);
            }
        }
    }

    pub(super) fn write(&mut self) {
        let mut model = std::mem::take(&mut self.model);
        let mut conn = self.another();
        for _ in 0..self.dice.u8(1..4) {
            self.change(&mut conn, &mut model);
        }
        self.model = model;
    }

    pub(super) fn backfill(&mut self) {
        let source = TABLES[self.dice.usize(0..4)];
        let rows: Vec<_> = (0..self.dice.u8(10..40)).map(|_| self.some_row(source)).collect();
        self.conn.query_drop(insert(source, &rows)).unwrap();
        let first = self.conn.last_insert_id();
        self.say(format!("backfill {source} from {first}"));
        for (id, row) in (first..).zip(rows) {
            self.model.rows.insert((source, id), row);
        }
    }

    pub(super) fn roll_back(&mut self) {
        let mut conn = self.another();
        conn.by_hand(["START TRANSACTION"]);
        let mut forgotten = self.model.clone();
        for _ in 0..self.dice.u8(1..5) {
            self.change(&mut conn, &mut forgotten);
        }
        conn.by_hand(["ROLLBACK"]);
        self.say("roll back");
    }

    /// Somebody who is in the middle of a transaction while other things happen.
    pub(super) fn open_or_end(&mut self) {
        if let Some(mut open) = self.open.take() {
            if self.dice.bool() {
                self.say("commit");
                open.conn.by_hand(["COMMIT"]);
                self.model.rows.extend(open.done.rows);
            } else {
                self.say("roll back the open one");
                open.conn.by_hand(["ROLLBACK"]);
            }
            return;
        }
        let (mut conn, mut done) = (self.another(), Model::default());
        conn.by_hand(["START TRANSACTION"]);
        self.say("begin");
        for _ in 0..self.dice.u8(1..3) {
            let source = TABLES[self.dice.usize(0..4)];
            let row = self.some_row(source);
            conn.query_drop(insert(source, &[row])).unwrap();
            self.say(format!("insert {source} {} {row:?}", conn.last_insert_id()));
            done.rows.insert((source, conn.last_insert_id()), row);
        }
        self.open = Some(Open { conn, done });
    }

    pub(super) fn end_open(&mut self) {
        while self.open.is_some() {
            self.open_or_end();
        }
    }
}
