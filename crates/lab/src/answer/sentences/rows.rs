//! Sentences about a relay's folder: the findings in its rows, without a known total.

use pillarbox_access::OpenedCounts;

use super::words::{NAMES_SHOWN, capital, count, counted_by, counted_noun, listed, part, them};

/// The subject of the sentences.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rows<'a> {
    /// The number that the demand is about.
    pub(crate) about: &'a str,
    /// True if an account has this number.
    pub(crate) has_account: bool,
    /// Texts that were returned, if the demand reaches texts.
    pub(crate) texts: Option<u64>,
    /// Messages for which a record was returned, if the demand reaches records.
    pub(crate) messages: Option<u64>,
    /// Messages whose content cannot be opened.
    pub(crate) unreadable: u64,
    /// Pictures that cannot be opened.
    pub(crate) pictures: u64,
    /// Messages in a form that this program does not read.
    pub(crate) other_form: u64,
    /// Messages in a form that this program does not read, which nevertheless contain plain words.
    pub(crate) plain_words: u64,
    /// Kinds of data that were returned, without the texts and messages above.
    pub(crate) kinds: u64,
}

/// The backup of an account, as a relay's rows have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backup {
    /// No backup.
    None,
    /// A backup that nothing opens.
    Closed,
    /// A backup that opens.
    Opens {
        /// The number of texts.
        texts: u64,
    },
}

/// Writes the question.
pub(crate) fn rows_question(demand: &str, about: &str) -> String {
    format!("If the operator of this relay is served {demand} about {about}, what do its rows give?")
}

/// Writes at most four sentences: what was returned, what is unreadable, what has another form, and who else is in
/// it.
pub(crate) fn rows_headline(rows: &Rows<'_>, others: &[&str]) -> String {
    let Rows { about, has_account, texts, messages, unreadable, pictures, other_form, plain_words, kinds } =
        *rows;
    let some = |number: u64, unit: &str| match number {
        0 => part(0, 1, unit),
        number => counted_by(number, unit),
    };
    let mut gives: Vec<String> = Vec::new();
    gives.extend(texts.map(|texts| some(texts, "texts")));
    gives.extend(messages.map(|messages| match messages {
        0 => "no record of a message".to_owned(),
        1 => "a record of 1 message".to_owned(),
        messages => format!("a record of {messages} messages (receipts included)"),
    }));
    let other = if gives.is_empty() { "" } else { "other " };
    gives.push(match kinds {
        0 => format!("no {other}data"),
        1 => format!("1 {other}kind of data"),
        kinds => format!("{kinds} {other}kinds of data"),
    });
    let mut says = Vec::new();
    if !has_account {
        says.push(format!("No account of this relay has the number {about}."));
    }
    if has_account || kinds > 0 {
        says.push(format!("The rows give {} about {about}.", listed(&gives, "and")));
    }
    if unreadable + pictures > 0 {
        let messages =
            (unreadable > 0).then(|| format!("{}, receipts included", counted_by(unreadable, "messages")));
        let pictures_held = (pictures > 0).then(|| counted_by(pictures, "pictures"));
        let holds: Vec<String> = messages.into_iter().chain(pictures_held).collect();
        says.push(format!(
            "They hold {}, and nothing in the operator's possession opens {}.",
            holds.join(", and "),
            them(unreadable + pictures)
        ));
    }
    says.extend((other_form > 0).then(|| in_another_form(other_form, plain_words)));
    // If nothing was returned, a sentence that the messages name nobody would add nothing.
    if has_account || kinds > 0 || !others.is_empty() {
        says.push(also_named("They", "name", others));
    }
    says.join(" ")
}

/// Describes messages that no phone of this program wrote, and the plain words in them.
fn in_another_form(messages: u64, with_words: u64) -> String {
    let are = if messages == 1 { "is" } else { "are" };
    let says =
        format!("{} {are} not in a form that this program reads", capital(&counted_by(messages, "messages")));
    let shows = "`pillarbox-relay ledger` shows them";
    match (messages, with_words) {
        (_, 0) => format!("{says}."),
        (1, _) => format!("{says}; plain words stand in it, and {shows}."),
        (all, some) if all == some => format!("{says}; plain words stand in each, and {shows}."),
        (_, some) => format!("{says}; plain words stand in {some} of them, and {shows}."),
    }
}

