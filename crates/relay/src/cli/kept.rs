//! The parts of the ledger that are empty at most relays: linked devices, deposits, the log of events, channels. Each
//! part is a table, which is shown if it has rows.

use std::io::{self, Write};

use pillarbox_relay::Holdings;
use pillarbox_relay::legible;
use pillarbox_relay::store::{
    AttachmentRow, ChannelRow, DepositRow, DeviceListRow, EventRow, GroupMemberRow, GroupRow, LeafRow,
    LinkedDeviceRow, PublishedRow,
};
use pillarbox_text::columns::Align;
use pillarbox_text::wrap::beside;
use pillarbox_wire::{AccountId, DepositKind, Timestamp};

use super::legends;
use super::names::Names;
use super::table::{self, Column};
use super::text;
use super::window::Window;

/// A table of the ledger: its name, its columns, and its rows for people and for programs.
struct Section {
    title: &'static str,
    columns: &'static [Column],
    plain_columns: &'static [Column],
    rows: Vec<Vec<String>>,
    plain: Vec<Vec<String>>,
    /// The sentences below the rows, for people; empty if the rows need none.
    legend: String,
}

const LISTS: &[Column] =
    &[Column("ACCOUNT", Align::Left), Column("CHANGES", Align::Right), Column("DEVICES", Align::Left)];

const PLAIN_LISTS: &[Column] = &[
    Column("ACCOUNT", Align::Left),
    Column("CHANGES", Align::Right),
    Column("DEVICES", Align::Left),
    Column("SIGNATURE", Align::Left),
];

const DEPOSITS: &[Column] = &[
    Column("LEFT (UTC)", Align::Left),
    Column("BY", Align::Left),
    Column("WHAT", Align::Left),
    Column("WHICH", Align::Left),
    Column("BYTES", Align::Right),
    Column("VALUE", Align::Left),
];

const PLAIN_DEPOSITS: &[Column] = &[
    Column("LEFT (MS SINCE 1970)", Align::Right),
    Column("BY", Align::Left),
    Column("WHAT", Align::Left),
    Column("WHICH", Align::Left),
    Column("BYTES", Align::Right),
    Column("VALUE", Align::Left),
];

const EVENTS: &[Column] = &[
    Column("SEQ", Align::Right),
    Column("TIME (UTC)", Align::Left),
    Column("WHAT", Align::Left),
    Column("BY", Align::Left),
    Column("ADDRESS", Align::Left),
    Column("ABOUT (BYTES)", Align::Left),
];

const PLAIN_EVENTS: &[Column] = &[
    Column("SEQ", Align::Right),
    Column("TIME (MS SINCE 1970)", Align::Right),
    Column("WHAT", Align::Left),
    Column("BY", Align::Left),
    Column("ABOUT", Align::Left),
    Column("NAME", Align::Left),
    Column("ADDRESS", Align::Left),
    Column("BYTES", Align::Right),
    Column("MESSAGE", Align::Right),
];

const CHANNELS: &[Column] = &[
    Column("OPENED (UTC)", Align::Left),
    Column("CHANNEL", Align::Left),
    Column("OWNER", Align::Left),
    Column("EVER POSTED", Align::Right),
    Column("TAKEN DOWN (UTC)", Align::Left),
];

const PLAIN_CHANNELS: &[Column] = &[
    Column("OPENED (MS SINCE 1970)", Align::Right),
    Column("CHANNEL", Align::Left),
    Column("OWNER", Align::Left),
    Column("POSTS", Align::Right),
    Column("TAKEN DOWN (MS SINCE 1970)", Align::Right),
];

const POSTS: &[Column] = &[
    Column("POSTED (UTC)", Align::Left),
    Column("CHANNEL", Align::Left),
    Column("NUMBER", Align::Right),
    Column("BYTES", Align::Right),
    Column("CONTENT", Align::Left),
];

const PLAIN_POSTS: &[Column] = &[
    Column("POSTED (MS SINCE 1970)", Align::Right),
    Column("CHANNEL", Align::Left),
    Column("NUMBER", Align::Right),
    Column("BYTES", Align::Right),
    Column("CONTENT", Align::Left),
];

const GROUPS: &[Column] = &[
    Column("GROUP", Align::Left),
    Column("WHO", Align::Left),
    Column("IS", Align::Left),
    Column("SINCE (UTC)", Align::Left),
    Column("BY", Align::Left),
];

