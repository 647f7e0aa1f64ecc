//! Connections that die, and the server.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Result,
    summary::{self, Policy, Source},
    time,
};

use super::Schedule;
use crate::{
    set_clock,
    support::{
        ByHand, connect, reopened,
        wire::{Cut, crash, nth},
    },
};

impl Schedule {
    /// As far as it got, the sums are right.
    pub(super) fn killed_refresh(&mut self) {
        let (look_back, _) = self.policy();
        let policy = Policy::new().look_back(Duration::from_hours(look_back));
        self.say(format!("killed refresh, look back {look_back} h"));
        self.killed(90, |conn| summary::refresh(conn, &policy).map(drop));
        let until = self.until();
        for (source, until) in Source::ALL.iter().zip(until) {
            // Less far than before: a longer look-back, of which the rest is not done.
            self.model.refreshed(*source, until, time::Duration::ZERO);
        }
    }

    /// Runs a call whose connection dies at a random statement, if there are so many.
    pub(super) fn killed(&mut self, most: usize, call: impl FnOnce(&mut Conn) -> Result<()>) {
        let number = self.dice.usize(0..most);
        let way = self.dice.u8(0..3);
        let id = Arc::new(AtomicU32::new(0));
        let (killed, opts) = (Arc::clone(&id), self.db.opts());
        let act = move || match way {
            0 => Cut::BeforeStatement,
            1 => Cut::BeforeAnswer,
            _ => {
                let kill = format!("KILL {}", killed.load(Ordering::SeqCst));
                connect(opts.clone()).unwrap().by_hand([kill]);
                Cut::WithinAnswer(usize::MAX)
            }
        };
        let mut dying = self.db.watched(nth(number, |sql| !sql.starts_with("SET time"), act));
        id.store(dying.connection_id(), Ordering::SeqCst);
        set_clock(&mut dying, &self.now.to_string());
        let outcome = call(&mut dying);
        let died = outcome.map_or_else(|error| format!("dies: {error}"), |()| "survives".into());
        self.say(format!("{died} (statement {number}, way {way})"));
        drop(dying);
        let there = format!(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE id = {}",
            id.load(Ordering::SeqCst)
        );
        while self.conn.query_first::<u32, _>(&there).unwrap() != Some(0) {
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// The server dies in the middle of a refresh, with whoever is in the middle of something.
    pub(super) fn power_cut(&mut self) {
        let number = self.dice.usize(0..60);
        self.say(format!("power cut at statement {number}"));
        self.open = None;
        let fits = |sql: &str| !sql.starts_with("SET time");
        let mut dying = self.db.watched(nth(number, fits, crash(&self.server)));
        set_clock(&mut dying, &self.now.to_string());
        let _ = summary::refresh(&mut dying, &Policy::new());
        drop(dying);
        {
            let mut server = self.server.lock().unwrap();
            server.crash();
            server.resume();
        }
        self.db = reopened(&self.server.lock().unwrap(), &self.db);
        self.conn = self.another();
        let until = self.until();
        for (source, until) in Source::ALL.iter().zip(until) {
            self.model.refreshed(*source, until, time::Duration::ZERO);
        }
    }
}
