//! Answers of the relay, each matched to its question.

use pillarbox_crypto::SigningPublic;
use pillarbox_session::Conversation;
use pillarbox_wire::{
    Accepted, AccountId, Authenticated, Bundles, Certificate, ChannelOpened, Closed, Deposited, DeviceBundle,
    FixedBytes, Found, IdentityKey, Posted, Posts, PreKeyCounts, PreKeysStored, Recalled, Refusal, Refused,
    Registered, RelayFrame, RequestId, Reregistered, SenderCertificate, Timestamp, Welcome,
};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::errands::{self, load_errands, store_errands};
use crate::phone::rows::records::{
    CERTIFICATE, CertificateRecord, TOOK_OVER, load_contact, load_conversation, load_item, remove_item,
    store_contact, store_conversation, store_item,
};
use crate::phone::rows::{entries, groups, numbers, renewal};
use crate::phone::state::link::Link;
use crate::phone::state::links::{Question, Standing};
use crate::phone::state::outbox::{Item, MAX_UNCONFIRMED, Stage};
use crate::phone::state::pauses::WaitCause;
use crate::records::account::{Account, Protection};
use crate::records::contact::{read_identity, write_identity};
use crate::records::history::DeliveryState;
use crate::records::ids::BodyId;
use crate::records::notice::Notice;
use crate::records::{prekeys, recovery};
use crate::vault::{StorageError, Table};

impl Phone {
    /// Handles a frame received on a link. When this returns, the frame's effects are stored.
    ///
    /// # Errors
    /// [`PhoneError::Storage`]; then the frame has changed nothing. The link should be closed, and a message in the
    /// frame will be delivered again.
    pub fn on_frame(
        &mut self,
        link: Link,
        frame: RelayFrame,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        match frame {
            RelayFrame::Welcome(welcome) => self.welcomed(link, &welcome, now),
            // A relay that delivers on the nameless link is no relay of ours.
            RelayFrame::Deliver(deliver) if link == Link::Named => return self.arrive(deliver, now, rng),
            RelayFrame::Deliver(_) => {}
            RelayFrame::Goodbye(goodbye) => return Ok(vec![Notice::Farewell { reason: goodbye.reason }]),
            RelayFrame::Authenticated(Authenticated { request, waiting }) => {
                if let Some(Question::Authenticate) = self.answered(link, request) {
                    self.set_standing(link, Standing::Ready);
                    self.mailbox.expect(waiting);
                    return Ok(vec![Notice::Connected { waiting }]);
                }
            }
            RelayFrame::Registered(Registered { request, address }) => {
                if let Some(Question::Register) = self.answered(link, request) {
                    let account = Account { address: Some(address), ..self.account.clone() };
                    self.keep_account(account, rng)?;
                    self.set_standing(link, Standing::Ready);
                    self.code = None;
                    return Ok(vec![Notice::Registered { address }, Notice::Connected { waiting: 0 }]);
                }
            }
            RelayFrame::Reregistered(Reregistered { request, address, waiting }) => {
                if let Some(Question::Register) = self.answered(link, request) {
                    let account = Account { address: Some(address), ..self.account.clone() };
                    self.vault.transact(rng, |rows| rows.put(Table::Account, TOOK_OVER, &[]))?;
                    self.keep_account(account, rng)?;
                    self.set_standing(link, Standing::Ready);
                    self.code = None;
                    self.mailbox.expect(waiting);
                    return Ok(vec![Notice::Reregistered { address }, Notice::Connected { waiting }]);
                }
            }
            RelayFrame::PreKeyCounts(PreKeyCounts { request, one_time, one_time_kem }) => {
                if let Some(Question::Count) = self.answered(link, request) {
                    let (identity, left) = (&self.secrets.identity, (one_time, one_time_kem));
                    let refill = self.vault.transact(rng, |rows| prekeys::refill(rows, identity, left))?;
                    self.key_stock.counted(refill);
                }
            }
            RelayFrame::PreKeysStored(PreKeysStored { request }) => {
                if let Some(Question::Publish { upload }) = self.answered(link, request) {
                    let fill_up = self.key_stock.stored();
                    self.vault.transact(rng, |rows| prekeys::stored(rows, &upload, fill_up))?;
                    if fill_up {
                        self.key_stock.fill_up();
                    }
                }
            }
            RelayFrame::Certificate(Certificate { request, certificate }) => {
                if let Some(Question::Certificate) = self.answered(link, request) {
                    self.keep_certificate(link, certificate, rng)?;
                }
            }
            RelayFrame::Found(Found { request, account, identity }) => {
                if let Some(Question::LookUp { handle, name }) = self.answered(link, request) {
                    return self.found(account, &identity, handle, name, now, rng);
                }
            }
            RelayFrame::FoundByCode(Found { request, account, identity }) => {
                if let Some(Question::LookUp { handle, name }) = self.answered(link, request) {
                    let mut notices = vec![Notice::NumbersVerified];
                    notices.extend(self.found(account, &identity, handle, name, now, rng)?);
                    return Ok(notices);
                }
            }
            RelayFrame::Bundles(Bundles { request, identity, devices }) => {
                if let Some(Question::Bundles { contact }) = self.answered(link, request) {
                    return self.begin(contact, &identity, &devices, now, rng);
                }
            }
            RelayFrame::Accepted(Accepted { request }) => {
                if let Some(Question::Submit { order, digest, .. }) = self.answered(link, request) {
                    return self.accepted(order, &digest, now, rng);
                }
            }
            RelayFrame::Closed(Closed { request }) => {
                if let Some(Question::Close) = self.answered(link, request) {
                    self.note_closed(now, rng)?;
                    self.set_standing(link, Standing::Refused);
                    return Ok(vec![Notice::AccountClosed]);
                }
            }
            RelayFrame::Pong(pong) => {
                if self.answered(link, pong.request).is_some() && link == Link::Named {
                    self.mailbox.hear();
                }
            }
            RelayFrame::Deposited(Deposited { request, known }) => {
                if let Some(Question::Leave { deposits }) = self.answered(link, request) {
                    return self.left(&deposits, known, rng);
                }
            }
            RelayFrame::ChannelOpened(ChannelOpened { request }) => {
                if let Some(Question::Channel(asked)) = self.answered(link, request) {
                    return self.channel_opened(asked, rng);
                }
            }
            RelayFrame::Posted(Posted { request, number }) => {
                if let Some(Question::Channel(asked)) = self.answered(link, request) {
                    return self.posted(asked, number, rng);
                }
            }
            RelayFrame::Posts(Posts { request, posts }) => {
                if let Some(Question::Channel(asked)) = self.answered(link, request) {
                    return self.channel_read(asked, posts, rng);
                }
            }
            RelayFrame::Recalled(Recalled { request, .. }) => {
                self.answered(link, request);
            }
            RelayFrame::Refused(Refused { request, reason }) => {
                if let Some(question) = self.answered(link, request) {
                    return self.refused(link, question, reason, now, rng);
                }
            }
        }
        Ok(Vec::new())
    }

