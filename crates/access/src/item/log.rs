//! Items that stand in the log of events.

use pillarbox_relay::Logged;
use pillarbox_relay::store::EventRow;

use super::read::{Reply, Rows};
use crate::evidence::Exhibit;
use crate::returned::Blank;

pub(super) fn registration_ip(rows: &Rows<'_>) -> Reply {
    let registered = rows.happened(Logged::Registered);
    let with_address: Vec<&EventRow> = registered.filter(|event| event.address.is_some()).collect();
    lines(&with_address, rows.not_logged(Logged::Registered), from)
}

/// Time and address of every login; a login of which the address is not kept is none.
pub(super) fn logins(rows: &Rows<'_>) -> Reply {
    let connected = rows.happened(Logged::Connected);
    let with_address: Vec<&EventRow> = connected.filter(|event| event.address.is_some()).collect();
    lines(&with_address, rows.not_logged(Logged::Connected), |event| {
        format!("{} from {}", event.at, from(event))
    })
}

/// Look-ups by the account, and look-ups of its number by anybody.
pub(super) fn lookups(rows: &Rows<'_>) -> Reply {
    let number = rows.account.handle.as_ref().map(ToString::to_string);
    let account = rows.account.account;
    let concerns = |event: &&EventRow| {
        event.account == Some(account)
            || event.about == Some(account)
            || (number.is_some() && event.name == number)
    };
    let looked: Vec<&EventRow> = rows.of_everybody(Logged::LookedUp).filter(concerns).collect();
    lines(&looked, rows.not_logged(Logged::LookedUp), |event| {
        let who =
            event.account.map_or_else(|| "somebody without a name".into(), |account| rows.name(account));
        format!("{}: {who} looked up {}", event.at, event.name.as_deref().unwrap_or("a number"))
    })
}

pub(super) fn changes(rows: &Rows<'_>) -> Reply {
    let changed: Vec<&EventRow> = rows.happened(Logged::Changed).collect();
    lines(&changed, rows.not_logged(Logged::Changed), |event| {
        format!("{}: {}", event.at, event.name.as_deref().unwrap_or("something"))
    })
}

fn lines(events: &[&EventRow], otherwise: Blank, line: impl Fn(&EventRow) -> String) -> Reply {
    let exhibits = events.iter().map(|event| Exhibit::row("events", event)).collect();
    Reply::of(events.iter().map(|event| line(event)).collect(), exhibits, otherwise)
}

fn from(event: &EventRow) -> String {
    event.address.map(|address| address.to_string()).unwrap_or_default()
}
