//! The text of `-h` and `--help`. Both lead with examples; the long one explains the exit codes.

mod picture;

pub(crate) use picture::{PICTURE, PICTURE_SAVE};

pub(super) const TEMPLATE: &str = "\
{about-with-newline}
{before-help}{usage-heading} {usage}

{all-args}{after-help}";

pub(super) const SHORT_END: &str = "\
Exit codes: 0 done, 1 the answer is no, 2 usage, 3 relay not reached, 4 profile,
130 interrupted. No telemetry, no update check. A teaching tool: not for real
secrets.";

pub(super) const LONG_END: &str = "\
Exit codes:
    0  done
    1  ran, and the answer is no: a mismatch, a refusal, a blocked contact, or
       something still waits to be sent or fetched
    2  the command line makes no sense
    3  the relay was not reached, or what answered was not it
    4  the profile cannot be read or written
  130  interrupted

A profile lies in $PILLARBOX_HOME/NAME, else in pillarbox/NAME below
$XDG_DATA_HOME, else below ~/.local/share. NO_COLOR is obeyed.

No telemetry and no update check: this program talks to the relay that you
named and to nobody else. It is a teaching tool, not for real secrets.
Documentation: docs/ in the source tree, starting with docs/walkthrough.md";

pub(crate) const PILLARBOX: &str = "\
Examples:
  pillarbox account create --relay pillarbox://HOST:PORT/#KEY --name Alice
  pillarbox account invite
  pillarbox contact add LINK --name Bob
  pillarbox verify Bob
  pillarbox chat Bob";

pub(crate) const ACCOUNT: &str = "\
Examples:
  pillarbox account create --relay pillarbox://HOST:PORT/#KEY --name Alice
  pillarbox account show
  pillarbox account invite";

pub(crate) const ACCOUNT_CREATE: &str = "\
Examples:
  pillarbox account create --relay pillarbox://HOST:PORT/#KEY --name Alice
  pillarbox --profile bob account create --relay pillarbox://HOST:PORT/#KEY
  pillarbox account create --relay ADDRESS --number +447700900123
  pillarbox account create --relay ADDRESS --number +447700900123 --code 123456
  pillarbox account create --relay ADDRESS --replace-closed

--replace-closed begins anew where the account is closed. The old profile's folder
is renamed to NAME-closed-DATE beside it, and stays readable under that name; the
new profile has the same passphrase.";

pub(crate) const ACCOUNT_SHOW: &str = "\
Examples:
  pillarbox account show
  pillarbox --profile bob account show --json";

pub(crate) const ACCOUNT_INVITE: &str = "\
Examples:
  pillarbox account invite
  pillarbox account invite --qr none
  pillarbox account invite --svg invitation.svg";

pub(crate) const ACCOUNT_PASSPHRASE: &str = "\
Examples:
  pillarbox account passphrase
  pillarbox --passphrase-file OLD account passphrase --new-passphrase-file NEW";

pub(crate) const ACCOUNT_CLOSE: &str = "\
Examples:
  pillarbox account close
  pillarbox --profile bob account close --yes";

pub(crate) const ACCOUNT_LOCK: &str = "\
Examples:
  pillarbox account lock
  pillarbox --profile bob account lock

It takes no passphrase. The chat forgets everything and asks for the passphrase;
`inbox --follow` ends. What was printed elsewhere than on a terminal stays there,
and so does what the system has written to swap space or into a core dump.";

pub(crate) const CONTACT: &str = "\
Examples:
  pillarbox contact add LINK --name Bob
  pillarbox contact list
  pillarbox contact timer Bob 1h";

pub(crate) const CONTACT_ADD: &str = "\
Examples:
  pillarbox contact add pillarbox:invite/... --name Bob
  pillarbox contact add +447700900123
  pillarbox contact add - < invitation.txt
  pillarbox contact add 3c89156172d914272d14e05f1a8b9c30 --name Bob";

pub(crate) const CONTACT_LIST: &str = "\
Examples:
  pillarbox contact list
  pillarbox contact list --blocked
  pillarbox contact list --plain";

pub(crate) const CONTACT_ACCEPT: &str = "\
Examples:
  pillarbox verify Bob           (better: compare numbers)
  pillarbox contact accept Bob   (go on without comparing)";

pub(crate) const CONTACT_TIMER: &str = "\
Examples:
  pillarbox contact timer Bob 1h
  pillarbox contact timer Bob off";

