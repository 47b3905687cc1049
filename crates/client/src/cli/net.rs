//! The commands' use of the relay: a short visit for one task, and the messages about a connection that is lost and
//! restored.

use std::time::Duration;

use pillarbox_client::net::{Carrier, CarrierEvent, NetError};
use pillarbox_client::sentences::{self, Tone};
use pillarbox_client::{Contact, Link, Notice, Phone, RecalledBackup, naming};
use pillarbox_transport::{HandshakeError, RelayAddress};
use pillarbox_wire::{AccountId, DepositKind, Farewell, Handle, Refusal};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::context::{CliContext, may_write, must_be_open};
use super::device_words::DeviceTrouble;
use super::errors;
use super::failure::{BackupTrouble, Failure};
use super::program::PhoneProgram;
use super::words;

/// Longest silence in a visit, apart from pings. It exceeds the time-outs of connecting and of the handshake together,
/// so that a failure of either is reported as such. A visit lasts as long as data arrives: a full mailbox on a slow
/// disk or line takes minutes.
const SILENCE: Duration = Duration::from_secs(60);

/// The sentence for messages that waited on this phone and have reached the relay.
pub(crate) const ALL_GONE: &str = "What waited here has gone.";

/// Starts the runtime for connections.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Builder::new_current_thread().enable_all().build().map_err(|error| Failure::NoRuntime(error.to_string()))
}

/// Connects, sends and fetches every waiting message, and disconnects. Returns the relay's reason if it asked to wait.
pub(crate) fn fetch(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
) -> Result<Option<Refusal>, Failure> {
    let mut delayed = None;
    visit(context, phone, |notice| {
        if let Notice::Delayed { reason } = notice {
            delayed = Some(*reason);
        }
        Ok(())
    })?;
    Ok(delayed)
}

/// Leaves the waiting parts of a backup. Returns the relay's reason if it asked to wait.
pub(crate) fn leave_backup(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
) -> Result<Option<Refusal>, Failure> {
    let mut delayed = None;
    visit(context, phone, |notice| match notice {
        Notice::Delayed { reason } => {
            delayed = Some(*reason);
            Ok(())
        }
        Notice::DepositRefused { kind: DepositKind::BackupPart | DepositKind::BackupKey, reason } => {
            Err(Failure::Backup(match reason {
                Refusal::NotOffered => BackupTrouble::NotOffered,
                _ => BackupTrouble::TooLarge,
            }))
        }
        _ => Ok(()),
    })?;
    Ok(delayed)
}

/// Performs the waiting tasks about channels. `hear` sees every notice about a channel, and none of these is printed.
/// Returns the relay's reason if it asked to wait.
pub(crate) fn channels(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    mut hear: impl FnMut(&Notice),
) -> Result<Option<Refusal>, Failure> {
    let mut delayed = None;
    context.reports_channels = true;
    let outcome = visit(context, phone, |notice| {
        match notice {
            Notice::Delayed { reason } => delayed = Some(*reason),
            notice if is_about_channels(notice) => hear(notice),
            _ => {}
        }
        Ok(())
    });
    context.reports_channels = false;
    outcome.map(|()| delayed)
}

const fn is_about_own_devices(notice: &Notice) -> bool {
    matches!(
        notice,
        Notice::DeviceLinked { .. } | Notice::DeviceRemoved { .. } | Notice::DeviceNotChanged { .. }
    )
}

const fn is_about_channels(notice: &Notice) -> bool {
    matches!(
        notice,
        Notice::ChannelOpened { .. }
            | Notice::Posted { .. }
            | Notice::ChannelPosts { .. }
            | Notice::ChannelRefused { .. }
    )
}

/// Asks for the backup of this account at the relay.
pub(crate) fn recall_backup(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
) -> Result<RecalledBackup, Failure> {
    phone.recall_backup();
    visit(context, phone, |_| Ok(()))?;
    match phone.recalled_backup() {
        Some(Ok(recalled)) => Ok(recalled),
        Some(Err(Refusal::NotOffered)) => Err(Failure::Backup(BackupTrouble::NotOffered)),
        Some(Err(reason)) => Err(Failure::Refused(reason)),
        None => Err(Failure::Lost),
    }
}

