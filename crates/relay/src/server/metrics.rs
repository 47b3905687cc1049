//! Counters of the relay about itself, shown at `/metrics` in the Prometheus text format (version 0.0.4).
//!
//! Counts are retained data too: one macro creates the counter, its line at `/metrics` and its entry in the
//! inventory, so that none can exist without the others. No metric has a label that names a party.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use pillarbox_wire::declare;

macro_rules! metrics {
    ($($name:ident: $kind:ident, $class:ident, $why:literal;)+) => {
        /// The counters. They start at zero with the process and are never written to the disk.
        #[derive(Debug, Default)]
        pub struct Metrics {
            $(#[doc = $why] pub(crate) $name: AtomicU64,)+
        }

        declare!(
            /// Inventory of the metrics.
            METRICS: Metrics { $($name: $class, Metrics, $why;)+ }
        );

        impl Metrics {
            /// Writes all counters in the Prometheus text format.
            #[must_use]
            pub fn render(&self) -> String {
                let mut text = String::new();
                $(
                    let value = self.$name.load(Ordering::Relaxed);
                    let (name, kind) = (concat!("pillarbox_", stringify!($name)), stringify!($kind));
                    text.push_str(&format!("# HELP {name} {}\n# TYPE {name} {kind}\n{name} {value}\n", $why));
                )+
                text
            }
        }
    };
}

metrics! {
    connections_open: gauge, Events, "connections open now; with few users it tells when somebody is there";
    connections_total: counter, Events, "connections taken since the start";
    connections_refused_total: counter, Protocol, "connections turned away because there were too many";
    handshakes_failed_total: counter, Protocol, "connections that ended before they were secure";
    connections_too_slow_total: counter, Protocol, "connections ended because the phone took nothing";
    connections_idle_total: counter, Protocol, "connections ended because nothing was said";
    connections_named: gauge, Events, "connections that name a device, as of the last quarter of a minute";
    accounts: gauge, Entity, "accounts, as of the last quarter of a minute";
    messages_waiting: gauge, Events, "messages that wait for their phone, as of the last quarter of a minute";
    messages_waiting_bytes: gauge, Events, "their payload bytes";
    frames_received_total: counter, Events, "frames from phones";
    frames_sent_total: counter, Events, "frames to phones";
    batches_total: counter, Protocol, "transactions";
    batch_microseconds_total: counter, Protocol, "time spent in transactions";
    batch_inputs_largest: gauge, Protocol, "most inputs in one transaction";
    storage_failures_total: counter, Protocol, "transactions that the database refused";
    passing_followers: gauge, Protocol, "who follows what passes, as `ledger --follow` does";
}

impl Metrics {
    pub(crate) fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn set(gauge: &AtomicU64, value: u64) {
        gauge.store(value, Ordering::Relaxed);
    }

    pub(crate) fn raise_to(counter: &AtomicU64, value: u64) {
        counter.fetch_max(value, Ordering::Relaxed);
    }
}

/// Selects one counter.
pub(crate) type Pick = fn(&Metrics) -> &AtomicU64;

/// Raises a counter by one for as long as this lives.
pub(crate) struct Gauge {
    metrics: Arc<Metrics>,
    counter: Pick,
}

impl Gauge {
    pub(crate) fn raise(metrics: &Arc<Metrics>, counter: Pick) -> Self {
        Metrics::add(counter(metrics), 1);
        Self { metrics: Arc::clone(metrics), counter }
    }
}

impl Drop for Gauge {
    fn drop(&mut self) {
        (self.counter)(&self.metrics).fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_what_is_declared() {
        let metrics = Metrics::default();
        Metrics::add(&metrics.frames_sent_total, 7);
        let text = metrics.render();
        assert!(text.contains("\npillarbox_frames_sent_total 7\n"));
        let shown: Vec<_> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_once(' ').unwrap().0.strip_prefix("pillarbox_").unwrap().to_owned())
            .collect();
        let declared: Vec<_> = METRICS.iter().map(|field| field.name.to_owned()).collect();
        assert_eq!(shown, declared);
    }

    #[test]
    fn a_gauge_falls_when_its_holder_goes() {
        let metrics = Arc::new(Metrics::default());
        let raised = Gauge::raise(&metrics, |metrics| &metrics.connections_open);
        assert_eq!(metrics.connections_open.load(Ordering::Relaxed), 1);
        drop(raised);
        assert_eq!(metrics.connections_open.load(Ordering::Relaxed), 0);
    }
}
