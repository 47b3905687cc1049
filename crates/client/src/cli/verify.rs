//! `pillarbox verify`: the comparison by which two people find out whether somebody is between them.
//!
//! No flag confirms without a comparison. At a terminal the user is asked; a program passes the number that was
//! read out, and it is compared.

use std::io::{self, BufRead, IsTerminal, Read};

use pillarbox_client::{ConfirmError, Contact, Phone, Trust};
use pillarbox_text::read::{self, is_blank, value};
use serde::Serialize;

use super::context::{CliContext, find};
use super::failure::Failure;
use super::grammar::{Verify, quote};
use super::program::PhoneProgram;
use super::terminal::{Form, STRONG, can_ask};
use super::words;

/// Digits of a safety number.
const DIGITS: usize = 60;

/// The maximum number of bytes read from standard input: a number with generous white space.
const MAX_HEARD_LEN: u64 = 1_024;

const QUESTION: &str = "Same number on both phones?";
const ANSWERS: &str = "[y/N/what is this]";

/// Columns for the gaps around the answers and for a short answer.
const ROOM_TO_ANSWER: usize = 6;

/// The result as JSON.
#[derive(Serialize)]
struct Outcome<'a> {
    contact: &'a str,
    account: String,
    safety_number: String,
    trust: &'static str,
    compared: Option<bool>,
    devices: usize,
}

/// The user's answer.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Same,
    Different,
    What,
    Number(String),
    NotNow,
}

/// Runs `pillarbox verify`.
pub(crate) fn run(context: &mut CliContext<'_, impl PhoneProgram>, verify: &Verify) -> Result<(), Failure> {
    let form = verify.machine.form();
    let mut phone = context.open()?;
    let contact = find(&phone, &verify.name)?;
    let number = phone.safety_number(contact.account)?.to_string();
    if verify.show {
        return show(context, &phone, &contact, &number, form);
    }
    let heard = match &verify.heard {
        Some(heard) => Some(heard.clone()),
        None if can_ask() && !context.options.no_input => None,
        None => Some(heard_on_stdin(context, &contact)?),
    };
    let heard = match heard {
        Some(heard) => heard,
        None => ask(context, &contact, &number)?,
    };
    compare(context, &mut phone, &contact, &heard, form)?;
    if form == Form::Text {
        context.next(&format!("chat {}", quote(&words::name(&contact))));
    }
    Ok(())
}

/// Compares the number read out with the safety number, and stores the result.
pub(crate) fn compare(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    contact: &Contact,
    heard: &str,
    form: Form,
) -> Result<(), Failure> {
    let name = words::name(contact);
    let ours = phone.safety_number(contact.account)?.to_string();
    let heard = read::digits(heard);
    let digits = heard.chars().filter(char::is_ascii_digit).count();
    if digits != DIGITS || heard.chars().count() != DIGITS {
        return Err(Failure::NotANumber { name, digits });
    }
    let same = match phone.confirm(contact.account, &heard, &mut context.rng) {
        Ok(()) => true,
        Err(ConfirmError::Phone(error)) => return Err(error.into()),
        Err(_) => false,
    };
    let trust = if same { Trust::Verified } else { contact.trust };
    outcome(context, phone, contact, &ours, trust, Some(same), form)?;
    if !same {
        return Err(Failure::Mismatch { name, trust: contact.trust, ours, heard: Some(grouped(&heard)) });
    }
    if form == Form::Text {
        context.terminal.strong(&format!("{name} is VERIFIED."))?;
        context.terminal.note(
            "If the relay ever hands out another key for this account, this number changes, you are told, and \
             nothing is sent until you choose.",
        );
        say_devices(context, phone, contact)?;
    }
    Ok(())
}

/// Says how many devices the contact has, if there are several.
fn say_devices(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &Phone,
    contact: &Contact,
) -> Result<(), Failure> {
    let devices = phone.devices_of(contact.account)?;
    if devices > 1 {
        context.terminal.note(&format!(
            "{} has {devices} devices. Each linked device is signed with the key that this number is made from.",
            words::name(contact)
        ));
    }
    Ok(())
}

/// Prints the number and the contact's trust.
fn show(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &Phone,
    contact: &Contact,
    number: &str,
    form: Form,
) -> Result<(), Failure> {
    outcome(context, phone, contact, number, contact.trust, None, form)?;
    if form == Form::Text {
        let name = words::name(contact);
        context.terminal.verbatim(&format!("Safety number with {name} ({}):", words::sure(contact.trust)))?;
        context.terminal.verbatim(&words::number(number, 2))?;
        say_devices(context, phone, contact)?;
    }
    Ok(())
}

