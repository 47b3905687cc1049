//! Pictures from metadata alone: who talks to whom, and when. Each is an SVG with a text of the same content.
//!
//! A picture knows [`Ties`](pillarbox_metadata::Ties) and times, and refuses to know their source. The same ties
//! yield the same bytes on every computer.
//!
//! | file | what |
//! |---|---|
//! | `layout` | places for people; the one file that names the library that finds them |
//! | `labels` | names beside points, on nothing else |
//! | `hull` | shaded areas around sets of people |
//! | [`NetworkPicture`] | who talks to whom: lines that are solid, dashed or dotted, with a legend in words |
//! | [`Hours`] | 24 columns, a lane for each weekday or person |
//! | `words` | the text of a picture |
//! | [`graphml`], [`csv`] | the ties for other programs |
//! | `style` | what a page's style must have for pictures that are part of it |
//!
//! ```
//! use pillarbox_lab::picture::{Hours, NetworkPicture, csv, graphml};
//! use pillarbox_metadata::{Known, Tie, Ties};
//!
//! let tie = |one, other, known| Tie { one, other, there: 3, back: 2, known };
//! let ties = Ties {
//!     people: ["Alice", "Bob", "Carol"].map(str::to_owned).into(),
//!     ties: vec![tie(0, 1, Known::Kept), tie(0, 1, Known::Seen), tie(1, 2, Known::Seen), tie(0, 2, Known::Inferred)],
//!     groups: vec![vec![0, 1, 2]],
//! };
//! let network = NetworkPicture::of("Who talks to whom", &ties);
//! assert_eq!(network.words().pairs[0], "Alice to Bob: 3; Bob to Alice: 2, kept");
//! let file = network.file()?; // a file of its own
//! let part = network.svg("people")?; // a part of a page
//! let hours = Hours::by_weekday("Hours of Alice", &[1_732_958_100_000]).file()?;
//! # assert!([&file, &part, &hours].iter().all(|it| it.starts_with("<svg ")));
//! let tables = [graphml(&ties)?, csv(&ties)];
//! # Ok::<(), askama::Error>(())
//! ```

mod files;
mod hours;
mod hull;
mod labels;
mod layout;
mod network;
pub mod style;
mod words;

pub use files::{csv, graphml};
pub use hours::{Hours, Lane};
pub use network::NetworkPicture;
pub use words::{NOT_NAMED, Words};
