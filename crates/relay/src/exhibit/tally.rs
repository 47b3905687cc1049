//! A tally of what passing messages reveal about who writes to whom. It does not count anything about their
//! content.

use std::collections::BTreeSet;

/// The largest number of pairs that are named. Of more pairs, only the number is printed.
const NAMED_PAIRS: usize = 3;

/// The tally of messages submitted by phones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubmissionTally {
    messages: u64,
    named: u64,
    pairs: BTreeSet<[String; 2]>,
}

impl SubmissionTally {
    /// Counts one more message. `from` is the account on whose connection the message arrived, if that connection
    /// has a name. `to` is the account that it is for.
    pub fn message(&mut self, from: Option<&str>, to: &str) {
        self.messages += 1;
        let Some(from) = from else { return };
        self.named += 1;
        let mut pair = [from.to_owned(), to.to_owned()];
        pair.sort();
        // Two phones of one account are the same person, and are not a pair.
        if from != to {
            self.pairs.insert(pair);
        }
    }

    /// Returns how many of all messages named both sender and recipient.
    fn part(&self) -> String {
        let Self { messages, named, .. } = self;
        if *named == 0 { format!("none of {messages}") } else { format!("{named} of {messages}") }
    }

    /// Returns what the messages reveal, in one sentence. Returns `None` before the first message.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let noun = if self.messages == 1 { "message" } else { "messages" };
        let pairs = match self.pairs.len() {
            0 => "no pair of people".to_owned(),
            1 => "1 pair of people".to_owned(),
            many => format!("{many} pairs of people"),
        };
        let names = self.pairs.iter().map(|[one, other]| format!("{one} and {other}"));
        let names = match self.pairs.len() {
            1..=NAMED_PAIRS => format!(": {}", names.collect::<Vec<_>>().join("; ")),
            _ => String::new(),
        };
        let part = self.part();
        (self.messages > 0).then(|| {
            format!("As they passed, {part} {noun} named sender and recipient, and so {pairs}{names}.")
        })
    }

    /// Returns the same for one conversation over two servers, in one sentence.
    #[must_use]
    pub fn on_two_servers(first: &Self, second: &Self) -> String {
        format!(
            "As they passed, {} messages named sender and recipient on the first server, and {} on the second.",
            first.part(),
            second.part(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(messages: &[(Option<&str>, &str)]) -> SubmissionTally {
        let mut told = SubmissionTally::default();
        messages.iter().for_each(|(from, to)| told.message(*from, to));
        told
    }

    #[test]
    fn who_writes_to_whom_is_told_as_far_as_messages_name_it() {
        let sentence = |messages: &[(Option<&str>, &str)]| told(messages).sentence();
        assert_eq!(sentence(&[]), None, "nothing passed, and nothing is told");
        assert_eq!(
            sentence(&[(None, "a"), (None, "b")]).unwrap(),
            "As they passed, none of 2 messages named sender and recipient, and so no pair of people."
        );
        assert_eq!(
            sentence(&[(Some("b"), "a"), (Some("a"), "b"), (None, "c")]).unwrap(),
            "As they passed, 2 of 3 messages named sender and recipient, and so 1 pair of people: a and b."
        );
        assert_eq!(
            sentence(&[(Some("a"), "a")]).unwrap(),
            "As they passed, 1 of 1 message named sender and recipient, and so no pair of people."
        );
        let many = ["b", "c", "d", "e"].map(|to| (Some("a"), to));
        assert!(sentence(&many[..3]).unwrap().ends_with("3 pairs of people: a and b; a and c; a and d."));
        assert!(sentence(&many).unwrap().ends_with(", and so 4 pairs of people."));
    }

    #[test]
    fn two_servers_are_told_in_the_same_words() {
        let (first, second) = (told(&[(Some("a"), "b"), (None, "b")]), told(&[(None, "b")]));
        let both = SubmissionTally::on_two_servers(&first, &second);
        let alone = first.sentence().unwrap();
        assert_eq!(
            both,
            "As they passed, 1 of 2 messages named sender and recipient on the first server, and none of 1 on the second."
        );
        assert_eq!(both.split(" on the").next(), alone.split(", and so").next());
    }
}
