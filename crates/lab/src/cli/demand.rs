//! `demand`: a demand, served on the data of a relay.

use pillarbox_access::{RelayHoldings, serve};
use pillarbox_lab::paper;

use super::args::Demand;
use super::output::{Failure, print, print_json};
use super::{STORE, USAGE};

pub(super) fn run(wanted: &Demand) -> Result<(), Failure> {
    if !wanted.i_own_this_data {
        return Err(Failure {
            sentence: format!(
                "{} may hold other people's data. If you may look into it, add --i-own-this-data.",
                wanted.data.display()
            ),
            code: USAGE,
        });
    }
    let holdings = RelayHoldings::read(&wanted.data).map_err(|error| Failure {
        sentence: format!(
            "{}: {error}. Name a relay's data folder with --data FOLDER.",
            wanted.data.display()
        ),
        code: STORE,
    })?;
    let returned = serve(wanted.demand, &wanted.about, &holdings);
    if wanted.json { print_json(&returned) } else { print(&paper::headed(&paper::render(&returned))) }
}
