//! The lines of `docs/threat-model.md`. Each *can* and each *cannot* there is a test here with its words as its name.
//! `tests/threat_model_lists.rs` compares the two lists.
//!
//! A test plays the party, with the party's means and no more. For a *cannot*, the same test shows that the attempt
//! works where it should. For example, the same search finds the words where the relay may read them, and the same
//! message opens if nobody altered it.
//!
//! | file | party |
//! |---|---|
//! | `relay_sees` | the relay, looking |
//! | `relay_reads`, `relay_swaps` | the relay, reading and altering messages; giving out other keys |
//! | `on_the_wire` | somebody between phone and relay |
//! | `stranger`, `crowd`, `contact` | other people with accounts, or one with hundreds |
//! | `devices` | the relay, with linked devices |
//! | `groups` | groups: the relay, members, and people outside |
//! | `operator_groups` | groups whose operator manages their members |
//! | `names` | names that people give themselves, numbers that they take |
//! | `silencing` | strangers who want somebody not to be reached |
//! | `numbers` | strangers and the relay, with codes and numbers |
//! | `other_user` | another user of the same computer |
//! | `thief`, `copied_keys` | somebody with the phone |
//! | `backups` | the relay and strangers, with what phones back up |
//! | `channels` | the relay and strangers, at public channels |
//! | `pictures` | the relay and strangers, with pictures |
//! | `directory` | the relay, with its public log of keys |
//! | `audit` | an auditor of a relay, and a phone that hides words |
//! | `world`, `forger`, `copy` | shared parts of the tests |

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

mod audit;
mod backups;
mod channels;
mod contact;
mod copied_keys;
mod copy;
mod crowd;
mod devices;
mod directory;
mod forger;
mod groups;
mod names;
mod numbers;
mod on_the_wire;
mod operator_groups;
mod other_user;
mod pictures;
mod relay_reads;
mod relay_sees;
mod relay_swaps;
mod silencing;
mod stranger;
mod thief;
mod world;
