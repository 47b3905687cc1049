//! Public channels: who reads them, who is seen reading, and what a takedown reaches.

use pillarbox_relay::RelaySettings;
use pillarbox_testkit::world::{Who, World, altering};
use pillarbox_wire::{Bytes, ChannelName, ClientFrame, ReadChannel, RelayFrame, RequestId};

use super::world;

fn news() -> ChannelName {
    ChannelName::try_from("@harbour_news".to_owned()).unwrap()
}

/// Returns Alice, whose channel has one post, Bob, who follows it, and the words of the post.
fn published() -> (World, Who, Who, String) {
    let mut settings = RelaySettings::default();
    settings.keeping.channels = true;
    let mut world = world::with(settings);
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    let (words, mut rng) = (world.words(), world.fork());
    world.at(alice).open_channel(news(), &mut rng).unwrap();
    world.at(alice).post(news(), words.clone(), &mut rng).unwrap();
    world.run();
    world.at(bob).keep_posts();
    world.at(bob).follow(news(), &mut rng).unwrap();
    world.run();
    (world, alice, bob, words)
}

fn kept(world: &World, who: Who) -> Vec<Vec<u8>> {
    let posts = world.see(who).kept_posts(&news()).unwrap();
    posts.into_iter().map(|post| post.content.0).collect()
}

#[test]
fn a_stranger_can_read_every_post_of_a_public_channel() {
    let (mut world, _, _, words) = published();
    // A reader does not even need an account.
    let (connection, _) = world.guest();
    let read = ReadChannel { request: RequestId(1), channel: news(), after: 0 };
    let answers = world.ask(connection, ClientFrame::ReadChannel(read));
    let [RelayFrame::Posts(posts)] = &*answers else { panic!("{answers:?}") };
    assert_eq!(posts.posts[0].content.as_slice(), words.as_bytes());
}

#[test]
fn a_stranger_cannot_post_in_another_accounts_channel() {
    let (mut world, alice, _, words) = published();
    let mallory = world.phone("Mallory");
    let mut rng = world.fork();
    for (who, posts) in [(mallory, 1), (alice, 2)] {
        world.at(who).post(news(), "made up".to_owned(), &mut rng).unwrap();
        world.run();
        assert_eq!(world.holdings().posts.len(), posts);
    }
    assert_eq!(world.holdings().posts[0].content.as_slice(), words.as_bytes());
}

#[test]
fn the_relay_can_read_every_post_of_a_public_channel_and_see_who_reads_it() {
    let (world, _, bob, words) = published();
    assert!(world.relay_has(words.as_bytes()));
    let reads = world.received.iter().filter(|(_, frame)| matches!(frame, ClientFrame::ReadChannel(_)));
    let readers: Vec<Who> = reads.map(|(way, _)| way.who).collect();
    assert!(!readers.is_empty() && readers.iter().all(|who| *who == bob), "on the connection that names him");
}

#[test]
fn the_relay_can_make_up_posts_of_a_public_channel() {
    let (mut world, _, _, _) = published();
    world.down = altering(|_, frame: &mut RelayFrame| {
        if let RelayFrame::Posts(posts) = frame {
            posts.posts.iter_mut().for_each(|post| post.content = Bytes(b"made up".to_vec()));
        }
    });
    let (carol, mut rng) = (world.phone("Carol"), world.fork());
    world.at(carol).keep_posts();
    world.at(carol).follow(news(), &mut rng).unwrap();
    world.run();
    assert_eq!(kept(&world, carol), [b"made up"], "nothing in a post tells who wrote it");
}

#[test]
fn the_relay_cannot_take_back_what_a_followers_phone_has_kept_of_a_channel() {
    let (mut world, _, bob, words) = published();
    let now = world.now;
    assert!(world.relay.engine().take_down(&news(), now).unwrap());
    assert!(world.holdings().posts.is_empty(), "the control: it is gone at the relay");
    world.restart(bob);
    assert_eq!(kept(&world, bob), [words.as_bytes()]);
    let (carol, mut rng) = (world.phone("Carol"), world.fork());
    world.at(carol).keep_posts();
    world.at(carol).follow(news(), &mut rng).unwrap();
    world.run();
    assert!(kept(&world, carol).is_empty());
}
