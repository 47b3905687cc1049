//! `pillarbox device`: the devices of this account, linked, listed and removed.

use pillarbox_client::{DEVICE_CODE_PREFIX, DeviceCode, Invitation, OwnDevice, PaddingRule, Phone, Vault};
use pillarbox_wire::{DeviceId, Farewell};
use serde::Serialize;

use super::account::{draw, remove_unfinished};
use super::context::{CliContext, must_be_open, now, passphrase};
use super::device_grammar::Device;
use super::device_words::DeviceTrouble;
use super::failure::Failure;
use super::linking;
use super::passphrase::{Purpose, is_short};
use super::program::PhoneProgram;
use super::qr::{Code, Size};
use super::terminal::Form;

/// A device, for programs.
#[derive(Serialize)]
struct Listed {
    device: u8,
    first_phone: bool,
    this_device: bool,
}

pub(crate) fn run(context: &mut CliContext<'_, impl PhoneProgram>, command: &Device) -> Result<(), Failure> {
    match command {
        Device::Link { text, with_history, yes, qr } => {
            let compact: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
            let start = compact.get(..DEVICE_CODE_PREFIX.len()).unwrap_or_default();
            if start.eq_ignore_ascii_case(DEVICE_CODE_PREFIX) {
                let code: DeviceCode =
                    compact.parse().map_err(|_| Failure::Device(DeviceTrouble::BadCode))?;
                link(context, code, *with_history, *yes)
            } else {
                let account: Invitation = text.parse()?;
                wait(context, &account, *qr)
            }
        }
        Device::List { machine } => list(context, machine.form()),
        Device::Remove { device, yes } => remove(context, DeviceId(*device), *yes),
        Device::Leave { yes } => leave(context, *yes),
    }
}

/// Links the device that shows this code, on the account's first phone.
fn link(
    context: &mut CliContext<'_, impl PhoneProgram>,
    code: DeviceCode,
    with_history: bool,
    yes: bool,
) -> Result<(), Failure> {
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    phone.link_device(code, with_history)?;
    if !yes {
        let before = if with_history {
            " It is also given everything that this phone holds from before."
        } else {
            " Nothing from before is given to it."
        };
        context.agree(
            &format!("Link this device? It will read and write everything from now on.{before}"),
            "--yes",
        )?;
    }
    let device = linking::change_devices(context, &mut phone)?;
    context.terminal.strong(&format!("Device {device} is linked."))?;
    context.terminal.result(
        "It reads and writes everything from now on. Your contacts are told that you have another device, and whoever has \
         verified you is asked to look before they write again.",
    )?;
    context.next("device list");
    Ok(())
}

/// Makes this profile a new device of an account, shows its code, and waits until it is linked.
fn wait<P: PhoneProgram>(
    context: &mut CliContext<'_, P>,
    account: &Invitation,
    qr: Option<Size>,
) -> Result<(), Failure> {
    let directory = context.directory()?;
    let existed = directory.exists();
    let (mut phone, is_new) = if Vault::is_there(&directory) {
        let phone = context.open_waiting()?;
        if !phone.waits_for_link() || phone.linked_account() != Some(account.account) {
            return Err(Failure::ProfileExists);
        }
        (phone, false)
    } else {
        let secret = context.options.passphrase().read(Purpose::New)?;
        if is_short(&secret) {
            context.terminal.warn("this passphrase is short. Whoever copies the profile can try many.");
        }
        let secret = passphrase(secret)?;
        let padding = PaddingRule::Padme;
        let made = Phone::create_linked(&directory, &secret, account, padding, now(), &mut context.rng);
        (made?, true)
    };
    let Some(code) = phone.device_code().map(|code| code.to_string()) else {
        return Err(Failure::ProfileExists);
    };
    let shown = &mut |context: &mut CliContext<'_, P>| show_code(context, &code, qr);
    match linking::wait_for_link(context, &mut phone, shown) {
        Ok(address) => {
            context.terminal.strong("This device is linked.")?;
            context.terminal.result(&format!(
                "It is device {} of the account {}. It reads and writes everything from now on.",
                address.device, address.account
            ))?;
            context.next("inbox");
            Ok(())
        }
        Err(failure) => {
            if is_new && failure.leaves_account_unmade() {
                drop(phone);
                remove_unfinished(&directory, existed)
                    .map_err(|error| Failure::File(directory, error.to_string()))?;
            }
            Err(failure)
        }
    }
}

