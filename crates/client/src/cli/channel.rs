//! `pillarbox channel`: public channels, which anybody reads.

use std::collections::BTreeMap;

use pillarbox_client::display::{safe, safe_lines};
use pillarbox_client::{KnownChannel, Notice, Phone};
use pillarbox_text::read::is_blank;
use pillarbox_text::wrap::{INDENT, break_words};
use pillarbox_wire::limits::MAX_POST_LEN;
use pillarbox_wire::{ChannelName, PostRow, Refusal};
use serde::Serialize;

use super::clock::milliseconds;
use super::context::{CliContext, must_be_open, now};
use super::exit::Exit;
use super::failure::Failure;
use super::net;
use super::program::PhoneProgram;
use super::services::ChannelCommand;
use super::terminal::Form;

/// A post as JSON.
#[derive(Serialize)]
struct PrintedPost {
    channel: String,
    number: u32,
    posted_at_ms: u64,
    text: String,
    /// `relay` or `phone`.
    from: &'static str,
}

/// A channel as JSON.
#[derive(Serialize)]
struct ListedChannel {
    channel: String,
    own: bool,
    /// The number of the last post from this phone; 0 before the first, absent for somebody else's channel.
    last_posted: Option<u32>,
    followed: bool,
    /// Absent for a channel that is not followed.
    posts_kept: Option<usize>,
}

/// A published post as JSON.
#[derive(Serialize)]
struct PublishedPost {
    channel: String,
    number: u32,
}

/// The answers of the relay about one channel.
#[derive(Default)]
struct ChannelNews {
    opened: bool,
    /// The number of the last post that was published.
    posted: Option<u32>,
    posts: BTreeMap<u32, PostRow>,
    refused: Option<Refusal>,
    delayed: Option<Refusal>,
}

/// Runs `pillarbox channel`.
pub(crate) fn run(
    context: &mut CliContext<'_, impl PhoneProgram>,
    command: &ChannelCommand,
) -> Result<(), Failure> {
    match command {
        ChannelCommand::Create { name } => create(context, name),
        ChannelCommand::Post { name, text, json } => post(context, name, text, *json),
        ChannelCommand::Follow { name, stop: false } => follow(context, name),
        ChannelCommand::Follow { name, stop: true } => unfollow(context, name),
        ChannelCommand::List { machine } => list(context, machine.form()),
        ChannelCommand::Read { name, machine } => read(context, name, machine.form()),
    }
}

fn create(context: &mut CliContext<'_, impl PhoneProgram>, name: &ChannelName) -> Result<(), Failure> {
    let mut phone = open(context)?;
    phone.open_channel(name.clone(), &mut context.rng)?;
    let news = hear(context, &mut phone, name).map_err(|failure| waits(context, failure))?;
    if !news.opened {
        return Err(not_done(name, &news));
    }
    context.terminal.result(&format!("{name} is open, and yours. Anybody can read what you post there."))?;
    context.terminal.note("The relay keeps whose channel it is, and every post until the channel goes.");
    Ok(())
}

fn post(
    context: &mut CliContext<'_, impl PhoneProgram>,
    name: &ChannelName,
    text: &[String],
    json: bool,
) -> Result<(), Failure> {
    let text = match text {
        [dash] if dash == "-" => context.read_stdin(MAX_POST_LEN)?,
        words => words.join(" "),
    };
    match text.len() {
        _ if is_blank(&text) => return Err(Failure::EmptyText),
        0..=MAX_POST_LEN => {}
        _ => return Err(Failure::TooLong { most: MAX_POST_LEN }),
    }
    let mut phone = open(context)?;
    phone.post(name.clone(), text, &mut context.rng)?;
    let news = hear(context, &mut phone, name).map_err(|failure| waits(context, failure))?;
    match news.posted {
        Some(number) if json => context.terminal.json(&PublishedPost { channel: name.to_string(), number }),
        Some(number) => {
            context.terminal.result(&format!("Published in {name}, as number {number}. Anybody can read it."))
        }
        None => Err(not_done(name, &news)),
    }
}

fn follow(context: &mut CliContext<'_, impl PhoneProgram>, name: &ChannelName) -> Result<(), Failure> {
    let mut phone = open(context)?;
    let before = phone.follows(name)?;
    phone.follow(name.clone(), &mut context.rng)?;
    let news = hear(context, &mut phone, name)?;
    if let Some(reason) = news.refused {
        if !before {
            phone.unfollow(name, &mut context.rng)?;
        }
        return Err(Failure::Channel { channel: name.clone(), reason });
    }
    print(context, name, news.posts.values(), Form::Text, "relay")?;
    context.terminal.strong(&format!("You follow {name}."))?;
    context.terminal.note(
        "Whenever this phone connects, it fetches what is new there and keeps it. The relay sees that this account reads the \
         channel.",
    );
    Ok(())
}

fn unfollow(context: &mut CliContext<'_, impl PhoneProgram>, name: &ChannelName) -> Result<(), Failure> {
    let mut phone = open(context)?;
    if !phone.follows(name)? {
        context.terminal.result(&format!("You do not follow {name}. Nothing was changed."))?;
        return Err(Failure::Told(Exit::No));
    }
    phone.unfollow(name, &mut context.rng)?;
    context.terminal.result(&format!("You follow {name} no more. Its posts are deleted from this phone."))
}

