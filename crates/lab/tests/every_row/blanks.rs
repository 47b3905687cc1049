//! The reason for a blank is true of the kind of row from which the item is read, and of no other rows.

use pillarbox_access::{Blank, Item, ItemAnswer, RelayHoldings};
use pillarbox_relay::store::EventRow;
use pillarbox_relay::{Keeping, Logged};
use pillarbox_wire::{AccountId, DepositKind};

use super::NO_SUCH_THING;
use super::papers::Papers;

/// Returns blanks whose reason is not true.
pub(crate) fn untrue(holdings: &RelayHoldings, papers: &Papers) -> Vec<String> {
    let mut untrue = Vec::new();
    for ((account, item), line) in papers.each() {
        if let ItemAnswer::NoneHeld { reason } = line.answer
            && !is_true(reason, *account, *item, holdings)
        {
            untrue.push(format!("{} about {account}: {}", item.as_str(), line.answer));
        }
    }
    untrue
}

fn is_true(reason: Blank, account: AccountId, item: Item, holdings: &RelayHoldings) -> bool {
    let rows = holdings.rows();
    let least = Keeping::LEAST;
    let keeping = rows.keeping.as_ref().unwrap_or(&least);
    let names = |event: &&EventRow| event.account == Some(account) || event.about == Some(account);
    let logged = |what: Logged| rows.events.iter().filter(names).filter(|event| event.what == what).count();
    let has_rule = |what: Logged| keeping.log.iter().any(|rule| rule.what == what);
    let left = |kind: DepositKind| rows.deposits.iter().any(|row| row.account == account && row.kind == kind);
    let messages = holdings.messages_of(account).count();
    let is_here = rows.accounts.iter().any(|row| row.account == account);
    let is_of_texts = matches!(item, Item::MessageContent | Item::DeliveredMessages);
    match reason {
        Blank::NoSuchAccount => !is_here && rows.events.iter().filter(names).count() == 0,
        Blank::ClosedAndLogged { rows: said } => {
            !is_here && said == rows.events.iter().filter(names).count() as u64
        }
        // The rows from which the item is read show which column is empty (`rows.rs`).
        Blank::NotWrittenDown => !is_of_texts && item.deposited().is_none(),
        Blank::NoSuchThing => {
            let of_channels = matches!(item, Item::ChannelsOpened | Item::ChannelsRead | Item::ChannelPosts);
            NO_SUCH_THING.contains(&item) || (of_channels && !keeping.channels)
        }
        Blank::NotTaken { kind } => item.deposited() == Some(kind) && !keeping.deposits.contains(&kind),
        Blank::NoneLeft { kind } => {
            item.deposited() == Some(kind) && keeping.deposits.contains(&kind) && !left(kind)
        }
        Blank::NoneLeftAbout { kind } => {
            let own = rows.accounts.iter().find(|row| row.account == account);
            let number = own.and_then(|row| row.handle.as_ref()).map(|number| number.as_str().as_bytes());
            let is_about = |subject: &[u8]| number == Some(subject);
            item.deposited() == Some(kind)
                && keeping.deposits.contains(&kind)
                && !rows.deposits.iter().any(|row| row.kind == kind && is_about(row.subject.as_slice()))
        }
        // A log of sent messages has no words in it. Its absence is therefore not a reason for the absence of words.
        Blank::SeenNotKept { what } => !is_of_texts && !has_rule(what) && logged(what) == 0,
        Blank::NoneLogged { what } => !is_of_texts && has_rule(what) && logged(what) == 0,
        Blank::Deleted { passed } => passed == holdings.passed() && passed > 0 && rows.messages.is_empty(),
        Blank::NonePassed => holdings.passed() == 0,
        Blank::GoneOnDelivery => item == Item::DeliveredMessages && keeping.delivered.is_none(),
        Blank::NoneDelivered => {
            let mut own = holdings.messages_of(account);
            item == Item::DeliveredMessages && messages > 0 && own.all(|row| row.delivered_at.is_none())
        }
        Blank::NoneOfThisAccount => messages == 0 && !rows.messages.is_empty(),
        Blank::NothingJoinsIt => item == Item::QueueCorrelation,
        Blank::NoGroup => {
            let none = !rows.group_members.iter().any(|row| row.account == account);
            let is_of_groups = matches!(item, Item::GroupInfo | Item::GroupMembership);
            keeping.groups && is_of_groups && none
        }
        Blank::NoChannelOpened => !rows.channels.iter().any(|row| row.owner == account),
        Blank::NothingPublished => {
            let own = rows.channels.iter().filter(|row| row.owner == account);
            let own: Vec<_> = own.map(|row| &row.channel).collect();
            !rows.posts.iter().any(|post| own.contains(&&post.channel))
        }
        other => panic!("nobody has said when this is true: {other:?}"),
    }
}

/// The kind of deposit from which an item is read.
trait Deposited {
    fn deposited(self) -> Option<DepositKind>;
}

impl Deposited for Item {
    fn deposited(self) -> Option<DepositKind> {
        Some(match self {
            Self::Name => DepositKind::Name,
            Self::DisplayName => DepositKind::DisplayName,
            Self::UserId => DepositKind::UserName,
            Self::Email => DepositKind::Email,
            Self::EmailHash => DepositKind::EmailHash,
            Self::PhoneNumberHash => DepositKind::NumberHash,
            Self::AboutText => DepositKind::About,
            Self::ProfileImage => DepositKind::ProfileImage,
            Self::AvatarImage => DepositKind::Avatar,
            Self::DeviceTypes => DepositKind::DeviceType,
            Self::AppVersion => DepositKind::AppVersion,
            Self::PushToken => DepositKind::PushToken,
            Self::ExternalIdCount => DepositKind::ExternalId,
            Self::AddressBookContacts | Self::UsersWithTargetInAddressBook => DepositKind::Contact,
            Self::BlockedUsers | Self::BlockedByUsers => DepositKind::Blocked,
            Self::GroupInfo | Self::GroupMembership => DepositKind::Group,
            Self::DeviceBackup => DepositKind::BackupPart,
            Self::BackupKeys => DepositKind::BackupKey,
            _ => return None,
        })
    }
}
