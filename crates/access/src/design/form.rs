//! The form of a design's file, and its conversion to a [`Design`].

use pillarbox_client::{BackupKey, GroupBasis, Habits, PaddingRule, Protection, Receipts};
use pillarbox_relay::Keeping;
use pillarbox_relay::keeping::span;
use pillarbox_wire::{DepositKind, Duration};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::{Accounts, Cloud, Design, Operator, PhoneSide, SourcedStatement, StandsFor};

/// The whole file of a design.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    title: Option<String>,
    pub(super) plain: Spanned<String>,
    pub(super) as_of: Spanned<String>,
    told: Option<String>,
    #[serde(default = "unwritten")]
    pub(super) not_known: Spanned<Vec<DepositKind>>,
    #[serde(default)]
    pub(super) sources: Vec<SourcedStatement>,
    pub(super) phone: PhoneForm,
    pub(super) relay: Spanned<Keeping>,
    pub(super) operator: Option<Spanned<Operator>>,
    #[serde(default)]
    pub(super) cloud: Option<CloudForm>,
    stands_for: Option<StandsFor>,
}

/// The table `[phone]`. A setting that is absent has the shipped program's value, except that members sign who is
/// in a group only where the design says so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhoneForm {
    protection: ProtectionForm,
    padding: PaddingForm,
    #[serde(default = "unwritten")]
    pub(super) accounts: Spanned<Accounts>,
    pub(super) number: bool,
    sealed_sender: Option<bool>,
    receipts: Option<ReceiptsForm>,
    #[serde(default = "unwritten")]
    pub(super) deposits: Spanned<Vec<DepositKind>>,
    #[serde(default)]
    sealed_rosters: bool,
    pub(super) groups: Option<Spanned<GroupBasis>>,
    pub(super) backup: Option<Spanned<BackupForm>>,
    pub(super) reports: Option<Spanned<bool>>,
    pub(super) checks_directory: Option<Spanned<bool>>,
}

/// The table `[cloud]`, about the operator that stores the backups.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CloudForm {
    name: String,
    #[serde(default = "unwritten")]
    pub(super) deposits: Spanned<Vec<DepositKind>>,
    pub(super) backup: Spanned<BackupForm>,
    pub(super) relay: Spanned<Keeping>,
    #[serde(default)]
    operator: Operator,
}

/// Returns the default for a setting that is not in the file and so has no position in it.
fn unwritten<T: Default>() -> Spanned<T> {
    Spanned::new(0..0, T::default())
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ProtectionForm {
    EndToEnd,
    ServerReadable,
}

#[derive(Deserialize)]
enum PaddingForm {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "blocks-80")]
    Blocks80,
    #[serde(rename = "blocks-16k")]
    Blocks16K,
    #[serde(rename = "padme")]
    Padme,
}

/// The party that can open a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum BackupForm {
    /// Anybody who has the backup.
    Readable,
    /// The operator that stores the backup and has its key too.
    ProviderKey,
    /// The backup's owner alone.
    OwnerKey,
}

impl From<BackupForm> for BackupKey {
    fn from(form: BackupForm) -> Self {
        match form {
            BackupForm::Readable => Self::None,
            BackupForm::ProviderKey => Self::Provider,
            BackupForm::OwnerKey => Self::Owner,
        }
    }
}

struct ReceiptsForm(Receipts);

impl<'de> Deserialize<'de> for ReceiptsForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = String::deserialize(deserializer)?;
        let receipts = match words.as_str() {
            "at-once" => Receipts::AtOnce,
            "never" => Receipts::Never,
            words => {
                let (within, words) = match words.strip_prefix("within ") {
                    Some(span) => (true, span),
                    None => (false, words.strip_prefix("after ").unwrap_or(words)),
                };
                let span = span::parse(words).map(Duration::as_seconds).ok();
                let seconds = span.and_then(|seconds| u32::try_from(seconds).ok());
                let seconds = seconds.ok_or_else(|| {
                    D::Error::custom(
                        "receipts go `at-once`, `never`, `after 5 minutes`, or at random `within 1 hour`",
                    )
                })?;
                if within { Receipts::Within(seconds) } else { Receipts::After(seconds) }
            }
        };
        Ok(Self(receipts))
    }
}

pub(super) fn design(name: &str, form: Form, text: &str) -> Design {
    let Form { title, plain, as_of, told, not_known, sources, phone, relay, operator, cloud, stands_for } =
        form;
    Design {
        name: name.to_owned(),
        title: title.unwrap_or_else(|| name.to_owned()),
        plain: plain.into_inner(),
        as_of: as_of.into_inner(),
        told,
        sources,
        phone: phone.side(),
        relay: relay.into_inner(),
        operator: operator.map(Spanned::into_inner).unwrap_or_default(),
        cloud: cloud.map(CloudForm::cloud),
        stands_for,
        not_known: not_known.into_inner(),
        text: text.to_owned(),
    }
}

impl PhoneForm {
    fn side(self) -> PhoneSide {
        let usual = Habits::default();
        PhoneSide {
            protection: match self.protection {
                ProtectionForm::EndToEnd => Protection::EndToEnd,
                ProtectionForm::ServerReadable => Protection::ServerReadable,
            },
            padding: match self.padding {
                PaddingForm::None => PaddingRule::None,
                PaddingForm::Blocks80 => PaddingRule::Blocks80,
                PaddingForm::Blocks16K => PaddingRule::Blocks16K,
                PaddingForm::Padme => PaddingRule::Padme,
            },
            habits: Habits {
                sealed_sender: self.sealed_sender.unwrap_or(usual.sealed_sender),
                receipts: self.receipts.map_or(usual.receipts, |receipts| receipts.0),
                deposits: self.deposits.into_inner(),
                sealed_rosters: self.sealed_rosters,
                backup: self.backup.map(|backup| backup.into_inner().into()),
                reports: self.reports.is_some_and(Spanned::into_inner),
                groups: Some(self.groups.map_or(GroupBasis::Word, Spanned::into_inner)),
            },
            accounts: self.accounts.into_inner(),
            number: self.number,
            checks_directory: self.checks_directory.is_some_and(Spanned::into_inner),
        }
    }
}

impl CloudForm {
    fn cloud(self) -> Cloud {
        Cloud {
            name: self.name,
            keeping: self.relay.into_inner(),
            operator: self.operator,
            habits: Habits {
                deposits: self.deposits.into_inner(),
                backup: Some(self.backup.into_inner().into()),
                ..Habits::default()
            },
        }
    }
}
