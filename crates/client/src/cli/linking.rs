//! The commands' use of the relay for devices: a change that the first phone makes, and a new device that waits.

use std::time::Duration;

use pillarbox_client::net::{Carrier, CarrierEvent};
use pillarbox_client::{Notice, Phone};
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{DeviceAddress, DeviceId};
use tokio::time::timeout;

use super::context::CliContext;
use super::device_words::DeviceTrouble;
use super::failure::Failure;
use super::net::{failure, pressed, runtime, visit};
use super::program::PhoneProgram;

/// Time for which a new device waits to be linked: as long as the relay keeps its place, plus the time to receive
/// the rest.
const LINKING: Duration = Duration::from_secs(330);

/// Links or removes a device, as the phone was told, and returns its number.
pub(crate) fn change_devices(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
) -> Result<DeviceId, Failure> {
    let mut changed = None;
    context.reports_devices = true;
    let outcome = visit(context, phone, |notice| match notice {
        Notice::DeviceLinked { device } | Notice::DeviceRemoved { device } => {
            changed = Some(*device);
            Ok(())
        }
        Notice::DeviceNotChanged { reason } => Err(Failure::Device(DeviceTrouble::NotChanged(*reason))),
        _ => Ok(()),
    });
    context.reports_devices = false;
    // Messages to the device after this are stored, and are sent later if this connection ends.
    match (outcome, changed) {
        (Ok(()) | Err(Failure::Lost | Failure::Goodbye(_)), Some(device)) => Ok(device),
        (Ok(()), None) => Err(Failure::Lost),
        (Err(failure), _) => Err(failure),
    }
}

/// Sends what this linked device still has to tell, and fails if some of it did not reach the relay.
pub(crate) fn tell_first_phone(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
) -> Result<(), Failure> {
    let mut delayed = None;
    visit(context, phone, |notice| {
        if let Notice::Delayed { reason } = notice {
            delayed = Some(*reason);
        }
        Ok(())
    })?;
    match (phone.has_told_first_phone(), delayed) {
        (true, _) => Ok(()),
        (false, Some(reason)) => Err(Failure::Refused(reason)),
        (false, None) => Err(Failure::Lost),
    }
}

/// Waits until the first phone of the account has linked this new device and told it what an account needs. `shown` is
/// called once the relay has the place open.
pub(crate) fn wait_for_link<P: PhoneProgram>(
    context: &mut CliContext<'_, P>,
    phone: &mut Phone,
    shown: &mut dyn FnMut(&mut CliContext<'_, P>) -> Result<(), Failure>,
) -> Result<DeviceAddress, Failure> {
    let relay = phone.account().relay.clone();
    runtime()?.block_on(async {
        let mut carrier = Carrier::new();
        let outcome = tokio::select! {
            outcome = timeout(LINKING, until_linked(context, &mut carrier, phone, &relay, shown)) => {
                outcome.unwrap_or(Err(Failure::Device(DeviceTrouble::NotLinked)))
            }
            pressed = pressed() => Err(pressed),
        };
        carrier.close(phone).await;
        outcome
    })
}

async fn until_linked<P: PhoneProgram>(
    context: &mut CliContext<'_, P>,
    carrier: &mut Carrier,
    phone: &mut Phone,
    relay: &RelayAddress,
    shown: &mut dyn FnMut(&mut CliContext<'_, P>) -> Result<(), Failure>,
) -> Result<DeviceAddress, Failure> {
    let mut is_shown = false;
    loop {
        match context.next_event(carrier, phone).await? {
            // Once the code is on the screen, a relay that starts again is only waited for.
            CarrierEvent::Down { error, .. } if !is_shown => return Err(failure(error, relay)),
            CarrierEvent::Quiet => {
                if let (false, Some(address)) = (phone.waits_for_link(), phone.account().address) {
                    return Ok(address);
                }
            }
            CarrierEvent::Told(notices) => {
                for notice in &notices {
                    match notice {
                        Notice::WaitsForLink if !is_shown => {
                            is_shown = true;
                            shown(context)?;
                        }
                        Notice::DeviceNotChanged { reason } => {
                            return Err(Failure::Device(DeviceTrouble::NotChanged(*reason)));
                        }
                        Notice::AuthenticationRefused { reason } => return Err(Failure::Refused(*reason)),
                        _ => {}
                    }
                }
            }
            CarrierEvent::Up(_) | CarrierEvent::Down { .. } => {}
        }
    }
}
