//! Groups whose members the operator manages: who may change them, who is told, what stays, and what without the rule.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_relay::limits::GROUP_ACTS;
use pillarbox_relay::{ConnectionId, Keeping, Limits, LogRule, Logged, Rate, RelaySettings, StoreError};
use pillarbox_testkit::relay::{BarePhone, LoneRelay};
use pillarbox_wire::{
    AccountId, ActOnGroup, ClientFrame, CloseAccount, Duration, FixedBytes, FollowGroups, GroupAct,
    GroupActed, GroupStanding, GroupState, Refusal, Refused, RelayFrame, encode,
};

const GROUP: FixedBytes<16> = FixedBytes([7; 16]);

fn settings() -> RelaySettings {
    let rule =
        LogRule { what: Logged::Changed, keep: Duration::from_days(7), address: false, only: Vec::new() };
    let keeping = Keeping { groups: true, log: vec![rule], ..Keeping::LEAST };
    RelaySettings { keeping, ..RelaySettings::default() }
}

fn act(world: &mut LoneRelay, on: ConnectionId, act: GroupAct) -> Result<GroupState, Refusal> {
    let request = world.request();
    let frame = ActOnGroup { request, group: GROUP, act };
    match world.ask_one(on, ClientFrame::ActOnGroup(Box::new(frame))) {
        RelayFrame::GroupActed(acted) => Ok(acted.state),
        RelayFrame::Refused(refused) => Err(refused.reason),
        other => panic!("{other:?}"),
    }
}

/// Asks for the account's groups. Returns the states that are told, and the groups that it is in.
fn follow(world: &mut LoneRelay, on: ConnectionId) -> Result<(Vec<GroupState>, usize), Refusal> {
    let request = world.request();
    let mut frames = world.ask(on, ClientFrame::FollowGroups(FollowGroups { request }));
    match frames.pop().unwrap() {
        RelayFrame::GroupsFollow(follow) => Ok((told(frames), follow.groups.len())),
        RelayFrame::Refused(refused) => Err(refused.reason),
        other => panic!("{other:?}"),
    }
}

fn told(frames: Vec<RelayFrame>) -> Vec<GroupState> {
    let state = |frame| match frame {
        RelayFrame::GroupTold(told) => told.state,
        other => panic!("{other:?}"),
    };
    frames.into_iter().map(state).collect()
}

fn standing(state: &GroupState, phone: &BarePhone) -> Option<(GroupStanding, Option<AccountId>)> {
    let listed = state.members.iter().find(|listed| listed.account == phone.address.account)?;
    Some((listed.standing, listed.by))
}

fn create(members: &[&BarePhone]) -> GroupAct {
    let members = members.iter().map(|phone| phone.address.account).collect();
    GroupAct::Create { name: "Harbour".to_owned(), members }
}

