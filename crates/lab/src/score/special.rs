//! Measures of one kind of demand each: guesses at a passcode, texts that disappear, a channel that is taken down, a relay elsewhere,
//! a notice that is answered.

use pillarbox_access::Item;
use pillarbox_access::demand::notice_to_change::Subject;
use pillarbox_access::design::AnswersNotice;
use serde::{Deserialize, Serialize};

use super::measures::{Noticed, Share};

/// What came of guessing the passcode of a phone that is off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guesses {
    /// The kind of passcode, in words.
    pub kind: String,
    /// How many codes there are of that kind, in decimal: more than many programs' numbers hold.
    pub codes: String,
    /// What one guess takes in the sums of this program, in milliseconds: a hypothesis, and not measured.
    pub supposed_guess_ms: u64,
    /// How many were tried on a copy of what lies on the phone, where nothing erases itself.
    pub tried: u64,
    /// Which guess opened it, from 1; none if none did.
    pub opened_by: Option<u64>,
    /// After how many wrong guesses the phone was set to erase itself, where guesses go through it.
    pub erases_after: u64,
    /// After how many it was gone; none if it was not.
    pub erased_after: Option<u64>,
    /// Which guess opened it before that; none if none did.
    pub opened_before: Option<u64>,
}

/// A conversation whose texts disappear.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timer {
    /// With whom, as the phone names them.
    pub with: String,
    /// After how many seconds.
    pub seconds: u64,
}

/// What a takedown destroys, and what it does not reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posts {
    /// Posts that the operator could have handed over the moment before, and how many of them are gone from its rows.
    pub destroyed: Share,
    /// How many of the posts somebody read who had never been there, just before.
    pub stranger_before: Share,
    /// The same just after.
    pub stranger_after: Share,
    /// How many of them some follower's phone had fetched before.
    pub fetched: Share,
    /// How many followers' phones had.
    pub followers: u64,
}

/// What becomes of a block when people move to a relay that it does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// Of the texts that do not arrive because of the block, those that arrive then.
    pub restored: Share,
    /// Pairs of contacts who found each other by number again.
    pub by_number: u64,
    /// Pairs who had to hand each other invitations.
    pub by_invitation: u64,
}

/// What one contact shows, if nobody else does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shows {
    /// Who.
    pub who: String,
    /// How many of the target's texts.
    pub texts: Share,
}

/// Where texts lie, beside the place that a demand asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    /// The target's own phone, open.
    OwnPhone,
    /// The phones of the target's contacts, all together.
    Contacts,
    /// The target's backup, wherever it lies.
    Backup,
    /// The backups of the target's contacts, all together.
    ContactsBackups,
    /// What the messenger's operator stores.
    Operator,
}

impl Holder {
    /// Its name in files.
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

    /// The same for people.
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

/// How many of the texts that a demand is about somebody has, readable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextsAt {
    /// Who.
    pub holder: Holder,
    /// Which, by their numbers in the story.
    pub texts: Vec<String>,
    /// Of how many.
    pub of: u64,
}

/// What somebody has who steals the rows and keys of whoever was asked, of what the demand is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thief {
    /// As they lie when the demand is served.
    pub rows: Share,
    /// The same without the order; none where nothing is ordered.
    pub without: Option<Share>,
}

/// Something beside what a demand counts that came back all the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Besides {
    /// The item.
    pub what: Item,
    /// How many entries of it.
    pub entries: u64,
}

/// Outcomes of a notice to change the software: by the operator's own answer, and by complying.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeOutcomes {
    /// The country whose authority gave it.
    pub country: String,
    /// What it is about; none where the software keeps nothing from the operator.
    pub about: Option<Subject>,
    /// By the operator's own answer.
    pub stated: NoticeOutcome,
    /// By complying, where the operator's own answer is another.
    pub complied: Option<NoticeOutcome>,
}

/// The outcome of a notice that was answered in one way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeOutcome {
    /// The way; none where the operator's answer is not known, which is measured as if it complied.
    pub answer: Option<AnswersNotice>,
    /// Texts of the target from before the notice that came back readable.
    pub content_past: Share,
    /// The same from the notice on.
    pub content_future: Share,
    /// Texts of anybody that did not arrive, of those that do without the notice.
    pub lost: Share,
    /// People whose phones something else reached than without the notice.
    pub could_notice: Vec<String>,
    /// Who noticed, and when.
    pub noticed: Vec<Noticed>,
}
