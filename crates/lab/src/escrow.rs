//! An escrow authority at work: how it tries to read one message, and how it reads the rows of a relay.

use std::collections::BTreeMap;

use pillarbox_access::RelayHoldings;
use pillarbox_client::body::Body;
use pillarbox_client::display::safe_lines;
use pillarbox_proposals::escrow::EscrowSecret;
use pillarbox_session::kind::{PayloadKind, kind};
use pillarbox_wire::{AccountId, Timestamp};

use crate::answer::counted_by;
use crate::evidence::reread::text_of;

/// The outcome for one message. A body that this version cannot read is left out.
pub(crate) enum EscrowAttempt {
    /// The server can read it, and so can whoever has its rows.
    InTheClear(Option<Body>),
    /// The secret opened it.
    Opened(Option<Body>),
    /// The message did not open, for this reason.
    Refused(&'static str),
}

impl EscrowAttempt {
    /// Tries to read a payload.
    pub(crate) fn on(secret: &EscrowSecret, payload: &[u8]) -> Self {
        match (kind(payload), secret.recover(payload)) {
            (Ok(PayloadKind::ServerReadable), _) => {
                Self::InTheClear(Body::read(payload.get(1..).unwrap_or_default()).ok())
            }
            (_, Ok(body)) => Self::Opened(Body::read(&body).ok()),
            (Ok(PayloadKind::Sealed), Err(_)) => {
                Self::Refused("it lies in a sealed envelope, which only its recipient opens")
            }
            (_, Err(why)) => Self::Refused(why.wording()),
        }
    }
}

/// The messages that an authority read in the rows of a relay.
#[derive(Debug, Default)]
pub struct EscrowReading {
    /// The texts, in the order in which the relay accepted them.
    texts: Vec<EscrowedText>,
    /// The messages that were tried.
    tried: u64,
    /// Messages that the secret opened, receipts included.
    opened: u64,
    /// Messages that needed no secret.
    in_the_clear: u64,
    /// Messages that did not open, by reason.
    refused: BTreeMap<&'static str, u64>,
}

/// A text, with what its row says of it.
#[derive(Debug)]
struct EscrowedText {
    at: Timestamp,
    from: String,
    to: String,
    text: String,
}

impl EscrowReading {
    /// Tries to read every message that a relay holds.
    #[must_use]
    pub fn of(holdings: &RelayHoldings, secret: &EscrowSecret) -> Self {
        let mut reading = Self::default();
        let name = |account: Option<AccountId>| {
            account.map_or_else(|| "an unknown sender".to_owned(), |account| holdings.name(account))
        };
        for row in &holdings.rows().messages {
            reading.tried += 1;
            let body = match EscrowAttempt::on(secret, row.payload.as_slice()) {
                EscrowAttempt::InTheClear(body) => {
                    reading.in_the_clear += 1;
                    body
                }
                EscrowAttempt::Opened(body) => {
                    reading.opened += 1;
                    body
                }
                EscrowAttempt::Refused(why) => {
                    *reading.refused.entry(why).or_default() += 1;
                    None
                }
            };
            if let Some(text) = body.and_then(text_of) {
                reading.texts.push(EscrowedText {
                    at: row.accepted_at,
                    from: name(row.sender.map(|sender| sender.account)),
                    to: name(holdings.recipient(row).map(|to| to.account)),
                    text: text.text,
                });
            }
        }
        reading
    }

    /// Returns the texts, a line for each.
    #[must_use]
    pub fn lines(&self) -> String {
        let line =
            |it: &EscrowedText| format!("{}  {} to {}: {}\n", it.at, it.from, it.to, safe_lines(&it.text));
        self.texts.iter().map(line).collect()
    }

    /// Returns true if any message was read.
    #[must_use]
    pub const fn has_read(&self) -> bool {
        self.opened + self.in_the_clear > 0
    }

    /// Returns the result in one sentence for each kind of message.
    #[must_use]
    pub fn sentences(&self) -> String {
        if self.tried == 0 {
            return "The relay holds no message. It deletes each when it is delivered, unless it is started with \
                    --keep-delivered."
                .to_owned();
        }
        let texts = match self.texts.len() {
            0 => "none is a text".to_owned(),
            1 => "1 is a text".to_owned(),
            more => format!("{more} are texts"),
        };
        let all =
            format!("Of {} that the relay holds, receipts included", counted_by(self.tried, "messages"));
        let mut sentences = vec![match self.opened {
            0 => format!("{all}, none opened."),
            opened => format!("{all}, {opened} opened; of these {texts}."),
        }];
        if self.in_the_clear > 0 {
            sentences.push(format!("{} needed no key.", counted_by(self.in_the_clear, "messages")));
        }
        let refused = self.refused.iter().map(|(why, count)| format!("Not opened: {count}, because {why}."));
        sentences.extend(refused);
        sentences.join(" ")
    }
}
