//! The throwaway servers of these tests: whoever else has the port, a test talks to its own.

mod support;

use std::net::TcpListener;

use mysql::{Conn, prelude::Queryable};
use support::{Server, server::free_port};

/// Starts a server on a port that is taken, with another one to go to.
#[track_caller]
fn assert_goes_past(taken: u16) {
    let mut server = Server::start(&["--skip-log-bin"]);
    Conn::new(server.opts()).unwrap().query_drop("CREATE DATABASE ours").unwrap();
    server.crash();

    let free = free_port();
    server.resume_on([taken, free]);

    assert_eq!(server.port(), free);
    Conn::new(server.opts().db_name(Some("ours"))).unwrap();
}

#[test]
fn another_server_is_not_taken_for_ours() {
    let stranger = Server::start(&["--skip-log-bin"]);

    assert_goes_past(stranger.port());
}

#[test]
fn a_server_that_lets_nobody_in_is_not_waited_for() {
    let stranger = Server::start(&["--skip-log-bin"]);
    let mut conn = Conn::new(stranger.opts()).unwrap();
    conn.query_drop("SET PASSWORD FOR root@localhost = 'secret'")
        .or_else(|_| {
            // MariaDB and MySQL 5.6 want it hashed.
            conn.query_drop("SET PASSWORD FOR root@localhost = PASSWORD('secret')")
        })
        .unwrap();

    assert_goes_past(stranger.port());
}

#[test]
fn whatever_accepts_and_never_speaks_is_not_waited_for() {
    let mute = TcpListener::bind(("127.0.0.1", 0)).unwrap();

    assert_goes_past(mute.local_addr().unwrap().port());
}

#[test]
#[should_panic(expected = "start server: Bind on")]
fn without_a_port_the_log_says_why() {
    let mute = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let mut server = Server::start(&["--skip-log-bin"]);
    server.crash();

    server.resume_on([mute.local_addr().unwrap().port()]);
}
