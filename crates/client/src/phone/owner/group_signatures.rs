//! The signatures of a group, as its owner is shown them: the changes of members, and who signed each.

use std::collections::BTreeMap;

use pillarbox_wire::{AccountId, FixedBytes, Timestamp};

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::groups::find_group;
use crate::phone::rows::membership::load_log;
use crate::phone::rows::readers::reads;
use crate::records::contact::ContactRecord;
use crate::records::ids::GroupId;
use crate::vault::Table;

/// The signatures that a group's members rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSignatures {
    /// The account that made the group.
    pub maker: AccountId,
    /// The account that may remove members.
    pub keeper: AccountId,
    /// The members, in order of account.
    pub members: Vec<MemberSignature>,
}

/// The signature that makes an account a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberSignature {
    /// The member.
    pub member: AccountId,
    /// The one who signed, or whose word it is; the member itself for the maker.
    pub by: AccountId,
    /// By the clock of the one who signed. `None` if nobody signed: the member is in the group by somebody's word.
    pub at: Option<Timestamp>,
    /// True if the signed key is the one that this phone knows of the member. False if it knows none or another.
    pub has_known_key: bool,
    /// True if the member's phone has shown that it reads signed changes.
    pub reads: bool,
}

impl Phone {
    /// Returns the signatures of a group, or `None` if nobody signs who is in it.
    ///
    /// # Errors
    /// [`PhoneError::UnknownGroup`], [`PhoneError::Storage`].
    pub fn group_signatures(&self, group: GroupId) -> Result<Option<GroupSignatures>, PhoneError> {
        let own_key = FixedBytes(*self.secrets.identity.public().signing().as_bytes());
        let own = self.account.address.map(|own| own.account);
        self.vault.read(|rows| {
            let record = find_group(rows, group)?.ok_or(PhoneError::UnknownGroup)?;
            let log = load_log(rows, group)?;
            let Some(state) = log.state().filter(|_| record.keeper.is_some()) else {
                return Ok(None);
            };
            let by_word: BTreeMap<AccountId, AccountId> = log.by_word(&state).collect();
            let mut members = Vec::new();
            for member in record.present() {
                let is_own = Some(member) == own;
                let contact: Option<ContactRecord> = rows.load(Table::Contacts, &member.0)?;
                let known = if is_own {
                    Some(own_key)
                } else {
                    contact.and_then(|contact| contact.identity).map(|identity| identity.signing)
                };
                let reads = is_own || reads(rows, member)?;
                let Some(keys) = state.people.get(&member).map(|person| &person.keys) else {
                    let Some(by) = by_word.get(&member).copied() else { continue };
                    members.push(MemberSignature { member, by, at: None, has_known_key: true, reads });
                    continue;
                };
                let fitting = keys.iter().find(|key| known == Some(key.member.key));
                let Some(shown) = fitting.or_else(|| keys.first()) else { continue };
                members.push(MemberSignature {
                    member,
                    by: shown.by.account,
                    at: Some(shown.at),
                    has_known_key: fitting.is_some(),
                    reads,
                });
            }
            Ok(Some(GroupSignatures { maker: state.maker.account, keeper: state.keeper.account, members }))
        })
    }
}
