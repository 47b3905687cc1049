//! Key escrow: what an authority opens of messages with its key, or with shares of it, and what a thief opens.

use std::collections::BTreeMap;

use pillarbox_access::demand::Demand;
use pillarbox_access::demand::notice_to_change::NOTICE_TO_CHANGE;
use pillarbox_access::design::Design;
use pillarbox_access::facts::{Facts, ReadableText};
use pillarbox_client::body::BodyId;
use pillarbox_proposals::escrow::{EscrowAuthority, EscrowSecret};
use pillarbox_wire::AccountId;

use super::answered::Answered;
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::staging::Ordered;
use super::views::Views;
use crate::answer::counted_by;
use crate::escrow::EscrowAttempt;
use crate::evidence::reread::{pieces, text_of};
use crate::scenario::Scenario;
use crate::score::{Capability, Counted};

/// Who opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opener {
    /// A holder of the key itself.
    WholeKey,
    /// This many of three agents.
    Agents(usize),
}

impl Opener {
    fn secret(self, authority: &EscrowAuthority) -> EscrowSecret {
        match self {
            Self::WholeKey => authority.whole_key(),
            Self::Agents(agents) => authority.shares_of(agents),
        }
    }
}

/// One case of escrow.
pub(crate) struct Escrow {
    /// The case's name in tables.
    pub(crate) name: &'static str,
    /// Who opens the messages.
    pub(crate) opener: Opener,
    /// True if the operators keep delivered messages.
    pub(crate) is_kept: bool,
    /// True for somebody without an order, who has what the operator keeps or, if it keeps nothing, has recorded
    /// everything that passed.
    pub(crate) is_thief: bool,
}

/// A message that somebody has.
struct Recorded<'w> {
    payload: &'w [u8],
    from: Option<AccountId>,
    to: Option<AccountId>,
}

impl Experiment for Escrow {
    fn demand(&self) -> &'static Demand {
        &NOTICE_TO_CHANGE
    }

    fn name(&self) -> &'static str {
        self.name
    }

    fn control(&self) -> &'static str {
        "escrow-one-key"
    }

    fn is_about_sessions(&self) -> bool {
        true
    }

    fn what(&self) -> Counted {
        Counted::TextsAfter
    }

    fn ordered(&self, _: &Design, _: &Scenario) -> Ordered {
        Ordered::Escrow { is_kept: self.is_kept, is_tapped: !self.is_thief }
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered { means: Capability::There, rereadable: true, ..Answered::default() };
        let Some(authority) = views.escrow() else { return Ok(answered) };
        let secret = self.opener.secret(authority);
        let sources = if self.is_thief { views.watched()? } else { views.tapped()? };
        let (reads_rows, reads_passing) = (!self.is_thief || self.is_kept, !self.is_thief || !self.is_kept);
        answered.pieces.push(pieces::escrow_secret(&secret.to_bytes()));
        let mut said: BTreeMap<BodyId, ReadableText> = BTreeMap::new();
        let (mut tried, mut opened, mut in_the_clear) = (0_u64, 0_u64, 0_u64);
        let mut refused: BTreeMap<&str, u64> = BTreeMap::new();
        for (holdings, tap) in sources {
            let passed = tap.messages().filter(|_| reads_passing).map(|it| Recorded {
                payload: &it.payload,
                from: it.from,
                to: it.to,
            });
            let kept = holdings.rows().messages.iter().filter(|_| reads_rows).map(|row| Recorded {
                payload: row.payload.as_slice(),
                from: row.sender.map(|sender| sender.account),
                to: holdings.recipient(row).map(|to| to.account),
            });
            let about = |it: &Recorded<'_>| {
                let one_of =
                    |account: Option<AccountId>| account.is_some_and(|it| views.accounts().contains(&it));
                self.is_thief || one_of(it.from) || one_of(it.to)
            };
            for recorded in passed.chain(kept).filter(about) {
                tried += 1;
                let payload = recorded.payload;
                let body = match EscrowAttempt::on(&secret, payload) {
                    EscrowAttempt::InTheClear(body) => {
                        in_the_clear += 1;
                        answered.pieces.push(pieces::message(payload));
                        body
                    }
                    EscrowAttempt::Opened(body) => {
                        opened += 1;
                        answered.pieces.push(pieces::escrowed("opened", payload));
                        body
                    }
                    EscrowAttempt::Refused(why) => {
                        answered.pieces.push(pieces::escrowed(why, payload));
                        *refused.entry(why).or_default() += 1;
                        None
                    }
                };
                if let Some(text) = body.and_then(text_of) {
                    let name = |account| holdings.name(account);
                    let (from, to) = (recorded.from.map(name), recorded.to.map(name));
                    let at = text.sent_at;
                    said.entry(text.id).or_insert(ReadableText {
                        at,
                        from,
                        to,
                        text: text.text,
                        group: None,
                    });
                }
            }
        }
        // A row that is kept passed as well.
        answered.pieces.sort_by(|one, other| (&one.part, &one.sha256).cmp(&(&other.part, &other.sha256)));
        answered.pieces.dedup();
        answered.brought.origin.named_by_operator = !said.is_empty();
        answered.facts(&Facts { said: said.into_values().collect(), ..Facts::default() });
        answered.reasons.push(format!(
            "Of {}, receipts included, {} with {}.",
            counted_by(tried, "messages"),
            if opened == 1 { "1 opened".to_owned() } else { format!("{opened} opened") },
            match self.opener {
                Opener::WholeKey => "the key".to_owned(),
                Opener::Agents(1) => "one share".to_owned(),
                Opener::Agents(2) => "the answers of two agents, each with their own share".to_owned(),
                Opener::Agents(_) => "three shares that lie in one hand".to_owned(),
            }
        ));
        if in_the_clear > 0 {
            answered.reasons.push(format!("{} needed no key.", counted_by(in_the_clear, "messages")));
        }
        let refused = refused.into_iter().map(|(why, count)| format!("Not opened: {count}, because {why}."));
        answered.reasons.extend(refused);
        Ok(answered)
    }
}
