//! A commit that is still on its way when its client has gone: whoever calls again waits for it, and nothing is
//! recorded twice.

use std::{
    fmt::Debug,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, Result,
    ledger::{
        Activity, NewPointsTransfer, NewReversal, Refusal, Unconfirmed, is_recorded,
        record_points_transfer, record_points_transfers, reverse_points,
    },
};

use crate::{
    assert_pairs, assert_running_sums, ledger, payment, points,
    support::{
        Database, Flavor, Server, database_on, flavor,
        wire::{Cut, is_commit, nth, watched},
    },
    users, users_of,
};

/// Whoever holds up all commits of a server: MariaDB's backup, and MySQL that waits for a replica.
struct Holdup(Conn);

impl Holdup {
    fn begin(db: &Database) -> Self {
        let mut conn = db.conn();
        let statements: &[&str] = match flavor() {
            Flavor::MariaDb => &[
                "BACKUP STAGE START",
                "BACKUP STAGE FLUSH",
                "BACKUP STAGE BLOCK_DDL",
                "BACKUP STAGE BLOCK_COMMIT",
            ],
            Flavor::MySql => &[
                "INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so'",
                "SET GLOBAL rpl_semi_sync_source_timeout = 600000",
                "SET GLOBAL rpl_semi_sync_source_wait_no_replica = ON",
                "SET GLOBAL rpl_semi_sync_source_wait_point = 'AFTER_SYNC'",
                "SET GLOBAL rpl_semi_sync_source_enabled = ON",
            ],
        };
        for sql in statements {
            conn.query_drop(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        Self(conn)
    }

    fn end(mut self) {
        let sql = match flavor() {
            Flavor::MariaDb => "BACKUP STAGE END",
            Flavor::MySql => "SET GLOBAL rpl_semi_sync_source_enabled = OFF",
        };
        self.0.query_drop(sql).unwrap();
    }
}

fn gift() -> NewPointsTransfer {
    payment(1, 2, Activity::Adjustment, points(25))
}

/// A server of its own, where that holds up no other test. MySQL waits for replicas only with a binary log.
fn server() -> (Server, Database, Conn) {
    let server = Server::start(&[]);
    let (db, conn) = users_of(database_on(&server), 2);
    (server, db, conn)
}

/// The client stops waiting for the answer to its commit, and keeps the connection: a server that sees its
/// client go may give the commit up.
fn undecided<T: Debug>(
    db: &Database,
    call: impl FnOnce(&mut Conn) -> Result<T>,
) -> (Unconfirmed, Conn) {
    let (sender, sent) = mpsc::channel();
    let impatient = db.opts().read_timeout(Some(Duration::from_secs(1)));
    let mut conn = watched(impatient, move |sql| {
        sender.send(sql.to_owned()).unwrap();
        None
    });
    let error = call(&mut conn).unwrap_err();
    let last = sent.try_iter().last().unwrap();
    assert!(is_commit(&last), "{last} was sent after it");
    match error {
        Error::CommitUnknown { movement, .. } => (*movement, conn),
        error => panic!("{error:?}"),
    }
}

/// Runs `call` beside a commit that is held up, and says whether it had to wait.
fn beside_a_holdup<T: Send>(
    db: &Database,
    holdup: Holdup,
    call: impl FnOnce(&mut Conn) -> T + Send,
) -> T {
    thread::scope(|scope| {
        let calling = scope.spawn(|| {
            let done = call(&mut db.conn());
            (done, Instant::now())
        });
        thread::sleep(Duration::from_secs(2));
        assert!(!calling.is_finished(), "it did not wait");
        let let_go = Instant::now();
        holdup.end();
        let (done, at) = calling.join().unwrap();
        assert!(at > let_go);
        done
    })
}

#[test]
fn a_call_with_the_same_key_waits_and_is_a_replay() {
    let (_server, db, mut conn) = server();
    let new = gift().idempotency_key("gift-1");
    let holdup = Holdup::begin(&db);
    let (_, _unanswered) = undecided(&db, |conn| record_points_transfer(conn, &new));

    let again = beside_a_holdup(&db, holdup, |conn| record_points_transfer(conn, &new).unwrap());

    assert!(again.is_replay());
    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 2);
    assert_pairs(&rows);
}

/// The client goes while its commit is held up. Whether that is done or undone then, a call with the same key
/// leaves one movement.
#[test]
fn a_client_that_goes_leaves_one_movement() {
    let (_server, db, mut conn) = server();
    let new = gift().idempotency_key("gift-1");
    let holdup = Holdup::begin(&db);
    let cut = nth(0, is_commit, || Cut::BeforeAnswer);
    let opts = db.opts();
    thread::scope(|scope| {
        let new = &new;
        let mut going = db.watched(cut);
        let gone = scope.spawn(move || record_points_transfer(&mut going, new).unwrap_err());
        let error = gone.join().unwrap();
        assert!(matches!(error, Error::CommitUnknown { .. }), "{error:?}");
        let again = scope.spawn(move || {
            record_points_transfer(&mut Conn::new(opts).unwrap(), new).unwrap();
        });
        thread::sleep(Duration::from_secs(2));
        holdup.end();
        again.join().unwrap();
    });
    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 2);
    assert_pairs(&rows);
}

#[test]
fn a_look_waits_and_finds_the_movement() {
    let (_server, db, mut conn) = server();
    let holdup = Holdup::begin(&db);
    let (movement, _unanswered) = undecided(&db, |conn| record_points_transfer(conn, &gift()));

    let found = beside_a_holdup(&db, holdup, |conn| is_recorded(conn, &movement).unwrap());

    assert!(found);
    let rows = ledger(&mut conn);
    assert_eq!(
        (rows.len(), rows[0].id, rows[0].user_id),
        (2, movement.id(), movement.account().id())
    );
    assert_running_sums(&rows);
}

/// Without a key, because the movement that it takes back is one.
#[test]
fn a_second_reversal_waits_for_the_first() {
    let (_server, db, mut conn) = server();
    let credit = record_points_transfer(&mut conn, &gift()).unwrap().credit().id();
    let reverse = |conn: &mut Conn| reverse_points(conn, &NewReversal::of(credit));
    let holdup = Holdup::begin(&db);
    let (_, _unanswered) = undecided(&db, reverse);

    let again = beside_a_holdup(&db, holdup, reverse);

    let Err(Error::Refused(Refusal::AlreadyReversed { by, .. })) = again else {
        panic!("{again:?}");
    };
    let rows = ledger(&mut conn);
    assert!(rows.len() == 4 && rows.iter().any(|row| row.id == by), "{by}: {rows:?}");
    assert_pairs(&rows);
}

/// The server never got the commit, and gives the row up once it sees that its client has gone.
#[test]
fn a_look_finds_nothing_where_nothing_was_committed() {
    let (db, mut conn) = users(2);
    let cut = nth(0, is_commit, || Cut::BeforeStatement);
    let error = record_points_transfers(&mut db.watched(cut), &[gift(), gift()]).unwrap_err();
    let Error::CommitUnknown { movement, .. } = error else { panic!("{error:?}") };

    assert!(!is_recorded(&mut conn, &movement).unwrap());

    record_points_transfer(&mut conn, &gift()).unwrap();
    assert_eq!(ledger(&mut conn).len(), 2);
    assert!(!is_recorded(&mut conn, &movement).unwrap(), "the id of another movement");
}
