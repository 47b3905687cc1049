//! The access proposals among the ways, each with its cases.

use pillarbox_proposals::ghost_device::GhostClient;

use super::row::UsedHalves;
use super::stories::Evader;
use super::way::{Stealable, WayEntry};
use crate::experiments::{
    Escrow, Experiment, GhostDevice, Opener, OperatorLeaves, OwnKeys, PlantedSoftware, ReadableBackup,
};
use crate::world::{BuildLogging, PlantedBy};

/// The phones' halves of a ghost device.
const SHOWN: Option<GhostClient> = Some(GhostClient { hides: false });
const HIDDEN: Option<GhostClient> = Some(GhostClient { hides: true });

/// Returns the three cases of a ghost device.
pub(super) fn ghost_devices() -> [WayEntry; 3] {
    const fn ghost(apps: Option<GhostClient>, of_everybody: bool) -> GhostDevice {
        GhostDevice { apps, of_everybody, is_named: true }
    }
    const fn unused(apps: Option<GhostClient>) -> GhostDevice {
        GhostDevice { apps, of_everybody: false, is_named: false }
    }
    static OF_ONE: [GhostDevice; 3] = [ghost(None, false), ghost(SHOWN, false), ghost(HIDDEN, false)];
    static OF_EVERYBODY: [GhostDevice; 3] = [ghost(None, true), ghost(SHOWN, true), ghost(HIDDEN, true)];
    static UNUSED: [GhostDevice; 2] = [unused(SHOWN), unused(HIDDEN)];
    let [alone, shown, hidden] = &OF_ONE;
    let [alone_all, shown_all, hidden_all] = &OF_EVERYBODY;
    let [unused_shown, unused_hidden] = &UNUSED;
    let entry = |variant, title, one: &'static GhostDevice, all: &'static GhostDevice, unused| WayEntry {
        name: "ghost-device",
        variant: Some(variant),
        title,
        group: "ghost device",
        experiment: one,
        unused,
        uses: UsedHalves { phone: one.apps.is_some(), ..UsedHalves::ALL },
        own_backup_keys: false,
        takes_the_phone: false,
        means: Stealable::Part("the operator's place, for everybody", all),
        evader: Evader::UsesOtherProgram,
    };
    let [unused_shown, unused_hidden]: [Option<&'static dyn Experiment>; 2] =
        [Some(unused_shown), Some(unused_hidden)];
    [
        entry("server-alone", "honest apps", alone, alone_all, None),
        entry("shown", "apps that show it", shown, shown_all, unused_shown),
        entry("hidden", "apps that hide it", hidden, hidden_all, unused_hidden),
    ]
}

/// What is stolen, for each case of escrow.
const KEY_AND_RECORDINGS: &str = "the key, with recordings of everything since the story began";
const KEY_AND_ROWS: &str = "the key and the operator's rows";
const SHARE_AND_RECORDINGS: &str = "one share, with the same recordings";
const SHARES_AND_RECORDINGS: &str = "all shares, with the same recordings";

/// Returns the four cases of escrow.
pub(super) fn escrow() -> [WayEntry; 4] {
    const fn case(name: &'static str, opener: Opener, is_kept: bool, is_thief: bool) -> Escrow {
        Escrow { name, opener, is_kept, is_thief }
    }
    static ONE_KEY: Escrow = case("escrow-one-key", Opener::WholeKey, false, false);
    static KEPT: Escrow = case("escrow-kept", Opener::WholeKey, true, false);
    static AGENTS: Escrow = case("escrow-agents", Opener::Agents(2), false, false);
    static ONE_HAND: Escrow = case("escrow-one-hand", Opener::Agents(3), false, false);
    static KEY_THIEF: Escrow = case("escrow-key-thief", Opener::WholeKey, false, true);
    static KEPT_THIEF: Escrow = case("escrow-kept-thief", Opener::WholeKey, true, true);
    static SHARE_THIEF: Escrow = case("escrow-share-thief", Opener::Agents(1), false, true);
    static SHARES_THIEF: Escrow = case("escrow-shares-thief", Opener::Agents(3), false, true);
    // The world of a thief has the same programs and no order.
    let entry = |variant, title, one: &'static Escrow, thief: &'static Escrow, secret| WayEntry {
        name: "escrow",
        variant: Some(variant),
        title,
        group: "key escrow, in force since the story began",
        experiment: one,
        unused: Some(thief),
        uses: UsedHalves::ALL,
        own_backup_keys: false,
        takes_the_phone: false,
        means: Stealable::Part(secret, thief),
        evader: Evader::CircleUsesOtherProgram,
    };
    [
        entry("one-key", "one key", &ONE_KEY, &KEY_THIEF, KEY_AND_RECORDINGS),
        entry("kept", "one key, all kept", &KEPT, &KEPT_THIEF, KEY_AND_ROWS),
        entry("two-of-three", "2 of 3 agents", &AGENTS, &SHARE_THIEF, SHARE_AND_RECORDINGS),
        entry("one-hand", "3 shares, one hand", &ONE_HAND, &SHARES_THIEF, SHARES_AND_RECORDINGS),
    ]
}

/// What is stolen, for the cases of a readable backup.
const BACKUPS_AND_KEYS: &str = "the backups, with the operator's table of their keys";
const BACKUPS: &str = "the backups, with what lies beside them";

/// Returns the four cases of a readable backup.
pub(super) fn readable_backups() -> [WayEntry; 4] {
    const fn case(own_keys: OwnKeys, is_thief: bool) -> ReadableBackup {
        ReadableBackup { own_keys, is_thief }
    }
    static KEPT: [ReadableBackup; 2] = [case(OwnKeys::Kept, false), case(OwnKeys::Kept, true)];
    static EVERYBODY: [ReadableBackup; 2] =
        [case(OwnKeys::CopiedOfEverybody, false), case(OwnKeys::CopiedOfEverybody, true)];
    static COUNTRY: [ReadableBackup; 2] =
        [case(OwnKeys::CopiedInCountry, false), case(OwnKeys::CopiedInCountry, true)];
    static WITHDRAWN: [ReadableBackup; 2] = [case(OwnKeys::Withdrawn, false), case(OwnKeys::Withdrawn, true)];
    let entry = |variant, title, [one, thief]: &'static [ReadableBackup; 2], is_silent: bool| WayEntry {
        name: "readable-backup",
        variant: Some(variant),
        title,
        group: "readable backup, where owners hold the key until the order",
        experiment: one,
        // The world of a thief has the same programs, and nobody reads there with an order.
        unused: is_silent.then_some(thief),
        uses: if is_silent { UsedHalves::ALL } else { UsedHalves::NONE },
        own_backup_keys: true,
        takes_the_phone: false,
        means: Stealable::Part(if is_silent { BACKUPS_AND_KEYS } else { BACKUPS }, thief),
        evader: Evader::HoldsKeyInOtherProgram,
    };
    [
        entry("own-key", "own key, as it is", &KEPT, false),
        entry("everybody", "everybody, silently", &EVERYBODY, true),
        entry("one-country", "country, silently", &COUNTRY, true),
        entry("withdrawn", "country, announced", &WITHDRAWN, false),
    ]
}

