//! Frames from the relay: an answer finds its question, and a message its contact.

mod answers;
mod arrival;
mod contents;
mod devices_told;
mod effects;
mod keys;
mod linking;
mod news;
mod numbers;
mod operator_groups;
mod own_news;
mod registration;
mod room;
mod signed_news;
mod submissions;
