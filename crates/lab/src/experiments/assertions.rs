//! Assertions: sentences that phones printed in a world, each bound to a statement that the world makes true or false.
//!
//! Five kinds of sentences are judged: *Delivered: Bob's phone has it*, *Bob has linked a device*, *only the
//! recipient's phone can read*, *nobody but whoever has the key can read the backup*, and *messages now disappear after
//! 1 day*. A sentence that is false with
//! an order and true without it became false through the order. One that is false without it too is a finding about the
//! design.

use std::collections::BTreeSet;

use pillarbox_access::demand::seized_phone;
use pillarbox_client::sentences::{self, progress};
use pillarbox_client::{BackupKey, DeliveryState};
use serde::{Deserialize, Serialize};

use super::error::ExperimentError;
use super::staging::Staged;
use crate::evidence::reread::LeftBackups;
use crate::record::{Kind, Line, text_id};
use crate::scenario::Act;
use crate::truth::{Said, WhereSaid};

/// The statement of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Assertion {
    /// The phone of a named person has a text, when the sentence appears.
    PhoneHasIt {
        /// The name of the person.
        of: String,
        /// The text, by its number in the story.
        message: String,
    },
    /// Every device that is linked to a person's account was linked by that person.
    OwnersLinkedDevices {
        /// The person.
        of: String,
    },
    /// Nothing that lies at any operator opens a person's backup.
    OnlyOwnerOpensBackup {
        /// The person.
        of: String,
    },
    /// No text between a person and the phone's owner that is gone from both phones is left elsewhere.
    TextsDisappear {
        /// The phone's owner.
        of: String,
        /// The person, who has chosen that texts disappear.
        with: String,
    },
    /// Nothing that a person said is read anywhere but on the phones of its recipients.
    OnlyRecipientReads {
        /// The person.
        of: String,
    },
}

/// A sentence that a phone printed, and whether its statement held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asserted {
    /// The owner of the phone that printed it.
    pub who: String,
    /// The time, in milliseconds since 1970.
    pub at: u64,
    /// The sentence, as the phone printed it.
    pub text: String,
    /// Its statement.
    pub says: Assertion,
    /// True if the statement held.
    pub holds: bool,
}

impl Asserted {
    /// Returns every sentence of a judged kind that phones printed in a world.
    pub(super) fn in_world(staged: &Staged) -> Vec<Self> {
        let Staged { world, scenario, .. } = staged;
        let scorer = world.scorer();
        let name = |who| scenario.person(who).map_or("", |person| person.name.as_str());
        let lines = world.record().lines();
        let confirmed = scorer.confirmed().iter().filter_map(|told| {
            let said = scorer.said().get(told.said.0)?;
            let (who, of) = (name(said.by), name(told.who));
            let text = progress(DeliveryState::Delivered, of);
            let is_printed = lines.iter().filter(|line| line.at == told.at).any(|line| {
                matches!(&line.kind, Kind::Notice { who: owner, says, .. } if owner == who && *says == text)
            });
            let holds = scorer
                .read()
                .iter()
                .any(|read| read.said == told.said && read.who == told.who && read.at <= told.at);
            let says = Assertion::PhoneHasIt { of: of.to_owned(), message: text_id(told.said.0) };
            is_printed.then(|| Self { who: who.to_owned(), at: told.at.0, text, says, holds })
        });
        confirmed.collect()
    }

    /// Returns what phones said about devices that somebody has linked. A person has linked a device if their own
    /// phone knows of one. `is_said` is false for the world with which another is compared: there nobody said it
    /// about anybody.
    pub(super) fn about_devices(staged: &Staged, is_said: bool) -> Vec<Self> {
        let Staged { world, scenario, .. } = staged;
        let mut asserted = Vec::new();
        for (of, person) in scenario.everybody() {
            let of_them = person.name.clone();
            let says = Assertion::OwnersLinkedDevices { of: of_them.clone() };
            if !is_said {
                let (at, text) = (0, String::new());
                asserted.push(Self { who: of_them, at, text, says, holds: true });
                continue;
            }
            let has_linked = world.phones_of(of).any(|phone| phone.devices().is_ok_and(|all| all.len() > 1));
            let told = format!("{} {of_them} has linked a device", sentences::WARNING);
            for line in world.record().lines() {
                if let Kind::Notice { who, says: text, .. } = &line.kind
                    && text.starts_with(&told)
                {
                    let (who, at, text) = (who.clone(), line.at.0, text.clone());
                    asserted.push(Self { who, at, text, says: says.clone(), holds: has_linked });
                }
            }
        }
        asserted
    }

