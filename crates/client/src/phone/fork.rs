//! A second copy of a connected phone, for a laboratory whose world is forked.
//!
//! Two phones with the same ratchets would use keys twice if both talked to the same relay. Each copy lives in its
//! own world, with its own copy of the relay. No program that talks to a real relay is built with this module.

use std::path::Path;

use pillarbox_crypto::{IdentitySecret, SecretBytes, SigningSecret};

use crate::phone::engine::{Phone, Secrets};
use crate::phone::state::recall::Recall;
use crate::vault::ProfileError;

impl Phone {
    /// Copies this phone. If its vault is stored in a folder, `folders` are that folder and one for the copy.
    ///
    /// # Errors
    /// [`ProfileError`] if the vault cannot be copied.
    pub fn fork(&self, folders: Option<(&Path, &Path)>) -> Result<Self, ProfileError> {
        let Self {
            vault,
            account,
            has_encrypted,
            secrets,
            links,
            outbox,
            owed,
            pauses,
            proofs,
            deposits,
            channels,
            group_acts,
            pictures,
            // A recall is asked for by a person at a keyboard; the copy begins without one.
            recall: _,
            mailbox,
            key_stock,
            certificate,
            look_ups,
            closing,
            code,
            link,
            // As with a recall, these are requests of a person at a keyboard.
            link_wish: _,
            lists_wanted,
            told_at: _,
        } = self;
        Ok(Self {
            vault: vault.fork(folders)?,
            account: account.clone(),
            has_encrypted: *has_encrypted,
            secrets: secrets.fork(),
            links: links.clone(),
            outbox: outbox.clone(),
            owed: owed.clone(),
            pauses: pauses.clone(),
            proofs: proofs.clone(),
            deposits: deposits.clone(),
            channels: channels.clone(),
            group_acts: group_acts.clone(),
            pictures: pictures.clone(),
            recall: Recall::default(),
            mailbox: mailbox.clone(),
            key_stock: key_stock.clone(),
            certificate: certificate.clone(),
            look_ups: look_ups.clone(),
            closing: *closing,
            code: *code,
            link: *link,
            link_wish: None,
            lists_wanted: lists_wanted.clone(),
            told_at: None,
        })
    }
}

impl Secrets {
    fn fork(&self) -> Self {
        let Self { identity, device, delivery } = self;
        Self {
            identity: IdentitySecret::from_bytes(*identity.to_bytes()),
            device: SigningSecret::from_bytes(*device.to_bytes()),
            delivery: SecretBytes::from_bytes(*delivery.as_bytes()),
        }
    }
}
