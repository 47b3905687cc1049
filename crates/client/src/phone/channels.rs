//! Public channels: opening, posting and reading.
//!
//! Channels to be opened and posts to be published are stored until the relay has answered. A post whose answer is
//! lost with the connection is published again, because a relay cannot tell it from another post of the same words.
//! Readings are not stored. Everything goes over the named link: the relay knows who reads.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_text::read::is_blank;
use pillarbox_wire::limits::MAX_POST_LEN;
use pillarbox_wire::{
    Bytes, ChannelName, ClientFrame, DepositKind, Encoded, OpenChannel, Post, PostRow, ReadChannel, Refusal,
    Timestamp,
};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::facts::Fact;
use crate::phone::state::channels::{Asked, Reading};
use crate::phone::state::link::Link;
use crate::phone::state::links::Question;
use crate::phone::state::pauses::patience;
use crate::records::notice::Notice;
use crate::vault::{StorageError, Table};

/// A task for the relay. Tasks are done in the owner's order.
#[derive(Clone, Serialize, Deserialize)]
struct Wish {
    order: u64,
    channel: ChannelName,
    /// The post to publish; `None` opens the channel.
    post: Option<Bytes>,
}

impl Encoded for Wish {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_POST_LEN + 128;
}

/// A followed channel, and the last post that was read.
#[derive(Clone, Serialize, Deserialize)]
struct Followed {
    channel: ChannelName,
    last: u32,
}

impl Encoded for Followed {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 64;
}

/// A channel of this account, and the number of its last post from this phone; 0 before the first.
#[derive(Clone, Serialize, Deserialize)]
struct OwnChannel {
    channel: ChannelName,
    last: u32,
}

impl Encoded for OwnChannel {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 64;
}

/// A channel that the owner follows, or that this phone has opened or posted in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownChannel {
    /// The channel's name.
    pub channel: ChannelName,
    /// The number of the last post from this phone, 0 before the first; `None` if it is somebody else's channel.
    pub posted: Option<u32>,
    /// The number of posts that this phone keeps; `None` if the owner does not follow the channel.
    pub kept: Option<usize>,
}

/// A post of a followed channel as this phone keeps it.
#[derive(Clone, Serialize, Deserialize)]
struct KeptPost {
    channel: ChannelName,
    post: PostRow,
}

impl Encoded for KeptPost {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_POST_LEN + 128;
}

/// Posts of one followed channel that this phone keeps, the last ones: 8 MB at most. Neither a channel nor a relay
/// that invents posts can fill more.
pub const MAX_KEPT_POSTS: u32 = 500;

impl Phone {
    /// Keeps the posts of followed channels from now on, for [`kept_posts`](Self::kept_posts).
    pub fn keep_posts(&mut self) {
        self.channels.keeps_posts = true;
    }

