//! What an operator calls: refreshes, rebuilds, triggers and partitions, some of them killed first.

use std::time::Duration;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error,
    ledger::us_central,
    partition::{self, Span, Table},
    summary::{self, Policy, Source},
    time::{self, Date, PrimitiveDateTime},
};

use super::{Schedule, sql::SOUND_BALANCES};
use crate::{model::begin, support::ByHand};

/// What is partitioned, each with the source of its rows.
const PARTITIONED: [(Table, Source); 3] = [
    (Table::Trip, Source::Trips),
    (Table::PointsTransaction, Source::Points),
    (Table::TokenTransaction, Source::Tokens),
];

impl Schedule {
    pub(super) fn policy(&mut self) -> (u64, u64) {
        let look_back =
            if self.dice.u8(0..8) == 0 { self.dice.u64(0..1500) } else { self.dice.u64(1..40) };
        let again = if self.dice.u8(0..3) == 0 { self.dice.u64(0..200) } else { 0 };
        (look_back.max(1), again)
    }

    pub(super) fn refresh(&mut self) {
        let (look_back, again) = self.policy();
        self.say(format!("refresh, look back {look_back} h, again {again} h"));
        let policy = Policy::new()
            .look_back(Duration::from_hours(look_back))
            .sum_again(Duration::from_hours(again));
        summary::refresh(&mut self.conn, &policy).unwrap();
        self.refreshed(look_back, again);
    }

    fn refreshed(&mut self, look_back: u64, again: u64) {
        let hours = |hours: u64| time::Duration::hours(hours.try_into().unwrap());
        let raw = if self.model.is_exact { 0 } else { look_back };
        let closed = us_central((self.now - hours(raw)).assume_utc());
        for source in Source::ALL {
            let end = self.model.end(source, closed);
            self.model.refreshed(source, Some(end), hours(again));
        }
        let there = self.until();
        let expected: Vec<_> = Source::ALL.iter().map(|source| self.model.until(*source)).collect();
        assert_eq!(there, expected, "until when all is summed up");
    }

    /// Until when each source is summed up, as the server has it.
    pub(super) fn until(&mut self) -> Vec<Option<PrimitiveDateTime>> {
        let sql = "SELECT summed_until FROM summary_state ORDER BY source";
        let until: Vec<Option<PrimitiveDateTime>> = self.conn.query(sql).unwrap();
        let begins = Source::ALL.iter().zip(until);
        begins.map(|(source, until)| Some(begin(*source, until?))).collect()
    }

    pub(super) fn rebuild(&mut self) {
        let range = self.range();
        let is_killed = self.dice.u8(0..3) == 0;
        let starts = range.start().midnight();
        let is_gone = Source::ALL
            .iter()
            .any(|of| self.model.kept_from(*of).is_some_and(|kept| starts < kept));
        self.say(format!("rebuild {range:?}, killed first: {is_killed}"));
        if is_killed && !is_gone {
            self.killed(60, |conn| summary::rebuild(conn, range).map(drop));
        }
        let outcome = summary::rebuild(&mut self.conn, range);
        if is_gone {
            let error = outcome.unwrap_err();
            assert!(matches!(error, Error::RowsDropped { .. }), "{error:?}");
            return;
        }
        outcome.unwrap();
        self.model.rebuilt(range.start().midnight(), range.end().midnight());
    }

    pub(super) fn triggers(&mut self, installs: bool) {
        self.end_open();
        let is_killed = self.dice.u8(0..3) == 0;
        let call = if installs { summary::install_triggers } else { summary::remove_triggers };
        self.say(format!("triggers: {installs}, killed first: {is_killed}"));
        if is_killed {
            self.killed(60, call);
        }
        call(&mut self.conn).unwrap();
        if installs {
            self.model.install();
        } else {
            let closed = self.now - time::Duration::hours(24);
            self.model.remove(us_central(closed.assume_utc()));
        }
    }

    pub(super) fn partitions(&mut self) {
        self.end_open();
        let mut policy = partition::Policy::monthly().ahead(Span::months(1));
        let drops = self.dice.bool();
        if drops {
            policy = policy.retain(Span::months(1));
        }
        let (today, is_killed) = (self.local().date(), self.dice.u8(0..3) == 0);
        let (table, source) = PARTITIONED[self.dice.usize(0..3)];
        if drops && source == Source::Points {
            // What these writers know nothing of.
            self.conn.by_hand(SOUND_BALANCES);
        }
        let plan = |conn: &mut Conn| {
            let layout = partition::look(conn, table)?;
            partition::plan(&layout, today, &policy)
        };
        let doomed = plan(&mut self.conn).unwrap();
        let statements = doomed.statements().join("; ");
        self.say(format!("partitions of {table}, killed first: {is_killed}: {statements}"));
        if is_killed {
            self.killed(40, |conn| doomed.apply(conn).map(drop));
        }
        if let Err(error) = doomed.apply(&mut self.conn) {
            assert!(matches!(error, Error::SumsBehind { .. }), "{error:?}");
            self.say("the sums are behind");
            summary::refresh(&mut self.conn, &Policy::new()).unwrap();
            self.refreshed(24, 0);
            doomed.apply(&mut self.conn).unwrap();
        }
        let layout = partition::look(&mut self.conn, table).unwrap();
        let first = layout.partitions()[0].to_owned();
        if !doomed.drops().is_empty() {
            let (year, month) = (first[1..5].parse().unwrap(), first[6..].parse::<u8>().unwrap());
            let before = Date::from_calendar_date(year, month.try_into().unwrap(), 1).unwrap();
            self.model.drop_rows(source, before.midnight());
        }
    }
}
