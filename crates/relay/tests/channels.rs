//! Public channels: who may publish, who may read, and what remains of a channel that was taken down.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_relay::{ConnectionId, Input, Keeping, Limits, RelaySettings};
use pillarbox_testkit::relay::LoneRelay;
use pillarbox_wire::{
    Bytes, ChannelName, ClientFrame, CloseAccount, OpenChannel, Post, ReadChannel, Refusal, RelayFrame,
    RequestId,
};

fn world(limits: Limits) -> LoneRelay {
    let keeping = Keeping { channels: true, ..Keeping::LEAST };
    LoneRelay::in_memory(RelaySettings { keeping, limits, ..RelaySettings::default() })
}

fn named(name: &str) -> ChannelName {
    ChannelName::try_from(name.to_owned()).unwrap()
}

fn answer(frame: RelayFrame) -> Result<RelayFrame, Refusal> {
    match frame {
        RelayFrame::Refused(refused) => Err(refused.reason),
        other => Ok(other),
    }
}

fn open(world: &mut LoneRelay, connection: ConnectionId, name: &str) -> Result<(), Refusal> {
    let request = world.request();
    let frame = ClientFrame::OpenChannel(OpenChannel { request, channel: named(name) });
    answer(world.ask_one(connection, frame))
        .map(|frame| assert!(matches!(frame, RelayFrame::ChannelOpened(_))))
}

fn publishing(request: RequestId, name: &str, content: &[u8]) -> ClientFrame {
    ClientFrame::Post(Post { request, channel: named(name), content: Bytes(content.to_vec()) })
}

fn post(world: &mut LoneRelay, connection: ConnectionId, name: &str, content: &[u8]) -> Result<u32, Refusal> {
    let request = world.request();
    match answer(world.ask_one(connection, publishing(request, name, content)))? {
        RelayFrame::Posted(posted) => Ok(posted.number),
        other => panic!("{other:?}"),
    }
}

