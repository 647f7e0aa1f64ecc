//! Where an example works: the database that `QUICKSIGHT_DATABASE_URL` names, or a throwaway server.

use std::{env, error::Error};

use mysql::{Conn, prelude::Queryable};

use crate::server::Server;

/// A database, and the server under it if that is ours: it goes when this does.
pub(crate) struct Site {
    url: String,
    _server: Option<Server>,
}

impl Site {
    pub(crate) fn open() -> Result<Self, Box<dyn Error>> {
        if let Some(url) = env::var("QUICKSIGHT_DATABASE_URL").ok().filter(|url| !url.is_empty()) {
            return Ok(Self { url, _server: None });
        }
        println!("Starting a throwaway server ...");
        let server = Server::start(&["--skip-log-bin"]);
        let port = server.port();
        Conn::new(server.opts())?.query_drop("CREATE DATABASE quicksight_demo")?;
        let url = format!("mysql://root@127.0.0.1:{port}/quicksight_demo?prefer_socket=false");
        Ok(Self { url, _server: Some(server) })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A connection, after the server has said what it is.
    pub(crate) fn connect(&self) -> Result<Conn, Box<dyn Error>> {
        let mut conn = Conn::new(self.url())?;
        let version: Option<String> = conn.query_first("SELECT VERSION()")?;
        println!("Server: {}\n", version.unwrap_or_default());
        Ok(conn)
    }
}