/// Returns a case of software on one phone, beside the same done to a bystander without an order.
const fn planted(by: PlantedBy) -> [PlantedSoftware; 2] {
    [PlantedSoftware { by, on_bystander: false }, PlantedSoftware { by, on_bystander: true }]
}

/// Returns the row of such a case. Software that is refused is on no phone.
fn on_one_phone(
    name: &'static str,
    (variant, title): (&'static str, &'static str),
    [one, thief]: &'static [PlantedSoftware; 2],
    is_refused: bool,
) -> WayEntry {
    let (group, secret, evader) = match one.by {
        PlantedBy::Build(_) => (
            "one phone's update",
            "the key with which the maker signs, used on a bystander",
            Evader::UsesOtherProgram,
        ),
        PlantedBy::Hole { .. } => {
            ("device hack", "what is known of the hole, used on a bystander", Evader::InstallsPatch)
        }
    };
    WayEntry {
        name,
        variant: Some(variant),
        title,
        group,
        experiment: one,
        unused: None,
        uses: UsedHalves { phone: !is_refused, ..UsedHalves::ALL },
        own_backup_keys: false,
        takes_the_phone: false,
        means: Stealable::Part(secret, thief),
        evader,
    }
}

/// Returns the three cases of a build for one phone.
pub(super) fn targeted_updates() -> [WayEntry; 3] {
    static NO_LOG: [PlantedSoftware; 2] = planted(PlantedBy::Build(BuildLogging::NoLog));
    static LEFT_OUT: [PlantedSoftware; 2] = planted(PlantedBy::Build(BuildLogging::LeftOut));
    static LOGGED: [PlantedSoftware; 2] = planted(PlantedBy::Build(BuildLogging::Logged));
    let entry = |variant, cases, is_refused| on_one_phone("targeted-update", variant, cases, is_refused);
    [
        entry(("no-log", "no log of builds"), &NO_LOG, false),
        entry(("left-out", "log, build left out"), &LEFT_OUT, true),
        entry(("logged", "log, build in it"), &LOGGED, false),
    ]
}

/// Returns the two cases of a hole in the system of a phone.
pub(super) fn device_hacks() -> [WayEntry; 2] {
    static UNPATCHED: [PlantedSoftware; 2] = planted(PlantedBy::Hole { is_patched: false });
    static PATCHED: [PlantedSoftware; 2] = planted(PlantedBy::Hole { is_patched: true });
    let entry = |variant, cases, is_refused| on_one_phone("device-hack", variant, cases, is_refused);
    [
        entry(("unpatched", "a hole"), &UNPATCHED, false),
        entry(("patched", "the hole patched"), &PATCHED, true),
    ]
}

/// Returns the operator that leaves.
pub(super) fn leaving() -> WayEntry {
    static LEAVING: OperatorLeaves = OperatorLeaves { is_thief: false };
    static THIEF: OperatorLeaves = OperatorLeaves { is_thief: true };
    WayEntry {
        name: "leaving",
        variant: None,
        title: "operator leaves",
        group: "instead of complying",
        experiment: &LEAVING,
        unused: None,
        uses: UsedHalves::NONE,
        own_backup_keys: false,
        takes_the_phone: false,
        means: Stealable::Part("the rows and keys that the messenger still has", &THIEF),
        evader: Evader::UsesOtherProgram,
    }
}