#[test]
fn everybody_who_follows_is_told_who_is_in_and_whoever_is_out_is_told_only_that() {
    let mut world = LoneRelay::on_disk(settings());
    let (anne, anne_here) = world.register(1, Some("+447700900001"));
    let (ben, ben_here) = world.register(2, None);
    let (cleo, cleo_here) = world.register(3, None);
    let (anne_is, ben_is) = (anne.address.account, ben.address.account);
    assert_eq!(follow(&mut world, ben_here), Ok((vec![], 0)));
    let made = act(&mut world, anne_here, create(&[&ben])).unwrap();
    assert_eq!(made.members.len(), 2);
    assert_eq!(told(world.take(ben_here)), std::slice::from_ref(&made));
    assert!(world.take(anne_here).is_empty(), "the answer says it; a phone that does not follow is not told");
    assert_eq!(act(&mut world, anne_here, create(&[&ben])), Ok(made), "asked again");
    assert!(world.take(ben_here).is_empty());

    let add = GroupAct::Add { member: cleo.address.account };
    assert_eq!(act(&mut world, ben_here, add.clone()), Err(Refusal::NotGroupAdmin));
    assert_eq!(act(&mut world, cleo_here, add.clone()), Err(Refusal::UnknownGroup));
    let stranger = GroupAct::Add { member: AccountId([9; 16]) };
    assert_eq!(act(&mut world, anne_here, stranger), Err(Refusal::UnknownRecipient));
    let added = act(&mut world, anne_here, add).unwrap();
    assert_eq!(standing(&added, &cleo), Some((GroupStanding::Member, Some(anne_is))));
    assert_eq!(told(world.take(ben_here)), std::slice::from_ref(&added));
    assert_eq!(follow(&mut world, cleo_here), Ok((vec![added], 1)));

    world.crash();
    let ((anne_here, _), (ben_here, _)) = (world.connect(&anne), world.connect(&ben));
    let (states, count) = follow(&mut world, ben_here).unwrap();
    assert_eq!((states[0].members.len(), count), (3, 1), "what was answered survives");
    let removed = act(&mut world, anne_here, GroupAct::Remove { member: ben_is }).unwrap();
    assert_eq!(removed.members.len(), 3);
    let news = told(world.take(ben_here));
    assert_eq!(news.len(), 1);
    assert_eq!(
        (news[0].members.len(), news[0].version),
        (1, 0),
        "how often it changes is not theirs to know"
    );
    assert_eq!(standing(&news[0], &ben), Some((GroupStanding::Removed, Some(anne_is))));
    assert_eq!(follow(&mut world, ben_here), Ok((news, 0)), "told again while the group lasts");

    let over = GroupAct::HandOver { member: cleo.address.account };
    assert!(act(&mut world, anne_here, over).is_ok());
    assert!(act(&mut world, anne_here, GroupAct::Leave).is_ok());
    let (cleo_here, _) = world.connect(&cleo);
    assert_eq!(follow(&mut world, cleo_here).unwrap().1, 1);
    let rows = world.holdings();
    assert_eq!((rows.groups.len(), rows.group_members.len()), (1, 3));
    assert_eq!(rows.events.iter().filter(|row| row.name.as_deref() == Some("groups")).count(), 5);
    let request = world.request();
    world.ask(cleo_here, ClientFrame::CloseAccount(CloseAccount { request }));
    let rows = world.holdings();
    assert!(rows.groups.is_empty() && rows.group_members.is_empty(), "nobody is in it any more");
    let (states, count) = follow(&mut world, ben_here).unwrap();
    assert_eq!((states.len(), count), (0, 0));
}

#[test]
fn an_account_that_is_closed_leaves_its_groups_and_no_row_names_it() {
    let mut world = LoneRelay::in_memory(settings());
    let (anne, anne_here) = world.register(1, None);
    let (ben, ben_here) = world.register(2, None);
    act(&mut world, anne_here, create(&[&ben])).unwrap();
    follow(&mut world, ben_here).unwrap();
    let request = world.request();
    world.ask(anne_here, ClientFrame::CloseAccount(CloseAccount { request }));
    let news = told(world.take(ben_here));
    assert_eq!(standing(&news[0], &ben), Some((GroupStanding::Admin, None)));
    let rows = world.holdings().group_members;
    let gone = anne.address.account;
    assert!(rows.iter().all(|row| row.account != gone && row.acted_by != Some(gone)), "{rows:?}");
}

#[test]
fn an_act_that_the_store_refuses_has_not_happened() {
    let mut world = LoneRelay::in_memory(settings());
    let (_, anne_here) = world.register(1, None);
    let (ben, ben_here) = world.register(2, None);
    follow(&mut world, ben_here).unwrap();
    world.fail(Some(StoreError::Full));
    assert_eq!(act(&mut world, anne_here, create(&[&ben])), Err(Refusal::StorageFailed));
    assert!(world.take(ben_here).is_empty());
    world.fail(None);
    assert_eq!(act(&mut world, anne_here, GroupAct::Leave), Err(Refusal::UnknownGroup));
    assert!(act(&mut world, anne_here, create(&[&ben])).is_ok());
}

#[test]
fn a_relay_without_the_rule_knows_no_group_and_one_that_loses_it_forgets_them() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (_, anne_here) = world.register(1, None);
    let (ben, _) = world.register(2, None);
    assert_eq!(act(&mut world, anne_here, create(&[&ben])), Err(Refusal::NotOffered));
    assert_eq!(follow(&mut world, anne_here), Err(Refusal::NotOffered));
    let now = world.now;
    world.engine().set_keeping(settings().keeping, now).unwrap();
    assert!(act(&mut world, anne_here, create(&[&ben])).is_ok());
    world.engine().set_keeping(Keeping::LEAST, now).unwrap();
    world.finish();
    world.pass(Duration::from_seconds(7_200));
    assert!(world.holdings().groups.is_empty());
    world.engine().set_keeping(settings().keeping, now).unwrap();
    assert_eq!(act(&mut world, anne_here, GroupAct::Leave), Err(Refusal::UnknownGroup));
}