/// Writes at most three sentences: whether there is a backup, what it yields, and who else is in it.
pub(crate) fn backup_headline(about: &str, has_account: bool, backup: Backup, others: &[&str]) -> String {
    let mut says = Vec::new();
    if !has_account {
        says.push(format!("No account of this relay has the number {about}."));
    }
    match backup {
        Backup::None => says.push(format!("No backup of {about} lies here.")),
        Backup::Closed => says.push(format!(
            "A backup of {about} lies here, and nothing in the operator's possession opens it."
        )),
        Backup::Opens { texts } => {
            let texts = if texts == 0 { "no text".to_owned() } else { counted_by(texts, "texts") };
            says.push(format!("A backup of {about} lies here and opens: it gives {texts}."));
            says.push(also_named("It", "names", others));
        }
    }
    says.join(" ")
}

fn also_named(subject: &str, names: &str, others: &[&str]) -> String {
    match others {
        [] => "Nobody else is named.".to_owned(),
        many if many.len() > NAMES_SHOWN => format!("{subject} also {names} {} other people.", many.len()),
        some => {
            let people: Vec<String> = some.iter().map(|name| (*name).to_owned()).collect();
            format!("{subject} also {names} {}.", listed(&people, "and"))
        }
    }
}

/// The sentence about a thief of the folder.
pub(crate) const ROWS_FOR_A_THIEF: &str =
    "All of it was read from this folder alone: a thief who copies the folder has as much.";

/// The sentence about other places of the same texts.
pub(crate) const ROWS_ELSEWHERE: &str =
    "A folder does not say where else the same texts lie: on phones, in backups.";

/// Describes what a relay's operator can read of everything in its rows. Empty if the rows contain nothing that could
/// be read.
#[must_use]
pub fn can_read(opened: &OpenedCounts) -> String {
    let OpenedCounts { messages, read, texts, backups, backups_open, backed_up } = *opened;
    let closed = |number: u64, verb: &str, unit: &str| match number {
        1 => format!("It cannot {verb} the {}.", counted_noun(1, unit)),
        number => format!("It can {verb} {}.", part(0, number, unit)),
    };
    let some_of = |some, all, unit: &str| match all {
        1 => format!("the {}", counted_noun(1, unit)),
        all => part(some, all, unit),
    };
    let mut says = Vec::new();
    match (messages, read) {
        (0, _) => {}
        (_, 0) => says.push(closed(messages, "read", "messages")),
        _ => {
            let texts = match (read, texts) {
                (1, 0) => "not a text that somebody wrote".to_owned(),
                (1, _) => "a text that somebody wrote".to_owned(),
                (_, 0) => "none of them a text that somebody wrote".to_owned(),
                (_, 1) => "1 of them a text that somebody wrote".to_owned(),
                (_, texts) => format!("{texts} of them texts that somebody wrote"),
            };
            says.push(format!("It can read {}, {texts}.", some_of(read, messages, "messages")));
        }
    }
    match (backups, backups_open) {
        (0, _) => {}
        (_, 0) => says.push(closed(backups, "open", "backups")),
        _ => says.push(format!(
            "It can open {}, with {} inside.",
            some_of(backups_open, backups, "backups"),
            if backed_up == 0 { "no text".to_owned() } else { counted_by(backed_up, "texts") }
        )),
    }
    says.join(" ")
}

