//! The two identities that a session runs between, and the associated data that binds every message to both (PQXDH,
//! section 3.3).

use pillarbox_crypto::IdentityPublic;

/// Bytes of Encode(IK): both public keys of an identity.
pub(crate) const IDENTITY_LEN: usize = 64;

/// Bytes of Encode(IK_A) || Encode(IK_B).
pub(crate) const ASSOCIATED_LEN: usize = 2 * IDENTITY_LEN;

/// The two identities of a conversation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parties {
    /// Encode(IK) of our identity.
    pub(crate) ours: [u8; IDENTITY_LEN],
    pub(crate) theirs: IdentityPublic,
}

/// Our part in the session, by who began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// We began the session (A).
    Initiator,
    /// The peer began it; we answer (B).
    Responder,
}

impl Parties {
    pub(crate) fn new(ours: &IdentityPublic, theirs: &IdentityPublic) -> Self {
        Self { ours: ours.key_bytes(), theirs: *theirs }
    }

    /// Returns true if these are the same two identities. Signatures are not compared, because a key can produce
    /// many.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.ours == other.ours && self.theirs.key_bytes() == other.theirs.key_bytes()
    }

    pub(crate) fn associated(&self, role: Role) -> [u8; ASSOCIATED_LEN] {
        let theirs = self.theirs.key_bytes();
        match role {
            Role::Initiator => associated_data(&self.ours, &theirs),
            Role::Responder => associated_data(&theirs, &self.ours),
        }
    }
}

/// AD of PQXDH, section 3.3: Encode(IK_A) || Encode(IK_B).
fn associated_data(ik_a: &[u8; IDENTITY_LEN], ik_b: &[u8; IDENTITY_LEN]) -> [u8; ASSOCIATED_LEN] {
    let mut associated = [0; ASSOCIATED_LEN];
    let (a, b) = associated.split_at_mut(IDENTITY_LEN);
    a.copy_from_slice(ik_a);
    b.copy_from_slice(ik_b);
    associated
}