    fn answered(&mut self, link: Link, request: RequestId) -> Option<Question> {
        self.links.get_mut(link)?.answered(request)
    }

    fn set_standing(&mut self, link: Link, standing: Standing) {
        if let Some(connection) = self.links.get_mut(link) {
            connection.standing = standing;
        }
    }

    fn welcomed(&mut self, link: Link, welcome: &Welcome, now: Timestamp) {
        if let Some(connection) = self.links.get_mut(link) {
            let key = SigningPublic::from_bytes(welcome.certificate_key.0).ok();
            connection.welcome(welcome.time, key, now);
            if link == Link::Nameless {
                connection.standing = Standing::Ready;
            }
        }
    }

    fn keep_certificate(
        &mut self,
        link: Link,
        certificate: SenderCertificate,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let issuer = self.links.get(link).and_then(|connection| connection.certificate_key);
        let ours = certificate.agreement.0 == *self.secrets.identity.public().agreement().as_bytes()
            && Some(certificate.sender) == self.account.address;
        // One that is for somebody else is of no use; it is asked for again after a pause.
        let (Some(issuer), true) = (issuer, ours) else {
            return Ok(());
        };
        if let Some(connection) = self.links.get_mut(link) {
            connection.certified_until(Timestamp::from_seconds(u64::from(certificate.expires_at)));
        }
        let record = CertificateRecord { certificate, issuer: FixedBytes(*issuer.as_bytes()) };
        self.vault.transact(rng, |rows| rows.store(Table::Account, CERTIFICATE, &record))?;
        self.certificate.current = Some(record);
        Ok(())
    }