fn read(
    context: &mut CliContext<'_, impl PhoneProgram>,
    name: &ChannelName,
    form: Form,
) -> Result<(), Failure> {
    let mut phone = open(context)?;
    phone.read_channel(name.clone());
    let failure = match hear(context, &mut phone, name) {
        Ok(ChannelNews { refused: None, delayed: None, posts, .. }) => {
            if posts.is_empty() && form == Form::Text {
                context.terminal.note(&format!("Nothing was published in {name} yet."));
            }
            return print(context, name, posts.values(), form, "relay");
        }
        Ok(news) => not_done(name, &news),
        Err(failure) => failure,
    };
    let kept = phone.kept_posts(name)?;
    if !kept.is_empty() {
        let count = match kept.len() {
            1 => "1 post".to_owned(),
            count => format!("{count} posts"),
        };
        context.terminal.note(&format!("The relay gave nothing. This phone has kept {count} of {name}:"));
        print(context, name, kept.iter(), form, "phone")?;
    }
    Err(failure)
}

fn list(context: &mut CliContext<'_, impl PhoneProgram>, form: Form) -> Result<(), Failure> {
    let phone = context.open()?;
    let known = phone.known_channels()?;
    if known.is_empty() && form == Form::Text {
        context.terminal.note("This phone follows no channel, and has opened none.");
    }
    for KnownChannel { channel, posted, kept } in known {
        match form {
            Form::Text => context.terminal.result(&format!("{channel}: {}", relation(posted, kept)))?,
            Form::Plain => {
                let own = if posted.is_some() { "own" } else { "other" };
                let followed = if kept.is_some() { "followed" } else { "not-followed" };
                let shown =
                    |number: Option<usize>| number.map_or_else(String::new, |number| number.to_string());
                let posted = posted.map_or_else(String::new, |number| number.to_string());
                context.terminal.row(&[channel.as_str(), own, followed, &posted, &shown(kept)])?;
            }
            Form::Json => context.terminal.json(&ListedChannel {
                channel: channel.to_string(),
                own: posted.is_some(),
                last_posted: posted,
                followed: kept.is_some(),
                posts_kept: kept,
            })?,
        }
    }
    Ok(())
}

/// Describes how a channel relates to the owner.
fn relation(posted: Option<u32>, kept: Option<usize>) -> String {
    let own = posted.map(|last| match last {
        0 => "yours; nothing posted from this phone yet".to_owned(),
        last => format!("yours; number {last} is your last post from this phone"),
    });
    let followed = kept.map(|kept| match kept {
        0 => "followed; no post kept here yet".to_owned(),
        1 => "followed; 1 post kept here".to_owned(),
        kept => format!("followed; {kept} posts kept here"),
    });
    own.into_iter().chain(followed).collect::<Vec<_>>().join("; ")
}

fn open(context: &mut CliContext<'_, impl PhoneProgram>) -> Result<Phone, Failure> {
    let phone = context.open()?;
    must_be_open(&phone)?;
    Ok(phone)
}

/// Connects, and gathers the notices about one channel. Notices about other channels are printed.
fn hear(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    name: &ChannelName,
) -> Result<ChannelNews, Failure> {
    let mut news = ChannelNews::default();
    let mut others = Vec::new();
    let delayed = net::channels(context, phone, |notice| match notice {
        Notice::ChannelOpened { channel } if channel == name => news.opened = true,
        Notice::Posted { channel, number } if channel == name => news.posted = Some(*number),
        Notice::ChannelPosts { channel, posts } if channel == name => {
            news.posts.extend(posts.iter().map(|post| (post.number, post.clone())));
        }
        Notice::ChannelRefused { channel, reason } if channel == name => news.refused = Some(*reason),
        other => others.push(other.clone()),
    });
    for notice in others {
        net::tell(context, phone, &notice)?;
    }
    news.delayed = delayed?;
    Ok(news)
}

/// Returns the failure of a request that the relay did not fulfil.
fn not_done(name: &ChannelName, news: &ChannelNews) -> Failure {
    match (news.refused, news.delayed) {
        (Some(reason), _) => Failure::Channel { channel: name.clone(), reason },
        (None, Some(reason)) => Failure::Refused(reason),
        (None, None) => Failure::Lost,
    }
}

/// Reports that a task which did not reach the relay is kept, and passes the failure on.
fn waits(context: &mut CliContext<'_, impl PhoneProgram>, failure: Failure) -> Failure {
    if net::may_pass(&failure) {
        context.terminal.note("It is kept on this phone, and goes at the next connection.");
    }
    failure
}

fn print<'a>(
    context: &mut CliContext<'_, impl PhoneProgram>,
    name: &ChannelName,
    posts: impl Iterator<Item = &'a PostRow>,
    form: Form,
    from: &'static str,
) -> Result<(), Failure> {
    for PostRow { number, posted_at, content } in posts {
        let words = String::from_utf8_lossy(content.as_slice());
        match form {
            Form::Text => {
                context.note_zone();
                let when = context.clock.time(*posted_at, now());
                let words = break_words(&safe_lines(&words), INDENT, context.terminal.width());
                context.terminal.result(&format!("{name}, number {number}, {when}: {words}"))?;
            }
            Form::Plain => {
                let (number, when) = (number.to_string(), posted_at.to_string());
                context.terminal.row(&[name.as_str(), &number, &when, &safe(&words)])?;
            }
            Form::Json => context.terminal.json(&PrintedPost {
                channel: name.to_string(),
                number: *number,
                posted_at_ms: milliseconds(*posted_at),
                text: safe_lines(&words),
                from,
            })?,
        }
    }
    Ok(())
}
