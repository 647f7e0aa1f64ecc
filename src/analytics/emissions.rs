//! What the trips of each employer's people spare the roads and the air.

use std::{borrow::Cow, collections::BTreeMap};

use super::{Analytics, DateRange, TravelMode, is_date, of_row};
use crate::{
    measure::metres,
    outcome::Result,
    session::{Columns, Connection, ask},
};

/// How much is emitted on a kilometre, and who says so.
///
/// For a car that is driven alone, the environmental agency of the United States has
/// [400 g of CO2 a mile](https://www.epa.gov/greenvehicles/greenhouse-gas-emissions-typical-passenger-vehicle),
/// which is 248.5 g a kilometre. What a bus or a train emits depends on the agency that runs it: ask it.
///
/// ```
/// use quicksight_migrations::analytics::EmissionFactors;
///
/// let factors = EmissionFactors {
///     car: 248.5,
///     transit: 60.0,
///     source: "EPA, typical passenger vehicle; report of the transit agency for 2024".into(),
/// };
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct EmissionFactors {
    /// Grams of CO2 for each kilometre of a car that is driven alone.
    pub car: f64,
    /// Grams of CO2 for each kilometre of a passenger of public transit.
    pub transit: f64,
    /// Where the numbers come from, to be shown with the result.
    pub source: Cow<'static, str>,
}

/// What the trips of one employer's people have avoided. See [`avoided_emissions`].
#[derive(Debug, Clone, PartialEq)]
pub struct AvoidedEmissions {
    enterprise_id: Option<i32>,
    trips: u64,
    vehicle_kilometres: f64,
    co2: f64,
}

impl AvoidedEmissions {
    /// The employer, as `auth_user.enterprise_id`; `None` for users without one.
    #[must_use]
    pub fn enterprise_id(&self) -> Option<i32> {
        self.enterprise_id
    }

    /// How many trips avoided a car and have a known distance.
    #[must_use]
    pub fn trips(&self) -> u64 {
        self.trips
    }

    /// Vehicle kilometres avoided: the way for which no car was needed.
    #[must_use]
    pub fn vehicle_kilometres(&self) -> f64 {
        self.vehicle_kilometres
    }

    /// CO2 avoided, in kilograms, by the factors that were given.
    #[must_use]
    pub fn co2(&self) -> f64 {
        self.co2
    }
}

/// The passenger of a carpool, as `trip.role` has it.
const PASSENGER: i32 = 2;

/// The grams of CO2 that a kilometre of a trip avoids, or `None` if the trip does not stand for a car.
fn avoided(mode: TravelMode, role: Option<i32>, factors: &EmissionFactors) -> Option<f64> {
    match mode {
        TravelMode::Walking | TravelMode::Biking => Some(factors.car),
        TravelMode::PublicTransit => Some(factors.car - factors.transit),
        TravelMode::Carpool | TravelMode::InstantCarpool if role == Some(PASSENGER) => {
            Some(factors.car)
        }
        _ => None,
    }
}

/// The trips of one employer, mode and role, with their metres.
struct Ways {
    enterprise_id: Option<i32>,
    mode: TravelMode,
    role: Option<i32>,
    trips: u64,
    metres: f64,
}

impl Ways {
    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            enterprise_id: columns.take()?,
            mode: columns.take::<i32>()?.into(),
            role: columns.take()?,
            trips: columns.take()?,
            metres: columns.take_sum()?,
        })
    }
}

impl Analytics {
    /// As [`avoided_emissions`].
    ///
    /// # Errors
    ///
    /// As [`avoided_emissions`].
    pub fn avoided_emissions<C: Connection>(
        self,
        conn: &mut C,
        range: DateRange,
        factors: &EmissionFactors,
    ) -> Result<Vec<AvoidedEmissions>> {
        let metres = of_row(&metres());
        let group = "u.enterprise_id, t.travel_mode, t.role";
        let sql = format!(
            "SELECT {group}, COUNT({metres}), SUM({metres}) \
             FROM trip t LEFT JOIN auth_user u ON u.id = t.user_id \
             WHERE t.started_on >= ? AND t.started_on < ? AND {}{} GROUP BY {group} ORDER BY {group}",
            is_date("t.started_on"),
            self.accounts.condition(["t.user_id"])
        );
        let values = (range.start(), range.end());
        let mut employers = BTreeMap::new();
        for ways in ask(conn, "sum up avoided emissions", &sql, values, Ways::read)? {
            let Ways { enterprise_id, mode, role, trips, metres } = ways?;
            let employer = employers.entry(enterprise_id).or_insert(AvoidedEmissions {
                enterprise_id,
                trips: 0,
                vehicle_kilometres: 0.0,
                co2: 0.0,
            });
            if let Some(grams) = avoided(mode, role, factors) {
                let kilometres = metres / 1000.0;
                employer.trips += trips;
                employer.vehicle_kilometres += kilometres;
                employer.co2 += kilometres * grams / 1000.0;
            }
        }
        Ok(employers.into_values().collect())
    }
}

/// The vehicle kilometres and the CO2 that the trips of a range of days have avoided, by the employer that the
/// user has now; users without one come first. Employers whose people made any trip are in the answer.
///
/// A trip on foot, by bike, by public transit or as the passenger of a carpool stands for the same way alone in
/// a car. The driver of a carpool drives anyway, and of an intermodal trip, park and ride and a ridehail
/// the table does not say which part was driven: these avoid nothing here.
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics::{self, DateRange, EmissionFactors}, mysql::Conn};
/// # fn tell(conn: &mut Conn, month: DateRange, factors: &EmissionFactors) -> Result<()> {
/// for employer in analytics::avoided_emissions(conn, month, factors)? {
///     println!("{:?}: {:.0} kg of CO2", employer.enterprise_id(), employer.co2());
/// }
/// println!("by {}", factors.source);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`](super::daily_revenue), with `SELECT` on `trip` and `auth_user`.
pub fn avoided_emissions<C: Connection>(
    conn: &mut C,
    range: DateRange,
    factors: &EmissionFactors,
) -> Result<Vec<AvoidedEmissions>> {
    Analytics::new().avoided_emissions(conn, range, factors)
}
