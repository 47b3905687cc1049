//! File descriptors: each connection is one, and the system limits their number for each process.
//!
//! A shell usually allows 1,024 and can raise that. A relay asks for as many as its limits promise. If it gets
//! fewer, it accepts fewer connections and says so. A connection that is promised and cannot be accepted would keep
//! everybody out.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::rules::limits::Limits;
use crate::server::admin::ADMIN_CONNECTIONS;
use crate::server::timing::MAX_REFUSALS_UNDER_WAY;

/// Descriptors other than those of connections: standard streams, the runtime, both ports, the lock, and what two
/// connections to the database hold open. A running relay has some 25.
const OWN: u64 = 64;

/// The number of descriptors that are not for phones.
const BESIDES: u64 = OWN + MAX_REFUSALS_UNDER_WAY as u64 + ADMIN_CONNECTIONS as u64;

/// Fewer descriptors than the limits promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shortfall {
    /// The number of descriptors that this process has.
    given: u64,
    /// The number of connections at once that the limits promise.
    promised: u32,
    /// The number of simultaneous connections that the relay accepts.
    taken: u32,
}

impl std::fmt::Display for Shortfall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { given, promised, taken } = self;
        write!(
            f,
            "At most {taken} at once and not {promised}: the system gives this process {given} open files. Raise \
             `ulimit -n` to {}.",
            needed(*promised)
        )
    }
}

/// Requests from the system the descriptors that these limits promise, and lowers the limits to what it grants.
pub(crate) fn fit(limits: &mut Limits) -> Option<Shortfall> {
    let wanted = needed(limits.connections);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let given = current.filter(|given| *given < wanted)?;
    let raised = maximum.map_or(wanted, |maximum| maximum.min(wanted)).max(given);
    let given = match setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum }) {
        Ok(()) => raised,
        Err(_) => given,
    };
    lower(limits, given)
}

/// Lowers the limits to this number of descriptors.
fn lower(limits: &mut Limits, given: u64) -> Option<Shortfall> {
    let promised = limits.connections;
    if given >= needed(promised) {
        return None;
    }
    // At least one connection is left. Otherwise nobody could be told why.
    limits.connections =
        u32::try_from(given.saturating_sub(BESIDES)).unwrap_or(promised).clamp(1, promised.max(1));
    Some(Shortfall { given, promised, taken: limits.connections })
}

fn needed(connections: u32) -> u64 {
    u64::from(connections) + BESIDES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_lowered_to_what_the_system_gives_and_no_further() {
        let mut limits = Limits { connections: 1_000, ..Limits::default() };
        assert_eq!(lower(&mut limits, 1_000 + BESIDES), None);
        assert_eq!(limits.connections, 1_000);
        let short = lower(&mut limits, 512).unwrap();
        assert_eq!((limits.connections, short.taken), (400, 400));
        assert_eq!(
            short.to_string(),
            "At most 400 at once and not 1000: the system gives this process 512 open files. Raise `ulimit -n` to 1112."
        );
        lower(&mut limits, 10);
        assert_eq!(limits.connections, 1);
    }
}
