//! Items read from the log of events.

use pillarbox_relay::Logged;
use pillarbox_relay::store::EventRow;

use super::rows::{ItemReading, Rows};
use crate::evidence::Exhibit;
use crate::returned::Blank;

pub(super) fn registration_ip(rows: &Rows<'_>) -> ItemReading {
    with_address(rows, Logged::Registered, from)
}

/// Reads time and address of every login. A login that was logged without an address is left out.
pub(super) fn logins(rows: &Rows<'_>) -> ItemReading {
    with_address(rows, Logged::Connected, |event| format!("{} from {}", event.at, from(event)))
}

/// Reads the log's rows that have an address. If there are rows and none has one, the relay does not record addresses.
fn with_address(rows: &Rows<'_>, what: Logged, line: impl Fn(&EventRow) -> String) -> ItemReading {
    let (with, without): (Vec<&EventRow>, Vec<&EventRow>) =
        rows.happened(what).partition(|event| event.address.is_some());
    let otherwise = if without.is_empty() { rows.not_logged(what) } else { Blank::NotWrittenDown };
    lines(&with, otherwise, line)
}

/// Reads look-ups by the account and look-ups of its number by anybody. A fetch of keys, which precedes a first
/// message, counts as a look-up.
pub(super) fn lookups(rows: &Rows<'_>) -> ItemReading {
    let number = rows.account.handle.as_ref().map(ToString::to_string);
    let account = rows.account.account;
    let concerns = |event: &&EventRow| {
        event.account == Some(account)
            || event.about == Some(account)
            || (number.is_some() && event.name == number)
    };
    let both = [Logged::LookedUp, Logged::Fetched].into_iter().flat_map(|what| rows.of_everybody(what));
    let mut looked: Vec<&EventRow> = both.filter(concerns).collect();
    looked.sort_by_key(|event| event.event);
    lines(&looked, rows.not_logged(Logged::LookedUp), |event| {
        let who =
            event.account.map_or_else(|| "somebody without a name".into(), |account| rows.name(account));
        let about = event.about.map(|account| rows.name(account));
        match event.what {
            Logged::Fetched => {
                format!(
                    "{}: {who} fetched keys to write to {}",
                    event.at,
                    about.as_deref().unwrap_or("somebody")
                )
            }
            _ => format!("{}: {who} looked up {}", event.at, event.name.as_deref().unwrap_or("a number")),
        }
    })
}

pub(super) fn changes(rows: &Rows<'_>) -> ItemReading {
    let changed: Vec<&EventRow> = rows.happened(Logged::Changed).collect();
    lines(&changed, rows.not_logged(Logged::Changed), |event| {
        format!("{}: {}", event.at, event.name.as_deref().unwrap_or("something"))
    })
}

fn lines(events: &[&EventRow], otherwise: Blank, line: impl Fn(&EventRow) -> String) -> ItemReading {
    let exhibits = events.iter().map(|event| Exhibit::row("events", event)).collect();
    ItemReading::of(events.iter().map(|event| line(event)).collect(), exhibits, otherwise)
}

fn from(event: &EventRow) -> String {
    event.address.map(|address| address.to_string()).unwrap_or_default()
}
