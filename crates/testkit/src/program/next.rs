//! The next steps that the programs suggest.
//!
//! A hint that does not work where it is printed is worse than no hint. [`KINDS`] lists every kind that the
//! programs print in these tests. One test executes each kind where it is printed. A program that prints another
//! kind fails the test that saw it.

/// Every kind of next step, as [`kind`] writes it.
pub const KINDS: &[&str] = &[
    "account create --help",
    "account create --relay LINK --replace-closed",
    "account invite",
    "account show",
    "backup on",
    "backup restore",
    "chat --group NAME",
    "chat NAME",
    "contact add --help",
    "contact list",
    "contact unblock NAME",
    "device list",
    "group create --help",
    "group list",
    "group show NAME",
    "history --group NAME",
    "inbox",
    "verify NAME",
    "verify NAME --show",
];

/// Options whose value is left out of a step's kind.
const OPTIONS: [&str; 7] =
    ["--profile", "--passphrase-file", "--data", "--number", "--proposal", "--variant", "--authority-key"];

/// Returns a next step without its personal parts: the options that name a profile, names, and links.
#[must_use]
pub fn kind(line: &str) -> String {
    let mut words = line.split_whitespace().peekable();
    if words.next() == Some("pillarbox-lab") {
        words.next_if_eq(&"phone");
    }
    let mut kind = Vec::new();
    while let Some(word) = words.next() {
        if OPTIONS.contains(&word) {
            words.next();
            continue;
        }
        let general = match word {
            name if name.starts_with("--name=") => continue,
            link if link.starts_with("pillarbox:") => "LINK",
            name if name.starts_with(|c: char| c.is_uppercase() || c == '\'' || c == '+') => "NAME",
            word => word,
        };
        kind.push(general);
    }
    kind.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_names_nobody() {
        for (line, expected) in [
            ("pillarbox --profile alice --passphrase-file /x/y verify Bob --show", "verify NAME --show"),
            ("pillarbox contact add pillarbox:invite/abc", "contact add LINK"),
            ("pillarbox verify +447700900101", "verify NAME"),
            ("pillarbox inbox", "inbox"),
            ("pillarbox-lab phone --proposal escrow --authority-key /x/y --profile alice inbox", "inbox"),
            (
                "pillarbox account create --relay pillarbox://a/#b --number +447700900101 --name=Bob --replace-closed",
                "account create --relay LINK --replace-closed",
            ),
        ] {
            assert_eq!(kind(line), expected);
        }
    }
}
