//! `pillarbox contact block`, `unblock` and `remove --strangers`: muted accounts, and unwanted requests.

use pillarbox_client::{Contact, Phone, Trust};
use pillarbox_wire::AccountId;

use super::context::{CliContext, find};
use super::failure::Failure;
use super::grammar::quote;
use super::program::PhoneProgram;
use super::words;

/// A person who can be blocked: a contact, or an account that is not a contact.
struct Whom {
    account: AccountId,
    name: String,
    /// The argument that names them on the command line.
    typed: String,
}

/// Runs `pillarbox contact block`.
pub(crate) fn block(context: &mut CliContext<'_, impl PhoneProgram>, typed: &str) -> Result<(), Failure> {
    let mut phone = context.open()?;
    let whom = whom(&phone, typed)?;
    if phone.blocked()?.contains(&whom.account) {
        return context.terminal.result(&format!("{} is blocked already.", whom.name));
    }
    phone.block(whom.account, true, &mut context.rng)?;
    context
        .terminal
        .result(&format!("Blocked {}. What they send from now on is dropped unread.", whom.name))?;
    context.terminal.note(&format!(
        "They are not told: their phone shows \"sent\", as for a phone that is switched off. What was dropped does not \
         come back with `contact unblock {}`.",
        quote(&whom.typed)
    ));
    Ok(())
}

/// Runs `pillarbox contact unblock`.
pub(crate) fn unblock(context: &mut CliContext<'_, impl PhoneProgram>, typed: &str) -> Result<(), Failure> {
    let mut phone = context.open()?;
    let whom = whom(&phone, typed)?;
    if !phone.blocked()?.contains(&whom.account) {
        return context.terminal.result(&format!("{} is not blocked.", whom.name));
    }
    phone.block(whom.account, false, &mut context.rng)?;
    context.terminal.result(&format!(
        "{} is heard again from now on. What they sent while they were blocked was dropped.",
        whom.name
    ))
}

fn whom(phone: &Phone, typed: &str) -> Result<Whom, Failure> {
    let unknown = match find(phone, typed) {
        Ok(contact) => return Ok(of(&contact)),
        Err(unknown) => unknown,
    };
    let account = account(typed).ok_or(unknown)?;
    let known = phone.contacts()?.into_iter().find(|contact| contact.account == account);
    let (name, typed) = (account.to_string(), account.to_string());
    Ok(known.as_ref().map_or(Whom { account, name, typed }, of))
}

fn of(contact: &Contact) -> Whom {
    let name = words::name(contact);
    Whom { account: contact.account, typed: name.clone(), name }
}

/// Parses an account as this program prints it: 32 hexadecimal digits.
pub(crate) fn account(typed: &str) -> Option<AccountId> {
    let digits = typed.trim();
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some(AccountId(u128::from_str_radix(digits, 16).ok()?.to_be_bytes()))
}

/// Runs `pillarbox contact remove --strangers`.
pub(crate) fn remove(context: &mut CliContext<'_, impl PhoneProgram>, yes: bool) -> Result<(), Failure> {
    let mut phone = context.open()?;
    let contacts = phone.contacts()?;
    let strangers = |contact: &&Contact| !contact.accepted && contact.trust == Trust::Unverified;
    let strangers: Vec<&Contact> = contacts.iter().filter(strangers).collect();
    if strangers.is_empty() {
        return context.terminal.result("Nobody whom you did not add waits for an answer.");
    }
    if !yes {
        let mut unseen = 0;
        for stranger in &strangers {
            unseen += phone.history(stranger.account)?.iter().filter(|entry| !entry.shown).count();
        }
        context.agree(&question(strangers.len(), unseen), "--yes")?;
    }
    let removed = phone.remove_strangers(&mut context.rng)?;
    context.terminal.result(&match removed {
        1 => "Removed 1 person whom you did not add, with what they wrote.".to_owned(),
        more => format!("Removed {more} people whom you did not add, with what they wrote."),
    })
}

fn question(strangers: usize, unseen: usize) -> String {
    let who = match strangers {
        1 => "the 1 person whom you neither added nor answered".to_owned(),
        more => format!("all {more} people whom you neither added nor answered"),
    };
    let what = match unseen {
        0 => "what they wrote".to_owned(),
        1 => "what they wrote, 1 message of it not seen yet".to_owned(),
        more => format!("what they wrote, {more} messages of it not seen yet"),
    };
    format!("Forget {who}, and {what}, on this phone?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_typed_as_it_is_printed() {
        let printed = "0123456789abcdef0011223344556677";
        assert_eq!(account(printed).unwrap().to_string(), printed);
        assert_eq!(account(&printed.to_uppercase()).unwrap().to_string(), printed);
        let (short, wrong) = (&printed[1..], format!("{}+", &printed[1..]));
        for none in [short, wrong.as_str(), "Bob", ""] {
            assert_eq!(account(none), None, "{none}");
        }
    }

    #[test]
    fn the_question_says_what_would_be_lost() {
        assert_eq!(
            question(1, 0),
            "Forget the 1 person whom you neither added nor answered, and what they wrote, on this phone?"
        );
        assert!(question(499, 1).contains("all 499 people"));
        assert!(question(499, 1).contains("1 message of it not seen"));
        assert!(question(2, 7).contains("7 messages of it not seen"));
    }
}