/// Makes the account at the relay. Returns true if the number had an account before.
pub(crate) fn register(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
) -> Result<bool, Failure> {
    let mut before = false;
    visit(context, phone, |notice| {
        before |= matches!(notice, Notice::Reregistered { .. });
        Ok(())
    })?;
    Ok(before)
}

/// Closes the account at the relay.
pub(crate) fn close(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
) -> Result<(), Failure> {
    phone.close_account();
    let mut closed = false;
    visit(context, phone, |notice| {
        closed |= *notice == Notice::AccountClosed;
        Ok(())
    })?;
    if closed { Ok(()) } else { Err(Failure::Lost) }
}

/// Asks the question stored by [`Phone::look_up`]. Returns the account of the number, and whether this relay sends
/// codes to numbers.
pub(crate) fn look_up(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
) -> Result<(AccountId, bool), Failure> {
    let (mut found, mut by_code) = (None, false);
    visit(context, phone, |notice| match notice {
        Notice::NumbersVerified => {
            by_code = true;
            Ok(())
        }
        Notice::Found { contact, .. } => {
            found = Some(*contact);
            Ok(())
        }
        Notice::NotFound { reason, .. } => Err(Failure::Refused(*reason)),
        _ => Ok(()),
    })?;
    found.map(|account| (account, by_code)).ok_or(Failure::Lost)
}

/// Makes one visit, unless the account is closed. `hear` sees every notice, and those that matter to the user are
/// printed.
pub(crate) fn visit(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    mut hear: impl FnMut(&Notice) -> Result<(), Failure>,
) -> Result<(), Failure> {
    must_be_open(phone)?;
    let relay = phone.account().relay.clone();
    runtime()?.block_on(async {
        let mut carrier = Carrier::new();
        let outcome = tokio::select! {
            outcome = carry(context, &mut carrier, phone, &relay, &mut hear) => outcome,
            pressed = pressed() => Err(pressed),
        };
        carrier.close(phone).await;
        let rest = context.crowd.rest(&words::OnThisPhone(phone));
        rest.into_iter().for_each(|(tone, says)| say(context, tone, &says));
        match outcome {
            Err(Failure::Refused(Refusal::NotAuthentic)) if phone.is_linked_device() => {
                Err(Failure::Device(DeviceTrouble::Gone))
            }
            other => other,
        }
    })
}

