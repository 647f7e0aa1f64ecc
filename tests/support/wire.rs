//! A wire between a client and the server that a test can watch and cut.

use std::{
    fmt::Debug,
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use mysql::{Conn, Opts, OptsBuilder};
use quicksight_migrations::{Error, Migrator, Result};

use super::{Database, Server, User, connect};

/// What stands for the execution of a prepared statement, which has no SQL.
const EXECUTE: &str = "EXECUTE";

const COM_QUERY: u8 = 3;
const COM_STMT_PREPARE: u8 = 22;
const COM_STMT_EXECUTE: u8 = 23;

/// Where the wire is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The server never sees the statement.
    BeforeStatement,
    /// The server runs the statement, and its answer is lost.
    BeforeAnswer,
    /// So many bytes of the answer arrive.
    WithinAnswer(usize),
    /// The server never sees the statement, and this is the answer: a packet without its header.
    Instead(&'static [u8]),
}

/// What a wire does to a statement that is about to pass.
type Hook<'a> = dyn FnMut(&str) -> Option<Cut> + 'a;

impl Database {
    /// A connection of which `watch` sees each statement before the server does, and says where to
    /// cut. What the driver sends by itself at the beginning passes unseen.
    #[track_caller]
    pub fn watched(&self, watch: impl FnMut(&str) -> Option<Cut> + Send + 'static) -> Conn {
        watched(self.opts(), watch)
    }
}

impl User {
    /// The same as [`Database::watched`].
    #[track_caller]
    pub fn watched(&self, watch: impl FnMut(&str) -> Option<Cut> + Send + 'static) -> Conn {
        watched(self.opts(), watch)
    }
}

/// The same as [`Database::watched`] for a connection with these options.
#[track_caller]
pub fn watched(opts: OptsBuilder, watch: impl FnMut(&str) -> Option<Cut> + Send + 'static) -> Conn {
    let connected = Arc::new(AtomicBool::new(false));
    let server = Opts::from(opts.clone());
    let server = (server.get_ip_or_hostname().into_owned(), server.get_tcp_port());
    let port = open(server, Arc::clone(&connected), watch);
    let conn = connect(opts.tcp_port(port)).expect("connect");
    connected.store(true, Ordering::SeqCst);
    conn
}

/// Whether a packet ends a transaction of the ledger by committing it. Another statement may go before, in the same
/// packet.
pub fn is_commit(sql: &str) -> bool {
    sql.ends_with("COMMIT AND NO CHAIN NO RELEASE")
}

/// Does nothing to any statement but the n-th that `fits`, counted from 0.
pub fn nth(
    n: usize,
    fits: impl Fn(&str) -> bool + Send,
    mut act: impl FnMut() -> Cut + Send,
) -> impl FnMut(&str) -> Option<Cut> + Send {
    let mut passed = 0;
    move |sql| {
        if !fits(sql) {
            return None;
        }
        passed += 1;
        (passed == n + 1).then(&mut act)
    }
}

/// The server dies, as if the power was cut, before it sees the statement.
pub fn crash(server: &Arc<Mutex<Server>>) -> impl FnMut() -> Cut + Send + use<> {
    let server = Arc::clone(server);
    move || {
        server.lock().unwrap().crash();
        Cut::BeforeStatement
    }
}

/// Opens a port of the loopback interface that leads to the server, for one client: it may try more
/// than once until it is `connected`, and from then on `watch` sees what it sends.
fn open(
    server: (String, u16),
    connected: Arc<AtomicBool>,
    mut watch: impl FnMut(&str) -> Option<Cut> + Send + 'static,
) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    thread::spawn(move || {
        let is_connected = || connected.load(Ordering::SeqCst);
        while !is_connected() {
            let (client, _) = listener.accept().expect("a client");
            let server = TcpStream::connect(server.clone()).expect("the server");
            let _ = client.set_nodelay(true);
            let _ = server.set_nodelay(true);
            relay(client, server, &mut |sql| if is_connected() { watch(sql) } else { None });
        }
    });
    port
}

/// The name of the migration lock of a database, from what a mend sends before it does anything.
pub fn lock_name(db: &Database) -> String {
    let (sender, receiver) = mpsc::channel();
    let mut conn = db.watched(move |sql| {
        let name = sql.strip_prefix("SELECT GET_LOCK('")?.split('\'').next()?;
        sender.send(name.to_owned()).unwrap();
        Some(Cut::BeforeStatement)
    });
    Migrator::new().mend(&mut conn).unwrap_err();
    receiver.recv().unwrap()
}

