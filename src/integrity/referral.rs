//! Referrals and the users whom they name.

use std::fmt;

use super::Findings;
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask},
};

/// A referral that names a user who is not in `auth_user`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenReferral {
    id: i64,
    sender_user_id: u32,
    receiver_user_id: u32,
    missing: MissingUser,
}

/// Who is not in `auth_user`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MissingUser {
    /// The user who invited.
    Sender,
    /// The user who came.
    Receiver,
    /// The two of them.
    Both,
}

impl BrokenReferral {
    /// `referral_history.id`.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The user who invited.
    #[must_use]
    pub fn sender_user_id(&self) -> u32 {
        self.sender_user_id
    }

    /// The user who came.
    #[must_use]
    pub fn receiver_user_id(&self) -> u32 {
        self.receiver_user_id
    }

    /// Who of the two is missing.
    #[must_use]
    pub fn missing(&self) -> MissingUser {
        self.missing
    }

    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            id: columns.take()?,
            sender_user_id: columns.take()?,
            receiver_user_id: columns.take()?,
            missing: match (columns.take()?, columns.take()?) {
                (true, true) => MissingUser::Both,
                (true, false) => MissingUser::Sender,
                (false, _) => MissingUser::Receiver,
            },
        })
    }
}

impl fmt::Display for BrokenReferral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, sender_user_id: sender, receiver_user_id: receiver, .. } = self;
        match self.missing {
            MissingUser::Sender => write!(f, "referral {id} is by user {sender}, who is missing"),
            MissingUser::Receiver => {
                write!(f, "referral {id} is of user {receiver}, who is missing")
            }
            MissingUser::Both => {
                write!(f, "referral {id} is by user {sender} of user {receiver}, who are missing")
            }
        }
    }
}

pub(super) fn broken<C: Connection>(conn: &mut C) -> Result<Findings<BrokenReferral>> {
    let sql = "SELECT r.id, r.sender_user_id, r.receiver_user_id, s.id IS NULL, c.id IS NULL \
               FROM referral_history r \
               LEFT JOIN auth_user s ON s.id = r.sender_user_id \
               LEFT JOIN auth_user c ON c.id = r.receiver_user_id \
               WHERE s.id IS NULL OR c.id IS NULL ORDER BY r.id";
    Findings::collect(ask(conn, "compare referrals with users", sql, (), BrokenReferral::read)?)
}