async fn carry(
    context: &mut CliContext<'_, impl PhoneProgram>,
    carrier: &mut Carrier,
    phone: &mut Phone,
    relay: &RelayAddress,
    hear: &mut impl FnMut(&Notice) -> Result<(), Failure>,
) -> Result<(), Failure> {
    loop {
        let Ok(event) =
            timeout(SILENCE.saturating_sub(carrier.idle()), context.next_event(carrier, phone)).await
        else {
            // Frames without a notice, such as answers to receipts, may have arrived meanwhile.
            if carrier.idle() < SILENCE {
                continue;
            }
            return Err(Failure::Lost);
        };
        match event? {
            CarrierEvent::Up(_) => {}
            CarrierEvent::Quiet => return Ok(()),
            CarrierEvent::Down { error, .. } => return Err(failure(error, relay)),
            CarrierEvent::Told(notices) => {
                for notice in &notices {
                    hear(notice)?;
                    refusal(notice)?;
                    // Nothing is printed here for a delay, which the caller explains, or for a crowd, which is
                    // reported at the end.
                    let own = context.reports_channels && is_about_channels(notice)
                        || context.reports_devices && is_about_own_devices(notice);
                    let later = own || matches!(notice, Notice::Delayed { .. } | Notice::RequestsFull);
                    if !later && !context.crowd.meet(notice) {
                        tell(context, phone, notice)?;
                    }
                    if *notice == Notice::AccountClosed {
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// Fails on a notice after which nothing more will arrive on this connection.
pub(crate) fn refusal(notice: &Notice) -> Result<(), Failure> {
    match notice {
        Notice::RegistrationRefused { reason } | Notice::AuthenticationRefused { reason } => {
            Err(Failure::Refused(*reason))
        }
        _ => Ok(()),
    }
}

/// Prints a notice in words. A verified contact's changed key is reported with both numbers.
pub(crate) fn tell(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &Phone,
    notice: &Notice,
) -> Result<(), Failure> {
    if context.crowd.meet(notice) {
        let news = context.crowd.news(&words::OnThisPhone(phone));
        news.into_iter().for_each(|(tone, says)| say(context, tone, &says));
        return Ok(());
    }
    if let Notice::KeyChanged { contact, blocked: true } = notice {
        let changed = may_write(phone, &phone.contact(*contact)?);
        if let Err(Some(explained)) = changed.map_err(|failure| errors::explain(&failure, &context.place())) {
            context.terminal.warn(&explained.what);
            return Ok(());
        }
    }
    if let Notice::Requested { contact } = notice {
        let contact = phone.contact(*contact)?;
        let contacts = phone.contacts()?;
        context.terminal.note(&words::request(&contact, claimed(&contact, &contacts)));
        return Ok(());
    }
    context.showed_posts |= matches!(notice, Notice::ChannelPosts { .. });
    if let Some((tone, text)) = words::notice(notice, phone, context.terminal.width()) {
        say(context, tone, &text);
    }
    Ok(())
}

fn say(context: &mut CliContext<'_, impl PhoneProgram>, tone: Tone, says: &str) {
    match tone {
        Tone::Note => context.terminal.note(says),
        Tone::Warning => context.terminal.warn(says),
    }
}

/// Returns the contact that somebody else claims to be, by the name that their phone suggests or by a number given as
/// that name.
fn claimed<'a>(claiming: &Contact, contacts: &'a [Contact]) -> Option<&'a Contact> {
    let claim = claiming.suggested_name.as_deref()?;
    let number = Handle::parse(claim).ok();
    contacts.iter().filter(|known| known.account != claiming.account && known.accepted).find(|known| {
        let same_number = number.is_some() && known.handle == number;
        same_number || naming::is_same(&known.name, claim) || naming::look_alike(&known.name, claim)
    })
}

/// Converts an error of the network. The relay is named by host and port; its key would not help the reader.
pub(crate) fn failure(error: NetError, relay: &RelayAddress) -> Failure {
    let at = || format!("{}:{}", relay.host(), relay.port());
    match error {
        NetError::Unreachable(kind) => Failure::Unreachable { relay: at(), cause: words::unreached(kind) },
        NetError::Handshake(HandshakeError::WrongKey) => Failure::WrongKey { relay: at() },
        NetError::Handshake(HandshakeError::NotPillarbox) => Failure::NoRelay { relay: at() },
        NetError::Handshake(error @ HandshakeError::Version { .. }) => Failure::Version(error.to_string()),
        NetError::Handshake(error) => Failure::Unreachable { relay: at(), cause: error.to_string() },
        NetError::NotRegistered(refusal) | NetError::NotAuthenticated(refusal) => Failure::Refused(refusal),
        NetError::Farewell(farewell) => Failure::Goodbye(farewell),
        NetError::Phone(error) => error.into(),
        _ => Failure::Lost,
    }
}

/// Returns true if a retry can help.
pub(crate) const fn may_pass(failure: &Failure) -> bool {
    match failure {
        Failure::Unreachable { .. } | Failure::Lost => true,
        Failure::Goodbye(farewell) => !matches!(farewell, Farewell::Reregistered | Farewell::DeviceRemoved),
        _ => false,
    }
}

fn interrupted(pressed: std::io::Result<()>) -> Failure {
    // If Ctrl-C cannot be received, the command stops too.
    pressed.map_or_else(Failure::Input, |()| Failure::Interrupted)
}

/// Waits for Ctrl-C from this call on, even if the future is first polled later. Call this on the runtime.
#[cfg(unix)]
pub(crate) fn pressed() -> impl Future<Output = Failure> {
    use tokio::signal::unix::{SignalKind, signal};

    let listener = signal(SignalKind::interrupt());
    async {
        match listener {
            Ok(mut listener) => {
                listener.recv().await;
                interrupted(Ok(()))
            }
            Err(error) => interrupted(Err(error)),
        }
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn pressed() -> Failure {
    interrupted(tokio::signal::ctrl_c().await)
}

/// The connection of a running command, as the user knows it.
#[derive(Debug, Default)]
pub(crate) struct ConnectionStatus {
    /// True while the link that names the account is ready.
    pub(crate) connected: bool,
    /// The failure of the connection, once it was reported.
    pub(crate) trouble: Option<Failure>,
    /// The relay's reason to wait. It is kept from the relay's report until nothing is waiting.
    throttled: Option<Refusal>,
}

impl ConnectionStatus {
    /// Returns true while messages wait because the relay has asked for a pause, and the user was told so.
    pub(crate) const fn is_throttled(&self) -> bool {
        self.throttled.is_some()
    }

    /// Returns a sentence when the relay asks to wait, and when nothing is waiting. Since the relay refuses each
    /// message that is sent too early, the wait is reported again only for another reason or a longer time.
    pub(crate) fn hear(&mut self, notice: &Notice, unsent: usize) -> Option<String> {
        match notice {
            Notice::Delayed { reason } if self.throttled.is_none_or(|told| is_worse(*reason, told)) => {
                self.throttled = Some(*reason);
                Some(sentences::throttled(*reason))
            }
            Notice::Accepted { .. } if unsent == 0 => self.throttled.take().map(|_| ALL_GONE.to_owned()),
            _ => None,
        }
    }

    /// Handles a network event. Returns a sentence if the state changed, so that a relay that is away for an hour
    /// is reported once. Fails if a retry cannot help.
    pub(crate) fn observe(
        &mut self,
        event: &CarrierEvent,
        relay: &RelayAddress,
    ) -> Result<Option<String>, Failure> {
        match event {
            CarrierEvent::Told(notices) => notices.iter().try_for_each(refusal)?,
            CarrierEvent::Quiet => {
                self.connected = true;
                return Ok(self.trouble.take().map(|_| "Connected again.".to_owned()));
            }
            CarrierEvent::Down { link: Link::Named, error, .. } => {
                self.connected = false;
                let failure = failure(*error, relay);
                if !may_pass(&failure) {
                    return Err(failure);
                }
                let first = self.trouble.is_none();
                let what = errors::clause(&failure);
                self.trouble = Some(failure);
                let sentence = || format!("{what} It is tried again by itself; what you write is kept.");
                return Ok(first.then(sentence));
            }
            _ => {}
        }
        Ok(None)
    }
}

fn is_worse(reason: Refusal, told: Refusal) -> bool {
    match (reason, told) {
        (Refusal::RateLimited { retry_after }, Refusal::RateLimited { retry_after: before }) => {
            retry_after > before
        }
        _ => reason != told,
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_client::BodyId;
    use pillarbox_wire::FixedBytes;

    use super::*;

    #[test]
    fn a_relay_that_asks_to_wait_is_told_of_once_and_once_when_all_has_gone() {
        let mut status = ConnectionStatus::default();
        let delayed = |retry_after| Notice::Delayed { reason: Refusal::RateLimited { retry_after } };
        let accepted = Notice::Accepted { contact: AccountId([1; 16]), message: BodyId(FixedBytes([1; 16])) };
        let full = Notice::Delayed { reason: Refusal::MailboxFull };
        let heard = [
            (&delayed(3), 4),
            (&delayed(1), 4),
            (&accepted, 3),
            (&delayed(3), 3),
            (&delayed(60), 3),
            (&delayed(60), 2),
            (&accepted, 0),
            (&accepted, 0),
            (&full, 1),
            (&full, 1),
            (&accepted, 0),
        ];
        let told: Vec<_> =
            heard.into_iter().filter_map(|(notice, unsent)| status.hear(notice, unsent)).collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