/// What a call sends.
pub fn statements_of(db: &Database, call: impl FnOnce(&mut Conn)) -> Vec<String> {
    let (sender, receiver) = mpsc::channel();
    let mut conn = db.watched(move |sql| {
        sender.send(sql.to_owned()).unwrap();
        None
    });
    call(&mut conn);
    receiver.try_iter().collect()
}

/// Cuts the wire within the answer to each prepared statement of a call, further on each time, until
/// all of it arrives. A part of an answer must never be taken for the whole.
#[track_caller]
pub fn cut_within_each_answer<T: PartialEq + Debug>(
    db: &Database,
    call: impl Fn(&mut Conn) -> Result<T>,
) {
    const STEP: usize = 7;
    let whole = call(&mut db.conn()).unwrap();
    let sent = statements_of(db, |conn| drop(call(conn).unwrap()));
    let executed = sent.iter().filter(|sql| *sql == EXECUTE).count();
    assert!(executed > 0, "{sent:?}");
    for position in 0..executed {
        let mut arrives = 0;
        loop {
            let cut = nth(position, |sql| sql == EXECUTE, move || Cut::WithinAnswer(arrives));
            match call(&mut db.watched(cut)) {
                Ok(answer) => {
                    assert_eq!(answer, whole, "{arrives} bytes");
                    break;
                }
                Err(error) => {
                    assert!(matches!(error, Error::Database { .. }), "{arrives} bytes: {error:?}");
                    assert!(error.is_retryable(), "{arrives} bytes: {error:?}");
                }
            }
            arrives += STEP;
        }
        assert!(arrives > STEP, "the answer to number {position} has more than {arrives} bytes");
    }
}

/// Both ends of a wire, which it leaves with nobody waiting, even if a hook panics.
struct Ends(TcpStream, TcpStream);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.shutdown(Shutdown::Both);
        let _ = self.1.shutdown(Shutdown::Both);
    }
}

fn relay(mut client: TcpStream, mut server: TcpStream, hook: &mut Hook<'_>) {
    let second = |end: &TcpStream| end.try_clone().expect("a second handle");
    let ends = Ends(second(&client), second(&server));
    let (mut answers, mut to_client) = (second(&server), second(&client));
    let may_pass = Arc::new(AtomicUsize::new(usize::MAX));
    let limit = Arc::clone(&may_pass);
    let back = thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = answers.read(&mut buffer) {
            let passes = count.min(limit.load(Ordering::SeqCst));
            // Before they pass: what they make the client send may set a new limit.
            limit.fetch_sub(passes, Ordering::SeqCst);
            if to_client.write_all(&buffer[..passes]).is_err() || passes < count {
                break;
            }
        }
        let _ = to_client.shutdown(Shutdown::Both);
    });
    while let Some(packet) = read_packet(&mut client) {
        let cut = statement(&packet).and_then(|sql| hook(&sql));
        if let Some(Cut::WithinAnswer(bytes)) = cut {
            may_pass.store(bytes, Ordering::SeqCst);
        }
        match cut {
            None | Some(Cut::WithinAnswer(_)) if server.write_all(&packet).is_ok() => {}
            None | Some(Cut::BeforeStatement | Cut::WithinAnswer(_)) => break,
            Some(Cut::Instead(answer)) => {
                let length = u32::try_from(answer.len()).expect("a small packet").to_le_bytes();
                let header = [length[0], length[1], length[2], 1];
                let _ = client.write_all(&[&header[..], answer].concat());
                break;
            }
            Some(Cut::BeforeAnswer) => {
                let _ = client.shutdown(Shutdown::Both);
                let _ = server.write_all(&packet);
                // The server reads the statement before it sees that nobody is there.
                let _ = server.shutdown(Shutdown::Write);
                let _ = back.join();
                return;
            }
        }
    }
    drop(ends);
    let _ = back.join();
}

/// A packet with its header: three bytes of length, one of sequence.
fn read_packet(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut packet = vec![0; 4];
    stream.read_exact(&mut packet).ok()?;
    let length = u32::from_le_bytes([packet[0], packet[1], packet[2], 0]) as usize;
    packet.resize(4 + length, 0);
    stream.read_exact(&mut packet[4..]).ok()?;
    Some(packet)
}

/// The SQL of a command that starts with this packet. What executes a prepared statement has none.
fn statement(packet: &[u8]) -> Option<String> {
    let is_first = packet[3] == 0;
    match packet.get(4) {
        Some(&(COM_QUERY | COM_STMT_PREPARE)) if is_first => {
            Some(String::from_utf8_lossy(&packet[5..]).into_owned())
        }
        Some(&COM_STMT_EXECUTE) if is_first => Some(EXECUTE.into()),
        _ => None,
    }
}