fn read(
    world: &mut LoneRelay,
    connection: ConnectionId,
    name: &str,
    after: u32,
) -> Result<Vec<(u32, Vec<u8>)>, Refusal> {
    let request = world.request();
    let frame = ClientFrame::ReadChannel(ReadChannel { request, channel: named(name), after });
    match answer(world.ask_one(connection, frame))? {
        RelayFrame::Posts(posts) => {
            Ok(posts.posts.into_iter().map(|post| (post.number, post.content.0)).collect())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_relay_without_channels_offers_none() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (_, anne) = world.register(1, None);
    assert_eq!(open(&mut world, anne, "@news"), Err(Refusal::NotOffered));
    assert_eq!(post(&mut world, anne, "@news", b"x"), Err(Refusal::NotOffered));
    assert_eq!(read(&mut world, anne, "@news", 0), Err(Refusal::NotOffered));
}

#[test]
fn the_owner_publishes_and_everybody_reads_by_name_or_without_one() {
    let mut world = world(Limits::default());
    let (_, anne) = world.register(1, None);
    let (_, ben) = world.register(2, None);
    let nameless = world.open();
    assert_eq!(open(&mut world, nameless, "@news"), Err(Refusal::NotAuthenticated));
    assert_eq!(read(&mut world, ben, "@news", 0), Err(Refusal::UnknownChannel));
    open(&mut world, anne, "@news").unwrap();
    open(&mut world, anne, "@news").unwrap();
    assert_eq!(open(&mut world, ben, "@news"), Err(Refusal::ChannelTaken));
    assert_eq!(post(&mut world, anne, "@news", b"one"), Ok(1));
    assert_eq!(post(&mut world, anne, "@news", b"two"), Ok(2));
    assert_eq!(post(&mut world, ben, "@news", b"not mine"), Err(Refusal::UnknownChannel));
    assert_eq!(post(&mut world, anne, "@other", b"nowhere"), Err(Refusal::UnknownChannel));
    let both = vec![(1, b"one".to_vec()), (2, b"two".to_vec())];
    assert_eq!(read(&mut world, ben, "@news", 0).unwrap(), both);
    assert_eq!(read(&mut world, nameless, "@news", 1).unwrap(), both[1..]);
    world.crash();
    let nameless = world.open();
    assert_eq!(read(&mut world, nameless, "@news", 0).unwrap(), both);
}

#[test]
fn posts_of_one_batch_are_numbered_in_their_order_and_two_openings_of_one_name_have_one_winner() {
    let mut world = world(Limits::default());
    let (_, anne) = world.register(1, None);
    let (_, ben) = world.register(2, None);
    let opening = |request| {
        ClientFrame::OpenChannel(OpenChannel { request: RequestId(request), channel: named("@news") })
    };
    world.process(vec![
        (anne, Input::Frame(opening(901))),
        (ben, Input::Frame(opening(902))),
        (anne, Input::Frame(publishing(RequestId(903), "@news", b"one"))),
        (anne, Input::Frame(publishing(RequestId(904), "@news", b"two"))),
    ]);
    let numbers: Vec<_> = world
        .take(anne)
        .into_iter()
        .filter_map(|frame| match frame {
            RelayFrame::Posted(posted) => Some((posted.request.0, posted.number)),
            _ => None,
        })
        .collect();
    assert_eq!(numbers, [(903, 1), (904, 2)]);
    let to_ben = world.take(ben);
    assert!(matches!(&to_ben[..], [RelayFrame::Refused(refused)] if refused.reason == Refusal::ChannelTaken));
}

#[test]
fn a_channel_that_was_taken_down_is_not_read_not_posted_in_and_not_opened_again() {
    let mut world = world(Limits::default());
    let (_, anne) = world.register(1, None);
    let (_, ben) = world.register(2, None);
    open(&mut world, anne, "@news").unwrap();
    post(&mut world, anne, "@news", b"one").unwrap();
    let now = world.now;
    assert_eq!(world.engine().take_down(&named("@nothing"), now), Ok(false));
    assert_eq!(world.engine().take_down(&named("@news"), now), Ok(true));
    assert_eq!(world.engine().take_down(&named("@news"), now), Ok(false));
    let held = world.holdings();
    assert_eq!((held.posts.len(), held.channels[0].taken_down), (0, Some(now)));
    // The channel stays down after a restart, and after its owner has closed the account.
    for _ in 0..2 {
        assert_eq!(read(&mut world, ben, "@news", 0), Err(Refusal::TakenDown));
        assert_eq!(open(&mut world, ben, "@news"), Err(Refusal::TakenDown));
        assert_eq!(post(&mut world, anne, "@news", b"two"), Err(Refusal::TakenDown));
    }
    let request = world.request();
    world.ask(anne, ClientFrame::CloseAccount(CloseAccount { request }));
    world.crash();
    let (_, carol) = world.register(3, None);
    assert_eq!(open(&mut world, carol, "@news"), Err(Refusal::TakenDown));
}

#[test]
fn a_channel_goes_with_its_owners_account_and_its_name_is_free_again() {
    let mut world = world(Limits::default());
    let (_, anne) = world.register(1, None);
    let (_, ben) = world.register(2, None);
    open(&mut world, anne, "@news").unwrap();
    post(&mut world, anne, "@news", b"one").unwrap();
    let request = world.request();
    world.ask(anne, ClientFrame::CloseAccount(CloseAccount { request }));
    assert_eq!(read(&mut world, ben, "@news", 0), Err(Refusal::UnknownChannel));
    let held = world.holdings();
    assert!(held.channels.is_empty() && held.posts.is_empty());
    open(&mut world, ben, "@news").unwrap();
    assert_eq!(post(&mut world, ben, "@news", b"anew"), Ok(1));
}

#[test]
fn channels_and_posts_are_bounded_and_a_frame_has_as_many_posts_as_it_holds() {
    let limits = Limits { channels_per_account: 1, channel_posts: 4, ..Limits::default() };
    let mut world = world(limits);
    let (_, anne) = world.register(1, None);
    open(&mut world, anne, "@news").unwrap();
    assert_eq!(open(&mut world, anne, "@second"), Err(Refusal::TooMuch));
    let long = vec![b'x'; pillarbox_wire::limits::MAX_POST_LEN];
    assert_eq!(post(&mut world, anne, "@news", &[&long[..], b"x"].concat()), Err(Refusal::TooMuch));
    for number in 1..=4 {
        assert_eq!(post(&mut world, anne, "@news", &long), Ok(number));
    }
    assert_eq!(post(&mut world, anne, "@news", b"x"), Err(Refusal::TooMuch));
    let numbers =
        |posts: Vec<(u32, Vec<u8>)>| -> Vec<u32> { posts.iter().map(|(number, _)| *number).collect() };
    assert_eq!(numbers(read(&mut world, anne, "@news", 0).unwrap()), [1, 2]);
    assert_eq!(numbers(read(&mut world, anne, "@news", 2).unwrap()), [3, 4]);
}
