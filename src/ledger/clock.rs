//! The moment of a movement.

use time::PrimitiveDateTime;

use super::Refusal;
use crate::{
    clock::{is_shown, us_central},
    outcome::Result,
    session::Columns,
};

/// The SQL of the server's clock, in a zone that no session can set.
pub(super) const NOW: &str = "UTC_TIMESTAMP()";

/// The next column, which is [`NOW`], by the service's clock.
pub(super) fn take_now(columns: &mut Columns) -> Result<PrimitiveDateTime> {
    Ok(us_central(columns.take::<PrimitiveDateTime>()?.assume_utc()))
}

/// Whether something can have happened at such a moment.
pub(super) fn check(moment: PrimitiveDateTime) -> std::result::Result<(), Refusal> {
    check_range(moment)?;
    if is_shown(moment) { Ok(()) } else { Err(Refusal::MomentSkipped { created_on: moment }) }
}

/// Whether the server has such a moment.
pub(super) fn check_range(moment: PrimitiveDateTime) -> std::result::Result<(), Refusal> {
    if (1000..=9999).contains(&moment.year()) {
        Ok(())
    } else {
        Err(Refusal::MomentOutOfRange { created_on: moment })
    }
}
