//! The names that a program provides for the sentences it shows, and the attention that a sentence asks for.

use pillarbox_wire::AccountId;

use crate::records::ids::GroupId;

/// The attention that a sentence asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// For information.
    Note,
    /// To be read before continuing. The sentence begins in lower case, because `Warning:` precedes it.
    Warning,
}

/// A choice of the owner, for which a program has commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice<'a> {
    /// A verified contact's key changed: compare the numbers again, or accept the key.
    CompareOrAccept(&'a str),
    /// A stranger wrote: choose another name for them.
    Rename(&'a str),
    /// A later message of a request did not open: have it sent again.
    Answer(&'a str),
    /// A message from an account that is not a contact did not open: have it sent again.
    AddAccount(AccountId),
    /// Requests not yet looked at are in the way of others.
    LookAtRequests,
    /// A contact's picture has arrived: write it to a file.
    SavePicture(&'a str),
}

/// The names and commands of the program that shows the sentences.
pub trait Names {
    /// Returns the owner's name for a contact.
    fn contact(&self, account: &AccountId) -> String;

    /// Returns the contact's suggested name if it differs: the claim of a stranger.
    fn claim(&self, account: &AccountId) -> Option<String> {
        let _ = account;
        None
    }

    /// Returns the name of a group, if groups have names here.
    fn group(&self, group: &GroupId) -> Option<String> {
        let _ = group;
        None
    }

    /// Returns the words that offer a choice, without a full stop.
    fn choice(&self, choice: Choice<'_>) -> String {
        match choice {
            Choice::CompareOrAccept(_) => "compare safety numbers again, or go on unverified".to_owned(),
            Choice::Rename(_) => "To call them otherwise, rename them".to_owned(),
            Choice::AddAccount(_) => "It is asked for again if you add whoever sent it".to_owned(),
            Choice::Answer(_) => "To have it sent again, answer".to_owned(),
            Choice::SavePicture(_) => "It can be written to a file".to_owned(),
            Choice::LookAtRequests => "To make room, look at what they wrote".to_owned(),
        }
    }
}
