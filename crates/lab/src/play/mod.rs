//! A record as a person reads it: the people, the events and the notices of phones, and what each relay saw and keeps.
//!
//! | file | what |
//! |---|---|
//! | `told` | a finished story |
//! | `scenes` | its events as scenes of a play |
//! | `kept_at_end` | what each relay keeps at the end |
//! | `glance`, `whole` | the story on one screen, and all of it |

mod glance;
mod kept_at_end;
mod scenes;
mod told;
mod whole;

pub use told::PlayedStory;
