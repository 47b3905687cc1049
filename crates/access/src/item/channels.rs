//! Items about public channels: who opened them, what is published in them, who follows them, and who reads them.

use pillarbox_client::display;
use pillarbox_relay::Logged;
use pillarbox_relay::store::{ChannelRow, DepositRow, EventRow, PublishedRow};
use pillarbox_wire::DepositKind;

use super::profile;
use super::rows::{ItemReading, Rows};
use crate::evidence::Exhibit;
use crate::returned::Blank;

pub(super) fn opened(rows: &Rows<'_>) -> ItemReading {
    let opened: Vec<&ChannelRow> = of_account(rows).collect();
    let lines = opened.iter().map(|row| {
        let posts = if row.posted == 1 { "post" } else { "posts" };
        let opened = format!("{}, opened {}, {} {posts}", row.channel, row.opened_at, row.posted);
        row.taken_down.map_or(opened.clone(), |at| format!("{opened}; taken down {at}"))
    });
    let exhibits = opened.iter().map(|row| Exhibit::row("channels", row)).collect();
    ItemReading::of(lines.collect(), exhibits, none(rows, Blank::NoChannelOpened))
}

pub(super) fn posts(rows: &Rows<'_>) -> ItemReading {
    let published: Vec<&PublishedRow> = of_account(rows)
        .flat_map(|channel| {
            let all = rows.holdings.rows().posts.iter();
            all.filter(move |post| post.channel == channel.channel && rows.is_in_time(post.posted_at))
        })
        .collect();
    let lines = published.iter().map(|post| {
        let said = profile::words(post.content.as_slice()).map(|words| format!("\"{words}\""));
        let said = said.unwrap_or_else(|| format!("{} bytes", post.content.len()));
        format!("{}, {}: {said}", post.channel, post.posted_at)
    });
    let exhibits = published.iter().map(|post| Exhibit::row("posts", post)).collect();
    ItemReading::of(lines.collect(), exhibits, none(rows, Blank::NothingPublished))
}

/// Reads the channels that the account follows, the channels that it reads, and every reading of its own channels.
pub(super) fn read(rows: &Rows<'_>) -> ItemReading {
    let follows: Vec<&DepositRow> = rows.left(DepositKind::Follows).collect();
    let reads: Vec<&EventRow> = rows.happened(Logged::Read).collect();
    let followed = follows.iter().map(|row| {
        let channel = String::from_utf8_lossy(row.subject.as_slice()).into_owned();
        format!("follows {}", display::safe(&channel))
    });
    let read = reads.iter().map(|event| {
        let who =
            event.account.map_or_else(|| "somebody without a name".into(), |account| rows.name(account));
        format!("{}: {who} read {}", event.at, event.name.as_deref().unwrap_or("a channel"))
    });
    let lines = followed.chain(read).collect();
    let mut exhibits = profile::exhibits(&follows);
    exhibits.extend(reads.iter().map(|event| Exhibit::row("events", event)));
    ItemReading::of(lines, exhibits, none(rows, rows.not_logged(Logged::Read)))
}

fn of_account<'a>(rows: &Rows<'a>) -> impl Iterator<Item = &'a ChannelRow> {
    let account = rows.account.account;
    rows.holdings.rows().channels.iter().filter(move |row| row.owner == account)
}

fn none(rows: &Rows<'_>, otherwise: Blank) -> Blank {
    if rows.keeping().channels { otherwise } else { Blank::NoSuchThing }
}