pub(crate) const CONTACT_RENAME: &str = "\
Examples:
  pillarbox contact rename 3c891561 Bob";

pub(crate) const CONTACT_REMOVE: &str = "\
Examples:
  pillarbox contact remove Bob
  pillarbox contact remove --strangers";

pub(crate) const CONTACT_BLOCK: &str = "\
Examples:
  pillarbox contact block Mallory
  pillarbox contact block 3c89156172d914272d14e05f1a8b9c30

What they send is dropped before it is opened, and leaves no trace. Their phone
shows \"sent\", as for a phone that is switched off.";

pub(crate) const CONTACT_UNBLOCK: &str = "\
Examples:
  pillarbox contact unblock Mallory
  pillarbox contact unblock 3c89156172d914272d14e05f1a8b9c30";

pub(crate) const GROUP: &str = "\
Examples:
  pillarbox group create Harbour Bob Carol
  pillarbox group show Harbour
  pillarbox send --group Harbour see you at 6

To the relay a text to a group is a message to each member: it is told no group.";

pub(crate) const GROUP_CREATE: &str = "\
Examples:
  pillarbox group create Harbour Bob Carol
  pillarbox group create 'Harbour watch' +447700900123";

pub(crate) const GROUP_ADD: &str = "\
Examples:
  pillarbox group add Harbour Dave

Whoever is added reads what is said from then on, and nothing from before.
Nobody who has left or was removed comes back: make a new group. A member with a
new phone is added again, so that the group knows its new key.";

pub(crate) const GROUP_REMOVE: &str = "\
Examples:
  pillarbox group remove Harbour Carol
  pillarbox group remove Harbour Carol --yes

Whoever made the group keeps it, and only its keeper removes; a keeper who leaves
passes that on. Who is removed is told, keeps what they have, and gets no later
text from any phone that has heard of it. Those whom they added stay.";

pub(crate) const GROUP_LEAVE: &str = "\
Examples:
  pillarbox group leave Harbour
  pillarbox group leave Harbour --yes

Texts from phones that have not heard of it yet are dropped. What was said stays
on this phone and on theirs.";

pub(crate) const GROUP_HAND_OVER: &str = "\
Examples:
  pillarbox group hand-over Harbour Bob

The admin of a group that the operator manages adds and removes its members, and
there is one. When the admin leaves, whoever was a member longest is the next.";

pub(crate) const GROUP_BELIEVE: &str = "\
Examples:
  pillarbox group believe operator
  pillarbox group believe members

From the start this phone believes members, who sign each change. An operator
who manages groups knows their names and members, and can add anybody. Only a
relay with groups of its own takes such requests (pillarbox-relay run --groups).";

pub(crate) const GROUP_LIST: &str = "\
Examples:
  pillarbox group list
  pillarbox group list --json";

pub(crate) const GROUP_SHOW: &str = "\
Examples:
  pillarbox group show Harbour
  pillarbox group show Harbour --json";

pub(crate) const VERIFY: &str = "\
Examples:
  pillarbox verify Bob
  pillarbox verify Bob --show
  pillarbox verify Bob --heard '40215 88310 55721 ...'";

pub(crate) const SEND: &str = "\
Examples:
  pillarbox send Bob see you at 6
  pillarbox send Bob - < letter.txt
  pillarbox send --json Bob see you at 6
  pillarbox send --group Harbour see you at 6
  pillarbox send Bob --picture cliff.jpg

--json prints the message's id, contact, account, sent_at_ms and state: waiting,
sent, delivered or refused; with --group the group and the state of each copy. Errors stay sentences on standard error, and the exit
code says the same as without it.";

pub(crate) const INBOX: &str = "\
Examples:
  pillarbox inbox
  pillarbox inbox --follow
  pillarbox inbox --json";

pub(crate) const HISTORY: &str = "\
Examples:
  pillarbox history Bob
  pillarbox history Bob --last 20 --json
  pillarbox history --group Harbour";

pub(crate) const CHAT: &str = "\
Examples:
  pillarbox chat Bob
  pillarbox chat Bob --lock-after 10m
  pillarbox chat Bob --last 50
  pillarbox chat --group Harbour
  pillarbox chat Bob --lines     (with a screen reader)
  echo 'see you at 6' | pillarbox --passphrase-file FILE chat Bob

While talking: /help, /verify, /timer, /lock, /quit. On a terminal a line can be
edited and recalled (arrow keys), and a paste is one message; what you typed
before is kept in memory only. Nothing typed is dropped without a word.";

