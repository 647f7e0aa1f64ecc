//! What is counted, said once: as SQL for the reports, and in the language of QuickSight for its data sets.

use crate::{
    account::SystemAccount,
    activity::{ACTIVITIES, Activity},
    mode::MODES,
};

/// An expression over the columns of one table.
///
/// QuickSight's functions: <https://docs.aws.amazon.com/quicksight/latest/user/functions.html>
#[derive(Debug, Clone)]
pub(crate) enum Expression {
    Column(&'static str),
    Number(i32),
    Text(&'static str),
    Compare(&'static str, Comparison, Box<Self>),
    In(&'static str, Vec<i32>),
    NotIn(&'static str, Vec<i32>),
    All(Vec<Self>),
    Any(Vec<Self>),
    /// Of the first condition that holds, or else of the last, or NULL.
    Case(Vec<(Self, Self)>, Option<Box<Self>>),
    /// 0 to 23.
    Hour(&'static str),
    /// 1 for Sunday to 7 for Saturday.
    Weekday(&'static str),
    /// How often the calendar has turned to a new month between the first moment and the second.
    Months(&'static str, &'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Other,
    Above,
    Below,
    AtLeast,
    AtMost,
}

impl Comparison {
    /// The same in both languages.
    fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Other => "<>",
            Self::Above => ">",
            Self::Below => "<",
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
        }
    }
}

use Expression::{All, Any, Case, Column, Compare, Hour, In, Months, NotIn, Number, Text, Weekday};

/// The accounts from which points come to users. From the others they come back: held ones from
/// escrow, spent ones from the sellers of tickets and gift cards.
const SOURCES: [SystemAccount; 3] =
    [SystemAccount::Budget, SystemAccount::Incentives, SystemAccount::Stripe];

/// Longer than the equator is no distance.
const EQUATOR: i32 = 40_075_000;

/// What users gained from outside with a row of `points_transaction`, or NULL: what a source pays to them, less
/// what they pay to a source. A payment has two halves, and the points that one user pays another, that go into
/// escrow and out of it, or that a seller pays back were gained before.
///
/// 0 is an end without a name. Points from there are gained, apart from those out of escrow; points that go
/// there are spent, apart from those of a correction. What takes a movement back counts as minus what the
/// movement did: `ledger::reverse_points` names the ends of its rows accordingly.
pub(crate) fn points_gained() -> Expression {
    let from_source = Any(vec![
        one_of("payer", &SOURCES),
        All(vec![equal("payer", 0), other("activity_type", Activity::FromEscrow.number())]),
    ]);
    let to_source = Any(vec![
        one_of("payee", &SOURCES),
        All(vec![equal("payee", 0), equal("activity_type", Activity::Adjustment.number())]),
    ]);
    let is_user = NotIn("user_id", ids(SystemAccount::ALL));
    let moved = Any(vec![
        All(vec![above("points", 0), from_source]),
        All(vec![below("points", 0), to_source]),
    ]);
    when(All(vec![is_user, moved]), Column("points"))
}

/// The rows that [`points_gained`] and the sum of the positive ones need.
#[cfg(feature = "analytics")]
pub(crate) fn points_count() -> Expression {
    let adjustment = equal("activity_type", Activity::Adjustment.number());
    Any(vec![above("points", 0), adjustment, one_of("payee", &SOURCES)])
}

/// A number above 0, or NULL.
pub(crate) fn positive(of: &'static str) -> Expression {
    when(above(of, 0), Column(of))
}

/// A number below 0, or NULL.
pub(crate) fn negative(of: &'static str) -> Expression {
    when(below(of, 0), Column(of))
}

/// The metres of a row of `trip`, or NULL if they are not known.
pub(crate) fn metres() -> Expression {
    let compare = |comparison, to| compare("distance", comparison, to);
    when(
        All(vec![compare(Comparison::AtLeast, 0), compare(Comparison::AtMost, EQUATOR)]),
        Column("distance"),
    )
}

/// Who has a number above 0, or NULL.
#[cfg(feature = "quicksight")]
pub(crate) fn user_above(of: &'static str) -> Expression {
    when(above(of, 0), Column("user_id"))
}

/// Who has a number below 0, or NULL.
#[cfg(feature = "quicksight")]
pub(crate) fn user_below(of: &'static str) -> Expression {
    when(below(of, 0), Column("user_id"))
}

/// Whether an account is a test account, in words. One of which nothing is known is not.
#[cfg(feature = "quicksight")]
pub(crate) fn account_name(is_debug: &'static str) -> Expression {
    Case(vec![(equal(is_debug, 1), Text("test account"))], Some(Box::new(Text("real account"))))
}

/// In which month after the sign-up a row of `trip` is, from 0 on, or NULL for one before it.
#[cfg(feature = "quicksight")]
pub(crate) fn months_since_sign_up(started: &'static str, signed_up: &'static str) -> Expression {
    when(
        Compare(started, Comparison::AtLeast, Box::new(Column(signed_up))),
        Months(signed_up, started),
    )
}

/// The name of the travel mode in this column.
#[cfg(feature = "quicksight")]
pub(crate) fn mode_name(of: &'static str) -> Expression {
    name(of, MODES.iter().map(|(number, _, name)| (*number, *name)))
}

/// The name of the activity in this column.
#[cfg(feature = "quicksight")]
pub(crate) fn activity_name(of: &'static str) -> Expression {
    name(of, ACTIVITIES.iter().map(|(number, _, name)| (*number, *name)))
}

#[cfg(feature = "quicksight")]
fn name(of: &'static str, names: impl Iterator<Item = (i32, &'static str)>) -> Expression {
    Case(
        names.map(|(number, name)| (equal(of, number), Text(name))).collect(),
        Some(Box::new(Text("other"))),
    )
}

fn compare(of: &'static str, comparison: Comparison, to: i32) -> Expression {
    Compare(of, comparison, Box::new(Number(to)))
}

fn equal(of: &'static str, to: i32) -> Expression {
    compare(of, Comparison::Equal, to)
}

fn other(of: &'static str, than: i32) -> Expression {
    compare(of, Comparison::Other, than)
}

fn above(of: &'static str, bound: i32) -> Expression {
    compare(of, Comparison::Above, bound)
}

fn below(of: &'static str, bound: i32) -> Expression {
    compare(of, Comparison::Below, bound)
}

fn one_of(of: &'static str, accounts: &[SystemAccount]) -> Expression {
    In(of, ids(accounts))
}

fn ids(accounts: &[SystemAccount]) -> Vec<i32> {
    accounts.iter().map(|account| account.id()).collect()
}

fn when(condition: Expression, then: Expression) -> Expression {
    Case(vec![(condition, then)], None)
}

impl Expression {
    /// As SQL, with each column as `named` has it.
    pub(crate) fn sql(&self, named: &dyn Fn(&str) -> String) -> String {
        match self {
            Column(name) => named(name),
            Number(number) => number.to_string(),
            Text(text) => format!("'{}'", text.replace('\'', "''")),
            Compare(left, comparison, right) => {
                format!("{} {} {}", named(left), comparison.sign(), right.sql(named))
            }
            In(of, list) => format!("{} IN ({})", named(of), comma(list)),
            NotIn(of, list) => format!("{} NOT IN ({})", named(of), comma(list)),
            All(parts) => joined(parts, " AND ", |part| part.sql(named)),
            Any(parts) => joined(parts, " OR ", |part| part.sql(named)),
            Case(cases, otherwise) => {
                let cases = cases.iter().map(|(when, then)| {
                    format!("WHEN {} THEN {}", when.sql(named), then.sql(named))
                });
                let otherwise = otherwise.iter().map(|then| format!("ELSE {}", then.sql(named)));
                format!("CASE {} END", cases.chain(otherwise).collect::<Vec<_>>().join(" "))
            }
            Hour(of) => format!("HOUR({})", named(of)),
            Weekday(of) => format!("DAYOFWEEK({})", named(of)),
            Months(from, to) => {
                // A date that no calendar has is none here.
                let [from, to] =
                    [from, to].map(|of| format!("DATE_FORMAT({}, '%Y-%m-01')", named(of)));
                format!("TIMESTAMPDIFF(MONTH, {from}, {to})")
            }
        }
    }

    /// In the language of QuickSight, with each column as `named` has it.
    #[cfg(feature = "quicksight")]
    pub(crate) fn quicksight(&self, named: &dyn Fn(&str) -> String) -> String {
        let of = |name: &str| format!("{{{}}}", named(name));
        match self {
            Column(name) => of(name),
            Number(number) => number.to_string(),
            Text(text) => format!("'{}'", text.replace('\'', "\\'")),
            Compare(left, comparison, right) => {
                format!("{} {} {}", of(left), comparison.sign(), right.quicksight(named))
            }
            In(name, list) => format!("in({}, [{}])", of(name), comma(list)),
            NotIn(name, list) => format!("notIn({}, [{}])", of(name), comma(list)),
            All(parts) => joined(parts, " AND ", |part| part.quicksight(named)),
            Any(parts) => joined(parts, " OR ", |part| part.quicksight(named)),
            Case(cases, otherwise) => {
                let mut parts: Vec<_> = cases
                    .iter()
                    .flat_map(|(condition, then)| {
                        [condition.quicksight(named), then.quicksight(named)]
                    })
                    .collect();
                parts.push(
                    otherwise
                        .as_ref()
                        .map_or_else(|| "null".to_owned(), |then| then.quicksight(named)),
                );
                format!("ifelse({})", parts.join(", "))
            }
            Hour(name) => format!("extract('HH', {})", of(name)),
            Weekday(name) => format!("extract('WD', {})", of(name)),
            Months(from, to) => {
                let [from, to] = [from, to].map(|name| format!("truncDate('MM', {})", of(name)));
                format!("dateDiff({from}, {to}, 'MM')")
            }
        }
    }
}

fn comma(list: &[i32]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn joined(parts: &[Expression], between: &str, write: impl Fn(&Expression) -> String) -> String {
    format!("({})", parts.iter().map(write).collect::<Vec<_>>().join(between))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_meaning_in_two_languages() {
        let metres = metres();
        assert_eq!(
            metres.sql(&|column| format!("t.{column}")),
            "CASE WHEN (t.distance >= 0 AND t.distance <= 40075000) THEN t.distance END"
        );
        #[cfg(feature = "quicksight")]
        assert_eq!(
            metres.quicksight(&|column| format!("trip_{column}")),
            "ifelse(({trip_distance} >= 0 AND {trip_distance} <= 40075000), {trip_distance}, null)"
        );
    }

    #[cfg(feature = "quicksight")]
    #[test]
    fn months_are_those_of_the_calendar() {
        let months = months_since_sign_up("started", "signed_up");
        assert_eq!(
            months.sql(&str::to_owned),
            "CASE WHEN started >= signed_up THEN TIMESTAMPDIFF(MONTH, \
             DATE_FORMAT(signed_up, '%Y-%m-01'), DATE_FORMAT(started, '%Y-%m-01')) END"
        );
        assert_eq!(
            months.quicksight(&str::to_owned),
            "ifelse({started} >= {signed_up}, \
             dateDiff(truncDate('MM', {signed_up}), truncDate('MM', {started}), 'MM'), null)"
        );
    }
}
