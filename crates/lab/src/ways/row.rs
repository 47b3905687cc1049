//! The results of the ways, as data.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_client::sentences;
use pillarbox_proposals::{Half, halves_of};
use serde::{Deserialize, Serialize};

use crate::experiments::{ANNOUNCED, Asserted};
use crate::score::{Noticed, Share};

/// The version of the form.
pub(super) const VERSION: u8 = 1;

/// The ways in of one story under one design.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaysIn {
    /// The version of the form.
    pub v: u8,
    /// The story's name.
    pub story: String,
    /// The design's name.
    pub design: String,
    /// The design's name for people.
    pub design_title: String,
    /// The seed.
    pub seed: u64,
    /// The person whom every way is about.
    pub target: String,
    /// The number of people in the story.
    pub people: u64,
    /// The number of texts that everybody said to people and groups.
    pub texts: u64,
    /// The time of the order, in milliseconds since 1970.
    pub ordered: u64,
    /// The time at which the answer is due, in milliseconds since 1970.
    pub served: u64,
    /// The texts that the target wrote or got before the order, and from then on.
    pub before: u64,
    /// See `before`.
    pub after: u64,
    /// The ways, in the order of the screen.
    pub ways: Vec<WayInRow>,
}

/// One way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WayInRow {
    /// The way's name.
    pub way: String,
    /// The variant, if the way has several.
    pub variant: Option<String>,
    /// The name on the screen.
    pub title: String,
    /// The heading under which it stands.
    pub group: String,
    /// The demand that serves it, by the name of its experiment.
    pub demand: String,
    /// The order, in words; none if nothing is ordered.
    pub ordered: Option<String>,
    /// The target's texts from before the order that came back readable.
    pub before: Share,
    /// The target's texts from the order on that came back readable.
    pub after: Share,
    /// The texts that came back, by their numbers in the story.
    pub texts: Vec<String>,
    /// Reasons that the counts do not give.
    pub reasons: Vec<String>,
    /// The result of the way after the target's phone was destroyed.
    pub without_the_phone: WithoutPhone,
    /// The result of the same steps in other hands; none if there is no one secret to steal.
    pub stolen: Option<Stolen>,
    /// People other than the target whose words came back.
    pub read: Vec<String>,
    /// People other than the target who are named.
    pub named: Vec<String>,
    /// Lines on the screens of phones that appear in no world without it.
    pub noticed: Vec<Noticed>,
    /// People who took part: they showed their own phones.
    pub took_part: Vec<String>,
    /// People whose phone is not in their hands any more.
    pub without_their_phone: Vec<String>,
    /// People whose phones received bytes at other times, in other sizes, or another line than without it. Where it
    /// needs other programs, that is: than with the same programs, against nobody.
    pub could_notice: Vec<String>,
    /// People who have another program than without it.
    pub other_program: Vec<String>,
    /// People whose phones received the same at the same times, under other message numbers of the relay.
    pub other_numbers: Vec<String>,
    /// Texts that somebody's phone shows without it and not with it, each by its number and its reader.
    pub lost: Vec<String>,
    /// Sentences on phones that became false through it.
    #[serde(rename = "false")]
    pub became_false: Vec<Asserted>,
    /// Sentences on phones that are false with it and were false without it.
    pub already_false: Vec<Asserted>,
    /// The result against somebody who knows of the way.
    pub evader: EvaderResult,
    /// The bytes on the wire at everybody's phones from the order on.
    pub bytes: WireBytes,
    /// The lines of code that it adds to the programs that people run.
    pub software: AddedSoftware,
    /// The worlds on which it rests.
    pub worlds: Vec<WorldOfWay>,
}

/// Bytes on the wire at everybody's phones from the order on, both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireBytes {
    /// In the world in which nothing is ordered.
    pub plain: u64,
    /// In the world in which the way is carried out.
    pub with: u64,
}

