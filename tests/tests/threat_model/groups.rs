//! Groups: what the relay sees of one, and what a member or an outsider can do to it.

use pillarbox_client::body::{Body, Content, GroupText, Introduction, Leave, Roster, Text};
use pillarbox_client::{BodyId, GroupId, NewAccount, Notice, Protection};
use pillarbox_testkit::world::{Who, World};
use pillarbox_wire::{AccountId, Duration, FixedBytes};

use crate::forger::Forger;
use crate::world;

/// Makes a group of the first phone with these members.
fn make(world: &mut World, at: Who, name: &str, members: &[AccountId]) -> GroupId {
    let (now, mut rng) = (world.now, world.fork());
    let group = world.at(at).make_group(name, members, now, &mut rng).unwrap();
    world.run();
    group
}

fn tell(world: &mut World, at: Who, group: GroupId, text: &str) {
    world.pass(Duration::from_seconds(1));
    let (now, mut rng) = (world.now, world.fork());
    world.at(at).queue_group_text(group, text, now, &mut rng).unwrap();
    world.run();
}

/// Makes a group of three phones that know each other.
fn three(world: &mut World) -> ([Who; 3], GroupId) {
    let people = ["Alice", "Bob", "Carol"].map(|name| world.phone(name));
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        world.introduce(people[one], people[other]);
    }
    let members = [world.id(people[1]), world.id(people[2])];
    let group = make(world, people[0], "Harbour", &members);
    (people, group)
}

/// Returns what a phone shows as said in the group.
fn heard(world: &World, at: Who, group: GroupId) -> Vec<String> {
    let said = world.see(at).group_history(group).unwrap().into_iter();
    said.map(|said| said.entry.text().unwrap().to_owned()).collect()
}

fn members(world: &World, at: Who, group: GroupId) -> Vec<AccountId> {
    world.see(at).group(group).unwrap().members
}

/// Sends a body that a hand-made account has written.
fn say(world: &mut World, mallory: &Forger, to: Who, content: Content) {
    let introduction = Some(Introduction { delivery_key: None, name: "Mallory".to_owned() });
    let payload = mallory.first_message(world, to, &Body { introduction, content });
    mallory.submit(world, to, payload);
}

fn group_text(world: &mut World, group: GroupId, text: &str) -> Content {
    let (id, sent_at) = (BodyId::generate(&mut world.fork()), world.now);
    let text = Text { id, sent_at, text: text.to_owned(), expires_after: None };
    Content::GroupText(GroupText { group, text })
}

fn roster(world: &mut World, group: GroupId, members: Vec<AccountId>) -> Content {
    let id = BodyId::generate(&mut world.fork());
    Content::Roster(Roster { id, group, name: "Harbour".to_owned(), members, key: FixedBytes([0; 32]) })
}

/// Makes two phones, and a group of them and a hand-made account.
fn with_mallory(world: &mut World) -> (Who, Who, Forger, GroupId) {
    let (alice, bob) = world.pair();
    let mallory = Forger::new(world);
    let greeting = crate::forger::text_body("hello", world);
    for phone in [alice, bob] {
        let payload = mallory.first_message(world, phone, &greeting);
        mallory.submit(world, phone, payload);
    }
    let whom = [world.id(bob), mallory.address.account];
    let group = make(world, alice, "Harbour", &whom);
    (alice, bob, mallory, group)
}

#[test]
fn the_relay_can_see_that_a_phone_sends_as_many_messages_at_once_as_its_group_has_other_members() {
    let mut world = world::new();
    let ([alice, ..], group) = three(&mut world);
    tell(&mut world, alice, group, "first");
    let of_alice = |world: &World| world.submissions().filter(|(way, _)| way.who == alice).count();
    let before = of_alice(&world);
    let (now, mut rng) = (world.now, world.fork());
    world.at(alice).queue_group_text(group, "six at the pier", now, &mut rng).unwrap();
    world.run();
    let copies: Vec<usize> = world
        .submissions()
        .filter(|(way, _)| way.who == alice)
        .skip(before)
        .map(|(_, submit)| submit.payload.len())
        .collect();
    assert_eq!(copies.len(), 2);
    assert_eq!(copies[0], copies[1], "of one length");
}

#[test]
fn the_relay_cannot_read_the_name_of_a_group_or_the_list_of_its_members() {
    for (protection, readable) in [(Protection::ServerReadable, true), (Protection::EndToEnd, false)] {
        let mut world = world::new();
        let people = ["Alice", "Bob", "Carol"].map(|name| {
            let new = NewAccount { protection, ..world.new_account(name) };
            world.phone_of(new)
        });
        for (one, other) in [(0, 1), (1, 0), (0, 2), (2, 0)] {
            world.invite(people[one], people[other]);
        }
        let name = world.words();
        let whom = [world.id(people[1]), world.id(people[2])];
        let group = make(&mut world, people[0], &name, &whom);
        tell(&mut world, people[0], group, "hello");
        assert_eq!(heard(&world, people[2], group), ["hello"]);
        let list: Vec<u8> = members(&world, people[0], group).iter().flat_map(|member| member.0).collect();
        assert_eq!(world.relay_has(name.as_bytes()), readable, "{protection:?}");
        assert_eq!(world.relay_has(&list), readable, "{protection:?}");
        assert_eq!(world.relay_has(group.0.as_bytes()), readable, "{protection:?}");
    }
}

