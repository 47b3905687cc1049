//! The part of the suite about deposits, channels, the log of events, and removals after a rule was changed.

use pillarbox_wire::{
    AccountId, Bytes, ChannelName, DepositKind, DeviceId, DeviceList, Duration, FixedBytes, GroupStanding,
    IdentityKey, ListedDevice, MessageId, Timestamp,
};

use super::rows::{account, message, waiting};
use crate::rules::keeping::{Granularity, Keeping, Logged};
use crate::store::{
    AttachmentRow, Changes, ChannelRow, Closing, DepositRow, Deposits, DeviceNumber, EventNumber, EventRow,
    Forget, GroupMemberRow, GroupRow, Holdings, Lapse, LastSeen, LeafRow, Leaving, LeftAttachments, Linking,
    PublishedRow, Regrouping, Relisting, Replacement, Skip, Staying, Store, StoreError, Trim, Unlinking,
};

const ANNE: AccountId = AccountId([1; 16]);
const BEN: AccountId = AccountId([2; 16]);

fn leaving(account: AccountId, kind: DepositKind, subject: &[u8], value: Option<&[u8]>) -> Leaving {
    let value = value.map(|value| Bytes(value.to_vec()));
    Leaving { account, kind, subject: Bytes(subject.to_vec()), value, at: Timestamp(70) }
}

fn list(version: u32, devices: &[u8]) -> DeviceList {
    let listed = |number: u8| ListedDevice {
        device: DeviceId(number),
        identity: IdentityKey {
            signing: FixedBytes([number; 32]),
            agreement: FixedBytes([number.wrapping_add(1); 32]),
            cross_signature: FixedBytes([number; 64]),
        },
        consent: FixedBytes([number.wrapping_add(2); 64]),
    };
    let devices = devices.iter().copied().map(listed).collect();
    let signature = FixedBytes([version as u8; 64]);
    DeviceList { account: ANNE, version, devices, signature }
}

/// A device that is linked, with the mailbox of this number.
fn linking(version: u32, listed: &[u8], number: u32) -> Linking {
    let template = account(200 + number as u8, number);
    let device = DeviceId(*listed.last().unwrap_or(&128));
    let device = crate::store::DeviceRow { account: ANNE, device, ..template.device };
    Linking { list: list(version, listed), device, prekeys: template.prekeys }
}

