//! A detour on the loopback interface that counts round trips, and can be as long as a network.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use crate::site::Address;

/// A way to the server.
///
/// A round trip is an answer that the client waited for: bytes from the server after bytes from the
/// client. So a command that has no answer, as the closing of a prepared statement, counts nothing,
/// and encryption would not matter.
pub struct Relay {
    port: u16,
    round_trips: Arc<AtomicU64>,
}

impl Relay {
    pub fn open(to: &Address) -> Self {
        Self::of_length(to, Duration::ZERO)
    }

    /// One on which everything takes so long in each direction.
    pub fn of_length(to: &Address, distance: Duration) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let round_trips = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&round_trips);
        let to = format!("{}:{}", to.host, to.port);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, counter) = (client.expect("a client"), Arc::clone(&counter));
                let server = TcpStream::connect(&to).expect("the server");
                thread::spawn(move || relay(&client, &server, &counter, distance));
            }
        });
        Self { port, round_trips }
    }

    /// The same database by way of this relay.
    pub fn detour(&self, to: &Address) -> Address {
        Address { host: "127.0.0.1".into(), port: self.port, ..to.clone() }
    }

    pub fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::SeqCst)
    }
}

fn relay(client: &TcpStream, server: &TcpStream, round_trips: &AtomicU64, distance: Duration) {
    let is_asked = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            pump(server, client, || {
                if is_asked.swap(false, Ordering::SeqCst) {
                    round_trips.fetch_add(1, Ordering::SeqCst);
                }
                thread::sleep(distance);
            });
        });
        pump(client, server, || {
            is_asked.store(true, Ordering::SeqCst);
            thread::sleep(distance);
        });
    });
}

/// Hands bytes on until either side closes. `before` runs before each piece is handed on.
fn pump(mut from: &TcpStream, mut to: &TcpStream, before: impl Fn()) {
    let _ = to.set_nodelay(true);
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        before();
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
