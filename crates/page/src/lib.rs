//! The stage of the page: one conversation that two relays carry at once, and demands on their data.
//!
//! It knows no sockets, no files and no browser. Requests arrive as words, and fragments of HTML are returned.
//! Answers have the same fragments and sentences as the report (`pillarbox_lab::page`).
//!
//! | file | what |
//! |---|---|
//! | `request` | requests and replies |
//! | `stage` | the state, and each request as a method |
//! | `story` | the conversation as a story's file, which grows with what is typed |
//! | `live` | one design's running world |
//! | `keys` | the key shelf: which party holds which keys |
//! | `lanes` | the picture: a text is one row across two phones and two relays |
//! | `pictures` | who talks to whom, and when: as kept, as seen and as inferred |
//! | `question` | the controls, which are the question |
//! | `takeaway` | report, table and evidence as files |
//! | `timeline` | a conversation under one design, with marks to branch off at |
//! | `dockets` | the worlds that demands are served on |
//! | `serve`, `serving` | a demand on its way: it can be watched, and stopped |
//! | `error` | the reasons why a request has no result |
//! | `served` | answers, and the evidence behind them |

mod dockets;
mod error;
mod keys;
mod lanes;
mod live;
mod pictures;
mod question;
mod request;
mod serve;
mod served;
mod serving;
mod stage;
pub mod story;
mod takeaway;
mod timeline;

pub use error::StageError;
pub use lanes::TableRow;
pub use request::{File, PageReply, Request, RequestProgress};
pub use stage::Stage;
