//! Many who reverse the same movement, connections that break, and what it costs.

use std::sync::Mutex;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error,
    integrity::{self, Check},
    ledger::{Activity, Refusal, record_points_transaction},
};

use super::{assert_all_right, passenger, reverse, reward, ticket};
use crate::{
    assert_clean, assert_running_sums,
    crowd::at_once,
    ledger, movement, points,
    read::plans::long_ledger,
    support::{
        questions,
        wire::{Cut, is_commit, nth, statements_of},
    },
    system::reads,
    users,
};

/// The one who was first, and all others know it.
#[test]
fn of_many_at_once_one_reverses() {
    let (db, mut conn) = users(1);
    for round in 0..6 {
        let id = if round % 2 == 0 { ticket(&mut conn) } else { reward(&mut conn).1 };
        let original = if round % 2 == 0 { id } else { id - 1 };
        let (done, refused) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));

        at_once(&db, 8, |conn, _| match reverse(conn, id) {
            Ok(by) => done.lock().unwrap().push(by),
            Err(Error::Refused(Refusal::AlreadyReversed { id, by, .. })) => {
                refused.lock().unwrap().push((id, by));
            }
            Err(error) => panic!("{error:?}"),
        });

        let done = done.into_inner().unwrap();
        assert_eq!(done.len(), 1, "{done:?}");
        assert_eq!(refused.into_inner().unwrap(), vec![(original, done[0]); 7]);
    }
    assert_running_sums(&ledger(&mut conn));
    assert_clean(&mut conn);
    assert_eq!(integrity::check(&mut conn, Check::BROKEN_PAIR).unwrap(), None);
}

/// Another reversal is recorded after ours has found out what to reverse.
#[test]
fn whoever_comes_in_between_is_first() {
    let (db, mut conn) = passenger();
    for names in [ticket, |conn: &mut Conn| reward(conn).0] {
        let id = names(&mut conn);
        let (opts, mut transactions) = (db.opts(), 0);
        let mut ours = db.watched(move |sql| {
            transactions += usize::from(sql.contains("START TRANSACTION"));
            if transactions == 2 {
                transactions += 1;
                reverse(&mut Conn::new(opts.clone()).unwrap(), id).unwrap();
            }
            None
        });
        let Err(Error::Refused(Refusal::AlreadyReversed { .. })) = reverse(&mut ours, id) else {
            panic!("reversed twice");
        };
    }
    assert_all_right(&mut conn);
}

/// Of what cannot be known, the next call knows: one reversal, and never a second one.
#[test]
fn a_connection_that_breaks_leaves_one_reversal_or_none() {
    for names in [ticket, |conn: &mut Conn| reward(conn).1] {
        let (db, mut conn) = users(1);
        let id = names(&mut conn);
        let statements = statements_of(&db, |conn| _ = reverse(conn, id).unwrap());
        let last = statements.len() - 1;
        assert!(is_commit(&statements[last]), "{statements:?}");
        for cut in [Cut::BeforeStatement, Cut::BeforeAnswer] {
            for position in 0..statements.len() {
                conn.query_drop("DELETE FROM points_transaction").unwrap();
                let id = names(&mut conn);
                let before = ledger(&mut conn).len();
                let mut through = db.watched(nth(position, |_| true, move || cut));

                let error = reverse(&mut through, id).unwrap_err();

                let is_commit = position == last;
                assert_eq!(matches!(error, Error::CommitUnknown { .. }), is_commit, "{error:?}");
                let again = reverse(&mut conn, id);
                let was_done = is_commit && cut == Cut::BeforeAnswer;
                assert_eq!(again.is_err(), was_done, "{position}: {again:?}");
                assert_eq!(ledger(&mut conn).len(), 2 * before, "{position}");
                assert_clean(&mut conn);
            }
        }
    }
}

/// The look for another reversal is one at an index, and so is all that is read before it.
#[test]
fn reads_a_few_rows_of_a_long_ledger() {
    let db = long_ledger();
    let mut conn = db.conn();
    for account in [7, 2000] {
        let new = movement(account, Activity::Fee, points(-1)).note("welcome");
        let id = record_points_transaction(&mut conn, &new).unwrap().id();
        let reads = reads(&mut conn, |conn| _ = reverse(conn, id).unwrap());
        assert!(reads < 30, "{account}: {reads} reads");
    }
}

/// To read what it is takes a transaction of five, and to look for another reversal takes one. The user was touched later
/// than all of this.
#[test]
fn costs_six_statements_more_than_a_movement() {
    let (_db, mut conn) = users(1);
    ticket(&mut conn);
    conn.query_drop("UPDATE auth_user SET modified_on = '2999-01-01'").unwrap();
    let mut count = |call: &dyn Fn(&mut Conn)| {
        let before = questions(&mut conn);
        call(&mut conn);
        questions(&mut conn) - before - 1
    };
    let one = count(&|conn| _ = ticket(conn));
    let back = count(&|conn| _ = reverse(conn, 1).unwrap());
    assert_eq!(back - one, 6);
}