const PLAIN_GROUPS: &[Column] = &[
    Column("GROUP", Align::Left),
    Column("NAME", Align::Left),
    Column("CHANGES", Align::Right),
    Column("ACCOUNT", Align::Left),
    Column("STANDING", Align::Left),
    Column("SINCE (MS SINCE 1970)", Align::Right),
    Column("BY", Align::Left),
];

const ATTACHMENTS: &[Column] = &[
    Column("LEFT (UTC)", Align::Left),
    Column("BY", Align::Left),
    Column("NAME", Align::Left),
    Column("PART", Align::Right),
    Column("BYTES", Align::Right),
    Column("BEGINS", Align::Left),
];

const PLAIN_ATTACHMENTS: &[Column] = &[
    Column("LEFT (MS SINCE 1970)", Align::Right),
    Column("BY", Align::Left),
    Column("NAME", Align::Left),
    Column("PART", Align::Right),
    Column("BYTES", Align::Right),
    Column("PART ITSELF", Align::Left),
];

const LEAVES: &[Column] = &[
    Column("PLACE", Align::Right),
    Column("ADDED (UTC)", Align::Left),
    Column("ACCOUNT'S DIGEST", Align::Left),
    Column("COUNT", Align::Right),
    Column("KEYS' DIGEST", Align::Left),
];

const PLAIN_LEAVES: &[Column] = &[
    Column("PLACE", Align::Right),
    Column("ADDED (MS SINCE 1970)", Align::Right),
    Column("LABEL", Align::Left),
    Column("COUNT", Align::Right),
    Column("BINDING", Align::Left),
];

/// Writes the tables for people, and an empty line below them.
pub(super) fn write(
    holdings: &Holdings,
    names: &Names,
    window: Window,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut is_any = false;
    for Section { title, columns, plain_columns: _, rows, plain: _, legend } in sections(holdings, names) {
        writeln!(out, "\n{title}")?;
        table::write(out, columns, &rows, window)?;
        if !legend.is_empty() {
            writeln!(out, "{}", beside("", 0, &legend, window.for_sentences()))?;
        }
        is_any = true;
    }
    if is_any { writeln!(out) } else { Ok(()) }
}

/// Writes the tables for programs, each after an empty line. Names, times and values are whole.
pub(super) fn write_plain(holdings: &Holdings, out: &mut impl Write) -> io::Result<()> {
    for Section { title: _, columns: _, plain_columns, rows: _, plain, legend: _ } in
        sections(holdings, &Names::default())
    {
        writeln!(out)?;
        table::write_plain(out, plain_columns, &plain)?;
    }
    Ok(())
}

/// Returns the tables that have rows.
fn sections(holdings: &Holdings, names: &Names) -> impl Iterator<Item = Section> {
    let Holdings { deposits, events, channels, posts, device_lists, linked_devices, leaves, .. } = holdings;
    let in_groups = || holdings.group_members.iter().filter_map(|row| Some((group_of(row, holdings)?, row)));
    let all = [
        Section {
            title: "Linked devices, as each account has signed them:",
            columns: LISTS,
            plain_columns: PLAIN_LISTS,
            rows: device_lists.iter().map(|row| list(row, linked_devices, names)).collect(),
            plain: device_lists.iter().map(|row| plain_list(row, linked_devices)).collect(),
            legend: legends::DEVICES.to_owned(),
        },
        Section {
            title: "What phones left here about their owners:",
            columns: DEPOSITS,
            plain_columns: PLAIN_DEPOSITS,
            rows: deposits.iter().map(|row| deposit(row, names)).collect(),
            plain: deposits.iter().map(plain_deposit).collect(),
            legend: legends::backups(deposits),
        },
        Section {
            title: "The log of events:",
            columns: EVENTS,
            plain_columns: PLAIN_EVENTS,
            rows: events.iter().map(|row| event(row, names)).collect(),
            plain: events.iter().map(plain_event).collect(),
            legend: String::new(),
        },
        Section {
            title: "Channels:",
            columns: CHANNELS,
            plain_columns: PLAIN_CHANNELS,
            rows: channels.iter().map(|row| channel(row, names)).collect(),
            plain: channels.iter().map(plain_channel).collect(),
            legend: legends::channels(channels),
        },
        Section {
            title: "What is published in them:",
            columns: POSTS,
            plain_columns: PLAIN_POSTS,
            rows: posts.iter().map(post).collect(),
            plain: posts.iter().map(plain_post).collect(),
            legend: String::new(),
        },
        Section {
            title: "Groups, whose members this relay manages:",
            columns: GROUPS,
            plain_columns: PLAIN_GROUPS,
            rows: in_groups().map(|(group, row)| member(group, row, names)).collect(),
            plain: in_groups().map(|(group, row)| plain_member(group, row)).collect(),
            legend: legends::GROUPS.to_owned(),
        },
        Section {
            title: "Pictures, as phones have encrypted them:",
            columns: ATTACHMENTS,
            plain_columns: PLAIN_ATTACHMENTS,
            rows: holdings.attachments.iter().map(|row| attachment(row, names)).collect(),
            plain: holdings.attachments.iter().map(plain_attachment).collect(),
            legend: legends::ATTACHMENTS.to_owned(),
        },
        Section {
            title: "The public log of everybody's keys:",
            columns: LEAVES,
            plain_columns: PLAIN_LEAVES,
            rows: leaves.iter().map(leaf).collect(),
            plain: leaves.iter().map(plain_leaf).collect(),
            legend: legends::LOG.to_owned(),
        },
    ];
    all.into_iter().filter(|section| !section.rows.is_empty())
}

