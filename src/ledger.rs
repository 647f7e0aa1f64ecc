//! Points.

/// Refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Nobody.
    #[error("no user {user_id}")]
    UnknownUser {
        /// Who.
        user_id: i32,
    },
}
