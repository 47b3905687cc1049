//! Public channels from the phone's side: opening, posting, reading, following, and refusals.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_client::{Notice, PhoneError};
use pillarbox_relay::RelaySettings;
use pillarbox_testkit::world::World;
use pillarbox_wire::{Bytes, ChannelName, ClientFrame, PostRow, Posts, Refusal, RelayFrame, Timestamp};

fn harbour() -> ChannelName {
    ChannelName::try_from("@harbour_news".to_owned()).unwrap()
}

fn publishing() -> World {
    let mut settings = RelaySettings::default();
    settings.keeping.channels = true;
    World::with(settings)
}

fn post(world: &mut World, at: usize, text: &str) {
    let mut rng = world.fork();
    world.at(at).post(harbour(), text.to_owned(), &mut rng).unwrap();
}

fn open(world: &mut World, at: usize) {
    let mut rng = world.fork();
    world.at(at).open_channel(harbour(), &mut rng).unwrap();
}

fn read(world: &mut World, at: usize) -> Vec<String> {
    world.run();
    let told = world.take_notices(at).into_iter();
    let posts = told.filter_map(|notice| match notice {
        Notice::ChannelPosts { posts, .. } => Some(posts),
        _ => None,
    });
    posts.flatten().map(|post| String::from_utf8(post.content.0).unwrap()).collect()
}

#[test]
fn a_channel_is_opened_before_its_first_post_and_anybody_reads_it() {
    let mut world = publishing();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    world.offline(alice);
    open(&mut world, alice);
    post(&mut world, alice, "the ferry is late");
    post(&mut world, alice, "the ferry is here");
    world.crash(alice);
    world.online(alice);
    world.run();
    let told = world.take_notices(alice);
    let channel = harbour();
    assert!(told.contains(&Notice::ChannelOpened { channel: channel.clone() }), "{told:?}");
    assert!(told.contains(&Notice::Posted { channel, number: 2 }));
    world.at(bob).read_channel(harbour());
    assert_eq!(read(&mut world, bob), ["the ferry is late", "the ferry is here"]);
    assert!(world.see(bob).is_settled());
}

#[test]
fn long_channels_are_read_to_their_end() {
    let mut world = publishing();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    open(&mut world, alice);
    for letter in ["a", "b", "c", "d", "e"] {
        post(&mut world, alice, &letter.repeat(16_000));
    }
    world.run();
    world.at(bob).read_channel(harbour());
    let posts = read(&mut world, bob);
    assert_eq!(posts.iter().map(|post| &post[..1]).collect::<String>(), "abcde");
}

#[test]
fn whoever_follows_a_channel_reads_what_is_new_when_they_connect() {
    let mut world = publishing();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    open(&mut world, alice);
    post(&mut world, alice, "one");
    world.run();
    let mut rng = world.fork();
    world.at(bob).follow(harbour(), &mut rng).unwrap();
    assert_eq!(read(&mut world, bob), ["one"]);
    world.offline(bob);
    post(&mut world, alice, "two");
    world.run();
    world.online(bob);
    world.crash(bob);
    assert_eq!(read(&mut world, bob), ["two"]);
    world.cut(bob);
    assert!(read(&mut world, bob).is_empty(), "nothing twice");
    world.at(bob).unfollow(&harbour(), &mut rng).unwrap();
    post(&mut world, alice, "three");
    world.run();
    world.cut(bob);
    assert!(read(&mut world, bob).is_empty());
}

#[test]
fn each_refusal_is_told_with_its_reason_and_not_tried_again() {
    for (offered, reason) in [(false, Refusal::NotOffered), (true, Refusal::UnknownChannel)] {
        let mut world = if offered { publishing() } else { World::new() };
        let alice = world.phone("Alice");
        post(&mut world, alice, "to nobody");
        world.at(alice).read_channel(harbour());
        world.run();
        let told = world.take_notices(alice);
        let refused = Notice::ChannelRefused { channel: harbour(), reason };
        assert_eq!(told.iter().filter(|notice| **notice == refused).count(), 2, "{told:?}");
        world.received.clear();
        world.cut(alice);
        world.run();
        let tried = |frame: &ClientFrame| matches!(frame, ClientFrame::Post(_) | ClientFrame::ReadChannel(_));
        assert!(!world.seen().any(tried));
    }
    let mut world = publishing();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    open(&mut world, alice);
    world.run();
    open(&mut world, bob);
    world.run();
    let taken = Notice::ChannelRefused { channel: harbour(), reason: Refusal::ChannelTaken };
    assert!(world.take_notices(bob).contains(&taken));
}

