//! The key shelf: the keys that each party holds, in words. Each line is counted in the vaults and rows of the
//! world on the stage.

use std::collections::BTreeMap;

use askama::Template;
use pillarbox_access::RelayHoldings;
use pillarbox_lab::world::{Role, World, WorldError};
use pillarbox_text::count::counted;
use pillarbox_wire::AccountId;

use crate::story::PEOPLE;

/// The keys of one design's world.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyShelf {
    /// The parties, and the keys that they hold.
    pub(crate) hands: Vec<(String, String)>,
}

/// A key that an operator has.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// The name in words.
    pub(crate) name: String,
    pub(crate) is_private: bool,
}

#[derive(Template)]
#[template(path = "shelf.html")]
struct Shelves<'a> {
    shelves: &'a [(&'a str, KeyShelf)],
}

/// Renders the shelf of each design.
pub(crate) fn render(shelves: &[(&str, KeyShelf)]) -> Result<String, askama::Error> {
    Shelves { shelves }.render()
}

impl KeyShelf {
    /// Builds the shelf of a world whose operator has `holdings` and reads `reads` of the `texts` that passed.
    pub(crate) fn of(
        world: &World,
        holdings: &RelayHoldings,
        (reads, texts): (usize, usize),
    ) -> Result<Self, WorldError> {
        let mut hands = Vec::new();
        let scenario = world.scenario();
        for name in PEOPLE {
            let Some(who) = scenario.named(name) else { continue };
            for phone in world.phones_of(who) {
                let held = phone.keys_held()?;
                let conversations = match held.conversations {
                    0 => "no keys of conversations".to_owned(),
                    1 => "the keys of 1 conversation".to_owned(),
                    many => format!("the keys of {many} conversations"),
                };
                let says = format!(
                    "{name}’s identity key, the key of this device, {} prekeys, and {conversations}.",
                    held.prekeys
                );
                hands.push((format!("{name}’s phone"), says));
            }
        }
        hands.push(("The relay’s operator".to_owned(), operator(holdings, reads, texts)));
        let clouds = world.sites().iter().filter(|site| site.role() == Role::Cloud);
        for cloud in clouds {
            let cloud = cloud.holdings()?;
            hands.push(("The company that keeps backups".to_owned(), backups(&cloud)));
        }
        Ok(Self { hands })
    }
}

fn operator(holdings: &RelayHoldings, reads: usize, texts: usize) -> String {
    let mut private: BTreeMap<&str, usize> = BTreeMap::new();
    for key in holdings.keys().iter().filter(|key| key.is_private) {
        *private.entry(named(key.found_in)).or_default() += 1;
    }
    let public = holdings.keys().iter().filter(|key| !key.is_private).count();
    let keys: Vec<String> = private
        .into_iter()
        .map(|(name, count)| if count == 1 { name.to_owned() } else { format!("{name} ({count} times)") })
        .collect();
    format!(
        "{}, and {public} public keys of others. With these it reads {reads} of the {texts} texts that passed.",
        pillarbox_lab::english::capital(&keys.join(", "))
    )
}

/// Describes the data of another operator, which keeps backups and nothing else.
fn backups(holdings: &RelayHoldings) -> String {
    let kept = holdings.rows().deposits.len();
    let private = holdings.keys().iter().filter(|key| key.is_private).count();
    let backups = counted(kept, "row", "rows");
    let keys = counted(private, "private key", "private keys");
    format!("{backups} of what phones left there, and {keys}.")
}

/// Returns the display name of the key stored in this table and column.
fn named(found_in: &str) -> &str {
    match found_in {
        "meta.certificate_key" => "the key that it signs sender certificates with",
        "deposits.value" => "a key to a backup",
        "accounts.identity_signing" => "identity key for signatures, public",
        "accounts.identity_agreement" => "identity key for agreement, public",
        "accounts.delivery_verifier" => "what a delivery key is checked with",
        "devices.device_key" => "device key, public",
        "prekeys.key" => "prekey, public",
        "relay.key" => "the key of its channels to phones",
        other => other,
    }
}

/// Returns the keys that an operator has, in the order in which they are tried.
pub(crate) fn held(holdings: &RelayHoldings, names: &BTreeMap<AccountId, String>) -> Vec<Held> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let keys = holdings.keys().iter().map(|key| {
        let name = named(key.found_in);
        let name = match key.owner.and_then(|owner| names.get(&owner)) {
            Some(owner) => format!("{owner}: {name}"),
            None => name.to_owned(),
        };
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        Held {
            name: if *count > 1 { format!("{name}, number {count}") } else { name },
            is_private: key.is_private,
        }
    });
    keys.collect()
}
