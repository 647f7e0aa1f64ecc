//! A database of our own on somebody else's server: made under a new name, and dropped at the end.

use std::{
    error::Error,
    io::Write,
    process,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use mysql::{Opts, OptsBuilder, prelude::Queryable};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

use crate::{
    connection::connect,
    terminal::{Output, complain},
};

/// What the server says to a user who may not create a database.
const DENIED: [u16; 3] = [1044, 1142, 1227];
const PATIENCE: Duration = Duration::from_secs(30);

/// The database, which goes when this does, or when the process is told to end.
pub(crate) struct Guest(Arc<Mutex<Option<Database>>>);

#[derive(Debug, thiserror::Error)]
#[error(
    "the user of QUICKSIGHT_DATABASE_URL may not create a database, and an example works in none but \
     its own: grant all on `quicksight\\_demo\\_%`.*, or unset the variable to have a throwaway server"
)]
struct NotAllowed(#[source] mysql::Error);

#[derive(Debug, thiserror::Error)]
#[error("the database {name} is still there: drop it")]
struct LeftBehind {
    name: String,
    source: Box<dyn Error + Send + Sync>,
}

impl Guest {
    pub(crate) fn new(server: Opts, name: &str) -> Result<Self, Box<dyn Error>> {
        let host = server.get_ip_or_hostname().into_owned();
        let server = OptsBuilder::from_opts(server).db_name(None::<&str>).into();
        let mut conn = connect(Opts::clone(&server), None, PATIENCE)?;

        let guest = Self(Arc::default());
        guest.leave_when_told()?;
        {
            let mut database = lock(&guest.0);
            conn.query_drop(format!("CREATE DATABASE {name}")).map_err(not_created)?;
            *database = Some(Database { server, name: name.to_owned() });
        }
        writeln!(
            Output::default(),
            "Made the database {name} on {host}: all of this is in it, and it is dropped at the end."
        )?;
        Ok(guest)
    }

    /// Ctrl-C, a terminal that is closed, and a polite kill end the process by way of here.
    fn leave_when_told(&self) -> Result<(), Box<dyn Error>> {
        let database = Arc::clone(&self.0);
        let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
        thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                // Nobody makes or uses it any more once this is held.
                let mut database = lock(&database);
                leave(&mut database);
                process::exit(128 + signal);
            }
        });
        Ok(())
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        leave(&mut lock(&self.0));
    }
}

fn lock(database: &Mutex<Option<Database>>) -> MutexGuard<'_, Option<Database>> {
    database.lock().unwrap_or_else(PoisonError::into_inner)
}

fn leave(database: &mut Option<Database>) {
    let Some(database) = database.take() else { return };
    match database.remove() {
        Ok(()) => {
            let _ = writeln!(Output::default(), "\nDropped the database {}.", database.name);
        }
        Err(source) => complain(&LeftBehind { name: database.name, source }),
    }
}

fn not_created(error: mysql::Error) -> Box<dyn Error> {
    match &error {
        mysql::Error::MySqlError(answer) if DENIED.contains(&answer.code) => {
            NotAllowed(error).into()
        }
        _ => error.into(),
    }
}

struct Database {
    server: Opts,
    name: String,
}

impl Database {
    /// Whoever is still at work in it is one of us, and would hold its tables.
    fn remove(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut conn = connect(self.server.clone(), None, PATIENCE)?;
        let others: Vec<u64> = conn.exec(
            "SELECT id FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID()",
            (&self.name,),
        )?;
        for other in others {
            // It may be gone by itself by now.
            let _ = conn.query_drop(format!("KILL {other}"));
        }
        conn.query_drop(format!("DROP DATABASE IF EXISTS {}", self.name))?;
        Ok(())
    }
}
