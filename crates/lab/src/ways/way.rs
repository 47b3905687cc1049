//! The ways, in the order of the screen.

use super::row::UsedHalves;
use super::stories::{self, Evader};
use crate::experiments::{Experiment, Notifications, NumberTakeover, PhoneCopy, all as columns};
use crate::scenario::Scenario;

/// The means by which a way works and that somebody could steal.
#[derive(Clone, Copy)]
pub(super) enum Stealable {
    /// Rows of a server and the keys beside them.
    Rows(&'static str),
    /// The thing itself, opened as the way opens it.
    Itself(&'static str),
    /// A part of it, used without the order.
    Part(&'static str, &'static dyn Experiment),
    /// Each person opens what is their own, and no one secret opens it.
    NoSecret,
}

impl Stealable {
    /// Returns what is stolen, in words; none if there is nothing to steal.
    pub(super) const fn in_words(self) -> Option<&'static str> {
        match self {
            Self::Rows(words) | Self::Itself(words) | Self::Part(words, _) => Some(words),
            Self::NoSecret => None,
        }
    }
}

/// One row of the screen.
#[derive(Clone, Copy)]
pub(super) struct WayEntry {
    /// The name on the command line.
    pub(super) name: &'static str,
    /// The variant, if the way has several.
    pub(super) variant: Option<&'static str>,
    /// The name on the screen.
    pub(super) title: &'static str,
    /// The heading under which it stands.
    pub(super) group: &'static str,
    /// The steps that serve it.
    pub(super) experiment: &'static dyn Experiment,
    /// The same programs, in a world in which nobody uses them for it; none if it changes no program.
    pub(super) unused: Option<&'static dyn Experiment>,
    /// The halves of the proposal that it has.
    pub(super) uses: UsedHalves,
    /// True if people who make backups hold the key in its worlds, with it and without it.
    pub(super) own_backup_keys: bool,
    /// True if the phone is taken from its owner for it, when the answer is due.
    pub(super) takes_the_phone: bool,
    pub(super) means: Stealable,
    /// The action of somebody who knows of the way.
    pub(super) evader: Evader,
}

impl WayEntry {
    /// Returns the story in which nothing of it happens, which is the plain one unless people hold keys in it.
    pub(super) fn base(&self, plain: &Scenario) -> Scenario {
        if self.own_backup_keys { stories::with_own_backup_keys(plain) } else { plain.clone() }
    }
}

/// The heading of the ways that exist without any proposal.
pub(super) const TODAY: &str = "nothing new in the app";

static OFFLINE: PhoneCopy = PhoneCopy { goes_online: false, is_tapped: true };
static ONLINE: PhoneCopy = PhoneCopy { goes_online: true, is_tapped: true };
static COPY_ALONE: PhoneCopy = PhoneCopy { goes_online: false, is_tapped: false };

/// Returns a number that is taken over.
fn number_takeover() -> WayEntry {
    WayEntry {
        name: "number-takeover",
        variant: None,
        title: "number takeover",
        group: TODAY,
        experiment: &NumberTakeover,
        unused: None,
        uses: UsedHalves::NONE,
        own_backup_keys: false,
        takes_the_phone: false,
        means: Stealable::Itself("the number, or the code sent to it"),
        evader: Evader::GetsNewPhone,
    }
}

/// Returns the ways that exist without any proposal.
pub(super) fn today() -> Vec<WayEntry> {
    let column = |name: &str| columns().into_iter().find(|experiment| experiment.name() == name);
    let way = |name, title, experiment: &str, takes_the_phone, means, evader| {
        let experiment = column(experiment)?;
        Some(WayEntry {
            name,
            variant: None,
            title,
            group: TODAY,
            experiment,
            unused: None,
            uses: UsedHalves::NONE,
            own_backup_keys: false,
            takes_the_phone,
            means,
            evader,
        })
    };
    let copy = |variant, title, experiment: &'static PhoneCopy| WayEntry {
        name: "phone-copied",
        variant: Some(variant),
        title,
        group: TODAY,
        experiment,
        unused: None,
        uses: UsedHalves::NONE,
        own_backup_keys: false,
        takes_the_phone: false,
        means: Stealable::Part("the copy and its passcode", &COPY_ALONE),
        evader: Evader::GetsNewPhone,
    };
    let columns = [
        way(
            "content-warrant",
            "content warrant",
            "content-warrant",
            false,
            Stealable::Rows("the messenger's rows and keys"),
            Evader::DeletesAccount,
        ),
        way(
            "backup",
            "backup as it is",
            "backup-warrant",
            false,
            Stealable::Rows("the backups and the keys beside them"),
            Evader::MakesNoBackup,
        ),
        way(
            "phone-open",
            "an open phone",
            "seized-phone-open",
            true,
            Stealable::Itself("the phone and its passcode"),
            Evader::SetsTimers,
        ),
        way(
            "contacts-together",
            "contacts together",
            "participant",
            false,
            Stealable::NoSecret,
            Evader::SetsTimers,
        ),
    ];
    let copies = [copy("offline", "copied, offline", &OFFLINE), copy("online", "copied, online", &ONLINE)];
    let notifications = WayEntry {
        name: "notifications",
        variant: None,
        title: "notifications",
        group: TODAY,
        experiment: &Notifications,
        unused: None,
        uses: UsedHalves::NONE,
        own_backup_keys: false,
        takes_the_phone: true,
        means: Stealable::Itself("the phone, without the messenger's passcode"),
        evader: Evader::HidesPreviews,
    };
    columns.into_iter().flatten().chain(copies).chain([notifications, number_takeover()]).collect()
}