#[test]
fn a_contact_can_put_the_owner_into_a_group_unasked() {
    let mut world = world::new();
    let ([alice, bob, _], group) = three(&mut world);
    let by = world.id(alice);
    assert!(world.take_notices(bob).contains(&Notice::GroupJoined { group, by }), "and the phone tells");
    assert_eq!(world.see(bob).groups().unwrap().len(), 1);
}

#[test]
fn a_contact_can_add_anybody_to_a_group_that_they_are_in() {
    let mut world = world::new();
    let ([alice, bob, _], group) = three(&mut world);
    let dave = world.phone("Dave");
    world.introduce(bob, dave);
    let (whom, now, mut rng) = (world.id(dave), world.now, world.fork());
    world.at(bob).add_to_group(group, whom, now, &mut rng).unwrap();
    world.run();
    let told = Notice::MemberAdded { group, member: whom, by: world.id(bob) };
    assert!(world.take_notices(alice).contains(&told), "and the phone tells");
    tell(&mut world, alice, group, "hello");
    assert_eq!(heard(&world, dave, group), ["hello"]);
}

#[test]
fn a_contact_can_say_something_else_to_each_member_of_a_group() {
    let mut world = world::new();
    let (alice, bob, mallory, group) = with_mallory(&mut world);
    let one = group_text(&mut world, group, "yes");
    let Content::GroupText(mut other) = one.clone() else { panic!("a group text") };
    "no".clone_into(&mut other.text.text);
    say(&mut world, &mallory, alice, one);
    say(&mut world, &mallory, bob, Content::GroupText(other));
    assert_eq!(
        (heard(&world, alice, group), heard(&world, bob, group)),
        (vec!["yes".into()], vec!["no".into()])
    );
}

#[test]
fn a_contact_cannot_read_what_was_said_in_a_group_before_they_were_added() {
    let mut world = world::new();
    let ([alice, bob, _], group) = three(&mut world);
    let dave = world.phone("Dave");
    world.introduce(bob, dave);
    tell(&mut world, alice, group, "before");
    let (to, whom) = (world.address(dave), world.id(dave));
    let of_alice = |world: &World| {
        world.submissions().filter(|(way, submit)| way.who == alice && submit.to == to).count()
    };
    assert_eq!(of_alice(&world), 0, "nothing that could be opened later has gone to them");
    let (now, mut rng) = (world.now, world.fork());
    world.at(bob).add_to_group(group, whom, now, &mut rng).unwrap();
    world.run();
    assert_eq!(heard(&world, dave, group), [""; 0]);
    tell(&mut world, alice, group, "after");
    assert_eq!(heard(&world, dave, group), ["after"]);
    assert!(of_alice(&world) > 0);
}

#[test]
fn a_contact_cannot_speak_in_a_group_that_they_are_not_in() {
    let mut world = world::new();
    let ([alice, ..], group) = three(&mut world);
    let mallory = Forger::new(&mut world);
    let content = group_text(&mut world, group, "let me in");
    say(&mut world, &mallory, alice, content);
    assert_eq!(heard(&world, alice, group), [""; 0]);
    let said = world.history(alice, mallory.address.account);
    assert_eq!((said.len(), said[0].group), (1, None), "it is shown as theirs alone");
    // Outsiders cannot add themselves either.
    let all = members(&world, alice, group).into_iter().chain([mallory.address.account]).collect();
    let content = roster(&mut world, group, all);
    say(&mut world, &mallory, alice, content);
    assert!(!members(&world, alice, group).contains(&mallory.address.account));

    let (alice, _, mallory, group) = with_mallory(&mut world);
    let content = group_text(&mut world, group, "a member's word");
    say(&mut world, &mallory, alice, content);
    assert_eq!(heard(&world, alice, group), ["a member's word"]);
}

#[test]
fn a_contact_cannot_take_anybody_else_out_of_a_group() {
    let mut world = world::new();
    let (alice, bob, mallory, group) = with_mallory(&mut world);
    let without = vec![world.id(alice), mallory.address.account];
    let content = roster(&mut world, group, without);
    say(&mut world, &mallory, alice, content);
    assert!(members(&world, alice, group).contains(&world.id(bob)));
    // A leave counts only for its sender.
    let id = BodyId::generate(&mut world.fork());
    say(&mut world, &mallory, alice, Content::Leave(Leave { id, group }));
    assert_eq!(members(&world, alice, group).len(), 2);
    assert!(members(&world, alice, group).contains(&world.id(bob)));
}
