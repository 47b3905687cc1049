//! The debate as data and as questions to real rows: designs, legal demands, and what each demand returns.
//!
//! This crate reads. It runs nothing and draws nothing. An answer comes from the rows of a relay ([`view`]) by one set
//! of steps for every design and every asker. Each item is read from the rows ([`item`], [`reading`]). A demand decides
//! which items are asked for ([`demand::stored`]). The answer carries the bytes that it was read from ([`evidence`]).

pub mod attribution;
pub mod country;
pub mod day;
pub mod demand;
pub mod design;
pub mod designs;
pub mod evidence;
pub mod facts;
mod holdings_classes;
pub mod item;
pub mod law;
mod mark;
mod opened;
pub mod oracle;
pub mod reading;
pub mod returned;
mod rows;
pub mod served;
pub mod speaker;
#[cfg(test)]
mod testing;
pub mod view;

pub use demand::Demand;
pub use design::{Design, DesignError, StandsFor};
pub use facts::Facts;
pub use holdings_classes::{Holding, HoldingLine, holdings_classes};
pub use item::{Item, Reach};
pub use opened::OpenedCounts;
pub use returned::{Answer, Blank};
pub use served::{ItemLine, Served};
pub use view::RelayHoldings;