pub(crate) const BACKUP: &str = "\
Examples:
  pillarbox backup on
  pillarbox backup on --key operator
  pillarbox --profile new backup restore
  pillarbox backup off

Only relays that say so keep backups: `pillarbox-relay run --backups`.";

pub(crate) const BACKUP_ON: &str = "\
Examples:
  pillarbox backup on
  pillarbox backup on --key operator

A backup holds your contacts and your texts. It holds no keys, no text with a
timer, and none that still waits to be sent. The relay sees its size, and when
it was left.

With your own key, 24 words are shown once: write them down. Nobody opens the
backup without them, and nobody can replace them. With --key operator the key
lies at the relay: whoever runs it can read the backup, and can be made to.";

pub(crate) const BACKUP_RESTORE: &str = "\
Examples:
  pillarbox --profile new backup restore
  pillarbox --profile new backup restore < key.txt

The relay gives a backup to the account that left it. A new phone has that
account once it has taken over its number: `account create --number --code`, at
a relay that sends codes. An account without a number cannot move.

A backup with your own key asks for its 24 words, in rows or in one line. The 64
digits of a former version are read as well.

Contacts come back NOT VERIFIED. Groups come back to be read only.";

pub(crate) const BACKUP_OFF: &str = "\
Examples:
  pillarbox backup off

The relay deletes the backup and its key, if it has one. Copies that it made
before are out of reach.";

pub(crate) const DIRECTORY: &str = "\
Examples:
  pillarbox directory on
  pillarbox directory head
  pillarbox directory off

A relay may write everybody's keys, as digests, into a public log that only
grows: `pillarbox-relay run --directory-log`. A phone that checks it notices keys
that are not in the log, and keys in your name that are not yours.";

pub(crate) const DIRECTORY_ON: &str = "\
Examples:
  pillarbox directory on

Keys that the log does not prove are not written to, and you are told. At a relay
without a log you are told so. Contacts whose phones check it too are told once a
day how your phone saw it, and yours is told how they did. The log proves what the relay says to everybody;
whose keys they are only a comparison of safety numbers proves.";

pub(crate) const DIRECTORY_OFF: &str = "\
Examples:
  pillarbox directory off";

pub(crate) const DIRECTORY_HEAD: &str = "\
Examples:
  pillarbox directory head

Whoever collects the heads of several phones in a file can have the log checked:
`pillarbox-relay log-audit ADDRESS --heads FILE`. A head names nobody.
If the relay has shown two logs, to this phone or to a contact, there is a line
for each: together they prove it to anybody.";

pub(crate) const CHANNEL: &str = "\
Examples:
  pillarbox channel create @harbour_news
  pillarbox channel post @harbour_news the ferry is late
  pillarbox channel follow @harbour_news
  pillarbox channel read @harbour_news
  pillarbox channel list

A channel is public: nothing in it is encrypted, and anybody reads it. Only
relays that say so have channels: `pillarbox-relay run --channels`.";

pub(crate) const CHANNEL_CREATE: &str = "\
Examples:
  pillarbox channel create @harbour_news

The relay keeps the name, whose it is and when it was opened, until your account
is closed. Whoever runs the relay can take it down; the name stays taken then.";

pub(crate) const CHANNEL_POST: &str = "\
Examples:
  pillarbox channel post @harbour_news the ferry is late
  pillarbox channel post @harbour_news - < news.txt

A post cannot be taken back.";

pub(crate) const CHANNEL_FOLLOW: &str = "\
Examples:
  pillarbox channel follow @harbour_news
  pillarbox channel follow @harbour_news --stop

This phone keeps the last 500 posts of each channel that it follows, also after
the channel was taken down. The relay sees each reading, and by whom; it keeps
no list of followers unless its rule says so.";

pub(crate) const CHANNEL_LIST: &str = "\
Examples:
  pillarbox channel list
  pillarbox channel list --json

Nobody is asked: these are the channels that this phone follows, and those that
it has opened or posted in. --json prints one channel a line: channel, own,
last_posted, followed, posts_kept.";

pub(crate) const CHANNEL_READ: &str = "\
Examples:
  pillarbox channel read @harbour_news
  pillarbox channel read @harbour_news --json

--json prints one post a line: channel, number, posted_at_ms, text, and from,
which is relay or, of a channel that cannot be read any more, phone.";

