//! The library's files as diesel's migrations. diesel embeds folders of another layout, so this
//! does what its own embedded migrations do, with its defaults.

use std::fmt;

use diesel::{
    connection::BoxableConnection,
    migration::{
        Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion, Result,
    },
    mysql::Mysql,
};

use super::{FILES, sql};

pub struct Files;

impl MigrationSource<Mysql> for Files {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<Mysql>>>> {
        let boxed = |file: &'static refinery::Migration| -> Box<dyn Migration<Mysql>> {
            let version = format!("{:02}", file.version());
            Box::new(File { name: Name { version, name: file.name() }, sql: sql(file) })
        };
        Ok(FILES.iter().map(boxed).collect())
    }
}

struct File {
    name: Name,
    sql: &'static str,
}

impl Migration<Mysql> for File {
    fn run(&self, conn: &mut dyn BoxableConnection<Mysql>) -> Result<()> {
        Ok(conn.batch_execute(self.sql)?)
    }

    fn revert(&self, _: &mut dyn BoxableConnection<Mysql>) -> Result<()> {
        Err("these migrations only go forward".into())
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        &Defaults
    }

    fn name(&self) -> &dyn MigrationName {
        &self.name
    }
}

struct Name {
    version: String,
    name: &'static str,
}

impl MigrationName for Name {
    fn version(&self) -> MigrationVersion<'_> {
        (&self.version).into()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.version, self.name)
    }
}

struct Defaults;

impl MigrationMetadata for Defaults {}