/// Prints the result as JSON; people get sentences instead.
fn outcome(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &Phone,
    contact: &Contact,
    number: &str,
    trust: Trust,
    compared: Option<bool>,
    form: Form,
) -> Result<(), Failure> {
    let safety_number: String = number.chars().filter(char::is_ascii_digit).collect();
    let (name, account) = (words::name(contact), contact.account.to_string());
    match form {
        Form::Text => Ok(()),
        Form::Json => context.terminal.json(&Outcome {
            contact: &name,
            account,
            safety_number,
            trust: words::trust_code(trust),
            compared,
            devices: phone.devices_of(contact.account)?,
        }),
        Form::Plain => {
            let compared = compared.map_or("", |same| if same { "same" } else { "different" });
            context.terminal.row(&[&name, &account, &safety_number, words::trust_code(trust), compared])
        }
    }
}

/// Leads through the comparison at a terminal. Returns the number to compare.
fn ask(
    context: &mut CliContext<'_, impl PhoneProgram>,
    contact: &Contact,
    number: &str,
) -> Result<String, Failure> {
    let name = words::name(contact);
    context.terminal.result(&format!(
        "Ask {name} for the safety number on their phone, by voice or in person, not by message. Yours:"
    ))?;
    context.terminal.verbatim(&format!("{STRONG}{}{STRONG:#}", words::number(number, 2)))?;
    let mut input = io::stdin().lock();
    loop {
        let fits = QUESTION.len() + ANSWERS.len() + ROOM_TO_ANSWER <= context.terminal.width();
        let gap = if fits { "  " } else { "\n" };
        context.terminal.ask(&format!("{STRONG}{QUESTION}{STRONG:#}{gap}{ANSWERS} "));
        let mut line = String::new();
        if input.by_ref().take(MAX_HEARD_LEN).read_line(&mut line).map_err(Failure::Input)? == 0 {
            return Err(Failure::NotCompared { name, asked: true });
        }
        context.terminal.answered();
        match answer(&line) {
            Answer::Same => return Ok(number.to_owned()),
            Answer::Number(heard) => return Ok(heard),
            Answer::What => context.terminal.note(&what_is_this(&name)),
            Answer::Different => {
                return Err(Failure::Mismatch {
                    name,
                    trust: contact.trust,
                    ours: number.to_owned(),
                    heard: None,
                });
            }
            Answer::NotNow => return Err(Failure::NotCompared { name, asked: true }),
        }
    }
}

fn answer(line: &str) -> Answer {
    match value(line).to_lowercase().as_str() {
        "y" | "yes" => Answer::Same,
        "n" | "no" => Answer::Different,
        "" => Answer::NotNow,
        typed if typed.starts_with(|c: char| c.is_ascii_digit()) => Answer::Number(typed.to_owned()),
        _ => Answer::What,
    }
}

/// Explains why the comparison matters.
pub(crate) fn what_is_this(name: &str) -> String {
    format!(
        "The number is made from the keys of both phones. Somebody brought you {name}'s key: the relay, or \
         whoever handed you the invitation. One that lies, or is forced to, could have given you a false key \
         and be reading along. Then the two numbers differ, and nobody on the way can make them the same.\n\
         So compare them once, over something that the relay does not carry: a call in which you know the \
         voice, or both phones side by side. A message is no good: whoever reads along could change it."
    )
}

fn heard_on_stdin(context: &CliContext<'_, impl PhoneProgram>, contact: &Contact) -> Result<String, Failure> {
    let mut stdin = io::stdin();
    if stdin.is_terminal() {
        return Err(Failure::NotCompared { name: words::name(contact), asked: false });
    }
    context.stdin_is_free()?;
    let mut heard = String::new();
    stdin.by_ref().take(MAX_HEARD_LEN).read_to_string(&mut heard).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => Failure::NotText,
        _ => Failure::Input(error),
    })?;
    if is_blank(&heard) {
        Err(Failure::NotCompared { name: words::name(contact), asked: false })
    } else {
        Ok(heard)
    }
}

/// Groups digits by five.
fn grouped(digits: &str) -> String {
    let digits: Vec<char> = digits.chars().collect();
    digits.chunks(5).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_yes_is_yes() {
        assert_eq!(answer("y\n"), Answer::Same);
        assert_eq!(answer(" YES \n"), Answer::Same);
        assert_eq!(answer("n\n"), Answer::Different);
        assert_eq!(answer("\n"), Answer::NotNow);
        assert_eq!(answer("40215 88310\n"), Answer::Number("40215 88310".to_owned()));
        for other in ["what is this", "?", "w", "yeah", "ok", "j"] {
            assert_eq!(answer(other), Answer::What, "{other}");
        }
    }

    #[test]
    fn digits_are_grouped_as_both_phones_show_them() {
        assert_eq!(grouped("402158831055721"), "40215 88310 55721");
    }
}