pub(super) fn devices_are_linked_and_removed_with_all_that_is_held_of_them<S: Store>(
    mut store: S,
    reopen: &mut impl FnMut(S) -> S,
    look: &impl Fn(&S) -> Holdings,
) {
    let accounts = vec![account(1, 1), account(2, 2)];
    let linked = vec![linking(1, &[128], 3), linking(2, &[128, 129], 4)];
    let messages = vec![message(1, 1, None), message(2, 3, None), message(3, 4, None), message(4, 4, None)];
    store.apply(&Changes { accounts, linked, messages, ..Changes::default() }).unwrap();
    store.apply(&Changes { delivered: vec![(MessageId(4), Timestamp(9))], ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    let contents = store.contents().unwrap();
    assert_eq!(contents.device_lists, [list(2, &[128, 129])]);
    assert_eq!(contents.devices.len(), 4);
    assert!(store.prekeys(DeviceNumber(4), Skip::default()).is_ok());
    assert_eq!(look(&store).linked_devices.len(), 2);

    let removed = Unlinking { devices: vec![DeviceNumber(4)], waiting: vec![MessageId(3)] };
    let delivery_verifier = FixedBytes([77; 32]);
    let relisted = vec![Relisting { list: list(3, &[128]), delivery_verifier, removed }];
    store.apply(&Changes { relisted, ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    let contents = store.contents().unwrap();
    assert_eq!(contents.device_lists, [list(3, &[128])]);
    assert!(contents.accounts.iter().any(|row| row.delivery_verifier == delivery_verifier));
    assert_eq!(waiting(&mut store), [(1, 1, 1_000), (3, 2, 2_000)]);
    assert_eq!(
        store.messages(&[MessageId(4)]),
        Err(StoreError::Damaged),
        "kept after delivery, and gone with it"
    );
    assert_eq!(store.prekeys(DeviceNumber(4), Skip::default()), Err(StoreError::Damaged));

    let template = account(1, 1);
    let device = crate::store::DeviceRow { device: DeviceId(2), ..template.device };
    let unlinked = Unlinking { devices: vec![DeviceNumber(3)], waiting: vec![MessageId(2)] };
    let replacement = Replacement { account: template.account, device, prekeys: template.prekeys, unlinked };
    store.apply(&Changes { replaced: vec![replacement], ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    let contents = store.contents().unwrap();
    assert_eq!((contents.device_lists.len(), contents.devices.len()), (0, 2));
    assert_eq!(waiting(&mut store), [(1, 1, 1_000)], "the account's own mailbox stays");
}

pub(super) fn deposits_are_replaced_taken_back_and_counted<S: Store>(
    mut store: S,
    reopen: &mut impl FnMut(S) -> S,
    look: &impl Fn(&S) -> Holdings,
) {
    let accounts = vec![account(1, 1), account(2, 2)];
    let deposits = vec![
        leaving(ANNE, DepositKind::Contact, b"a", Some(b"1")),
        leaving(ANNE, DepositKind::Contact, b"a", Some(b"123")),
        leaving(ANNE, DepositKind::PushToken, b"", Some(b"token")),
        leaving(ANNE, DepositKind::Contact, b"gone", Some(b"x")),
        leaving(ANNE, DepositKind::Contact, b"gone", None),
        leaving(ANNE, DepositKind::Contact, b"never there", None),
        leaving(BEN, DepositKind::Contact, b"a", Some(b"")),
    ];
    store.apply(&Changes { accounts, deposits, ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    let value = |store: &mut S, account, subject: &[u8]| {
        store.deposit(account, DepositKind::Contact, subject).unwrap().map(|value| value.0)
    };
    assert_eq!(value(&mut store, ANNE, b"a"), Some(b"123".to_vec()));
    assert_eq!(value(&mut store, BEN, b"a"), Some(Vec::new()));
    assert_eq!(value(&mut store, ANNE, b"gone"), None);
    assert_eq!(store.deposits(ANNE).unwrap(), Deposits { rows: 2, bytes: 9 });
    assert_eq!(store.deposits(AccountId([9; 16])).unwrap(), Deposits::default());
    let token = DepositRow {
        account: ANNE,
        kind: DepositKind::PushToken,
        subject: Bytes::default(),
        value: Bytes(b"token".to_vec()),
        left_at: Timestamp(70),
    };
    assert_eq!(store.contents().unwrap().push_tokens, std::slice::from_ref(&token));
    assert_eq!(look(&store).deposits[1], token);

    let closing =
        Closing { account: ANNE, devices: vec![DeviceNumber(1)], waiting: Vec::new(), groups: Vec::new() };
    store.apply(&Changes { closed: vec![closing], ..Changes::default() }).unwrap();
    let left: Vec<_> = look(&store).deposits.iter().map(|row| row.account).collect();
    assert_eq!(left, [BEN]);
}

fn channel(name: &str, owner: AccountId) -> ChannelRow {
    let channel = ChannelName::try_from(name.to_owned()).unwrap();
    ChannelRow { channel, owner, opened_at: Timestamp(7), posted: 0, taken_down: None }
}

fn post(name: &str, number: u32, content: &[u8]) -> PublishedRow {
    let channel = ChannelName::try_from(name.to_owned()).unwrap();
    PublishedRow { channel, number, posted_at: Timestamp(8), content: Bytes(content.to_vec()) }
}

pub(super) fn channels_are_read_in_order_and_taken_down<S: Store>(
    mut store: S,
    reopen: &mut impl FnMut(S) -> S,
    look: &impl Fn(&S) -> Holdings,
) {
    let accounts = vec![account(1, 1), account(2, 2)];
    let channels = vec![channel("@news", ANNE), channel("@other", ANNE), channel("@third", BEN)];
    let posts = vec![
        post("@news", 1, b"one"),
        post("@news", 2, b"two!"),
        post("@other", 1, b"elsewhere"),
        post("@news", 3, b"three"),
        post("@third", 1, b"of another"),
    ];
    store.apply(&Changes { accounts, channels, posts, ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    let name = channel("@news", ANNE).channel;
    let numbers = |store: &mut S, after, bytes, most| -> Vec<u32> {
        let found = store.posts(&name, after, bytes, most).unwrap();
        found.iter().map(|row| row.number).collect()
    };
    assert_eq!(numbers(&mut store, 0, 100, 10), [1, 2, 3]);
    assert_eq!(numbers(&mut store, 1, 100, 10), [2, 3]);
    assert_eq!(numbers(&mut store, 0, 7, 10), [1, 2]);
    assert_eq!(numbers(&mut store, 0, 0, 10), [1]);
    assert_eq!(numbers(&mut store, 0, 100, 2), [1, 2]);
    assert!(numbers(&mut store, 3, 100, 10).is_empty());
    let posted = |rows: Vec<ChannelRow>| -> Vec<u32> { rows.iter().map(|row| row.posted).collect() };
    assert_eq!(posted(look(&store).channels), [3, 1, 1]);

    let taken_down = vec![(name.clone(), Timestamp(99))];
    store.apply(&Changes { taken_down, ..Changes::default() }).unwrap();
    let closing =
        Closing { account: ANNE, devices: vec![DeviceNumber(1)], waiting: Vec::new(), groups: Vec::new() };
    let mut store = reopen(store);
    assert_eq!(store.posts(&name, 0, 100, 10).unwrap(), []);
    assert_eq!(look(&store).posts.len(), 2);
    store.apply(&Changes { closed: vec![closing], ..Changes::default() }).unwrap();
    let held = look(&store);
    // The channel that was taken down keeps its row and its name. The owner's other channel is deleted with the
    // account.
    let mut down = channel("@news", ANNE);
    (down.posted, down.taken_down) = (3, Some(Timestamp(99)));
    let mut third = channel("@third", BEN);
    third.posted = 1;
    assert_eq!(held.channels, [down, third]);
    assert_eq!(held.posts, [post("@third", 1, b"of another")]);
}

fn event(
    number: u64,
    at: u64,
    what: Logged,
    account: Option<AccountId>,
    about: Option<AccountId>,
) -> EventRow {
    EventRow {
        event: EventNumber(number),
        at: Timestamp(at),
        what,
        account,
        about,
        name: Some("a name".to_owned()),
        address: Some([192, 0, 2, 7].into()),
        bytes: Some(12),
        message: None,
    }
}

pub(super) fn events_lapse_by_kind_time_and_account<S: Store>(
    mut store: S,
    reopen: &mut impl FnMut(S) -> S,
    look: &impl Fn(&S) -> Holdings,
) {
    let rows = vec![
        event(1, 10, Logged::Sent, Some(ANNE), Some(BEN)),
        event(2, 20, Logged::Sent, None, Some(BEN)),
        event(3, 30, Logged::Sent, None, None),
        event(4, 40, Logged::Read, Some(ANNE), None),
        event(5, 50, Logged::Sent, None, None),
    ];
    store.apply(&Changes { events: rows.clone(), ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    assert_eq!(look(&store).events, rows);
    let numbers = |store: &S| -> Vec<u64> { look(store).events.iter().map(|row| row.event.0).collect() };
    let with_address = |store: &S| -> Vec<u64> {
        let events = look(store).events;
        events.iter().filter(|row| row.address.is_some()).map(|row| row.event.0).collect()
    };
    let lapse = |store: &mut S, rows: Vec<Staying>, addresses: Vec<Staying>, most| {
        let lapse = Some(Lapse { rows, addresses, most });
        store.apply(&Changes { lapse, ..Changes::default() }).unwrap().events_left
    };
    let staying = |since: Option<u64>, only: &[(AccountId, u64)]| {
        let only = only.iter().map(|(account, since)| (*account, Timestamp(*since))).collect();
        vec![Staying { what: Logged::Sent, since: since.map(Timestamp), only }]
    };
    // The rules keep everybody's events since 40 and Ben's events since 20. The first event is too old for both.
    assert!(!lapse(&mut store, staying(Some(40), &[(BEN, 20)]), Vec::new(), 10));
    assert_eq!(numbers(&store), [2, 4, 5]);
    // Addresses are removed where no rule keeps them. Events of a kind that is not named are unchanged.
    assert!(!lapse(&mut store, Vec::new(), staying(None, &[(BEN, 0)]), 10));
    assert_eq!((numbers(&store), with_address(&store)), (vec![2, 4, 5], vec![2, 4]));
    // With a limit of one row at once, the rows are deleted one by one.
    assert!(lapse(&mut store, staying(None, &[]), Vec::new(), 1));
    assert_eq!(numbers(&store).len(), 2);
    assert!(lapse(&mut store, staying(None, &[]), Vec::new(), 1));
    assert!(!lapse(&mut store, staying(None, &[]), Vec::new(), 1));
    assert_eq!(numbers(&store), [4]);
}

pub(super) fn the_directory_s_log_is_read_in_order_and_goes_only_as_a_whole<S: Store>(
    mut store: S,
    reopen: &mut impl FnMut(S) -> S,
    look: &impl Fn(&S) -> Holdings,
) {
    let leaf = |place: u64, label: u8, count: u32| LeafRow {
        place,
        label: FixedBytes([label; 32]),
        count,
        binding: FixedBytes([place as u8; 32]),
        at: Timestamp(place * 3),
    };
    let leaves = vec![leaf(0, 1, 1), leaf(1, 2, 1)];
    store.apply(&Changes { leaves, ..Changes::default() }).unwrap();
    let more = vec![leaf(2, 1, 2)];
    store.apply(&Changes { accounts: vec![account(1, 1)], leaves: more, ..Changes::default() }).unwrap();
    // An index is used once.
    assert!(store.apply(&Changes { leaves: vec![leaf(2, 9, 1)], ..Changes::default() }).is_err());
    let closing =
        Closing { account: ANNE, devices: vec![DeviceNumber(1)], waiting: Vec::new(), groups: Vec::new() };
    store.apply(&Changes { closed: vec![closing], ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    let whole = [leaf(0, 1, 1), leaf(1, 2, 1), leaf(2, 1, 2)];
    assert_eq!(store.contents().unwrap().leaves, whole);
    assert_eq!(look(&store).leaves, whole);
    let on = Trim::from(&Keeping { directory_log: true, ..Keeping::LEAST });
    store.apply(&Changes { trim: Some(on), ..Changes::default() }).unwrap();
    assert_eq!(look(&store).leaves.len(), 3);
    let off = Trim::from(&Keeping::LEAST);
    store.apply(&Changes { trim: Some(off), ..Changes::default() }).unwrap();
    assert!(look(&store).leaves.is_empty());
}

pub(super) fn groups_are_replaced_whole_and_go_when_nobody_is_in_them<S: Store>(
    mut store: S,
    reopen: &mut impl FnMut(S) -> S,
    look: &impl Fn(&S) -> Holdings,
) {
    let group = |number: u8, version, members: &[(AccountId, GroupStanding, Option<AccountId>)]| {
        let group_id = FixedBytes([number; 16]);
        let row = |&(account, standing, acted_by): &_| GroupMemberRow {
            group_id,
            account,
            standing,
            acted_by,
            at: Timestamp(u64::from(version)),
        };
        let members = members.iter().map(row).collect();
        Regrouping { group: GroupRow { group_id, version, name: format!("Group {number}") }, members }
    };
    let (admin, member, left) = (GroupStanding::Admin, GroupStanding::Member, GroupStanding::Left);
    let first = group(1, 1, &[(ANNE, admin, Some(ANNE)), (BEN, member, Some(ANNE))]);
    let other = group(2, 1, &[(BEN, admin, Some(BEN))]);
    let groups = vec![first, other.clone()];
    store.apply(&Changes { groups, ..Changes::default() }).unwrap();
    let second = group(1, 2, &[(ANNE, admin, Some(ANNE)), (BEN, left, Some(BEN))]);
    store.apply(&Changes { groups: vec![second.clone()], ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    let rows = [second.members.clone(), other.members.clone()].concat();
    let contents = store.contents().unwrap();
    assert_eq!(contents.groups, [second.group.clone(), other.group.clone()]);
    assert_eq!(contents.group_members, rows);
    assert_eq!(look(&store).group_members, rows);
    let over = group(2, 2, &[(BEN, left, Some(BEN))]);
    store.apply(&Changes { groups: vec![over], ..Changes::default() }).unwrap();
    assert_eq!(look(&store).groups, [second.group]);
    assert_eq!(look(&store).group_members, second.members);
    let without = group(1, 3, &[(BEN, admin, None)]);
    let closing =
        Closing { account: ANNE, devices: Vec::new(), waiting: Vec::new(), groups: vec![without.clone()] };
    store.apply(&Changes { closed: vec![closing], ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    assert_eq!(look(&store).group_members, without.members);
    let on = Trim::from(&Keeping { groups: true, ..Keeping::LEAST });
    store.apply(&Changes { trim: Some(on), ..Changes::default() }).unwrap();
    assert_eq!(look(&store).groups.len(), 1);
    store.apply(&Changes { trim: Some(Trim::from(&Keeping::LEAST)), ..Changes::default() }).unwrap();
    assert!(look(&store).groups.is_empty() && look(&store).group_members.is_empty());
}

pub(super) fn attachments_stay_as_they_were_left_and_go_by_age_owner_and_rule<S: Store>(
    mut store: S,
    reopen: &mut impl FnMut(S) -> S,
    look: &impl Fn(&S) -> Holdings,
) {
    let row = |name: u8, number, owner, at, part: &[u8]| AttachmentRow {
        attachment: FixedBytes([name; 32]),
        number,
        owner,
        left_at: Timestamp(at),
        part: Bytes(part.to_vec()),
    };
    let rows = vec![row(1, 0, ANNE, 5, b"one"), row(1, 1, ANNE, 6, b"two"), row(2, 0, BEN, 7, b"three")];
    store.apply(&Changes { attachments: rows.clone(), ..Changes::default() }).unwrap();
    // What is there is replaced by nobody.
    let other = vec![row(1, 0, BEN, 8, b"other")];
    store.apply(&Changes { attachments: other, ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    assert_eq!(look(&store).attachments, rows);
    assert_eq!(store.attachment(&FixedBytes([1; 32]), 1).unwrap().as_ref(), rows.get(1));
    assert_eq!(store.attachment(&FixedBytes([1; 32]), 2).unwrap(), None);
    assert_eq!(store.attachments(ANNE).unwrap(), LeftAttachments { attachments: 1, bytes: 6 });
    assert_eq!(store.attachments(AccountId([9; 16])).unwrap(), LeftAttachments::default());
    let forget = |most| Forget { delivered_by: Timestamp(0), attachments_by: Some(Timestamp(6)), most };
    let applied = store.apply(&Changes { forget: Some(forget(1)), ..Changes::default() }).unwrap();
    assert_eq!((applied.forgotten, look(&store).attachments.len()), (1, 2));
    let keeps = Keeping { attachments: Some(Duration::from_days(1)), ..Keeping::LEAST };
    store.apply(&Changes { trim: Some(Trim::from(&keeps)), ..Changes::default() }).unwrap();
    let closing = Closing { account: ANNE, devices: Vec::new(), waiting: Vec::new(), groups: Vec::new() };
    store.apply(&Changes { closed: vec![closing], ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    assert_eq!(look(&store).attachments, rows[2..]);
    store.apply(&Changes { trim: Some(Trim::from(&Keeping::LEAST)), ..Changes::default() }).unwrap();
    assert!(look(&store).attachments.is_empty());
}

pub(super) fn what_is_beyond_the_rule_is_trimmed<S: Store>(
    mut store: S,
    reopen: &mut impl FnMut(S) -> S,
    look: &impl Fn(&S) -> Holdings,
) {
    let day = 86_400_000;
    let mut one = account(1, 1);
    one.account.registered_at = Some(Timestamp(3 * day + 7));
    let changes = Changes {
        accounts: vec![one],
        seen: vec![LastSeen {
            device: DeviceNumber(1),
            at: Some(Timestamp(5 * day + 1)),
            address: Some([192, 0, 2, 1].into()),
        }],
        deposits: vec![
            leaving(ANNE, DepositKind::Name, b"", Some(b"Anne")),
            leaving(ANNE, DepositKind::Email, b"", Some(b"a@b")),
        ],
        channels: vec![channel("@news", ANNE)],
        posts: vec![post("@news", 1, b"one")],
        messages: vec![message(1, 1, Some(2))],
        ..Changes::default()
    };
    store.apply(&changes).unwrap();
    let before = look(&store);
    let trim = |keeping: &Keeping| Changes { trim: Some(Trim::from(keeping)), ..Changes::default() };
    let all = Keeping { deposits: DepositKind::ALL.to_vec(), channels: true, ..Keeping::HISTORY };
    store.apply(&trim(&all)).unwrap();
    assert_eq!(look(&store), before);
    let by_day = Keeping {
        last_seen: Granularity::Day,
        registered: Granularity::Day,
        deposits: vec![DepositKind::Name],
        ..all
    };
    store.apply(&trim(&by_day)).unwrap();
    let mut store = reopen(store);
    let held = look(&store);
    assert_eq!(held.devices[0].last_seen, Some(Timestamp(5 * day)));
    assert_eq!(held.accounts[0].registered_at, Some(Timestamp(3 * day)));
    assert_eq!(held.deposits.iter().map(|row| row.kind).collect::<Vec<_>>(), [DepositKind::Name]);
    assert_eq!((held.channels.len(), held.messages), (1, before.messages));
    let nothing = Keeping {
        last_seen: Granularity::Nothing,
        registered: Granularity::Nothing,
        last_address: false,
        sender: false,
        deposits: Vec::new(),
        channels: false,
        ..by_day
    };
    store.apply(&trim(&nothing)).unwrap();
    let held = look(&store);
    assert_eq!((held.devices[0].last_seen, held.devices[0].last_address), (None, None));
    assert_eq!((held.accounts[0].registered_at, held.messages[0].sender), (None, None));
    assert!(held.deposits.is_empty() && held.channels.is_empty() && held.posts.is_empty());
}
