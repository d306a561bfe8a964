//! How many licences of a type were held, day by day, as the ledger says.
//!
//! Read by the page about licences for its curve. It goes back from what is held now, so that the newest point
//! is always the present number of the ledger. Nothing here decides anything.

use firebell_base::Timestamp;
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::LicenceType;
use firebell_sql::ReadTx;
use firebell_store::seat_history as rows;
use firebell_store::seats;

use crate::authority::Authority;
use crate::error::ConfigError;

/// Days one curve has at most.
pub const DAYS_MAX: u16 = 366;

/// A curve of licences held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curve {
    /// Of which type.
    pub licence: LicenceType,
    /// How many were held: at the end of the first day, of each day after it, and now. One more than days
    /// were asked for.
    pub held: Vec<u32>,
    /// How many were taken in that time.
    pub taken: u64,
    /// How many were released in that time.
    pub released: u64,
}

impl Authority {
    /// How many licences were held in so many days before an instant, for each type.
    ///
    /// # Errors
    /// [`ConfigError::Store`].
    pub async fn seat_curves(
        &self,
        no: InstanceNo,
        days: u16,
        now: Timestamp,
    ) -> Result<Vec<Curve>, ConfigError> {
        let days = days.clamp(1, DAYS_MAX);
        self.db().read("config.seat_curves", move |tx| curves(tx, no, days, now)).await
    }
}

fn curves(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    days: u16,
    now: Timestamp,
) -> Result<Vec<Curve>, ConfigError> {
    let held = seats::held(tx, no)?;
    let (taken, released) = rows::days(tx, no, now.as_microsecond(), i64::from(days))?;
    let one = |licence: LicenceType| {
        let of = |list: &[rows::DayRow]| -> Vec<(i64, i64)> {
            let own = list.iter().filter(|row| row.licence == licence.word());
            own.map(|row| (row.day, row.count)).collect()
        };
        let present = held.iter().find(|(word, _)| word == licence.word()).map_or(0, |h| h.1);
        curve(licence, present, (&of(&taken), &of(&released)), days)
    };
    Ok(LicenceType::ALL.map(one).into())
}

/// Days back, and how many seats on each.
type Days<'a> = &'a [(i64, i64)];

/// From what is held now, day by day back: who was taken in was not there before.
fn curve(
    licence: LicenceType,
    present: i64,
    (taken, released): (Days<'_>, Days<'_>),
    days: u16,
) -> Curve {
    let on = |list: &[(i64, i64)], day: i64| -> i64 {
        list.iter().filter(|(of, _)| *of == day).map(|(_, count)| count).sum()
    };
    let mut held = vec![present];
    let mut now = present;
    for day in 0..i64::from(days) {
        now = now - on(taken, day) + on(released, day);
        held.push(now);
    }
    held.reverse();
    let sum = |list: &[(i64, i64)]| u64::try_from(list.iter().map(|(_, n)| n).sum::<i64>());
    Curve {
        licence,
        held: held.into_iter().map(|n| u32::try_from(n.max(0)).unwrap_or(u32::MAX)).collect(),
        taken: sum(taken).unwrap_or(0),
        released: sum(released).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_ends_with_what_is_held_now() {
        let (taken, released) = ([(0, 2), (2, 5)], [(1, 1)]);
        let found = curve(LicenceType::FullUser, 10, (&taken, &released), 4);
        assert_eq!(found.held, [4, 4, 9, 8, 10]);
        assert_eq!((found.taken, found.released), (7, 1));
        let nothing = curve(LicenceType::FullUser, 0, (&[], &[]), 2);
        assert_eq!(nothing.held, [0, 0, 0]);
    }
}
