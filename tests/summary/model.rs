//! Rows, and what was summed up of them, in the plainest way.

use std::collections::{BTreeMap, BTreeSet};

use quicksight_migrations::{
    rust_decimal::Decimal,
    summary::Source,
    time::{Duration, PrimitiveDateTime, Time},
};

use crate::{
    oracle::from_outside,
    rows::{Grant, Movement, Payment, Rows, Trip},
};

pub(crate) const TABLES: [Source; 4] =
    [Source::Points, Source::Tokens, Source::Tickets, Source::Trips];

const KINDS: [Option<&str>; 4] = [None, Some("coins"), Some("Coins"), Some("tokens")];

/// A row of any of the tables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row {
    pub(crate) at: PrimitiveDateTime,
    pub(crate) user: i32,
    /// The activity, the type of payment or the mode.
    pub(crate) kind: i32,
    /// In cents, or in tenths of a metre.
    pub(crate) amount: i32,
    pub(crate) payer: i32,
}

impl Row {
    fn amount(&self) -> Decimal {
        Decimal::new(self.amount.into(), 2)
    }

    fn movement(&self) -> Movement {
        Movement {
            user_id: self.user,
            activity: self.kind,
            points: self.amount(),
            created_on: self.at,
            payer: self.payer,
            payee: 0,
        }
    }

    pub(crate) fn payment_type(&self) -> Option<&'static str> {
        KINDS[usize::try_from(self.kind).unwrap() % KINDS.len()]
    }

    pub(crate) fn metres(&self) -> f64 {
        f64::from(self.amount) / 10.0
    }
}

/// How far the sums of a source go, and the rows that they were made of.
#[derive(Debug, Clone, Default)]
struct Sums {
    until: Option<PrimitiveDateTime>,
    kept_from: Option<PrimitiveDateTime>,
    of: Vec<Row>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    pub(crate) rows: BTreeMap<(Source, u64), Row>,
    sums: BTreeMap<Source, Sums>,
    pub(crate) is_exact: bool,
}

impl Model {
    /// The rows that there are, of the source's table.
    fn there(&self, source: Source) -> Vec<Row> {
        let table = if source == Source::Users { Source::Trips } else { source };
        self.rows.iter().filter(|((of, _), _)| *of == table).map(|(_, row)| *row).collect()
    }

    /// What sums and rows say together.
    fn seen(&self, source: Source) -> Vec<Row> {
        let Some(sums) = self.sums.get(&source) else { return self.there(source) };
        let border = if self.is_exact { sums.kept_from } else { sums.until };
        let is_summed = |row: &Row| border.is_some_and(|border| row.at < border);
        let (mut seen, mut rows) = (sums.of.clone(), self.there(source));
        seen.retain(is_summed);
        rows.retain(|row| !is_summed(row));
        seen.extend(rows);
        seen
    }

    pub(crate) fn report(&self) -> Rows {
        let trips = |source| {
            let rows = self.seen(source).into_iter();
            let trip = |row: Row| Trip {
                user_id: row.user,
                role: None,
                travel_mode: row.kind,
                started_on: row.at,
                distance: Some(row.metres()),
            };
            rows.map(trip).collect::<Vec<_>>()
        };
        let grant = |row: Row| Grant {
            user_id: row.user,
            ap_campaign_id: None,
            tokens: Some(row.amount()),
            created_on: Some(row.at),
            issued_on: None,
            expired_on: None,
        };
        let payment = |row: Row| Payment {
            user_id: row.user,
            kind: row.payment_type(),
            total_price: Some(row.amount()),
            created_on: row.at,
        };
        Rows {
            users: Vec::new(),
            points: self.seen(Source::Points).iter().map(Row::movement).collect(),
            tokens: self.seen(Source::Tokens).into_iter().map(grant).collect(),
            payments: self.seen(Source::Tickets).into_iter().map(payment).collect(),
            trips: trips(Source::Trips),
            habits: Vec::new(),
            campaigns: Vec::new(),
            referrals: Vec::new(),
        }
    }

    /// The same for who counts users: their trips are summed up by the day.
    pub(crate) fn report_of_users(&self) -> Rows {
        let mut rows = self.report();
        let trips = self.seen(Source::Users);
        rows.trips = trips
            .into_iter()
            .map(|row| Trip {
                user_id: row.user,
                role: None,
                travel_mode: row.kind,
                started_on: row.at,
                distance: None,
            })
            .collect();
        rows
    }

    fn sum(&mut self, source: Source, from: PrimitiveDateTime, until: PrimitiveDateTime) {
        let rows = self.there(source);
        let sums = self.sums.entry(source).or_default();
        let from = sums.kept_from.map_or(from, |kept| kept.max(from));
        let is_new = |row: &Row| from <= row.at && row.at < until;
        sums.of.retain(|row| !is_new(row));
        sums.of.extend(rows.into_iter().filter(is_new));
    }

