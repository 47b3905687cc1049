//! The designs that are part of this program, one file each, in the order of the tables.

use std::sync::LazyLock;

use crate::design::Design;

/// A name and a text for each file of the folder `designs`.
const FILES: &[(&str, &str)] = &[
    ("plain-server.toml", include_str!("../designs/plain-server.toml")),
    ("plain-deletes.toml", include_str!("../designs/plain-deletes.toml")),
    ("telegram-cloud-2017.toml", include_str!("../designs/telegram-cloud-2017.toml")),
    ("wechat.toml", include_str!("../designs/wechat.toml")),
    ("line-unsealed.toml", include_str!("../designs/line-unsealed.toml")),
    ("covert-operator.toml", include_str!("../designs/covert-operator.toml")),
    ("end-to-end.toml", include_str!("../designs/end-to-end.toml")),
    ("end-to-end-keeps.toml", include_str!("../designs/end-to-end-keeps.toml")),
    ("telegram-secret-chat.toml", include_str!("../designs/telegram-secret-chat.toml")),
    ("whatsapp-2017.toml", include_str!("../designs/whatsapp-2017.toml")),
    ("whatsapp-now.toml", include_str!("../designs/whatsapp-now.toml")),
    ("whatsapp-own-key.toml", include_str!("../designs/whatsapp-own-key.toml")),
    ("imessage.toml", include_str!("../designs/imessage.toml")),
    ("imessage-adp.toml", include_str!("../designs/imessage-adp.toml")),
    ("messenger.toml", include_str!("../designs/messenger.toml")),
    ("line-sealed.toml", include_str!("../designs/line-sealed.toml")),
    ("viber.toml", include_str!("../designs/viber.toml")),
    ("wickr.toml", include_str!("../designs/wickr.toml")),
    ("threema.toml", include_str!("../designs/threema.toml")),
    ("signal-2016.toml", include_str!("../designs/signal-2016.toml")),
    ("signal-now.toml", include_str!("../designs/signal-now.toml")),
    ("simplex.toml", include_str!("../designs/simplex.toml")),
];

static ALL: LazyLock<Vec<Design>> = LazyLock::new(|| FILES.iter().map(read).collect());

#[expect(clippy::expect_used, reason = "the files are part of this program, and a test reads each of them")]
fn read((file, text): &(&str, &str)) -> Design {
    Design::parse(file, text).expect("a design of this program")
}

/// Returns every design, in the order of the tables.
#[must_use]
pub fn all() -> &'static [Design] {
    &ALL
}

/// Returns the design of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Design> {
    all().iter().find(|design| design.name == name)
}

/// Returns the design of a server that can read and keeps the history. Everything else is compared with it.
#[must_use]
pub fn plain_server() -> &'static Design {
    always("plain-server")
}

/// Returns the design of the shipped programs: only the phones can read, and delivered rows are deleted.
#[must_use]
pub fn end_to_end() -> &'static Design {
    always("end-to-end")
}

#[expect(clippy::expect_used, reason = "the two names are in the list above, and a test asks for both")]
fn always(name: &str) -> &'static Design {
    named(name).expect("a design of this program")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_is_a_design_and_every_design_a_file() {
        for (file, text) in FILES {
            Design::parse(file, text).unwrap_or_else(|error| panic!("{error}"));
        }
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/designs");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".toml"))
            .collect();
        let listed: BTreeSet<String> = FILES.iter().map(|(file, _)| (*file).to_owned()).collect();
        assert_eq!(files, listed, "left: the folder; right: the list");
        assert_eq!(FILES.len(), listed.len(), "twice in the list");
    }

    #[test]
    fn each_has_a_title_and_no_answer_to_a_notice_is_younger_than_its_design() {
        let titles: BTreeSet<&str> = all().iter().map(|design| design.title.as_str()).collect();
        assert_eq!(titles.len(), all().len());
        for design in all() {
            assert!(
                design.title != design.name || !design.name.contains('-'),
                "{} has no title",
                design.name
            );
            for given in &design.operator.answers_notice {
                let on = given.on.iso();
                assert!(on <= design.as_of || on.starts_with(&design.as_of), "{}: {on}", design.name);
            }
        }
    }

    #[test]
    fn no_two_are_the_same_but_for_their_words() {
        let bare = |design: &Design| Design {
            name: String::new(),
            title: String::new(),
            plain: String::new(),
            as_of: String::new(),
            sources: Vec::new(),
            stands_for: None,
            ..design.clone()
        };
        for (place, one) in all().iter().enumerate() {
            for other in &all()[place + 1..] {
                assert_ne!(bare(one), bare(other), "{} and {}", one.name, other.name);
            }
        }
    }

    #[test]
    fn the_two_that_are_always_there_are() {
        assert_eq!(
            (plain_server().name.as_str(), end_to_end().name.as_str()),
            ("plain-server", "end-to-end")
        );
        assert_eq!(named("no-such-design"), None);
    }
}
