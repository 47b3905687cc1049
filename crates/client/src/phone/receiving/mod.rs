//! Frames from the relay: an answer finds its question, and a message its contact.

mod answers;
mod arrival;
mod contents;
mod effects;
mod keys;
mod news;
mod numbers;
mod registration;
mod room;
mod signed_news;
mod submissions;