    /// Returns the posts of a channel that this phone keeps, by number, even if the channel has been removed.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn kept_posts(&self, channel: &ChannelName) -> Result<Vec<PostRow>, PhoneError> {
        let kept = self.vault.read(|rows| {
            let places = (0..MAX_KEPT_POSTS).map(|number| kept_key(channel, number));
            let kept: Result<Vec<Option<KeptPost>>, StorageError> =
                places.map(|key| rows.load(Table::ChannelPosts, &key)).collect();
            kept
        })?;
        let mut posts: Vec<PostRow> = kept.into_iter().flatten().map(|kept| kept.post).collect();
        posts.sort_by_key(|post| post.number);
        Ok(posts)
    }

    /// Returns true if the owner follows this channel.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn follows(&self, channel: &ChannelName) -> Result<bool, PhoneError> {
        Ok(self.vault.read(|rows| rows.has(Table::Followed, channel.as_str().as_bytes()))?)
    }

    /// Returns the channels that the owner follows, and those that this phone has opened or posted in, by name.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn known_channels(&self) -> Result<Vec<KnownChannel>, PhoneError> {
        let (own, followed) = self.vault.read(|rows| {
            let own = rows.load_all::<OwnChannel>(Table::OwnChannels)?;
            Ok::<_, StorageError>((own, rows.load_all::<Followed>(Table::Followed)?))
        })?;
        let own: BTreeMap<ChannelName, u32> = own.into_iter().map(|own| (own.channel, own.last)).collect();
        let followed: BTreeSet<ChannelName> = followed.into_iter().map(|followed| followed.channel).collect();
        let all: BTreeSet<&ChannelName> = own.keys().chain(&followed).collect();
        let known = all.into_iter().map(|channel| {
            let kept = followed.contains(channel).then(|| self.kept_posts(channel)).transpose()?;
            Ok(KnownChannel {
                channel: channel.clone(),
                posted: own.get(channel).copied(),
                kept: kept.map(|kept| kept.len()),
            })
        });
        known.collect()
    }

    /// Opens a public channel as soon as the relay can be reached. [`Notice::ChannelOpened`] answers.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn open_channel(&mut self, channel: ChannelName, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        self.wish(channel, None, rng)
    }

    /// Publishes a post in a channel of this account as soon as the relay can be reached. [`Notice::Posted`] answers.
    ///
    /// # Errors
    /// [`PhoneError::EmptyText`], [`PhoneError::PostTooLong`], [`PhoneError::Storage`].
    pub fn post(
        &mut self,
        channel: ChannelName,
        text: String,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        match text.len() {
            _ if is_blank(&text) => Err(PhoneError::EmptyText),
            got if got > MAX_POST_LEN => Err(PhoneError::PostTooLong { got }),
            _ => self.wish(channel, Some(Bytes(text.into_bytes())), rng),
        }
    }

    /// Reads all posts of a channel. [`Notice::ChannelPosts`] answers, several times if there are many posts.
    pub fn read_channel(&mut self, channel: ChannelName) {
        self.channels.readings.push_back(Reading { channel, after: 0, wanted: true });
    }

    /// Follows a channel: its new posts are read whenever this phone connects. If this phone's habits say so, the
    /// relay keeps a record of it.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn follow(&mut self, channel: ChannelName, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        let fact = Fact::new(DepositKind::Follows, channel.as_str().as_bytes(), Some(Vec::new()))?;
        self.vault.transact(rng, |rows| {
            let key = channel.as_str().as_bytes();
            if !rows.has(Table::Followed, key)? {
                rows.store(Table::Followed, key, &Followed { channel: channel.clone(), last: 0 })?;
            }
            Ok::<_, PhoneError>(fact.keep(rows)?)
        })?;
        self.facts_changed(DepositKind::Follows);
        self.channels.look_again();
        Ok(())
    }

    /// Stops following a channel, and deletes its posts from this phone.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn unfollow(&mut self, channel: &ChannelName, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        let fact = Fact::new(DepositKind::Follows, channel.as_str().as_bytes(), None)?;
        self.vault.transact(rng, |rows| {
            rows.remove(Table::Followed, channel.as_str().as_bytes())?;
            for number in 0..MAX_KEPT_POSTS {
                rows.remove(Table::ChannelPosts, &kept_key(channel, number))?;
            }
            Ok::<_, PhoneError>(fact.keep(rows)?)
        })?;
        self.facts_changed(DepositKind::Follows);
        Ok(())
    }

    fn wish(
        &mut self,
        channel: ChannelName,
        post: Option<Bytes>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        self.vault.transact(rng, |rows| {
            let wishes = rows.load_all::<Wish>(Table::ChannelWishes)?;
            let order = wishes.iter().map(|wish| wish.order + 1).max().unwrap_or(0);
            rows.store(Table::ChannelWishes, &order.to_be_bytes(), &Wish { order, channel, post })
        })?;
        self.channels.settled = false;
        Ok(())
    }

    /// Asks the next question about channels. Only one is open at a time, so that a channel exists before its first
    /// post.
    pub(crate) fn tend_channels(
        &mut self,
        now: Timestamp,
        frames: &mut Vec<ClientFrame>,
    ) -> Result<(), PhoneError> {
        if self.channels.retry_at.is_some_and(|at| at > now) {
            return Ok(());
        }
        self.channels.retry_at = None;
        let busy = self.links.get(Link::Named).is_none_or(|connection| {
            connection.is_asking(|question| matches!(question, Question::Channel(_)))
        });
        if busy || self.channels.are_settled() {
            return Ok(());
        }
        let wish = self.vault.read(|rows| {
            let wishes = rows.load_all::<Wish>(Table::ChannelWishes)?;
            Ok::<_, StorageError>(wishes.into_iter().min_by_key(|wish| wish.order))
        })?;
        self.channels.settled = wish.is_none();
        if wish.is_none() && !self.channels.caught_up {
            self.catch_up()?;
        }
        let Some(connection) = self.links.get_mut(Link::Named) else {
            return Ok(());
        };
        if let Some(Wish { order, channel, post }) = wish {
            let request = connection.ask(Question::Channel(Asked::Wish { order, channel: channel.clone() }));
            frames.push(match post {
                None => ClientFrame::OpenChannel(OpenChannel { request, channel }),
                Some(content) => ClientFrame::Post(Post { request, channel, content }),
            });
        } else if let Some(reading) = self.channels.readings.pop_front() {
            let (channel, after) = (reading.channel.clone(), reading.after);
            let request = connection.ask(Question::Channel(Asked::Read(reading)));
            frames.push(ClientFrame::ReadChannel(ReadChannel { request, channel, after }));
        }
        Ok(())
    }

    /// Asks for the new posts of each followed channel.
    fn catch_up(&mut self) -> Result<(), StorageError> {
        let mut followed = self.vault.read(|rows| rows.load_all::<Followed>(Table::Followed))?;
        followed.sort_by(|one, other| one.channel.cmp(&other.channel));
        let readings = followed.into_iter();
        self.channels.readings.extend(readings.map(|Followed { channel, last }| Reading {
            channel,
            after: last,
            wanted: false,
        }));
        self.channels.caught_up = true;
        Ok(())
    }

    pub(crate) fn channel_opened(
        &mut self,
        asked: Asked,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let channel = self.fulfilled(asked, Some(0), rng)?;
        Ok(channel.into_iter().map(|channel| Notice::ChannelOpened { channel }).collect())
    }

    pub(crate) fn posted(
        &mut self,
        asked: Asked,
        number: u32,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let channel = self.fulfilled(asked, Some(number), rng)?;
        Ok(channel.into_iter().map(|channel| Notice::Posted { channel, number }).collect())
    }

    /// Removes an answered wish and returns its channel, or `None` for a reading. `posted` is the number of the last
    /// post if the relay did what was wished, which it does for the channel's owner only.
    fn fulfilled(
        &mut self,
        asked: Asked,
        posted: Option<u32>,
        rng: &mut impl CryptoRng,
    ) -> Result<Option<ChannelName>, StorageError> {
        let Asked::Wish { order, channel } = asked else {
            return Ok(None);
        };
        self.vault.transact(rng, |rows| {
            rows.remove(Table::ChannelWishes, &order.to_be_bytes())?;
            let Some(number) = posted else { return Ok::<_, StorageError>(()) };
            let key = channel.as_str().as_bytes();
            let before = rows.load::<OwnChannel>(Table::OwnChannels, key)?.map_or(0, |own| own.last);
            let own = OwnChannel { channel: channel.clone(), last: before.max(number) };
            rows.store(Table::OwnChannels, key, &own)
        })?;
        Ok(Some(channel))
    }

    pub(crate) fn channel_read(
        &mut self,
        asked: Asked,
        posts: Vec<PostRow>,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let Asked::Read(Reading { channel, after, wanted }) = asked else {
            return Ok(Vec::new());
        };
        // Otherwise a relay that repeats a post would be asked for ever.
        let posts: Vec<PostRow> = posts.into_iter().filter(|post| post.number > after).collect();
        let Some(last) = posts.iter().map(|post| post.number).max() else {
            let empty = wanted && after == 0;
            return Ok(if empty { vec![Notice::ChannelPosts { channel, posts }] } else { Vec::new() });
        };
        let keeps = self.channels.keeps_posts;
        self.vault.transact(rng, |rows| {
            let key = channel.as_str().as_bytes();
            // No honest relay accepts a longer post.
            let fit = |post: &&PostRow| keeps && post.content.len() <= MAX_POST_LEN;
            if let Some(mut followed) = rows.load::<Followed>(Table::Followed, key)? {
                followed.last = followed.last.max(last);
                rows.store(Table::Followed, key, &followed)?;
                for post in posts.iter().filter(fit) {
                    let kept = KeptPost { channel: channel.clone(), post: post.clone() };
                    rows.store(Table::ChannelPosts, &kept_key(&channel, post.number), &kept)?;
                }
            }
            Ok::<_, StorageError>(())
        })?;
        self.channels.readings.push_front(Reading { channel: channel.clone(), after: last, wanted });
        Ok(vec![Notice::ChannelPosts { channel, posts }])
    }

    pub(crate) fn channel_refused(
        &mut self,
        asked: Asked,
        reason: Refusal,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        if matches!(reason, Refusal::RateLimited { .. } | Refusal::StorageFailed) {
            self.channels.ask_again(asked);
            self.channels.retry_at = Some(now + patience(reason));
            return Ok(vec![Notice::Delayed { reason }]);
        }
        let channel = match asked {
            Asked::Read(Reading { channel, .. }) => Some(channel),
            wish @ Asked::Wish { .. } => self.fulfilled(wish, None, rng)?,
        };
        Ok(channel.into_iter().map(|channel| Notice::ChannelRefused { channel, reason }).collect())
    }
}

/// Returns the storage key of a post. The slots of a channel are a ring, so that a new post overwrites the oldest.
fn kept_key(channel: &ChannelName, number: u32) -> Vec<u8> {
    [channel.as_str().as_bytes(), b"/", &(number % MAX_KEPT_POSTS).to_be_bytes()].concat()
}