    /// A refresh that got as far as this.
    pub(crate) fn refreshed(
        &mut self,
        source: Source,
        until: Option<PrimitiveDateTime>,
        again: Duration,
    ) {
        let Some(until) = until else { return };
        let sums = self.sums.entry(source).or_default();
        let before = sums.until.map(|before| begin(source, before - again));
        sums.until = Some(until);
        let from = if self.is_exact { None } else { before };
        self.sum(source, from.unwrap_or(PrimitiveDateTime::MIN), until);
    }

    /// Where sums end that a refresh leaves at this moment of the service's clock.
    pub(crate) fn end(&self, source: Source, closed: PrimitiveDateTime) -> PrimitiveDateTime {
        let kept = self.kept_from(source);
        kept.map_or(begin(source, closed), |kept| kept.max(begin(source, closed)))
    }

    pub(crate) fn until(&self, source: Source) -> Option<PrimitiveDateTime> {
        self.sums.get(&source).and_then(|sums| sums.until)
    }

    pub(crate) fn kept_from(&self, source: Source) -> Option<PrimitiveDateTime> {
        self.sums.get(&source).and_then(|sums| sums.kept_from)
    }

    pub(crate) fn rebuilt(&mut self, from: PrimitiveDateTime, until: PrimitiveDateTime) {
        for source in Source::ALL {
            if let Some(end) = self.until(source) {
                self.sum(source, from, until.min(end));
            }
        }
    }

    pub(crate) fn install(&mut self) {
        self.is_exact = true;
        for source in Source::ALL {
            let sums = self.sums.entry(source).or_default();
            sums.until = sums.kept_from;
        }
    }

    pub(crate) fn remove(&mut self, closed: PrimitiveDateTime) {
        for source in Source::ALL {
            let Some(until) = self.until(source) else { continue };
            if self.is_exact {
                self.sum(source, PrimitiveDateTime::MIN, until);
            }
            let end = until.min(self.end(source, closed));
            self.sums.entry(source).or_default().until = Some(end);
        }
        self.is_exact = false;
    }

    /// The rows before this moment are gone, and their sums stay.
    pub(crate) fn drop_rows(&mut self, of: Source, before: PrimitiveDateTime) {
        let users = (of == Source::Trips).then_some(Source::Users);
        for source in [of].into_iter().chain(users) {
            if self.is_exact {
                self.sum(source, PrimitiveDateTime::MIN, before);
            }
            let kept_from = &mut self.sums.entry(source).or_default().kept_from;
            *kept_from = (*kept_from).max(Some(before));
        }
        self.rows.retain(|(source, _), row| *source != of || row.at >= before);
    }

    /// The hours whose sums are not those of their rows.
    pub(crate) fn differences(&self) -> BTreeSet<(Source, PrimitiveDateTime)> {
        let mut differences = BTreeSet::new();
        for source in Source::ALL {
            let Some(sums) = self.sums.get(&source).filter(|_| !self.is_exact) else { continue };
            let is_ours = |row: &&Row| Some(row.at) < sums.until && Some(row.at) >= sums.kept_from;
            let (rows, summed) = (self.there(source), &sums.of);
            let rows = hours(source, rows.iter().filter(is_ours));
            let summed = hours(source, summed.iter().filter(is_ours));
            let all: BTreeSet<_> = rows.keys().chain(summed.keys()).collect();
            let differing = all.into_iter().filter(|hour| rows.get(hour) != summed.get(hour));
            differences.extend(differing.map(|hour| (source, *hour)));
        }
        differences
    }
}

/// The begin of the hour, or of the day, that a moment lies in.
pub(crate) fn begin(source: Source, moment: PrimitiveDateTime) -> PrimitiveDateTime {
    if source == Source::Users {
        return moment.date().midnight();
    }
    moment.replace_time(Time::from_hms(moment.hour(), 0, 0).unwrap())
}

/// What a sum has, by what it is about: positive, negative, gained, and how many.
type Hour = BTreeMap<i32, (i32, i32, Decimal, u32)>;

fn hours<'r>(
    source: Source,
    rows: impl Iterator<Item = &'r Row>,
) -> BTreeMap<PrimitiveDateTime, Hour> {
    let mut hours = BTreeMap::<_, Hour>::new();
    for row in rows {
        let hour = hours.entry(begin(source, row.at)).or_default();
        let key = match source {
            Source::Tokens => 0,
            Source::Users => row.user,
            Source::Tickets => row.kind % 4,
            _ => row.kind,
        };
        let sum = hour.entry(key).or_default();
        if source == Source::Users {
            continue;
        }
        let gained =
            if source == Source::Points { from_outside(&row.movement()) } else { Decimal::ZERO };
        let (positive, negative) = (row.amount.max(0), row.amount.min(0));
        *sum = (sum.0 + positive, sum.1 + negative, sum.2 + gained, sum.3 + 1);
    }
    hours
}
