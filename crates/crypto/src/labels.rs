//! Every domain-separation string of the project, in one place.
//!
//! A label names the purpose of a key, a signature or a digest, so that bytes made for one purpose are worthless
//! for another. Two properties ensure that, and a test asserts both over [`ALL`]: no two labels are equal, and no
//! label is the beginning of another. The second property makes `label ‖ message` unambiguous without a length in
//! between.
//!
//! A protocol change that alters a derived key or a signed message needs a new version of the label here.

use core::fmt;

/// A domain-separation string. Only this module makes labels, so [`ALL`] is complete.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label(&'static str);

impl Label {
    /// Returns the label's ASCII bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &'static [u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Declares the constants together with the list of them, so that no label can be missing from the list.
macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: Label = Label($text);)*

        /// All labels of the project.
        pub const ALL: &[Label] = &[$($name),*];
    };
}

labels! {
    /// Ed25519 identity key signs the X25519 identity key beside it.
    IDENTITY_CROSS_SIGNATURE = "pillarbox/identity/cross-signature/v1";
    /// Identity key signs an X25519 signed prekey.
    SIGNED_PREKEY = "pillarbox/prekey/x25519/v1";
    /// Identity key signs an ML-KEM-768 prekey, one-time or last-resort.
    SIGNED_KEM_PREKEY = "pillarbox/prekey/ml-kem-768/v1";
    /// PQXDH, section 2.2: the `info` of its KDF.
    PQXDH = "pillarbox/pqxdh/x25519+sha-256+ml-kem-768/v1";
    /// Double Ratchet, section 7.2: KDF_RK.
    RATCHET_ROOT = "pillarbox/ratchet/root/v1";
    /// Double Ratchet, section 4.2: the first shared header keys.
    RATCHET_HEADER = "pillarbox/ratchet/header/v1";
    /// Double Ratchet, section 7.2: the cipher key of a body, from its message key.
    RATCHET_MESSAGE = "pillarbox/ratchet/message/v1";
    /// Sealed sender: outer layer, ephemeral to recipient.
    SEALED_SENDER_EPHEMERAL = "pillarbox/sealed-sender/ephemeral/v1";
    /// Sealed sender: inner layer, sender's identity to recipient.
    SEALED_SENDER_STATIC = "pillarbox/sealed-sender/static/v1";
    /// Relay signs a sender certificate.
    SENDER_CERTIFICATE = "pillarbox/sealed-sender/certificate/v1";
    /// Account's identity signs the list of its linked devices.
    DEVICE_LIST = "pillarbox/devices/list/v1";
    /// Device's identity signs the account that it will belong to.
    DEVICE_CONSENT = "pillarbox/devices/consent/v1";
    /// Name under which a phone stores the data of one linked device.
    DEVICE_NAME = "pillarbox/devices/name/v1";
    /// Digest of an account as it was last sent to the owner's other devices.
    DEVICE_TOLD_CONTACT = "pillarbox/devices/told-contact/v1";
    /// Digest of a group as it was last sent to the owner's other devices.
    DEVICE_TOLD_GROUP = "pillarbox/devices/told-group/v1";
    /// Digest that a new device shows of the keys that it offers.
    DEVICE_OFFER = "pillarbox/devices/offer/v1";
    /// Device signs the handshake hash of its channel to the relay.
    DEVICE_AUTHENTICATION = "pillarbox/transport/device-authentication/v1";
    /// Opening of a commitment, derived from the message key and everything that the body is bound to.
    FRANKING_OPENING = "pillarbox/franking/opening/v1";
    /// Commitment to a padded message body that a later report can open.
    FRANKING_COMMITMENT = "pillarbox/franking/commitment/v2";
    /// Relay's stamp over a commitment, checked when a report arrives.
    FRANKING_REPORT = "pillarbox/franking/report/v1";
    /// Delivery key that admits a sealed message to a mailbox.
    DELIVERY_KEY = "pillarbox/delivery-key/v1";
    /// Key that wraps the vault's master key.
    VAULT_WRAP = "pillarbox/vault/wrap/v1";
    /// Key that seals the vault's rows.
    VAULT_ROW = "pillarbox/vault/row/v1";
    /// Key of the keyed hash under which the vault looks rows up.
    VAULT_LOOKUP = "pillarbox/vault/lookup/v1";
    /// Identity key signs an invitation.
    INVITATION = "pillarbox/invitation/v1";
    /// Digest that names an envelope, for de-duplication and evidence.
    ENVELOPE_DIGEST = "pillarbox/envelope-digest/v1";
    /// Digest of the contents of a backup, by which a phone sees that a fresh one is due.
    BACKUP_CONTENTS = "pillarbox/backup-contents/v1";
    /// Identity key signs a change of a group's members.
    GROUP_CHANGE = "pillarbox/group/change/v1";
    /// Digest that names a change of a group's members, and the group itself by its first change.
    GROUP_CHANGE_DIGEST = "pillarbox/group/change-digest/v1";
    /// Digest of the members whom a phone sees in a group.
    GROUP_MEMBERS = "pillarbox/group/members/v1";
    /// Digest under which an account's entries are in the directory's log.
    DIRECTORY_LABEL = "pillarbox/directory/label/v1";
    /// Digest of the keys and the device list that an entry of the directory's log binds.
    DIRECTORY_BINDING = "pillarbox/directory/binding/v1";
    /// A label with its latest entry, in the map of the directory's log.
    DIRECTORY_LATEST = "pillarbox/directory/latest/v1";
    /// Node of the map of the directory's log.
    DIRECTORY_NODE = "pillarbox/directory/node/v1";
    /// Key with which a relay signs heads of the directory's log.
    DIRECTORY_LOG_KEY = "pillarbox/directory/log-key/v1";
    /// Relay signs a head of the directory's log.
    DIRECTORY_HEAD = "pillarbox/directory/head/v1";
    /// Opening of an attachment's commitment, bound to the attachment's name.
    ATTACHMENT = "pillarbox/attachment/v1";
    /// Digest of an attachment as the relay keeps it.
    ATTACHMENT_DIGEST = "pillarbox/attachment/digest/v1";
    /// Maker signs a build of a program.
    BUILD = "pillarbox/build/v1";
    /// Keeper of a public log of builds signs a head of it.
    BUILD_LOG_HEAD = "pillarbox/build-log/head/v1";
    /// Pseudonym of an identifier in the relay's log lines.
    RELAY_LOG_PSEUDONYM = "pillarbox/relay/log-pseudonym/v1";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn no_label_is_equal_to_or_the_beginning_of_another() {
        for (i, one) in ALL.iter().enumerate() {
            for (j, other) in ALL.iter().enumerate() {
                assert!(i == j || !other.as_bytes().starts_with(one.as_bytes()), "{one:?} begins {other:?}");
            }
        }
    }

    #[test]
    fn every_label_names_the_project_and_a_version() {
        for label in ALL {
            let text = format!("{label:?}");
            let (_, version) = text.rsplit_once("/v").unwrap();
            assert!(text.starts_with("pillarbox/"), "{text}");
            assert!(version.parse::<u16>().is_ok(), "{text}");
            assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text}");
        }
    }
}
