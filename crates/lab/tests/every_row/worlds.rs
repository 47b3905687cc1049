//! Worlds under many rules: a conversation with a contact, a group, a channel, a backup, push tokens, look-ups.

use pillarbox_access::design::Design;
use pillarbox_lab::scenario::Scenario;
use pillarbox_lab::world::World;

/// The rules of a relay, and the habits of its phones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// The relay can read.
    readable: bool,
    /// Senders are sealed.
    sealed: bool,
    /// Delivered messages are kept.
    delivered: bool,
    /// The log is kept; with addresses if this is true.
    log: Option<bool>,
    /// The granularity of kept times.
    times: &'static str,
    /// People have numbers; without them they have an account for each contact.
    number: bool,
    /// The operator manages groups, and phones believe it.
    groups: bool,
    /// The holder of the key of backups.
    key: &'static str,
}

const EVERYTHING: Rules = Rules {
    readable: true,
    sealed: false,
    delivered: true,
    log: Some(true),
    times: "exact",
    number: true,
    groups: false,
    key: "provider-key",
};

/// Everything, and then each setting changed, alone and with others.
pub(crate) const RULES: [Rules; 10] = [
    EVERYTHING,
    Rules { readable: false, ..EVERYTHING },
    Rules { readable: false, sealed: true, ..EVERYTHING },
    Rules { log: Some(false), groups: true, ..EVERYTHING },
    Rules { log: None, ..EVERYTHING },
    Rules { log: Some(false), times: "nothing", ..EVERYTHING },
    Rules { log: None, times: "day", delivered: false, ..EVERYTHING },
    Rules {
        readable: false,
        sealed: true,
        log: None,
        delivered: false,
        times: "day",
        key: "owner-key",
        ..EVERYTHING
    },
    Rules { number: false, ..EVERYTHING },
    Rules { number: false, readable: false, sealed: true, log: None, ..EVERYTHING },
];

/// Lists all kinds of deposits.
fn deposits() -> String {
    let kinds = pillarbox_wire::DepositKind::ALL.map(|kind| format!("\"{kind}\""));
    kinds.join(", ")
}

fn design(rules: Rules) -> Design {
    let Rules { readable, sealed, delivered, log, times, number, groups, key } = rules;
    let basis = if groups { "operator" } else { "word" };
    let protection = if readable { "server-readable" } else { "end-to-end" };
    let accounts = if number { "" } else { "accounts = \"per-contact\"" };
    let delivered = if delivered { "delivered = \"365 days\"" } else { "" };
    let deposits = deposits();
    let on_phones = deposits.replace(", \"backup-part\", \"backup-key\"", "");
    let mut text = format!(
        r#"plain = "a test"
as_of = "2026"

[phone]
protection = "{protection}"
padding = "none"
number = {number}
{accounts}
sealed_sender = {sealed}
deposits = [{on_phones}]
groups = "{basis}"
backup = "{key}"

[relay]
undelivered = "365 days"
{delivered}
last_seen = "{times}"
registered = "{times}"
last_address = {last_address}
channels = true
directory_log = {number}
groups = {groups}
deposits = [{deposits}]
"#,
        last_address = times == "exact",
    );
    for what in pillarbox_relay::Logged::ALL.into_iter().filter(|_| log.is_some()) {
        let address = log == Some(true);
        text += &format!(
            "\n[[relay.log]]\nwhat = \"{}\"\nkeep = \"365 days\"\naddress = {address}\n",
            what.as_str()
        );
    }
    text += "\n[operator]\nseat = \"GB\"\n";
    text += "\n[[sources]]\nsays = \"A test.\"\nfrom = \"this project\"\nmark = \"measured\"\n";
    Design::parse("a-test.toml", &text).unwrap_or_else(|error| panic!("{error}"))
}

/// Everybody here is invented. Dora has no account in the end, so her texts come from somebody without one.
fn story() -> Scenario {
    let mut text = String::from(
        "[scenario]\nname = \"rows\"\ntitle = \"Something of everything\"\nstart = 2026-01-05T08:00:00Z\n\n\
         [demand]\nabout = \"Ann\"\nordered = 2026-01-06T08:00:00Z\nserved = 2026-01-06T09:00:00Z\n\n",
    );
    for (at, (name, knows)) in
        [("Ann", "\"Ben\", \"Cleo\", \"Dora\""), ("Ben", "\"Ann\""), ("Cleo", "\"Ann\""), ("Dora", "\"Ann\"")]
            .into_iter()
            .enumerate()
    {
        let lower = name.to_lowercase();
        text += &format!(
            "[[people]]\nname = \"{name}\"\nnumber = \"+44770090030{at}\"\ncountry = \"GB\"\nknows = [{knows}]\n\
             email = \"{lower}@example.org\"\nuser-name = \"{lower}.name\"\nabout = \"about {lower}\"\n\
             profile-image = \"a picture of {lower}\"\navatar = \"avatar {at}\"\ndevice-type = \"phone {at}\"\n\
             app-version = \"1.{at}\"\nexternal-id = \"outside-{at}\"\n\n"
        );
    }
    for (who, does) in [
        ("Ann", "says = \"hello\"\nto = \"Ben\""),
        ("Ben", "says = \"hello yourself\"\nto = \"Ann\""),
        ("Ann", "looks-up = \"Cleo\""),
        ("Ann", "looks-up = \"+447700900399\""),
        ("Dora", "says = \"I will be gone\"\nto = \"Ann\""),
        ("Ann", "makes-group = \"boat\"\nwith = [\"Ben\", \"Cleo\"]"),
        ("Ben", "says = \"to all\"\ngroup = \"boat\""),
        ("Ann", "opens-channel = \"@clock\""),
        ("Ann", "posts = \"tick\"\nchannel = \"@clock\""),
        ("Ben", "follows = \"@clock\""),
        ("Ann", "posts = \"tock\"\nchannel = \"@clock\""),
        ("Cleo", "says = \"are you there\"\nto = \"Ann\""),
        ("Ann", "blocks = \"Cleo\""),
        ("Ann", "backs-up = true"),
        ("Ben", "goes-offline = true"),
        ("Ann", "says = \"this waits\"\nto = \"Ben\""),
        ("Dora", "deletes-account = true"),
    ] {
        text += &format!("[[events]]\nat = \"+5m\"\nwho = \"{who}\"\n{does}\n\n");
    }
    Scenario::parse("rows.toml", &text).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs a world to its end.
pub(crate) fn world(rules: Rules) -> World {
    let mut world = World::new(&design(rules), &story(), 7).unwrap();
    world.run().unwrap();
    world
}
