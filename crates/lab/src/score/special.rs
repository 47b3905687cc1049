//! Measures for one kind of demand each: guesses at a passcode, disappearing texts, a channel that is taken down, a
//! relay elsewhere, a notice that is answered.

use pillarbox_access::Item;
use pillarbox_access::demand::notice_to_change::Subject;
use pillarbox_access::design::AnswersNotice;
use serde::{Deserialize, Serialize};

use super::share::{Noticed, Share};

/// The result of guessing the passcode of a phone that is off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guesses {
    /// The kind of passcode, in words.
    pub kind: String,
    /// The number of codes of that kind, in decimal, because it is larger than the numbers of many programs.
    pub codes: String,
    /// The time of one guess in the calculations of this program, in milliseconds. It is a hypothesis and was not
    /// measured.
    pub supposed_guess_ms: u64,
    /// The number of guesses tried on a copy of the phone's storage, where nothing erases itself.
    pub tried: u64,
    /// The number of the guess that opened the copy, counted from 1; `None` if no guess opened it.
    pub opened_by: Option<u64>,
    /// The number of wrong guesses after which the phone was set to erase itself, if the guesses go through the phone.
    pub erases_after: u64,
    /// The number of guesses after which the phone was erased; `None` if it was not.
    pub erased_after: Option<u64>,
    /// The number of the guess that opened the phone before that; `None` if no guess opened it.
    pub opened_before: Option<u64>,
}

/// A conversation whose texts disappear.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisappearingTimer {
    /// The other person, as the phone names them.
    pub with: String,
    /// The lifetime of a text in seconds.
    pub seconds: u64,
}

/// The posts that a takedown destroys, and those that it does not reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostCounts {
    /// The posts deleted from the operator's rows, as a fraction of those that it could have handed over the moment
    /// before.
    pub destroyed: Share,
    /// The fraction of the posts that a first-time visitor could read just before the takedown.
    pub stranger_before: Share,
    /// The fraction of the posts that a first-time visitor could read just after the takedown.
    pub stranger_after: Share,
    /// The fraction of the posts that some follower's phone had fetched before.
    pub fetched: Share,
    /// The number of followers whose phones had fetched some.
    pub followers: u64,
}

/// The effect of a block when people move to a relay that it does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelocationOutcome {
    /// The texts that arrive after the move, as a fraction of those that do not arrive because of the block.
    pub restored: Share,
    /// Pairs of contacts who found each other by number again.
    pub by_number: u64,
    /// Pairs who had to exchange invitations.
    pub by_invitation: u64,
}

/// The texts that one contact shows, if nobody else does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shows {
    /// The name of the contact.
    pub who: String,
    /// The fraction of the target's texts.
    pub texts: Share,
}

/// A holder of texts other than the place that a demand asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    /// The target's own phone, open.
    OwnPhone,
    /// The phones of the target's contacts, all together.
    Contacts,
    /// The target's backup, wherever it is stored.
    Backup,
    /// The backups of the target's contacts, all together.
    ContactsBackups,
    /// The messenger's operator, in its storage.
    Operator,
}

impl Holder {
    /// Returns the holder's name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OwnPhone => "own-phone",
            Self::Contacts => "contacts",
            Self::Backup => "backup",
            Self::ContactsBackups => "contacts-backups",
            Self::Operator => "operator",
        }
    }

    /// Returns the holder's name for people.
    #[must_use]
    pub const fn wording(self) -> &'static str {
        match self {
            Self::OwnPhone => "the target's own phone, open",
            Self::Contacts => "contacts' phones together",
            Self::Backup => "the target's backup, if it can be read",
            Self::ContactsBackups => "contacts' backups that can be read",
            Self::Operator => "what the operator stores",
        }
    }
}

/// The readable texts of a holder, among those that a demand is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextsAt {
    /// The holder.
    pub holder: Holder,
    /// The texts, by their numbers in the story.
    pub texts: Vec<String>,
    /// The number of texts that the demand is about.
    pub of: u64,
}

/// The yield of a thief who steals the rows and keys of the party that was asked, as far as the demand is about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thief {
    /// The fraction of the demanded data that the thief has, at the time when the demand is served.
    pub rows: Share,
    /// The fraction that the thief would have without the order; `None` if nothing is ordered.
    pub without: Option<Share>,
}

/// A returned item that the demand does not count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraEntry {
    /// The item.
    pub what: Item,
    /// The number of entries.
    pub entries: u64,
}

/// Outcomes of a notice to change the software: by the operator's own answer, and by complying.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeOutcomes {
    /// The country whose authority served it.
    pub country: String,
    /// The subject of the notice; `None` if the software keeps nothing from the operator.
    pub about: Option<Subject>,
    /// The outcome of the operator's own answer.
    pub stated: NoticeOutcome,
    /// The outcome of complying, if the operator's own answer is another.
    pub complied: Option<NoticeOutcome>,
}

/// The outcome of a notice that was answered in one way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeOutcome {
    /// The answer; `None` if the operator's answer is not known, which is measured as compliance.
    pub answer: Option<AnswersNotice>,
    /// Texts of the target from before the notice that were returned readable.
    pub content_past: Share,
    /// Texts of the target from the notice on that were returned readable.
    pub content_future: Share,
    /// Anybody's texts that did not arrive, as a fraction of those that arrive without the notice.
    pub lost: Share,
    /// People whose phones received something different because of the notice.
    pub could_notice: Vec<String>,
    /// The people who noticed, and the times.
    pub noticed: Vec<Noticed>,
}
