//! The accounts: who makes the tables, who works with them, who sums them up, and who sees the views.

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

/// What the migrator needs besides where old rows of partitioned tables go: it writes what is left of them.
const FOR_RETENTION: [(&str, &str); 3] =
    [("points_opening", "UPDATE"), ("token_opening", "UPDATE"), ("summary_state", "UPDATE")];

/// What a job needs that sums up the hours, by the functions `refresh`, `compare` and `rebuild` of the feature `summary`.
const FOR_SUMS: [(&str, &str); 9] = [
    ("points_transaction", "SELECT"),
    ("token_transaction", "SELECT"),
    ("bytemark_order_payments", "SELECT"),
    ("trip", "SELECT"),
    ("summary_revenue", "SELECT, INSERT, DELETE"),
    ("summary_trips", "SELECT, INSERT, DELETE"),
    ("summary_users", "SELECT, INSERT, DELETE"),
    ("summary_state", "SELECT, INSERT, UPDATE"),
    ("summary_log", "SELECT"),
];

/// What it needs besides where triggers note what changes. They write the log with the rights of whoever has made them.
const FOR_EXACT_SUMS: [(&str, &str); 5] = [
    ("points_transaction", "TRIGGER"),
    ("token_transaction", "TRIGGER"),
    ("bytemark_order_payments", "TRIGGER"),
    ("trip", "TRIGGER"),
    ("summary_log", "INSERT, DELETE"),
];

/// The `GRANT` statements for accounts with no more rights than they need.
///
/// ```
/// use quicksight_migrations::quicksight::Grants;
///
/// # fn main() -> quicksight_migrations::Result<()> {
/// let grants = Grants::on("tsp")
///     .migrator("deploy@10.0.0.%")
///     .service("app@10.0.%")
///     .summariser("hourly@10.0.0.%")
///     .reader("quicksight@10.0.9.%");
/// for statement in grants.statements()? {
///     println!("{statement};"); // GRANT SELECT, .. ON `tsp`.* TO 'deploy'@'10.0.0.%'
/// }
/// # Ok(())
/// # }
/// ```
///
/// An account is `name@host`, split at its last `@`; without one its host is `%`. The accounts must be
/// there already, with passwords that nobody else has seen; rights on one table or view need that to be there.
///
/// A server with `partial_revokes` takes the backslash before a `_` or `%` in the name of the database for
/// a letter; leave it out there.
#[derive(Debug, Clone)]
#[must_use]
pub struct Grants {
    database: String,
    migrator: Option<String>,
    service: Option<String>,
    summariser: Option<String>,
    reader: Option<String>,
    retention: bool,
    ledger: bool,
    exact_sums: bool,
}

impl Grants {
    /// For accounts of this database.
    pub fn on(database: &str) -> Self {
        Self {
            database: database.to_owned(),
            migrator: None,
            service: None,
            summariser: None,
            reader: None,
            retention: false,
            ledger: false,
            exact_sums: false,
        }
    }

    /// Who makes the tables and the views, compares, mends and drops them. The views read with its rights.
    pub fn migrator(mut self, account: &str) -> Self {
        self.migrator = Some(account.to_owned());
        self
    }

    /// Lets the migrator drop or archive old rows of partitioned tables, as the feature `partition` does where it is given a
    /// retention. It may change opening balances and how far sums go then, and no other row.
    pub fn retention(mut self) -> Self {
        self.retention = true;
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

    /// A job that sums up the hours that are over, as the feature `summary` does. It reads the four tables whose rows are
    /// summed up, and no other.
    pub fn summariser(mut self, account: &str) -> Self {
        self.summariser = Some(account.to_owned());
        self
    }

    /// Lets this job install the triggers of the exact mode, sum up what they note, and remove them. They run with the
    /// rights of its account, so it must be one that stays.
    pub fn exact_sums(mut self) -> Self {
        self.exact_sums = true;
        self
    }

    /// QuickSight: it sees the views and nothing else, over TLS only.
    pub fn reader(mut self, account: &str) -> Self {
        self.reader = Some(account.to_owned());
        self
    }

    /// The statements, in order, for an administrator to send: the first before there are tables, if a migrator is given, and
    /// the others after its first boot and its views.
    ///
    /// # Errors
    ///
    /// [`InvalidAccount`](Error::InvalidAccount) for a name or a host that means something else in a
    /// `GRANT`, and for a reader who has the rights of another account.
    pub fn statements(&self) -> Result<Vec<String>> {
        let database = whole_database(&self.database)?;
        let given = |account: &Option<String>| account.as_deref().map(self::account).transpose();
        let (migrator, service) = (given(&self.migrator)?, given(&self.service)?);
        let (summariser, reader) = (given(&self.summariser)?, given(&self.reader)?);
        if reader.is_some() && [&migrator, &service, &summariser].contains(&&reader) {
            let given = self.reader.as_deref().unwrap_or_default();
            return Err(invalid(given, "the reader must be an account of its own, to see no more"));
        }
        let mut statements = Vec::new();
        if let Some(migrator) = migrator {
            statements.push(format!("GRANT {FOR_MIGRATOR} ON {database}.* TO {migrator}"));
            if self.retention {
                statements.extend(self.on_each(&FOR_RETENTION, &migrator));
            }
        }
        if let Some(service) = service {
            statements.push(format!("GRANT SELECT ON {database}.* TO {service}"));
            if self.ledger {
                statements.extend(self.on_each(&FOR_LEDGER, &service));
            }
        }
        if let Some(summariser) = summariser {
            statements.extend(self.on_each(&FOR_SUMS, &summariser));
            if self.exact_sums {
                let temporary =
                    format!("GRANT CREATE TEMPORARY TABLES ON {database}.* TO {summariser}");
                statements.push(temporary);
                statements.extend(self.on_each(&FOR_EXACT_SUMS, &summariser));
            }
        }
        if let Some(reader) = reader {
            statements.push(format!("ALTER USER {reader} REQUIRE SSL"));
            let views = views();
            statements.extend(views.iter().map(|view| self.on_one(view.name(), "SELECT", &reader)));
        }
        Ok(statements)
    }

    fn on_each(&self, rights: &[(&str, &str)], account: &str) -> impl Iterator<Item = String> {
        rights.iter().map(move |(table, rights)| self.on_one(table, rights, account))
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
