//! The rows about messages that a relay has: those that it keeps, and those that have passed it.

use std::collections::BTreeMap;

use pillarbox_access::facts::Wrote;
use pillarbox_lab::world::WorldError;
use pillarbox_relay::Logged;
use pillarbox_wire::AccountId;

use crate::live::Live;

impl Live {
    /// Every message of which a row at the relay tells, once each: rows of messages, and the log where it keeps one.
    pub(crate) fn kept_rows(&self) -> Result<Vec<Wrote>, WorldError> {
        let Some((site, _)) = self.relay() else { return Ok(Vec::new()) };
        let holdings = site.holdings()?;
        let (mut numbered, mut others) = (BTreeMap::new(), Vec::new());
        for event in holdings.rows().events.iter().filter(|event| event.what == Logged::Sent) {
            let wrote = Wrote { at: event.at, from: self.named(event.account), to: self.named(event.about) };
            match event.message {
                Some(message) => drop(numbered.insert(message, wrote)),
                None => others.push(wrote),
            }
        }
        for row in &holdings.rows().messages {
            let from = self.named(row.sender.map(|sender| sender.account));
            let to = self.named(holdings.recipient(row).map(|recipient| recipient.account));
            let logged = numbered.remove(&row.message);
            let (from, to) = match logged {
                Some(logged) => (logged.from.or(from), logged.to.or(to)),
                None => (from, to),
            };
            numbered.insert(row.message, Wrote { at: row.accepted_at, from, to });
        }
        let mut rows: Vec<Wrote> = numbered.into_values().chain(others).collect();
        rows.sort();
        Ok(rows)
    }

    /// Every message that has passed the relay, as it saw it.
    pub(crate) fn seen_rows(&self) -> Vec<Wrote> {
        let passed = self.relay().into_iter().flat_map(|(_, tap)| tap.messages());
        passed
            .map(|message| Wrote {
                at: message.at,
                from: self.named(message.from),
                to: self.named(message.to),
            })
            .collect()
    }

    fn named(&self, account: Option<AccountId>) -> Option<String> {
        self.name_of(account?).map(str::to_owned)
    }
}
