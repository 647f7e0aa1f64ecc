//! The three accounts: who makes the tables, who works with them, and who sees the views.

use super::view::views;
use crate::{
    outcome::{Error, Result},
    session::{literal, quote},
};

const FOR_MIGRATOR: &str = "SELECT, INSERT, CREATE, CREATE TEMPORARY TABLES, ALTER, INDEX, DROP, \
                            LOCK TABLES, CREATE VIEW, SHOW VIEW";

/// What the functions of the feature `ledger` need beside `SELECT`.
const FOR_LEDGER: [(&str, &str); 4] = [
    ("points_transaction", "INSERT, UPDATE"),
    ("ledger_key", "INSERT, UPDATE, DELETE"),
    ("token_transaction", "INSERT"),
    ("auth_user", "UPDATE"),
];

/// The `GRANT` statements for three accounts with no more rights than they need.
///
/// ```
/// use quicksight_migrations::quicksight::Grants;
///
/// # fn main() -> quicksight_migrations::Result<()> {
/// let grants = Grants::on("tsp")
///     .migrator("deploy@10.0.0.%")
///     .service("app@10.0.%")
///     .reader("quicksight@10.0.9.%");
/// for statement in grants.statements()? {
///     println!("{statement};"); // GRANT SELECT, .. ON `tsp`.* TO 'deploy'@'10.0.0.%'
/// }
/// # Ok(())
/// # }
/// ```
///
/// An account is `name@host`, split at its last `@`; without one its host is `%`. The accounts must be
/// there already, with passwords that nobody else has seen; the reader's rights need the views to be there.
///
/// A server with `partial_revokes` takes the backslash before a `_` or `%` in the name of the database for
/// a letter; leave it out there.
#[derive(Debug, Clone)]
#[must_use]
pub struct Grants {
    database: String,
    migrator: Option<String>,
    service: Option<String>,
    reader: Option<String>,
    ledger: bool,
}

impl Grants {
    /// For accounts of this database.
    pub fn on(database: &str) -> Self {
        let database = database.to_owned();
        Self { database, migrator: None, service: None, reader: None, ledger: false }
    }

    /// Who makes the tables and the views, compares, mends and drops them. The views read with its rights.
    pub fn migrator(mut self, account: &str) -> Self {
        self.migrator = Some(account.to_owned());
        self
    }

    /// A service that boots after the migrator, and reads.
    pub fn service(mut self, account: &str) -> Self {
        self.service = Some(account.to_owned());
        self
    }

    /// Lets the service record movements of points and tokens and forget idempotency keys, as the
    /// feature `ledger` does.
    pub fn ledger(mut self) -> Self {
        self.ledger = true;
        self
    }

    /// QuickSight: it sees the views and nothing else, over TLS only.
    pub fn reader(mut self, account: &str) -> Self {
        self.reader = Some(account.to_owned());
        self
    }

    /// The statements, in order, for an administrator to send.
    ///
    /// # Errors
    ///
    /// [`InvalidAccount`](Error::InvalidAccount) for a name or a host that means something else in a
    /// `GRANT`, and for a reader who has the rights of another account.
    pub fn statements(&self) -> Result<Vec<String>> {
        let database = whole_database(&self.database)?;
        let [migrator, service, reader] = [&self.migrator, &self.service, &self.reader]
            .map(|given| given.as_deref().map(account));
        let (migrator, service, reader) =
            (migrator.transpose()?, service.transpose()?, reader.transpose()?);
        if reader.is_some() && (reader == migrator || reader == service) {
            let given = self.reader.as_deref().unwrap_or_default();
            return Err(invalid(given, "the reader must be an account of its own, to see no more"));
        }
        let mut statements = Vec::new();
        if let Some(migrator) = migrator {
            statements.push(format!("GRANT {FOR_MIGRATOR} ON {database}.* TO {migrator}"));
        }
        if let Some(service) = service {
            statements.push(format!("GRANT SELECT ON {database}.* TO {service}"));
            let of_ledger = FOR_LEDGER.iter().filter(|_| self.ledger);
            statements
                .extend(of_ledger.map(|(table, rights)| self.on_one(table, rights, &service)));
        }
        if let Some(reader) = reader {
            statements.push(format!("ALTER USER {reader} REQUIRE SSL"));
            let views = views();
            statements.extend(views.iter().map(|view| self.on_one(view.name(), "SELECT", &reader)));
        }
        Ok(statements)
    }

    /// In such a `GRANT` the name of the database is a name, and no pattern.
    fn on_one(&self, table: &str, rights: &str, account: &str) -> String {
        format!("GRANT {rights} ON {}.{} TO {account}", quote(&self.database), quote(table))
    }
}

/// A name is a pattern in a `GRANT` on a whole database.
/// <https://dev.mysql.com/doc/refman/8.4/en/grant.html#grant-database-privileges>
fn whole_database(name: &str) -> Result<String> {
    if name.is_empty() {
        return Err(invalid(name, "it is empty"));
    }
    refuse_unsayable(name)?;
    Ok(quote(&name.replace('_', "\\_").replace('%', "\\%")))
}

/// An account as SQL.
fn account(given: &str) -> Result<String> {
    let (name, host) = given.rsplit_once('@').unwrap_or((given, "%"));
    if name.is_empty() {
        return Err(invalid(given, "an account without a name would be everybody"));
    }
    refuse_unsayable(given)?;
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || ".-_%:/".contains(c);
    if host.is_empty() || !host.chars().all(is_of_host) {
        return Err(invalid(given, "what is behind the last @ is no host"));
    }
    Ok(format!("{}@{}", literal(name), literal(host)))
}

/// What a backslash means depends on the `sql_mode` of the session.
fn refuse_unsayable(given: &str) -> Result<()> {
    if given.contains(|c: char| c == '\\' || c.is_control()) {
        return Err(invalid(given, "it has a backslash or a control character"));
    }
    Ok(())
}

fn invalid(name: &str, reason: &'static str) -> Error {
    Error::InvalidAccount { name: name.to_owned(), reason: reason.into() }
}
