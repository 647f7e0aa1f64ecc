//! Every message that an operator can meet, with its causes, word by word.

mod history;
#[cfg(feature = "full")]
mod ledger;
#[cfg(feature = "full")]
mod partition;
#[cfg(feature = "full")]
mod quicksight;
mod session;
#[cfg(feature = "full")]
mod summary;
mod tables;

use mysql::MySqlError;

use crate::{Drift, DriftKind, Error, Mend, Severity, support::chain};

/// An error, what a reporter prints for it, its code, and whether a later call may succeed.
type Case = (Error, &'static str, Option<u16>, bool);

fn cases() -> Vec<Case> {
    [
        session::cases(),
        history::cases(),
        tables::cases(),
        #[cfg(feature = "full")]
        ledger::cases(),
        #[cfg(feature = "full")]
        summary::cases(),
        #[cfg(feature = "full")]
        partition::cases(),
        #[cfg(feature = "full")]
        quicksight::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn server(code: u16, message: &str) -> mysql::Error {
    mysql::Error::MySqlError(MySqlError { state: "HY000".into(), code, message: message.into() })
}

fn lost() -> mysql::Error {
    mysql::Error::IoError(std::io::Error::new(std::io::ErrorKind::BrokenPipe, "gone"))
}

/// The last day of March, or the one before.
#[cfg(feature = "full")]
fn day(year: i32) -> time::Date {
    time::Date::from_ordinal_date(year, 90).unwrap()
}

#[test]
fn every_message_says_what_and_what_next() {
    for (error, message, code, retryable) in cases() {
        assert_eq!(chain(&error), message);
        assert_eq!(error.server_code(), code, "{message}");
        assert_eq!(error.is_retryable(), retryable, "{message}");
    }
}

/// Lower case, no full stop at the end, and the cause only in the chain.
#[test]
fn messages_follow_the_house_style() {
    for (error, ..) in cases() {
        let message = error.to_string();
        assert!(message.starts_with(|c: char| !c.is_uppercase() || c == 'V'), "{message}");
        assert!(!message.ends_with('.'), "{message}");
        if let Some(source) = std::error::Error::source(&error) {
            assert!(!message.contains(&source.to_string()), "{message}");
        }
    }
}

#[test]
fn a_cause_can_be_had_as_what_it_is() {
    for (error, _, code, _) in cases() {
        let source = std::error::Error::source(&error);
        let code_of_source = source
            .and_then(|source| source.downcast_ref::<mysql::Error>())
            .and_then(|source| match source {
                mysql::Error::MySqlError(answer) => Some(answer.code),
                _ => None,
            });
        assert_eq!(code_of_source, code, "{error:?}");
    }
}

#[test]
fn an_error_can_be_sent_and_kept_and_is_small() {
    fn is_good<T: std::error::Error + Send + Sync + 'static>() {}
    is_good::<Error>();
    assert!(size_of::<Error>() <= 128, "{} bytes", size_of::<Error>());
}

/// What a `main` prints that returns the error: the message and its causes, a line each.
#[test]
fn debug_is_what_a_person_reads() {
    let error = Error::Database { action: "look".into(), source: server(1064, "syntax") };
    let expected = "could not look; call again once the cause below is removed\n  \
                    caused by: MySqlError { ERROR 1064 (HY000): syntax }";
    assert_eq!(format!("{error:?}"), expected);
    let boxed: Box<dyn std::error::Error> = Error::NoDatabaseSelected.into();
    assert_eq!(format!("{boxed:?}"), boxed.to_string());
}

#[test]
fn a_long_list_of_differences_ends() {
    let drift = |number| Drift {
        table: format!("table_{number}"),
        subject: None,
        kind: DriftKind::MissingTable,
        severity: Severity::Breaking,
        expected: Some("the table".into()),
        found: None,
        mend: Mend::Sql("CREATE TABLE ...".into()),
    };
    let said = |count| Error::SchemaDrift { drifts: (1..=count).map(drift).collect() }.to_string();

    assert!(said(10).ends_with("; table_10: missing the table"), "{}", said(10));
    let long = said(56);
    assert!(long.starts_with("56 differences between the tables and"), "{long}");
    assert!(
        long.ends_with("; table_10: missing the table; and 46 more, which verify lists"),
        "{long}"
    );
    assert_eq!(long.matches("missing the table").count(), 10);
}

/// `mend` would refuse it, so that is no advice.
#[test]
fn tables_of_another_application_are_not_to_be_mended() {
    let drift = Drift {
        table: "auth_user".into(),
        subject: None,
        kind: DriftKind::ForeignTable,
        severity: Severity::Breaking,
        expected: Some("a table of 42 columns".into()),
        found: Some("one with 4 of them and 7 others".into()),
        mend: Mend::Decide("it belongs to another application".into()),
    };
    let said = Error::SchemaDrift { drifts: vec![drift] }.to_string();
    let expected = "1 difference between the tables and what the migrations make, left as they are; \
                    connect to a database that holds no tables of another application, then call \
                    again: auth_user: wanted a table of 42 columns, found one with 4 of them and 7 \
                    others; it belongs to another application";
    assert_eq!(said, expected);
}