/// Reports how many messages a relay has ever accepted.
pub(crate) fn accepted_in_all(number: u64, has_account: bool) -> String {
    let all = format!("This relay has accepted {} in all, for everybody together", count(number, "message"));
    if !has_account {
        return format!("{all}.");
    }
    let whose = match number {
        1 => "whether it was this account's",
        _ => "how many of them were this account's",
    };
    format!("{all}; {whose}, it does not know.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_told_in_each_state() {
        let about = "+447700900101";
        let all = [
            backup_headline(about, false, Backup::None, &[]),
            backup_headline(about, true, Backup::None, &[]),
            backup_headline(about, true, Backup::Closed, &[]),
            backup_headline(about, true, Backup::Opens { texts: 0 }, &[]),
            backup_headline(about, true, Backup::Opens { texts: 1 }, &["A"]),
            backup_headline(about, true, Backup::Opens { texts: 2 }, &["A", "B", "C", "D"]),
        ];
        insta::assert_snapshot!(all.join("\n"), @r"
        No account of this relay has the number +447700900101. No backup of +447700900101 lies here.
        No backup of +447700900101 lies here.
        A backup of +447700900101 lies here, and nothing in the operator's possession opens it.
        A backup of +447700900101 lies here and opens: it gives no text. Nobody else is named.
        A backup of +447700900101 lies here and opens: it gives 1 text. It also names A.
        A backup of +447700900101 lies here and opens: it gives 2 texts. It also names 4 other people.
        ");
    }

    #[test]
    fn what_opens_is_told_in_each_state() {
        let of = |messages, read, texts| OpenedCounts { messages, read, texts, ..OpenedCounts::default() };
        let stored = |backups, backups_open, backed_up| OpenedCounts {
            backups,
            backups_open,
            backed_up,
            ..of(2, 0, 0)
        };
        let all = [
            of(0, 0, 0),
            of(1, 0, 0),
            of(1, 1, 0),
            of(1, 1, 1),
            of(2, 0, 0),
            of(2, 2, 0),
            of(7, 7, 1),
            of(7, 5, 4),
            stored(1, 0, 0),
            stored(2, 0, 0),
            stored(1, 1, 1),
            stored(2, 1, 0),
            stored(2, 2, 9),
        ];
        insta::assert_snapshot!(all.each_ref().map(can_read).join("\n"));
    }

    #[test]
    fn rows_are_told_in_the_singular_and_in_the_plural() {
        let about = "+447700900101";
        let rows = Rows { about, has_account: true, ..Rows::default() };
        let all = [
            rows_headline(&Rows { has_account: false, ..rows }, &[]),
            rows_headline(&Rows { has_account: false, kinds: 1, ..rows }, &["+447700900102"]),
            rows_headline(&Rows { kinds: 3, ..rows }, &[]),
            rows_headline(&Rows { kinds: 3, pictures: 1, ..rows }, &[]),
            rows_headline(&Rows { kinds: 3, unreadable: 2, pictures: 3, ..rows }, &[]),
            rows_headline(&Rows { messages: Some(0), kinds: 3, ..rows }, &[]),
            rows_headline(
                &Rows { texts: Some(0), messages: Some(1), unreadable: 1, kinds: 1, ..rows },
                &["A"],
            ),
            rows_headline(&Rows { texts: Some(1), messages: Some(2), unreadable: 2, ..rows }, &["A", "B"]),
            rows_headline(
                &Rows { texts: Some(2), messages: Some(2), kinds: 8, ..rows },
                &["A", "B", "C", "D"],
            ),
            rows_headline(&Rows { texts: Some(0), other_form: 4, plain_words: 4, ..rows }, &["A"]),
            rows_headline(&Rows { texts: Some(0), other_form: 4, plain_words: 0, ..rows }, &["A"]),
            rows_headline(
                &Rows { texts: Some(0), unreadable: 1, other_form: 2, plain_words: 1, ..rows },
                &["A"],
            ),
            rows_headline(
                &Rows { texts: Some(0), unreadable: 2, other_form: 1, plain_words: 1, ..rows },
                &["A"],
            ),
            rows_headline(&Rows { texts: Some(0), other_form: 1, plain_words: 0, ..rows }, &["A"]),
            accepted_in_all(1, true),
            accepted_in_all(7, true),
            accepted_in_all(7, false),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }
}
