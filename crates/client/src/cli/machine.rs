//! The options that ask for a result for programs.

use clap::Args;

use super::terminal::Form;

/// A result for programs.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Machine {
    /// Print JSON
    #[arg(long, conflicts_with = "plain")]
    json: bool,
    /// Print tab-separated fields
    #[arg(long)]
    plain: bool,
}

impl Machine {
    /// Returns the form asked for.
    pub(crate) const fn form(self) -> Form {
        match (self.json, self.plain) {
            (true, _) => Form::Json,
            (false, true) => Form::Plain,
            (false, false) => Form::Text,
        }
    }
}