/// Returns the text in the bytes, in quotes, or the first bytes if they contain no text.
fn content(bytes: &[u8]) -> String {
    match legible::words(bytes) {
        Some(text) => format!("\"{}\"", text::escape(&text)),
        None => text::first_bytes(bytes),
    }
}

/// Names a deposit among those of its kind: a part of a backup by its number, from 1; any other by its bytes if they
/// are nothing but text that is safe to show, and by the first of them if not.
fn which(kind: DepositKind, bytes: &[u8]) -> String {
    if let (DepositKind::BackupPart, Ok(number)) = (kind, <[u8; 4]>::try_from(bytes)) {
        return format!("part {}", u64::from(u32::from_be_bytes(number)) + 1);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if text::escape(text) == text => text.to_owned(),
        _ => text::first_bytes(bytes),
    }
}

/// Formats a time as `03-22 14:37`.
fn minute(time: Timestamp) -> String {
    let (_, month, day, hour, minute, _) = time.calendar();
    format!("{month:02}-{day:02} {hour:02}:{minute:02}")
}

fn shown<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// Returns the numbers of an account's linked devices, separated by spaces.
fn numbers(row: &DeviceListRow, linked: &[LinkedDeviceRow]) -> String {
    let own = linked.iter().filter(|device| device.account == row.account);
    own.map(|device| device.device.to_string()).collect::<Vec<_>>().join(" ")
}

fn list(row: &DeviceListRow, linked: &[LinkedDeviceRow], names: &Names) -> Vec<String> {
    let DeviceListRow { account, version, signature: _ } = row;
    let left = numbers(row, linked);
    let left = if left.is_empty() { "none is left".to_owned() } else { left };
    vec![names.account(*account), version.to_string(), left]
}

fn plain_list(row: &DeviceListRow, linked: &[LinkedDeviceRow]) -> Vec<String> {
    let DeviceListRow { account, version, signature } = row;
    vec![account.to_string(), version.to_string(), numbers(row, linked), text::hex(signature.as_bytes())]
}

fn deposit(row: &DepositRow, names: &Names) -> Vec<String> {
    let DepositRow { account, kind, subject, value, left_at } = row;
    vec![
        minute(*left_at),
        names.account(*account),
        kind.wording().to_owned(),
        which(*kind, subject.as_slice()),
        value.len().to_string(),
        content(value.as_slice()),
    ]
}

fn plain_deposit(row: &DepositRow) -> Vec<String> {
    let DepositRow { account, kind, subject, value, left_at } = row;
    vec![
        left_at.0.to_string(),
        account.to_string(),
        kind.to_string(),
        text::hex(subject.as_slice()),
        value.len().to_string(),
        text::hex(value.as_slice()),
    ]
}

fn event(row: &EventRow, names: &Names) -> Vec<String> {
    let EventRow { event, at, what, account, about, name, address, bytes, message: _ } = row;
    let size = shown(bytes.map(|bytes| format!(" ({bytes})")));
    let named = |account: Option<AccountId>| account.map(|account| names.account(account));
    vec![
        event.0.to_string(),
        minute(*at),
        what.as_str().to_owned(),
        named(*account).unwrap_or_else(|| "not named".to_owned()),
        shown(*address),
        shown(name.as_deref().map(text::escape).or(named(*about))) + &size,
    ]
}

