//! The two connections of a phone, and the open questions on each.
//!
//! The *named* link names the account: it receives messages, requests certificates, looks up numbers and registers.
//! The *nameless* link names no account: sealed messages and the keys to begin them are sent over it, each admitted
//! by the recipient's delivery key, so that the relay does not learn the sender. Network address and time still tie
//! the two together for a relay that looks; the threat model says so.

use std::collections::HashMap;

use pillarbox_crypto::SigningPublic;
use pillarbox_wire::{AccountId, Deposit, Duration, GroupAct, Handle, RequestId, Timestamp};

use crate::phone::state::channels::Asked;
use crate::phone::state::link::Link;
use crate::phone::state::pictures::PartAsked;
use crate::phone::state::proofs::Held;
use crate::records::ids::GroupId;
use crate::records::prekeys::Numbers;
use crate::text::device_code::DeviceCode;

/// The remaining lifetime below which a certificate is renewed. It is far above the time of a submission, and below any
/// lifetime that a relay would choose.
pub(crate) const CERTIFICATE_MARGIN: Duration = Duration::from_seconds(600);

/// The progress of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkStage {
    /// Connected; the relay has not sent its welcome.
    Fresh,
    /// Welcomed; on the named link, nothing has been asked yet.
    Welcomed,
    /// The named link has registered or authenticated and waits for the answer.
    Asked,
    /// This new device waits for the account's first phone, at the place that this request opened.
    Waiting(RequestId),
    /// Ready for all its frames.
    Ready,
    /// The relay does not accept this device: nothing more is sent over it.
    Refused,
}

/// A device that the owner wants to link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinkWish {
    pub(crate) code: DeviceCode,
    pub(crate) with_history: bool,
}

/// An open question, kept to match the answer.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    Register,
    Authenticate,
    Count,
    Publish {
        upload: Numbers,
    },
    LookUp {
        handle: Handle,
        name: Option<String>,
    },
    Bundles {
        contact: AccountId,
    },
    Certificate,
    Submit {
        order: u64,
        digest: [u8; 32],
        sealed: bool,
    },
    Leave {
        deposits: Vec<Deposit>,
    },
    Recall,
    LeavePart(PartAsked),
    FetchPart(PartAsked),
    Channel(Asked),
    OpenPlace,
    ReadPlace {
        wish: LinkWish,
    },
    /// A change of the owner's devices, whose row is in the vault.
    Devices,
    ContactDevices {
        contact: AccountId,
    },
    Prove(Box<Held>),
    Group {
        group: GroupId,
        act: GroupAct,
    },
    FollowGroups,
    Close,
    Ping,
}

/// A connected link.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) handshake_hash: [u8; 32],
    pub(crate) stage: LinkStage,
    /// The key with which the relay signs sender certificates.
    pub(crate) certificate_key: Option<SigningPublic>,
    /// The estimate of the relay's clock, and this phone's clock, at the last reading.
    clocks: Option<(Timestamp, Timestamp)>,
    questions: HashMap<RequestId, Question>,
    next_request: u32,
}

impl Connection {
    pub(crate) fn new(handshake_hash: [u8; 32]) -> Self {
        Self {
            handshake_hash,
            stage: LinkStage::Fresh,
            certificate_key: None,
            clocks: None,
            questions: HashMap::new(),
            next_request: 1,
        }
    }

    pub(crate) fn welcome(&mut self, theirs: Timestamp, key: Option<SigningPublic>, ours: Timestamp) {
        self.certificate_key = key;
        self.clocks = Some((theirs, ours));
        self.stage = LinkStage::Welcomed;
    }

    /// Advances the estimate of the relay's clock. Call this often: if this phone's clock was set back since the
    /// last call, the time in between is not counted. Without frequent calls, the estimate would then stop until
    /// the clock has caught up.
    pub(crate) fn reckon(&mut self, now: Timestamp) {
        self.clocks = self.clocks.map(|(theirs, ours)| (theirs + now.since(ours), now));
    }

    /// Returns the relay's time, which decides whether a certificate is still good.
    pub(crate) fn relay_time(&self, now: Timestamp) -> Timestamp {
        self.clocks.map_or(now, |(theirs, ours)| theirs + now.since(ours))
    }

    /// Corrects the estimate by a certificate that the relay has just issued. A new certificate is valid for a
    /// while, so if it seems almost expired, this phone's clock had been set ahead.
    pub(crate) fn certified_until(&mut self, until: Timestamp) {
        let latest = Timestamp(until.0.saturating_sub(2 * CERTIFICATE_MARGIN.0));
        self.clocks = self.clocks.map(|(theirs, ours)| (theirs.min(latest), ours));
    }

    /// Opens a question and returns its number.
    pub(crate) fn ask(&mut self, question: Question) -> RequestId {
        let request = RequestId(self.next_request);
        self.next_request = self.next_request.wrapping_add(1);
        self.questions.insert(request, question);
        request
    }

    /// Closes a question. Returns `None` if no such question is open.
    pub(crate) fn answered(&mut self, request: RequestId) -> Option<Question> {
        self.questions.remove(&request)
    }

    /// Returns the open questions, in the order in which they were asked.
    pub(crate) fn into_questions(self) -> Vec<Question> {
        let mut questions: Vec<_> = self.questions.into_iter().collect();
        questions.sort_by_key(|(request, _)| request.0);
        questions.into_iter().map(|(_, question)| question).collect()
    }

    /// Returns true if a question of this kind is open.
    pub(crate) fn is_asking(&self, such: impl Fn(&Question) -> bool) -> bool {
        self.questions.values().any(such)
    }
}

/// Both links.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    named: Option<Connection>,
    nameless: Option<Connection>,
}

impl Links {
    pub(crate) const fn get(&self, link: Link) -> Option<&Connection> {
        match link {
            Link::Named => self.named.as_ref(),
            Link::Nameless => self.nameless.as_ref(),
        }
    }

    pub(crate) const fn get_mut(&mut self, link: Link) -> Option<&mut Connection> {
        match link {
            Link::Named => self.named.as_mut(),
            Link::Nameless => self.nameless.as_mut(),
        }
    }

    /// Replaces a link's connection and returns the former one.
    pub(crate) const fn replace(&mut self, link: Link, connection: Option<Connection>) -> Option<Connection> {
        match link {
            Link::Named => std::mem::replace(&mut self.named, connection),
            Link::Nameless => std::mem::replace(&mut self.nameless, connection),
        }
    }
}
