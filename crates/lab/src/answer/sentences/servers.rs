//! Sentences about two servers that carried the same conversation: the differences that are due to the encryption, and
//! the others.

/// The measurements of one of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    /// Texts that were returned.
    pub texts: usize,
    /// True if every message that passed is still stored in this server's rows.
    pub keeps_delivered: bool,
    /// True if a message reached this server with the name of its sender.
    pub is_told_senders: bool,
}

/// Describes the differences that are due to the encryption, if the first server reads all of `said` texts and the
/// second reads none.
#[must_use]
pub fn due_to_encryption([open, closed]: [Server; 2], said: usize) -> String {
    if open.texts < said || closed.texts > 0 {
        return "This is not what encryption should do: look at --full.".into();
    }
    let mut due = Vec::new();
    if open.keeps_delivered && !closed.keeps_delivered {
        due.push("deletes what it delivered");
    }
    if open.is_told_senders && !closed.is_told_senders {
        due.push("is told no sender");
    }
    let first = "The encryption is why no text came back.";
    if due.is_empty() {
        return first.into();
    }
    format!(
        "{first} That little else did is because this server {}; another end-to-end server may keep it.",
        due.join(" and ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_due_to_the_encryption_is_said() {
        let open = Server { texts: 5, keeps_delivered: true, is_told_senders: true };
        let closed = Server { texts: 0, keeps_delivered: false, is_told_senders: false };
        let all = [
            due_to_encryption([open, closed], 5),
            due_to_encryption([open, Server { keeps_delivered: true, ..closed }], 5),
            due_to_encryption([open, Server { is_told_senders: true, ..closed }], 5),
            due_to_encryption([open, Server { keeps_delivered: true, is_told_senders: true, ..closed }], 5),
            due_to_encryption([open, Server { texts: 1, ..closed }], 5),
            due_to_encryption([Server { texts: 4, ..open }, closed], 5),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }
}