#[test]
fn an_empty_channel_is_an_answer_and_a_lost_question_is_asked_again() {
    let mut world = publishing();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    open(&mut world, alice);
    world.run();
    let mut once = true;
    world.lose = Box::new(move |_, frame| matches!(frame, RelayFrame::Posts(_)) && std::mem::take(&mut once));
    world.at(bob).read_channel(harbour());
    world.run();
    let empty = Notice::ChannelPosts { channel: harbour(), posts: Vec::new() };
    assert_eq!(world.take_notices(bob).iter().filter(|notice| **notice == empty).count(), 1);
}

#[test]
fn a_post_that_no_relay_would_take_is_refused_here() {
    let mut world = publishing();
    let alice = world.phone("Alice");
    let mut rng = world.fork();
    let long = world.at(alice).post(harbour(), "x".repeat(16_385), &mut rng);
    assert_eq!(long, Err(PhoneError::PostTooLong { got: 16_385 }));
    assert_eq!(world.at(alice).post(harbour(), String::new(), &mut rng), Err(PhoneError::EmptyText));
}

#[test]
fn a_phone_that_keeps_posts_has_them_after_the_channel_was_taken_down() {
    let mut world = publishing();
    let (alice, bob, carol) = (world.phone("Alice"), world.phone("Bob"), world.phone("Carol"));
    open(&mut world, alice);
    post(&mut world, alice, "one");
    world.run();
    let (now, mut rng) = (world.now, world.fork());
    for (who, keeps) in [(bob, true), (carol, false)] {
        if keeps {
            world.at(who).keep_posts();
        }
        world.at(who).follow(harbour(), &mut rng).unwrap();
        assert_eq!(read(&mut world, who), ["one"]);
    }
    assert!(world.relay.engine().take_down(&harbour(), now).unwrap());
    world.crash(bob);
    let kept = |world: &World, who: usize| {
        let posts = world.see(who).kept_posts(&harbour()).unwrap();
        posts.iter().map(|post| post.number).collect::<Vec<_>>()
    };
    assert_eq!((kept(&world, bob), kept(&world, carol)), (vec![1], Vec::new()));
    assert!(world.see(bob).follows(&harbour()).unwrap());
    world.at(bob).unfollow(&harbour(), &mut rng).unwrap();
    assert_eq!((kept(&world, bob), world.see(bob).follows(&harbour())), (Vec::new(), Ok(false)));
}

#[test]
fn a_relay_that_makes_posts_up_fills_500_places_and_no_more_and_a_post_that_is_too_long_takes_none() {
    let mut world = publishing();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    open(&mut world, alice);
    post(&mut world, alice, "one");
    world.run();
    let mut answers = 0_u32;
    world.down = Box::new(move |_, frame| match frame {
        RelayFrame::Posts(mut answer) if answers < 5 => {
            let row =
                |number, len| PostRow { number, posted_at: Timestamp(1), content: Bytes(vec![b'x'; len]) };
            let first = answers * 300 + 1;
            answers += 1;
            answer.posts = (first..first + 300).map(|number| row(number, 1)).collect();
            answer.posts.push(row(first + 300, 16_385));
            vec![RelayFrame::Posts(answer)]
        }
        RelayFrame::Posts(answer) => vec![RelayFrame::Posts(Posts { posts: Vec::new(), ..answer })],
        other => vec![other],
    });
    let mut rng = world.fork();
    world.at(bob).keep_posts();
    world.at(bob).follow(harbour(), &mut rng).unwrap();
    world.run();
    let kept = world.see(bob).kept_posts(&harbour()).unwrap();
    assert_eq!(kept.len(), pillarbox_client::MAX_KEPT_POSTS as usize);
    assert!(kept.iter().all(|post| post.content.len() == 1));
    assert_eq!(kept.last().map(|post| post.number), Some(1_500));
}
