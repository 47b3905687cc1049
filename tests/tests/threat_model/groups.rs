//! Groups: what the relay sees of one, and what a member or an outsider can do to it.

use pillarbox_client::body::{Body, Content, GroupText, Introduction, Leave, MemberChanges, Roster, Text};
use pillarbox_client::membership::{GroupMember, MemberAct, MemberChange, MemberClaim, MembersSeen};
use pillarbox_client::{BodyId, GroupId, NewAccount, Notice, Protection};
use pillarbox_crypto::SigningSecret;
use pillarbox_testkit::world::{Who, World};
use pillarbox_wire::{AccountId, Duration, FixedBytes, Timestamp};

use super::forger::Forger;
use super::world;

/// Creates a group of the first phone with these members.
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

/// Creates a group of three phones that know each other.
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

/// Creates two phones, and a group of them and a hand-made account.
fn with_mallory(world: &mut World) -> (Who, Who, Forger, GroupId) {
    let (alice, bob) = world.pair();
    let mallory = Forger::new(world);
    let greeting = super::forger::text_body("hello", world);
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

/// A hand-made account that creates groups with its own key, and says about them whatever it likes.
struct Plotter {
    forger: Forger,
}

impl Plotter {
    fn member(&self) -> GroupMember {
        let key = FixedBytes(*self.forger.identity.public().signing().as_bytes());
        GroupMember { account: self.forger.address.account, key }
    }

    fn signed(&self, group: GroupId, act: MemberAct, at: Timestamp) -> MemberChange {
        let claim = MemberClaim { group, by: self.member(), act, at };
        claim.sign(self.forger.identity.signing()).unwrap()
    }

    /// Sends signed changes to a phone.
    fn tell(&self, world: &mut World, to: Who, group: GroupId, changes: Vec<MemberChange>) {
        let id = BodyId::generate(&mut world.fork());
        let seen = MembersSeen::new(group, &[]);
        let told = MemberChanges { id, group, key: FixedBytes([0; 32]), seen, asks: false, changes };
        say(world, &self.forger, to, Content::MemberChanges(told));
    }

    /// Creates a group of itself and these phones, and informs all of them. Returns the digest of its creation.
    fn make(&self, world: &mut World, phones: &[Who], salt: u8) -> (GroupId, FixedBytes<32>) {
        let name = "Harbour".to_owned();
        let make = MemberClaim::make(self.member(), name, FixedBytes([salt; 16]), world.now).unwrap();
        let group = make.group;
        let make = make.sign(self.forger.identity.signing()).unwrap();
        let first = make.check(group).unwrap();
        let mut changes = vec![make];
        for phone in phones {
            let member = GroupMember { account: world.id(*phone), key: world.identity(*phone).signing };
            changes.push(self.signed(group, MemberAct::Add { member }, world.now));
        }
        for phone in phones {
            self.tell(world, *phone, group, changes.clone());
        }
        (group, first)
    }
}

/// Creates two phones that know each other, and a plotter who has written to both.
fn with_plotter(world: &mut World) -> (Who, Who, Plotter) {
    let (alice, bob) = world.pair();
    let forger = Forger::new(world);
    let greeting = super::forger::text_body("hello", world);
    for phone in [alice, bob] {
        let payload = forger.first_message(world, phone, &greeting);
        forger.submit(world, phone, payload);
    }
    (alice, bob, Plotter { forger })
}

fn remove(world: &mut World, at: Who, group: GroupId, whom: AccountId) {
    let (now, mut rng) = (world.now, world.fork());
    world.at(at).remove_from_group(group, whom, now, &mut rng).unwrap();
    world.run();
}

#[test]
fn a_contact_can_remove_anybody_from_a_group_that_they_keep() {
    let mut world = world::new();
    let ([alice, bob, carol], group) = three(&mut world);
    let (whom, by) = (world.id(carol), world.id(alice));
    remove(&mut world, alice, group, whom);
    let told = Notice::MemberRemoved { group, member: whom, by };
    for at in [bob, carol] {
        assert!(world.take_notices(at).contains(&told), "and each phone tells, that of the removed one too");
    }
    assert!(world.see(carol).groups().unwrap().is_empty());
}

#[test]
fn a_contact_can_read_what_a_phone_still_sends_to_a_group_that_has_not_heard_of_their_removal() {
    let mut world = world::new();
    let ([alice, bob, carol], group) = three(&mut world);
    let (whom, keeper) = (world.id(carol), world.id(alice));
    // Bob's phone drops what Alice's sends, so it does not learn of it.
    let mut rng = world.fork();
    world.at(bob).block(keeper, true, &mut rng).unwrap();
    remove(&mut world, alice, group, whom);
    let to = world.address(carol);
    let to_carol =
        |world: &World| world.submissions().filter(|(way, submit)| way.who == bob && submit.to == to).count();
    let before = to_carol(&world);
    tell(&mut world, bob, group, "six at the pier");
    assert_eq!(to_carol(&world) - before, 1, "it has a copy, and drops it unless it is made to show it");
    // The next text from somebody who knows of it carries the removal.
    world.at(bob).block(keeper, false, &mut rng).unwrap();
    tell(&mut world, alice, group, "seven");
    assert!(!members(&world, bob, group).contains(&whom));
    let before = to_carol(&world);
    tell(&mut world, bob, group, "eight");
    assert_eq!(to_carol(&world), before, "and then nothing more");
}

#[test]
fn a_contact_cannot_read_what_phones_say_in_a_group_that_have_heard_of_their_removal() {
    for removes in [false, true] {
        let mut world = world::new();
        let ([alice, bob, carol], group) = three(&mut world);
        if removes {
            let whom = world.id(carol);
            remove(&mut world, alice, group, whom);
        }
        let to = world.address(carol);
        let submitted = |world: &World| world.submissions().filter(|(_, submit)| submit.to == to).count();
        let before = submitted(&world);
        tell(&mut world, alice, group, "from Alice");
        tell(&mut world, bob, group, "from Bob");
        // Nothing is sent to that phone, so there is nothing to open, whatever it is made to do.
        assert_eq!(submitted(&world) == before, removes);
        let expected: &[&str] = if removes { &[] } else { &["from Alice", "from Bob"] };
        assert_eq!(heard(&world, carol, group), expected);
    }
}

#[test]
fn a_contact_cannot_add_anybody_to_a_group_after_their_removal_not_even_backdated() {
    for removes in [false, true] {
        let mut world = world::new();
        let (alice, bob, mallory) = with_plotter(&mut world);
        let whom = [world.id(bob), mallory.forger.address.account];
        let group = make(&mut world, alice, "Harbour", &whom);
        let accomplice = GroupMember { account: AccountId([7; 16]), key: FixedBytes([7; 32]) };
        let add = mallory.signed(group, MemberAct::Add { member: accomplice }, Timestamp(1));
        if removes {
            remove(&mut world, alice, group, whom[1]);
        }
        mallory.tell(&mut world, bob, group, vec![add.clone()]);
        mallory.tell(&mut world, alice, group, vec![add]);
        for at in [alice, bob] {
            let is_in = members(&world, at, group).contains(&accomplice.account);
            assert_eq!(is_in, !removes, "the same addition by a member holds");
        }
    }
}

#[test]
fn a_contact_cannot_sign_for_somebody_else_who_is_in_a_group() {
    let mut world = world::new();
    let (alice, bob, mallory) = with_plotter(&mut world);
    let whom = [world.id(bob), mallory.forger.address.account];
    let group = make(&mut world, alice, "Harbour", &whom);
    let before = members(&world, bob, group);
    let alices = GroupMember { account: world.id(alice), key: world.identity(alice).signing };
    let leave = MemberAct::Leave { honoured: Vec::new(), before: FixedBytes([0; 32]) };
    let in_her_name = |secret: &SigningSecret, by: GroupMember| {
        MemberClaim { group, by, act: leave.clone(), at: world.now }.sign(secret).unwrap()
    };
    let forged = in_her_name(mallory.forger.identity.signing(), alices);
    let invented = SigningSecret::from_bytes([9; 32]);
    let other_key = GroupMember { account: alices.account, key: FixedBytes(*invented.public().as_bytes()) };
    let as_other = in_her_name(&invented, other_key);
    let sound = mallory.signed(group, leave.clone(), world.now);
    world.take_notices(bob);
    mallory.tell(&mut world, bob, group, vec![forged]);
    let refused = Notice::ChangeRefused { group, contact: whom[1] };
    assert!(world.take_notices(bob).contains(&refused), "the phone tells");
    mallory.tell(&mut world, bob, group, vec![as_other.clone()]);
    assert_eq!(members(&world, bob, group), before);
    // A key that Mallory says is Alice's, too, represents nothing but itself.
    let also = mallory.signed(group, MemberAct::Add { member: other_key }, world.now);
    mallory.tell(&mut world, bob, group, vec![also, as_other]);
    assert_eq!(members(&world, bob, group), before);
    let key = world.see(bob).group_signatures(group).unwrap().unwrap();
    let of_alice = key.members.iter().find(|one| one.member == alices.account).unwrap();
    assert!(of_alice.has_known_key && of_alice.by == alices.account);
    mallory.tell(&mut world, bob, group, vec![sound]);
    assert_eq!(members(&world, bob, group).len(), before.len() - 1, "for themselves they can");
}

#[test]
fn a_contact_cannot_use_a_signature_of_one_group_in_another() {
    let mut world = world::new();
    let (alice, bob, mallory) = with_plotter(&mut world);
    let (one, first) = mallory.make(&mut world, &[alice, bob], 1);
    let (other, _) = mallory.make(&mut world, &[alice, bob], 2);
    let whom = world.id(bob);
    let removal = MemberAct::Remove { member: whom, honoured: Vec::new(), before: first };
    let removal = mallory.signed(one, removal, world.now);
    // The group of the body, the group of the claim, and the same acts in another order.
    mallory.tell(&mut world, alice, other, vec![removal.clone()]);
    let mut moved = removal.clone();
    moved.claim.group = other;
    mallory.tell(&mut world, alice, other, vec![moved]);
    assert!(members(&world, alice, other).contains(&whom));
    assert!(members(&world, alice, one).contains(&whom));
    mallory.tell(&mut world, alice, one, vec![removal]);
    assert!(!members(&world, alice, one).contains(&whom), "where it was signed it holds");
    assert!(members(&world, alice, other).contains(&whom));
}

#[test]
fn a_contact_cannot_take_anybody_else_out_of_a_group_that_they_do_not_keep() {
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

    // A removal needs the keeper's signature.
    let (alice, bob, mallory) = with_plotter(&mut world);
    let whom = [world.id(bob), mallory.forger.address.account];
    let group = make(&mut world, alice, "Harbour", &whom);
    let remove = |before| MemberAct::Remove { member: whom[0], honoured: Vec::new(), before };
    let removal = mallory.signed(group, remove(FixedBytes([0; 32])), world.now);
    mallory.tell(&mut world, alice, group, vec![removal]);
    assert!(members(&world, alice, group).contains(&whom[0]));
    // In a group that they keep the same act is valid.
    let (group, first) = mallory.make(&mut world, &[alice, bob], 1);
    let removal = mallory.signed(group, remove(first), world.now);
    mallory.tell(&mut world, alice, group, vec![removal]);
    assert!(!members(&world, alice, group).contains(&whom[0]));
}
