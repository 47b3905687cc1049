//! The contact that a typed text means.
//!
//! A number matches numbers only, an account matches accounts only, everything else matches names. Names are compared
//! as [`naming`] folds them, and the same fold keeps two contacts from having one name. A profile may be older than
//! that rule: then a text can mean several contacts, and the owner has to choose.

use pillarbox_text::read::value;
use pillarbox_wire::Handle;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::records::contact::Contact;
use crate::text::naming;

/// The contacts that a text means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactMatch {
    /// The text names no contact.
    Nobody,
    /// One contact. Boxed, because a contact is large.
    One(Box<Contact>),
    /// Several contacts; the text does not say which.
    Several(Vec<Contact>),
}

impl Phone {
    /// Returns the contact that the owner means by a number, an account's 32 digits, or a name.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn whom(&self, typed: &str) -> Result<ContactMatch, PhoneError> {
        Ok(among(self.contacts()?, typed))
    }

    /// Returns the one contact with this name or number, or `None` if there is none or more than one.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn find(&self, typed: &str) -> Result<Option<Contact>, PhoneError> {
        Ok(match self.whom(typed)? {
            ContactMatch::One(contact) => Some(*contact),
            ContactMatch::Nobody | ContactMatch::Several(_) => None,
        })
    }
}

fn among(contacts: Vec<Contact>, typed: &str) -> ContactMatch {
    let typed = value(typed);
    if let Ok(handle) = Handle::parse(typed) {
        return whom(contacts, |known| known.handle.as_ref() == Some(&handle));
    }
    if contacts.iter().any(|known| known.account.to_string() == typed) {
        return whom(contacts, |known| known.account.to_string() == typed);
    }
    let folded = naming::fold(typed);
    whom(contacts, |known| naming::fold(&known.name) == folded)
}

fn whom(contacts: Vec<Contact>, is_meant: impl Fn(&Contact) -> bool) -> ContactMatch {
    let mut meant: Vec<_> = contacts.into_iter().filter(is_meant).collect();
    match (meant.pop(), meant.is_empty()) {
        (None, _) => ContactMatch::Nobody,
        (Some(only), true) => ContactMatch::One(Box::new(only)),
        (Some(last), false) => {
            meant.push(last);
            ContactMatch::Several(meant)
        }
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_crypto::{AgreementPublic, PasswordCost};
    use pillarbox_transport::RelayAddress;
    use pillarbox_wire::{AccountId, Timestamp};

    use super::*;
    use crate::phone::rows::records::store_contact;
    use crate::records::contact::{ContactOrigin, ContactRecord};
    use crate::{Habits, NewAccount, PaddingRule, Passphrase, Protection, Vault};

    fn contact(account: u8, name: &str, number: Option<&str>) -> Contact {
        let mut record = ContactRecord::new(
            AccountId([account; 16]),
            name.to_owned(),
            ContactOrigin::Invitation,
            Timestamp(0),
        );
        record.handle = number.map(|number| Handle::parse(number).unwrap());
        record.view(true, false).unwrap()
    }

    fn meant(contacts: &[Contact], typed: &str) -> Vec<u8> {
        let accounts = |contact: &Contact| contact.account.0[0];
        match among(contacts.to_vec(), typed) {
            ContactMatch::Nobody => Vec::new(),
            ContactMatch::One(contact) => vec![accounts(&contact)],
            ContactMatch::Several(contacts) => contacts.iter().map(accounts).collect(),
        }
    }

    #[test]
    fn a_number_finds_by_number_only() {
        // The first is from a profile older than the rule.
        let contacts = [
            contact(1, "+447700900102", None),
            contact(2, "Robert", Some("+447700900102")),
            contact(3, "+447700900103", None),
        ];
        for typed in ["+447700900102", "+44 7700 900102", "+44 (0) 7700 900102", " +44-7700-900102\r\n"] {
            assert_eq!(meant(&contacts, typed), [2], "{typed}");
        }
        assert_eq!(meant(&contacts, "+447700900103"), [0_u8; 0]);
        assert_eq!(meant(&contacts, &AccountId([3; 16]).to_string()), [3]);
        assert_eq!(meant(&contacts, "robert"), [2]);
    }

    #[test]
    fn a_name_that_two_contacts_have_means_both_and_each_is_reached_by_its_account() {
        let contacts = [contact(1, "Bob", None), contact(2, "bob", None), contact(3, "Carol", None)];
        for typed in ["Bob", "bob", "BOB", " bob\u{A0}"] {
            assert_eq!(meant(&contacts, typed), [1, 2], "{typed}");
        }
        assert_eq!(meant(&contacts, "carol"), [3]);
        for account in [1, 2] {
            assert_eq!(meant(&contacts, &AccountId([account; 16]).to_string()), [account]);
        }
        assert_eq!(meant(&contacts, "Bоb"), [0_u8; 0], "a letter of another script");
        assert_eq!(meant(&contacts, ""), [0_u8; 0]);
        assert_eq!(meant(&contacts, "\u{200B}"), [0_u8; 0]);
    }

    #[test]
    fn a_profile_that_is_older_than_the_rule_opens_and_each_of_its_contacts_is_reached_and_renamed() {
        let mut rng = rand::rng();
        let key = AgreementPublic::from_bytes([7; 32]);
        let new = NewAccount {
            relay: RelayAddress::new("relay.example", 7455, key).unwrap(),
            handle: None,
            name: "Alice".to_owned(),
            protection: Protection::EndToEnd,
            padding: PaddingRule::Padme,
            habits: Habits::default(),
        };
        let folder = tempfile::tempdir().unwrap();
        let passphrase = Passphrase::new("correct horse".to_owned()).unwrap();
        let vault = Vault::create(folder.path(), &passphrase, PasswordCost::TESTING, &mut rng).unwrap();
        let mut phone = Phone::create_in(vault, new, Timestamp(0), &mut rng).unwrap();
        let names = ["Bob", "bob", "+447700900102", "José", "Jose\u{301}"];
        let accounts: Vec<_> = (1..).map(|number| AccountId([number; 16])).take(names.len()).collect();
        phone
            .vault
            .transact(&mut rng, |rows| {
                names.iter().zip(&accounts).try_for_each(|(name, account)| {
                    let name = (*name).to_owned();
                    store_contact(
                        rows,
                        &ContactRecord::new(*account, name, ContactOrigin::Invitation, Timestamp(0)),
                    )
                })
            })
            .unwrap();
        drop(phone);
        let mut phone = Phone::open(folder.path(), &passphrase, Timestamp(0), &mut rng).unwrap();
        assert!(matches!(phone.whom("Bob").unwrap(), ContactMatch::Several(both) if both.len() == 2));
        assert_eq!(phone.whom("+447700900102").unwrap(), ContactMatch::Nobody);
        for (name, account) in names.iter().zip(&accounts) {
            let found = phone.find(&account.to_string()).unwrap().unwrap();
            assert_eq!((found.name.as_str(), found.account), (*name, *account));
        }
        phone.rename(accounts[1], "Robert", &mut rng).unwrap();
        phone.rename(accounts[2], "Carol", &mut rng).unwrap();
        for (typed, account) in [("bob", accounts[0]), ("robert", accounts[1]), ("Carol", accounts[2])] {
            assert_eq!(phone.find(typed).unwrap().unwrap().account, account, "{typed}");
        }
        assert_eq!(phone.rename(accounts[1], "BOB", &mut rng), Err(PhoneError::NameTaken));
    }
}