fn show_code(
    context: &mut CliContext<'_, impl PhoneProgram>,
    code: &str,
    qr: Option<Size>,
) -> Result<(), Failure> {
    context.terminal.note(
        "On the first phone of the account, within 5 minutes: pillarbox device link CODE. This is the code. Whoever sees \
         it reads nothing with it.",
    );
    context.terminal.verbatim(code)?;
    // In capitals the code has fewer modules, and reads the same.
    match Code::new(&code.to_ascii_uppercase()) {
        Some(code) => draw(context, &code, qr),
        None => Ok(()),
    }
}

fn list(context: &mut CliContext<'_, impl PhoneProgram>, form: Form) -> Result<(), Failure> {
    let phone = context.open()?;
    let devices = phone.devices()?;
    for OwnDevice { device, is_first, is_this } in &devices {
        let listed = Listed { device: device.0, first_phone: *is_first, this_device: *is_this };
        match form {
            Form::Json => context.terminal.json(&listed)?,
            Form::Plain => {
                let kind = if *is_first { "first" } else { "linked" };
                let here = if *is_this { "this" } else { "other" };
                context.terminal.row(&[&device.to_string(), kind, here])?;
            }
            Form::Text => {
                let kind = if *is_first { "the first phone" } else { "a linked device" };
                let here = if *is_this { "; this one" } else { "" };
                context.terminal.verbatim(&format!("{device:<5} {kind}{here}"))?;
            }
        }
    }
    if let (Form::Text, false) = (form, phone.is_linked_device()) {
        context.terminal.note(
            "Each linked device has a key of its own, signed by this phone. The relay can add none, and your contacts are \
             told of each.",
        );
    }
    Ok(())
}

fn leave(context: &mut CliContext<'_, impl PhoneProgram>, yes: bool) -> Result<(), Failure> {
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    if !phone.is_linked_device() {
        return Err(Failure::Device(DeviceTrouble::LinkedOnly));
    }
    if !yes {
        context.agree("Sign this device off? It gets nothing more, and keeps what it had.", "--yes")?;
    }
    phone.sign_off(&mut context.rng)?;
    match linking::tell_first_phone(context, &mut phone) {
        // The first phone was connected, or had removed this device before.
        Ok(()) | Err(Failure::Device(DeviceTrouble::Gone) | Failure::Goodbye(Farewell::DeviceRemoved)) => {}
        Err(failure) => {
            context.terminal.note("It is kept on this device. Type the same command again.");
            return Err(failure);
        }
    }
    phone.note_left(&mut context.rng)?;
    context.terminal.strong("This device has signed off.")?;
    context.terminal.result(
        "It sends and fetches nothing more, and keeps what it had. The first phone of the account takes it off the list when \
         it next connects, and your contacts are told. Until then their texts for this device wait at the relay.",
    )
}

fn remove(
    context: &mut CliContext<'_, impl PhoneProgram>,
    device: DeviceId,
    yes: bool,
) -> Result<(), Failure> {
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    if !phone.is_linked_device() && !phone.devices()?.iter().any(|one| one.device == device && !one.is_first)
    {
        return Err(Failure::Device(DeviceTrouble::Unknown(device.0)));
    }
    if !yes {
        let question = format!("Remove device {device}? It gets nothing more, and keeps what it had.");
        context.agree(&question, "--yes")?;
    }
    phone.remove_device(device, &mut context.rng)?;
    linking::change_devices(context, &mut phone)?;
    context.terminal.strong(&format!("Device {device} is removed."))?;
    context.terminal.result(
        "It gets nothing more from anybody who has heard of it, and your contacts are being told. It keeps what it had.",
    )
}
