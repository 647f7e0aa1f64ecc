//! What is there and is not wanted.

use super::Comparison;
use crate::{
    outcome::{Drift, DriftKind},
    schema::{
        mends::decide,
        shape::{Column, Index},
    },
    session::quote,
};

impl Comparison<'_> {
    pub(super) fn extra_columns(&self) -> impl Iterator<Item = Drift> {
        let is_ours = |column: &&Column| {
            self.wanted.columns.iter().any(|ours| ours.name.eq_ignore_ascii_case(&column.name))
        };
        self.found.columns.iter().filter(move |column| !is_ours(column)).map(|column| {
            let mend = decide(if column.needs_a_value() {
                "an INSERT that does not name it is refused: give it a default, unless that is on purpose"
            } else {
                "it is not needed, and it does no harm"
            });
            let sides = (None, Some(column.definition()));
            self.drift(DriftKind::ExtraColumn, Some(&column.name), sides, mend)
        })
    }

    pub(super) fn extra_indexes(&self) -> impl Iterator<Item = Drift> {
        let is_extra = move |index: &&Index| {
            // Older scripts made a unique key beside the primary key on the same column: that is served.
            let is_served = self.wanted.indexes.iter().any(|ours| ours.serves(index));
            !is_served && !self.stands_in_for_one_of_ours(index)
        };
        self.found.indexes.iter().filter(is_extra).map(|index| {
            let mend = decide(if index.unique {
                "it refuses rows that our table would take: drop it, unless it is there on purpose"
            } else {
                "it is not needed, and it does no harm"
            });
            let sides = (None, Some(index.definition()));
            self.drift(DriftKind::ExtraIndex, Some(&index.name), sides, mend)
        })
    }

    /// Whether it is reported as another index than the one of ours that has its name.
    fn stands_in_for_one_of_ours(&self, index: &Index) -> bool {
        let is_elsewhere = |ours: &Index| self.found.indexes.iter().any(|one| one.serves(ours));
        let mut wanted = self.wanted.indexes.iter();
        let ours = wanted.find(|ours| ours.name.eq_ignore_ascii_case(&index.name));
        ours.is_some_and(|ours| ours.is_primary() || !is_elsewhere(ours))
    }

    pub(super) fn extra_checks(&self) -> impl Iterator<Item = Drift> {
        self.found.checks.iter().map(|name| {
            let reason =
                "it refuses rows that our table would take: drop it, unless it is there on purpose";
            let sides = (None, Some(format!("CONSTRAINT {} CHECK", quote(name))));
            self.drift(DriftKind::ExtraCheck, Some(name), sides, decide(reason))
        })
    }
}