pub(crate) const DEVICE: &str = "\
Examples:
  pillarbox account invite
  pillarbox --profile laptop device link pillarbox:invite/...
  pillarbox device link pillarbox:device/...
  pillarbox device list
  pillarbox device remove 128
  pillarbox --profile laptop device leave";

pub(crate) const DEVICE_LINK: &str = "\
Examples:
  pillarbox --profile laptop device link pillarbox:invite/...
  pillarbox device link pillarbox:device/...
  pillarbox device link pillarbox:device/... --with-history

First the new device, with the invitation that `account invite` prints on your
first phone: it shows a code and waits for 5 minutes. Then the first phone, with
that code. The new device has a key of its own, which the first phone signs. It
reads and writes everything from then on. What was said before moves only
--with-history. Your contacts are told; whoever verified you chooses again.";

pub(crate) const DEVICE_LIST: &str = "\
Examples:
  pillarbox device list
  pillarbox device list --json

--json prints one device a line: device, first_phone, this_device.";

pub(crate) const DEVICE_REMOVE: &str = "\
Examples:
  pillarbox device remove 128

The device keeps what it had, and gets nothing more: your contacts are told, and
the relay drops what waits for it. A text that somebody sends before they hear of
it may still reach it.";

pub(crate) const DEVICE_LEAVE: &str = "\
Examples:
  pillarbox --profile laptop device leave

Only the first phone signs who belongs to the account. This device asks it to
take this one off, inside the encryption, and sends and fetches nothing more. The
first phone does so when it next connects, and tells your contacts. Until then
their texts for this device wait at the relay, and go unread.";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use clap::Command;
    use unicode_width::UnicodeWidthStr;

    use super::super::grammar::{command, parse};
    use pillarbox_text::wrap::WIDTH;

    /// Returns every command's help as printed, by the words typed before `-h` or `--help`.
    fn pages(flag: &str) -> BTreeMap<String, String> {
        let mut pages = BTreeMap::new();
        let mut open = vec![vec!["pillarbox".to_owned()]];
        while let Some(words) = open.pop() {
            let mut grammar = command();
            let mut place = &mut grammar;
            for word in words.iter().skip(1) {
                place = place.find_subcommand_mut(word).unwrap();
            }
            let below = place.get_subcommands().map(Command::get_name).filter(|name| *name != "help");
            open.extend(below.map(|name| words.iter().cloned().chain([name.to_owned()]).collect()));
            let error = parse(words.iter().cloned().chain([flag.to_owned()])).unwrap_err();
            pages.insert(words.join(" "), error.to_string());
        }
        pages
    }

    #[test]
    fn every_page_leads_with_examples_and_ends_with_what_a_person_must_know() {
        for flag in ["-h", "--help"] {
            let pages = pages(flag);
            assert_eq!(pages.len(), 52);
            for (command, page) in pages {
                let at =
                    |text: &str| page.find(text).unwrap_or_else(|| panic!("{command} {flag}: no {text}"));
                assert!(at("Examples:") < at("Usage:") && at("Usage:") < at("Exit codes:"), "{command}");
                for text in ["130", "o telemetry", "no update check", "eaching tool", "not for real"] {
                    at(text);
                }
                assert!(page.lines().all(|line| line.width() <= WIDTH), "{command} {flag}:\n{page}");
            }
        }
    }

    #[test]
    fn every_example_is_one_that_the_grammar_knows() {
        const KEY: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        let mut examples = 0;
        for page in pages("--help").values() {
            let lines = page.lines().skip_while(|line| *line != "Examples:").skip(1);
            for line in lines.take_while(|line| line.starts_with("  ")) {
                let line =
                    line.rsplit('|').next().unwrap_or_default().split(['<', '(']).next().unwrap_or_default();
                let line = line.replace("pillarbox://HOST:PORT/#KEY", "ADDRESS").replace('\'', "");
                let line = line.replace("ADDRESS", &format!("pillarbox://relay.example:4500/#{KEY}"));
                let words: Vec<&str> = line.split_whitespace().filter(|word| *word != "...").collect();
                let heard = words.iter().position(|word| *word == "--heard").map_or(words.len(), |at| at + 2);
                let parsed = parse(words.iter().take(heard));
                assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
                examples += 1;
            }
        }
        assert!(examples > 30, "the search finds examples: {examples}");
    }

    #[test]
    fn the_first_page_reads_like_this() {
        insta::assert_snapshot!(pages("--help").get("pillarbox").unwrap());
    }
}