fn plain_event(row: &EventRow) -> Vec<String> {
    let EventRow { event, at, what, account, about, name, address, bytes, message } = row;
    vec![
        event.0.to_string(),
        at.0.to_string(),
        what.as_str().to_owned(),
        shown(*account),
        shown(*about),
        shown(name.as_deref().map(text::escape)),
        shown(*address),
        shown(*bytes),
        shown(*message),
    ]
}

fn channel(row: &ChannelRow, names: &Names) -> Vec<String> {
    let ChannelRow { channel, owner, opened_at, posted, taken_down } = row;
    vec![
        minute(*opened_at),
        channel.to_string(),
        names.account(*owner),
        posted.to_string(),
        shown(taken_down.map(minute)),
    ]
}

fn plain_channel(row: &ChannelRow) -> Vec<String> {
    let ChannelRow { channel, owner, opened_at, posted, taken_down } = row;
    vec![
        opened_at.0.to_string(),
        channel.to_string(),
        owner.to_string(),
        posted.to_string(),
        shown(taken_down.map(|at| at.0)),
    ]
}

fn post(row: &PublishedRow) -> Vec<String> {
    let PublishedRow { channel, number, posted_at, content: bytes } = row;
    // Posts are text for everybody, so there is no need to search them for text.
    let text = String::from_utf8_lossy(bytes.as_slice());
    vec![
        minute(*posted_at),
        channel.to_string(),
        number.to_string(),
        bytes.len().to_string(),
        format!("\"{}\"", text::escape(&text)),
    ]
}

fn plain_post(row: &PublishedRow) -> Vec<String> {
    let PublishedRow { channel, number, posted_at, content } = row;
    vec![
        posted_at.0.to_string(),
        channel.to_string(),
        number.to_string(),
        content.len().to_string(),
        text::hex(content.as_slice()),
    ]
}

fn group_of<'a>(row: &GroupMemberRow, holdings: &'a Holdings) -> Option<&'a GroupRow> {
    holdings.groups.iter().find(|group| group.group_id == row.group_id)
}

fn member(group: &GroupRow, row: &GroupMemberRow, names: &Names) -> Vec<String> {
    let GroupMemberRow { group_id: _, account, standing, acted_by, at } = *row;
    vec![
        text::escape(&group.name),
        names.account(account),
        standing.as_str().to_owned(),
        minute(at),
        acted_by.map_or_else(|| "closed".to_owned(), |by| names.account(by)),
    ]
}

fn plain_member(group: &GroupRow, row: &GroupMemberRow) -> Vec<String> {
    let GroupRow { group_id, version, name } = group;
    let GroupMemberRow { group_id: _, account, standing, acted_by, at } = row;
    vec![
        text::hex(&group_id.0),
        text::escape(name),
        version.to_string(),
        account.to_string(),
        standing.as_str().to_owned(),
        at.0.to_string(),
        shown(*acted_by),
    ]
}

fn attachment(row: &AttachmentRow, names: &Names) -> Vec<String> {
    let AttachmentRow { attachment, number, owner, left_at, part } = row;
    vec![
        minute(*left_at),
        names.account(*owner),
        text::first_bytes(&attachment.0),
        (u16::from(*number) + 1).to_string(),
        part.len().to_string(),
        content(part.as_slice()),
    ]
}

fn plain_attachment(row: &AttachmentRow) -> Vec<String> {
    let AttachmentRow { attachment, number, owner, left_at, part } = row;
    vec![
        left_at.0.to_string(),
        owner.to_string(),
        text::hex(&attachment.0),
        (u16::from(*number) + 1).to_string(),
        part.len().to_string(),
        text::hex(part.as_slice()),
    ]
}

fn leaf(row: &LeafRow) -> Vec<String> {
    let LeafRow { place, label, count, binding, at } = row;
    let added = if at.0 == 0 { String::new() } else { minute(*at) };
    vec![
        place.to_string(),
        added,
        text::first_bytes(&label.0),
        count.to_string(),
        text::first_bytes(&binding.0),
    ]
}

fn plain_leaf(row: &LeafRow) -> Vec<String> {
    let LeafRow { place, label, count, binding, at } = row;
    vec![place.to_string(), at.0.to_string(), text::hex(&label.0), count.to_string(), text::hex(&binding.0)]
}
