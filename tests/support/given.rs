//! Whether a server that somebody else runs does all that the tests ask of it.

use mysql::{Conn, Opts, prelude::Queryable};

use super::{Flavor, unique};

/// What a right is called, and what only its holder can do.
type Right = (&'static str, &'static [&'static str]);

const GRANT: &str = "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, \
                     CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, CREATE VIEW, SHOW VIEW, \
                     CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER ON NAME.* TO 'NAME'@'%'";
const RIGHTS: &[Right] = &[
    ("CREATE", &["CREATE DATABASE NAME"]),
    ("CREATE USER", &["CREATE USER 'NAME'@'%' IDENTIFIED BY 'secret-of-the-user'"]),
    ("all rights in a database WITH GRANT OPTION", &[GRANT]),
    ("PROCESS", &["SHOW ENGINE INNODB STATUS"]),
];
const RIGHTS_ON_MYSQL: &[Right] = &[
    ("BACKUP_ADMIN", &["LOCK INSTANCE FOR BACKUP", "UNLOCK INSTANCE"]),
    ("SESSION_VARIABLES_ADMIN", &["SET SESSION sql_require_primary_key = 0"]),
];
const RIGHTS_ON_MARIADB: &[Right] = &[("RELOAD", &["BACKUP STAGE START", "BACKUP STAGE END"])];

/// What server this is, or in one sentence why the tests cannot use it.
pub fn check(opts: &Opts) -> Result<String, String> {
    let address = format!("{}:{}", opts.get_ip_or_hostname(), opts.get_tcp_port());
    let unreachable = |error| format!("the tests cannot use the server at {address}: {error}");
    let mut conn = Conn::new(opts.clone()).map_err(unreachable)?;
    let who: Option<(String, String)> =
        conn.query_first("SELECT VERSION(), CURRENT_USER()").map_err(unreachable)?;
    let (version, user) = who.unwrap_or_default();
    let user = format!("'{}'", user.replace('@', "'@'"));

    let name = unique("given");
    let rights_here = match Flavor::of_version(&version) {
        Flavor::MySql => RIGHTS_ON_MYSQL,
        Flavor::MariaDb => RIGHTS_ON_MARIADB,
    };
    let lacks = |(_, deeds): &&Right| {
        deeds.iter().any(|deed| conn.query_drop(deed.replace("NAME", &name)).is_err())
    };
    let missing: Vec<_> =
        RIGHTS.iter().chain(rights_here).filter(lacks).map(|(right, _)| *right).collect();
    let _ = conn.query_drop(format!("DROP USER '{name}'@'%'"));
    let _ = conn.query_drop(format!("DROP DATABASE {name}"));

    if missing.is_empty() {
        return Ok(format!("{version} at {address} as {user}"));
    }
    Err(format!(
        "the tests need an administrator of the server at {address}, and {user} lacks {}; \
         GRANT ALL PRIVILEGES ON *.* TO {user} WITH GRANT OPTION is enough",
        missing.join(", ")
    ))
}
