//! Where an example works: in a database of its own, so that nothing made up gets among somebody's
//! data. Only who asks for it gets the database that `QUICKSIGHT_DATABASE_URL` names.
#![allow(dead_code)] // Each example uses its share of it.

use std::{
    any::Any,
    env,
    error::Error,
    io::Write,
    panic, process,
    time::{Duration, SystemTime},
};

use mysql::{Conn, Opts, prelude::Queryable};

use crate::{connection::connect, guest::Guest, server::Server, terminal::Output};

const VARIABLE: &str = "QUICKSIGHT_DATABASE_URL";
/// How long a statement may take, on tables of any size.
const PATIENCE: Duration = Duration::from_mins(30);

/// A database of our own. It goes when this does, and so does the server under it if that is ours.
pub(crate) struct Site {
    url: String,
    _ground: Ground,
}

/// What the database is on.
enum Ground {
    Ours(Server),
    Theirs(Guest),
}

impl Site {
    /// Makes a database: on the server of `QUICKSIGHT_DATABASE_URL`, or else on a throwaway one.
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let Some(given) = given()? else {
            writeln!(Output::default(), "Starting a throwaway server ...")?;
            let server = start_server()?;
            let port = server.port();
            Conn::new(server.opts())?.query_drop("CREATE DATABASE quicksight_demo")?;
            let url = format!("mysql://root@127.0.0.1:{port}/quicksight_demo?prefer_socket=false");
            return Ok(Self { url, _ground: Ground::Ours(server) });
        };
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        let name = format!("quicksight_demo_{}_{}", process::id(), since.as_millis());
        let guest = Guest::new(Opts::from_url(&given)?, &name)?;
        Ok(Self { url: with_database(&given, &name), _ground: Ground::Theirs(guest) })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A connection, after the server has said what it is.
    pub(crate) fn connect(&self) -> Result<Conn, Box<dyn Error>> {
        let mut conn = connect(Opts::from_url(&self.url)?, None, PATIENCE)?;
        let version: Option<String> = conn.query_first("SELECT VERSION()")?;
        writeln!(Output::default(), "Server: {}\n", version.unwrap_or_default())?;
        Ok(conn)
    }
}

/// A connection to the database that `QUICKSIGHT_DATABASE_URL` names.
pub(crate) fn connect_to_given() -> Result<Conn, Box<dyn Error>> {
    let url = given()?.ok_or_else(|| format!("no database given: set {VARIABLE}"))?;
    Ok(connect(Opts::from_url(&url)?, None, PATIENCE)?)
}

fn given() -> Result<Option<String>, Box<dyn Error>> {
    let Some(url) = env::var(VARIABLE).ok().filter(|url| !url.is_empty()) else { return Ok(None) };
    Opts::from_url(&url).map_err(|error| format!("{VARIABLE} cannot be read: {error}"))?;
    Ok(Some(url))
}

/// The same URL, with another database in it.
fn with_database(url: &str, database: &str) -> String {
    let (address, settings) = url.split_at(url.find('?').unwrap_or(url.len()));
    let host = address.find("://").map_or(0, |scheme| scheme + "://".len());
    let end = address[host..].find('/').map_or(address.len(), |slash| host + slash);
    format!("{}/{database}{settings}", &address[..end])
}

/// The tests' server panics where there is no program to start, which is for tests.
fn start_server() -> Result<Server, Box<dyn Error>> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let started = panic::catch_unwind(|| Server::start(&["--skip-log-bin"]));
    panic::set_hook(hook);
    started.map_err(|payload| message(&*payload).into())
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("the throwaway server does not start").to_owned()
}
