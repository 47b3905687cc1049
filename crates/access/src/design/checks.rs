//! Checks that the parts of a design fit together. A file that contradicts itself could be run, and its answers would
//! mean nothing.

use std::ops::Range;

use pillarbox_client::GroupBasis;
use pillarbox_relay::Keeping;
use pillarbox_wire::DepositKind;

use super::Accounts;
use super::form::{BackupForm, CloudForm, Form};

/// The place in the file, and the mistake.
type Wrong = (Option<Range<usize>>, String);

pub(super) fn check(name: &str, form: &Form) -> Result<(), Wrong> {
    named(name)?;
    if form.plain.get_ref().trim().is_empty() {
        return Err((Some(form.plain.span()), "say in one phrase what this design is".into()));
    }
    if !is_date(form.as_of.get_ref()) {
        let message = "a design has a date: a year (2017), a month (2017-03) or a day (2017-03-22)";
        return Err((Some(form.as_of.span()), message.into()));
    }
    accounts(form)?;
    countries(form)?;
    unknown(form)?;
    let relay = form.relay.get_ref();
    taken(form.phone.deposits.get_ref(), Some(form.phone.deposits.span()), relay, "[relay]")?;
    if let Some(reports) = form.phone.reports.as_ref().filter(|reports| *reports.get_ref())
        && !relay.stamps
    {
        let message =
            "a report can be checked only if the relay stamps messages: write `stamps = true` in [relay]";
        return Err((Some(reports.span()), message.into()));
    }
    if let Some(checks) = form.phone.checks_directory.as_ref().filter(|checks| *checks.get_ref())
        && !relay.directory_log
    {
        let message =
            "phones can check only a directory that has a log: write `directory_log = true` in [relay]";
        return Err((Some(checks.span()), message.into()));
    }
    if let Some(groups) =
        form.phone.groups.as_ref().filter(|groups| *groups.get_ref() == GroupBasis::Operator)
        && !relay.groups
    {
        let message = "phones can ask only a relay that manages groups: write `groups = true` in [relay]";
        return Err((Some(groups.span()), message.into()));
    }
    match (&form.cloud, &form.phone.backup) {
        (Some(cloud), backup) => at_the_cloud(cloud, backup.as_ref().map(toml::Spanned::span)),
        (None, Some(backup)) => taken(of_a_backup(*backup.get_ref()), Some(backup.span()), relay, "[relay]"),
        (None, None) => Ok(()),
    }
}

fn named(name: &str) -> Result<(), Wrong> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.is_empty() && name.chars().all(fits) {
        return Ok(());
    }
    let message =
        "a design is named after its file, in small letters, digits and dashes: `plain-server.toml`";
    Err((None, message.into()))
}

fn accounts(form: &Form) -> Result<(), Wrong> {
    if *form.phone.accounts.get_ref() == Accounts::PerContact && form.phone.number {
        let message =
            "a number would join the accounts that are apart for each contact: write `number = false`";
        return Err((Some(form.phone.accounts.span()), message.into()));
    }
    Ok(())
}

/// Checks that no deposit is marked as not known although the phones make it.
fn unknown(form: &Form) -> Result<(), Wrong> {
    let left = form.phone.deposits.get_ref();
    match form.not_known.get_ref().iter().find(|kind| left.contains(kind)) {
        Some(kind) => Err((
            Some(form.not_known.span()),
            format!("the phones leave `{kind}`, so that it is known: take it out of `not_known`"),
        )),
        None => Ok(()),
    }
}

/// Checks the form of country codes. People's countries are compared letter by letter with those of relays.
fn countries(form: &Form) -> Result<(), Wrong> {
    let Some(operator) = &form.operator else { return Ok(()) };
    let fits = |code: &String| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    match operator.get_ref().relays_in.iter().find(|code| !fits(code)) {
        Some(code) => Err((
            Some(operator.span()),
            format!("`{code}` is no country: write two capital letters (ISO 3166-1), such as \"GB\""),
        )),
        None => Ok(()),
    }
}

fn at_the_cloud(cloud: &CloudForm, backup: Option<Range<usize>>) -> Result<(), Wrong> {
    if let Some(span) = backup {
        let message = "the backups lie at the [cloud]: write who can open them there, and not in [phone]";
        return Err((Some(span), message.into()));
    }
    let keeping = cloud.relay.get_ref();
    taken(cloud.deposits.get_ref(), Some(cloud.deposits.span()), keeping, "[cloud.relay]")?;
    taken(of_a_backup(*cloud.backup.get_ref()), Some(cloud.backup.span()), keeping, "[cloud.relay]")
}

const fn of_a_backup(backup: BackupForm) -> &'static [DepositKind] {
    match backup {
        BackupForm::Readable | BackupForm::OwnerKey => &[DepositKind::BackupPart],
        BackupForm::ProviderKey => &[DepositKind::BackupPart, DepositKind::BackupKey],
    }
}

/// Checks that the relay accepts what phones deposit. A relay that refuses it would hold nothing, and a reader
/// could not see why.
fn taken(
    left: &[DepositKind],
    span: Option<Range<usize>>,
    keeping: &Keeping,
    where_to: &str,
) -> Result<(), Wrong> {
    match left.iter().find(|kind| !keeping.deposits.contains(kind)) {
        Some(kind) => Err((
            span,
            format!("the phones leave `{kind}` and the relay refuses it: add it to `deposits` in {where_to}"),
        )),
        None => Ok(()),
    }
}

/// Returns true for a year, a month or a day.
fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let number = |part: Option<&str>, length: usize, most: u32| {
        part.is_none_or(|part| {
            part.len() == length
                && part.bytes().all(|byte| byte.is_ascii_digit())
                && part.parse().is_ok_and(|number: u32| (1..=most).contains(&number))
        })
    };
    number(parts.next(), 4, 9999)
        && number(parts.next(), 2, 12)
        && number(parts.next(), 2, 31)
        && parts.next().is_none()
}