    /// Handles prekeys for a contact: begins a conversation, or restarts it.
    fn begin(
        &mut self,
        contact: AccountId,
        identity: &IdentityKey,
        bundles: &[DeviceBundle],
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let (Some(bundle), Ok(theirs)) = (bundles.first(), read_identity(identity)) else {
            self.pauses.begin(contact, WaitCause::NoKeys, now);
            return Ok(vec![Notice::NotStarted { contact, reason: None }]);
        };
        let ours = &self.secrets.identity;
        let own = self.account.address.map(|own| own.account);
        let protection = self.account.protection;
        let begun = self.vault.transact(rng, |rows| {
            let mut record = load_contact(rows, contact)?;
            let mut notices = Vec::new();
            let is_first = record.identity.is_none();
            let key = write_identity(&theirs);
            let other = record.identity.is_some_and(|before| before != key);
            let changed = record.meet_key_of(protection, &key);
            numbers::store_device(rows, contact, bundle.device)?;
            if changed {
                renewal::start_over(rows, contact, own)?;
                notices.push(Notice::KeyChanged { contact, blocked: !record.trust.may_send() });
            }
            if other && !changed {
                groups::tell_again(rows, contact, own)?;
            }
            if other || is_first {
                store_contact(rows, &record)?;
            }
            if !record.trust.may_send() {
                return Ok::<_, PhoneError>((notices, other, true));
            }
            let mut errands = load_errands(rows, contact)?;
            if protection == Protection::ServerReadable {
                // Without sessions there is none to begin: what the relay was asked for is the phone to write to.
                errands.renewed(now);
                store_errands(rows, &errands)?;
                return Ok((notices, other, true));
            }
            let current = load_conversation(rows, contact)?;
            let aged = current.as_ref().is_some_and(|current| recovery::has_aged(current, now));
            if aged {
                renewal::encrypt_again(rows, contact)?;
            }
            let begun = match &current {
                Some(current) => current.initiate_again(&mut rows.rng, ours, &theirs, bundle, now),
                None => Conversation::initiate(&mut rows.rng, ours, &theirs, bundle, now),
            };
            let Ok(conversation) = begun else {
                notices.push(Notice::NotStarted { contact, reason: None });
                return Ok((notices, changed || aged, false));
            };
            if let Some(degraded) = conversation.degraded() {
                notices.push(Notice::Degraded { contact, degraded });
            }
            if errands.renew {
                if !changed {
                    notices.push(Notice::Recovered { contact });
                }
                errands.renewed(now);
                store_errands(rows, &errands)?;
            }
            store_conversation(rows, contact, &conversation)?;
            Ok((notices, changed || aged, true))
        });
        let (notices, changed, good) = match begun {
            // Removed while the question was open.
            Err(PhoneError::UnknownContact) => return Ok(Vec::new()),
            outcome => outcome?,
        };
        if changed {
            self.reindex()?;
        }
        if good {
            self.pauses.end(contact);
        } else {
            self.pauses.begin(contact, WaitCause::NoKeys, now);
        }
        Ok(notices)
    }

    /// Handles the relay's confirmation that an item is on its disk.
    fn accepted(
        &mut self,
        order: u64,
        digest: &[u8; 32],
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let outcome = self.vault.transact(rng, |rows| {
            let Some(mut item) = load_item(rows, order)? else {
                return Ok(None);
            };
            let identity = match &item.stage {
                Stage::Sealed { digest: sealed, identity, .. } if sealed.0 == *digest => *identity,
                // It was asked for again meanwhile, and will go out anew.
                _ => return Ok(None),
            };
            if item.may_be_resent() {
                item.stage = Stage::Accepted { digest: FixedBytes(*digest), identity };
                store_item(rows, &item)?;
            } else {
                remove_item(rows, order)?;
            }
            let news = match item.id() {
                Some(id) => entries::progress(rows, item.to, id, DeliveryState::Sent, now)?.then_some(id),
                None => None,
            };
            Ok::<_, StorageError>(Some((item, news)))
        })?;
        let Some((item, news)) = outcome else {
            if let Some(brief) = self.outbox.get_mut(order) {
                brief.in_flight = None;
            }
            return Ok(Vec::new());
        };
        self.pauses.end(item.to);
        if item.may_be_resent() {
            self.outbox.insert(order, item.brief());
            self.drop_oldest_unconfirmed(item.to, rng)?;
        } else {
            self.outbox.remove(order);
        }
        Ok(news.map(|message| Notice::Accepted { contact: item.to, message }).into_iter().collect())
    }