#[test]
fn acts_are_counted_by_account() {
    let limits = Limits { group_acts: Rate::per_minute(2, 1), ..Limits::default() };
    let mut world = LoneRelay::in_memory(RelaySettings { limits, ..settings() });
    let (_, anne_here) = world.register(1, None);
    let (ben, ben_here) = world.register(2, None);
    assert!(act(&mut world, anne_here, create(&[&ben])).is_ok());
    assert!(follow(&mut world, anne_here).is_ok());
    let refused = act(&mut world, anne_here, GroupAct::Leave);
    assert!(matches!(refused, Err(Refusal::RateLimited { .. })), "{refused:?}");
    assert!(act(&mut world, ben_here, GroupAct::Leave).is_ok());
}

#[test]
fn a_flood_of_acts_ends_at_its_limit_and_others_go_on_changing_their_groups() {
    let mut world = LoneRelay::in_memory(settings());
    let (flooder, flooder_here) = world.register(1, None);
    let (ben, ben_here) = world.register(2, None);
    let (cleo, cleo_here) = world.register(3, None);
    follow(&mut world, cleo_here).unwrap();
    let burst = usize::try_from(GROUP_ACTS.burst).unwrap();
    let flood = (0..3 * burst).map(|number| {
        let request = world.request();
        let mut group = FixedBytes([8; 16]);
        group.0[..8].copy_from_slice(&u64::try_from(number).unwrap().to_be_bytes());
        // Each act would be told to Cleo.
        let frame = ActOnGroup { request, group, act: create(&[&cleo]) };
        (flooder_here, ClientFrame::ActOnGroup(Box::new(frame)))
    });
    let flood: Vec<_> = flood.collect();
    let answers: Vec<_> = flood.into_iter().map(|(on, frame)| world.ask_one(on, frame)).collect();
    let limited = |frame: &&RelayFrame| {
        matches!(frame, RelayFrame::Refused(Refused { reason: Refusal::RateLimited { .. }, .. }))
    };
    assert_eq!(answers.iter().filter(limited).count(), 2 * burst);
    assert_eq!(told(world.take(cleo_here)).len(), burst, "nobody is told more than the limit lets through");
    assert_eq!(world.holdings().groups.len(), burst);
    let group = act(&mut world, ben_here, create(&[&cleo])).unwrap();
    assert_eq!(told(world.take(cleo_here)), [group]);
    assert!(act(&mut world, cleo_here, GroupAct::Leave).is_ok());
    // The limit is the account's, and not the connection's.
    let (again, _) = world.connect(&flooder);
    let refused = act(&mut world, again, create(&[&ben]));
    assert!(matches!(refused, Err(Refusal::RateLimited { .. })), "{refused:?}");
}

/// The sizes that `docs/measured.md` gives: `cargo test -p pillarbox-relay --test all the_bytes_of_an_act --
/// --nocapture`.
#[test]
fn the_bytes_of_an_act_and_of_its_news() {
    let mut world = LoneRelay::in_memory(settings());
    let (_, anne_here) = world.register(1, None);
    let others: Vec<BarePhone> = (2..=99).map(|seed| world.register(seed, None).0).collect();
    let (last, _) = world.register(100, None);
    let request = world.request();
    let size = |act| {
        let frame = ActOnGroup { request, group: GROUP, act };
        encode(&ClientFrame::ActOnGroup(Box::new(frame))).unwrap().len()
    };
    let add = GroupAct::Add { member: last.address.account };
    let all: Vec<&BarePhone> = others.iter().collect();
    let (of_two, of_many) = (size(create(&all[..1])), size(create(&all)));
    let (of_adding, of_leaving) = (size(add.clone()), size(GroupAct::Leave));
    act(&mut world, anne_here, create(&all)).unwrap();
    let state = act(&mut world, anne_here, add).unwrap();
    assert_eq!(state.members.len(), 100);
    let acted = RelayFrame::GroupActed(Box::new(GroupActed { request, state }));
    let of_state = encode(&acted).unwrap().len();
    println!(
        "create with 1 other {of_two}, with 98 {of_many}; add {of_adding}; leave {of_leaving}; state of 100 {of_state}"
    );
    assert_eq!((of_two, of_many, of_adding, of_leaving, of_state), (68, 1_620, 45, 29, 4_552));
}