    /// Returns what each phone says at the end about who can read the texts of its owner. `opened` are the texts that
    /// somebody read elsewhere than on a phone of a recipient, by their numbers in the story.
    pub(super) fn about_protection(staged: &Staged, opened: &BTreeSet<String>) -> Vec<Self> {
        let Staged { world, scenario, .. } = staged;
        let said = world.scorer().said();
        let is_read =
            |who| (0..).zip(said).any(|(number, said)| said.by == who && opened.contains(&text_id(number)));
        let people = scenario.everybody().filter_map(|(who, person)| {
            let phone = world.phones_of(who).next()?;
            let text = sentences::protection(phone.account().protection)?;
            let (who, holds) = (person.name.clone(), !is_read(who));
            let says = Assertion::OnlyRecipientReads { of: who.clone() };
            Some(Self { who, at: scenario.inquiry.served.0, text: text.to_owned(), says, holds })
        });
        people.collect()
    }

    /// Returns what phones said about texts that disappear from then on. `opened` are the texts that somebody read
    /// elsewhere than on a phone of a recipient, by their numbers in the story.
    pub(super) fn about_timers(
        staged: &Staged,
        opened: &BTreeSet<String>,
    ) -> Result<Vec<Self>, ExperimentError> {
        let Staged { world, scenario, .. } = staged;
        let mut asserted = Vec::new();
        for event in &scenario.events {
            let Act::SetsTimer { with: owner, after: Some(seconds) } = event.act else { continue };
            let names = [event.who, owner].map(|who| scenario.person(who).map(|it| it.name.clone()));
            let [Some(with), Some(who)] = names else { continue };
            let text = format!("{with}: {}", sentences::timer(Some(seconds)));
            let is_it = |line: &&Line| matches!(&line.kind, Kind::Notice { who: of, says, .. } if *of == who && *says == text);
            let Some(printed) = world.record().lines().iter().filter(is_it).find(|line| line.at >= event.at)
            else {
                continue;
            };
            let mut left = BTreeSet::new();
            let mut have_phones = true;
            for person in [event.who, owner] {
                have_phones &= world.phones_of(person).next().is_some();
                for phone in world.phones_of(person) {
                    left.extend(seized_phone::read(phone, "")?.facts.said.into_iter().map(|text| text.text));
                }
            }
            // From a phone that is gone nothing has disappeared.
            let is_between = |said: &Said| {
                let ends = [event.who, owner];
                let to = said.to.as_slice();
                said.place == WhereSaid::Private
                    && ends.contains(&said.by)
                    && to.iter().all(|to| ends.contains(to))
            };
            let said = (0..).zip(world.scorer().said());
            let mut gone = said
                .filter(|(_, said)| said.at >= printed.at && is_between(said) && !left.contains(&said.text));
            let holds = !have_phones || !gone.any(|(number, _)| opened.contains(&text_id(number)));
            let says = Assertion::TextsDisappear { of: who.clone(), with };
            asserted.push(Self { who, at: printed.at.0, text, says, holds });
        }
        Ok(asserted)
    }

    /// Returns what the phones of people who have left a backup under their own key say at the end about who can read
    /// it. The sentence holds unless the rows of all operators together open the backup.
    pub(super) fn about_backups(staged: &Staged) -> Result<Vec<Self>, ExperimentError> {
        let Staged { world, scenario, .. } = staged;
        let mut left = LeftBackups::default();
        for site in world.sites() {
            site.holdings()?.rows().deposits.iter().for_each(|row| left.add_row(row));
        }
        let accounts = world.scorer().accounts();
        let mut asserted = Vec::new();
        for (account, texts) in left.open(left.keys()) {
            let owner = accounts.iter().find(|behind| behind.account.to_string() == account);
            let Some((who, person)) = owner.and_then(|it| Some((it.who, scenario.person(it.who)?))) else {
                continue;
            };
            let phone = world.phones_of(who).next();
            let held_by = phone.and_then(|phone| phone.account().habits.backup);
            if held_by == Some(BackupKey::Owner) {
                let (who, text) = (person.name.clone(), sentences::backup_readers(BackupKey::Owner));
                let says = Assertion::OnlyOwnerOpensBackup { of: who.clone() };
                let (at, text) = (scenario.inquiry.served.0, text.to_owned());
                asserted.push(Self { who, at, text, says, holds: texts.is_err() });
            }
        }
        Ok(asserted)
    }

    /// Returns the sentences that are false in one world and were false in the `usual` one too.
    #[must_use]
    pub fn was_false(with: &[Self], usual: &[Self]) -> Vec<Self> {
        let false_before: BTreeSet<&Assertion> =
            usual.iter().filter(|it| !it.holds).map(|it| &it.says).collect();
        with.iter().filter(|it| !it.holds && false_before.contains(&it.says)).cloned().collect()
    }

    /// Returns the sentences that are false in one world and whose counterpart was true in the `usual` one.
    #[must_use]
    pub fn became_false(with: &[Self], usual: &[Self]) -> Vec<Self> {
        let held: BTreeSet<&Assertion> = usual.iter().filter(|it| it.holds).map(|it| &it.says).collect();
        with.iter().filter(|it| !it.holds && held.contains(&it.says)).cloned().collect()
    }
}