    fn drop_oldest_unconfirmed(
        &mut self,
        contact: AccountId,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StorageError> {
        let Some(surplus) = self.outbox.surplus(contact, MAX_UNCONFIRMED) else {
            return Ok(());
        };
        self.vault.transact(rng, |rows| remove_item(rows, surplus))?;
        self.outbox.remove(surplus);
        Ok(())
    }

    fn refused(
        &mut self,
        link: Link,
        question: Question,
        reason: Refusal,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        Ok(match question {
            Question::Register => {
                self.set_standing(link, Standing::Refused);
                self.code = None;
                vec![Notice::RegistrationRefused { reason }]
            }
            Question::Authenticate => {
                self.set_standing(link, Standing::Refused);
                vec![Notice::AuthenticationRefused { reason }]
            }
            Question::LookUp { handle, .. } => vec![Notice::NotFound { handle, reason }],
            Question::Count | Question::Publish { .. } | Question::Certificate | Question::Close => {
                vec![Notice::Delayed { reason }]
            }
            Question::Leave { deposits } => self.not_left(&deposits, reason, now),
            Question::Channel(asked) => self.channel_refused(asked, reason, now, rng)?,
            Question::Ping => Vec::new(),
            Question::Bundles { contact } => match reason {
                Refusal::DeliveryKeyRefused => self.unseal(contact, rng)?,
                Refusal::UnknownRecipient => {
                    let mut notices = vec![Notice::NotStarted { contact, reason: Some(reason) }];
                    notices.extend(self.give_up(|item| item.to == contact, reason, rng)?);
                    self.forgive(contact, rng)?;
                    notices
                }
                _ => {
                    self.pauses.begin(contact, WaitCause::Relay(reason), now);
                    vec![Notice::Delayed { reason }]
                }
            },
            Question::Submit { order, sealed, .. } => {
                let Some(brief) = self.outbox.get_mut(order) else {
                    return Ok(Vec::new());
                };
                brief.in_flight = None;
                let contact = brief.to;
                match reason {
                    Refusal::DeliveryKeyRefused if sealed => self.unseal(contact, rng)?,
                    Refusal::KeysReplaced => {
                        self.ask_for_keys(contact, now, rng)?;
                        Vec::new()
                    }
                    Refusal::UnknownRecipient | Refusal::NotWellFormed | Refusal::DeliveryKeyRefused => {
                        self.give_up(|item| item.order == order, reason, rng)?
                    }
                    _ => {
                        self.pauses.begin(contact, WaitCause::Relay(reason), now);
                        vec![Notice::Delayed { reason }]
                    }
                }
            }
        })
    }

    /// Handles the relay's word that a contact has another phone: its keys are fetched before anything more is sent,
    /// as often as a conversation may restart.
    fn ask_for_keys(
        &mut self,
        contact: AccountId,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let may = self.vault.transact(rng, |rows| {
            let mut errands = load_errands(rows, contact)?;
            errands.renew = true;
            store_errands(rows, &errands)?;
            Ok::<_, PhoneError>(errands.may_renew(now))
        })?;
        if !may {
            self.pauses.begin(contact, WaitCause::TooManyStarts, now);
        }
        Ok(())
    }

    /// Handles a refused delivery key of a contact. Messages still go out, but the relay sees their sender.
    fn unseal(&mut self, contact: AccountId, rng: &mut impl CryptoRng) -> Result<Vec<Notice>, PhoneError> {
        let known = self.vault.transact(rng, |rows| {
            let known = rows.has(Table::DeliveryKeys, &contact.0)?;
            rows.remove(Table::DeliveryKeys, &contact.0)?;
            Ok::<_, PhoneError>(known)
        })?;
        Ok(if known { vec![Notice::Unsealed { contact }] } else { Vec::new() })
    }

    /// Gives up items that the relay will never take.
    fn give_up(
        &mut self,
        which: impl Fn(&Item) -> bool,
        reason: Refusal,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let given_up = self.vault.transact(rng, |rows| {
            let items = rows.load_all::<Item>(Table::Outbox)?.into_iter();
            let unsent = items.filter(|item| which(item) && !matches!(item.stage, Stage::Accepted { .. }));
            let mut given_up: Vec<(u64, AccountId, Option<BodyId>)> = Vec::new();
            for item in unsent {
                remove_item(rows, item.order)?;
                if let Some(id) = item.id() {
                    entries::progress(rows, item.to, id, DeliveryState::Refused, Timestamp(0))?;
                }
                given_up.push((item.order, item.to, item.id()));
            }
            given_up.sort_by_key(|(order, ..)| *order);
            Ok::<_, PhoneError>(given_up)
        })?;
        let mut notices = Vec::new();
        for (order, contact, message) in given_up {
            self.outbox.remove(order);
            notices.push(Notice::NotSent { contact, message, reason });
        }
        Ok(notices)
    }

    /// Forgets everything owed to an account that is gone.
    fn forgive(&mut self, contact: AccountId, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        self.vault.transact(rng, |rows| errands::forget(rows, contact))?;
        self.owed.forget(contact);
        Ok(())
    }
}
