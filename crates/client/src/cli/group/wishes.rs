//! What a linked device has asked its account's first phone to do with groups.

use pillarbox_client::Phone;
use pillarbox_client::display::safe;
use pillarbox_client::own_news::GroupWish;
use pillarbox_wire::GroupAct;

use super::super::context::CliContext;
use super::super::failure::Failure;
use super::super::program::PhoneProgram;
use super::find::{member, name};

/// Says what the account's first phone was asked for last.
pub(super) fn asked(context: &mut CliContext<'_, impl PhoneProgram>, phone: &Phone) -> Result<(), Failure> {
    match phone.group_wishes()?.last() {
        None => Ok(()),
        Some(wish) => context.terminal.result(&format!(
            "Your first phone is asked to {}: only it signs for your account. It does so when it next connects, and this \
             device shows it after that.",
            words(phone, wish)
        )),
    }
}

/// Says what is not signed yet.
pub(super) fn list(context: &mut CliContext<'_, impl PhoneProgram>, phone: &Phone) -> Result<(), Failure> {
    phone.group_wishes()?.iter().try_for_each(|wish| {
        context.terminal.result(&format!("Asked, and not signed yet: {}.", words(phone, wish)))
    })
}

fn words(phone: &Phone, wish: &GroupWish) -> String {
    let group = phone.group(wish.group).map_or_else(|_| "the new group".to_owned(), |group| name(&group));
    let who = |account| member(phone, account).unwrap_or_else(|| "yourself".to_owned());
    match &wish.act {
        GroupAct::Create { name, members: _ } => format!("make {}", safe(name)),
        GroupAct::Add { member } => format!("add {} to {group}", who(*member)),
        GroupAct::Remove { member } => format!("remove {} from {group}", who(*member)),
        GroupAct::Leave => format!("leave {group}"),
        GroupAct::HandOver { member } => format!("hand {group} over to {}", who(*member)),
    }
}