/// Lines of code that a way adds, counted in its sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddedSoftware {
    /// To phones.
    pub phone: u64,
    /// To what an operator runs.
    pub relay: u64,
    /// To what whoever reads runs.
    pub authority: u64,
}

impl AddedSoftware {
    /// Counts what a way of this name adds. `uses` tells which halves this case of it has.
    pub(super) fn of(way: &str, uses: UsedHalves) -> Self {
        let lines = |half: &Half, is_used: bool| if is_used { half.lines() as u64 } else { 0 };
        let Some([phone, relay, authority]) = halves_of(way) else { return Self::default() };
        Self {
            phone: lines(phone, uses.phone),
            relay: lines(relay, uses.relay),
            authority: lines(authority, uses.authority),
        }
    }
}

/// The halves of a proposal that one case of it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UsedHalves {
    pub(super) phone: bool,
    pub(super) relay: bool,
    pub(super) authority: bool,
}

impl UsedHalves {
    pub(super) const NONE: Self = Self { phone: false, relay: false, authority: false };
    pub(super) const ALL: Self = Self { phone: true, relay: true, authority: true };
}

/// A way tried again after the target's phone was destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithoutPhone {
    /// True if it could be tried, and gave the same texts.
    pub works: bool,
    /// The target's texts from before the order that came back.
    pub before: Share,
    /// The target's texts from the order on that came back.
    pub after: Share,
}

/// The result of the same steps in other hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stolen {
    /// The stolen thing.
    pub secret: String,
    /// Everybody's texts that it opens.
    pub opens: Share,
    /// Those texts, by their numbers in the story.
    pub texts: Vec<String>,
}

/// The result against somebody who knows of the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaderResult {
    /// The action of that person, in words.
    pub does: String,
    /// The target's texts from before the order that came back all the same.
    pub before: Share,
    /// The target's texts from the order on that came back all the same.
    pub after: Share,
    /// Reasons that the counts do not give.
    pub reasons: Vec<String>,
}

/// A world of a way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorldOfWay {
    /// Its part: `carried-out`, `without-the-phone` or `evaded`.
    pub part: String,
    /// SHA-256 of its record.
    pub record_sha256: String,
    /// The evidence file of what it gave.
    pub evidence: String,
}

/// Formats a fraction.
pub(super) fn share(Share { n, of }: Share) -> String {
    format!("{n}/{of}")
}

impl WayInRow {
    /// Returns the name with its variant, as predictions have it.
    #[must_use]
    pub fn key(&self) -> (String, String) {
        (self.way.clone(), self.variant.clone().unwrap_or_default())
    }

    /// Returns the people whose phones told them something, each with the time and the words of the first line.
    #[must_use]
    pub fn first_noticed(&self) -> BTreeMap<&str, &Noticed> {
        let mut first: BTreeMap<&str, &Noticed> = BTreeMap::new();
        for noticed in &self.noticed {
            let known = first.entry(noticed.who.as_str()).or_insert(noticed);
            // Of several lines at one moment, the operator's own words say most, and then a warning.
            let begins = |noticed: &Noticed, with: &str| noticed.says.starts_with(with);
            let rank = |noticed: &Noticed| {
                (noticed.at, !begins(noticed, ANNOUNCED), !begins(noticed, sentences::WARNING))
            };
            if rank(noticed) < rank(known) {
                *known = noticed;
            }
        }
        first
    }

    /// Returns everybody who could tell that it happens: by what their phone received, or because it is gone.
    #[must_use]
    pub fn could_tell(&self) -> BTreeSet<&str> {
        self.could_notice.iter().chain(&self.without_their_phone).map(String::as_str).collect()
    }

    /// Returns the word for the column *phone gone*.
    #[must_use]
    pub fn phone_gone(&self) -> String {
        let WithoutPhone { works, before, after } = &self.without_the_phone;
        match (works, before.n + after.n) {
            (true, _) => "works".to_owned(),
            (false, 0) => "fails".to_owned(),
            (false, n) => format!("{n}/{}", before.of + after.of),
        }
    }
}
