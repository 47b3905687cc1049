//! Work on several cores, with the results in the order of the work for any number of threads.

use std::cmp::Reverse;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use pillarbox_access::design::{Accounts, Design};
use pillarbox_client::Protection;

/// Does every piece of work on `threads` threads. The heaviest begins first, so that no core is left alone with a long
/// piece at the end. A piece that was not begun, because of `stop` or because another piece failed, has no result.
pub(crate) fn in_order<W: Sync, T: Send, E: Send>(
    work: &[W],
    weight: impl Fn(&W) -> u32,
    threads: NonZeroUsize,
    stop: &AtomicBool,
    job: impl Fn(&W) -> Result<T, E> + Sync,
) -> Vec<Option<Result<T, E>>> {
    let next = AtomicUsize::new(0);
    let mut begin: Vec<usize> = (0..work.len()).collect();
    begin.sort_by_key(|at| work.get(*at).map(|one| Reverse(weight(one))));
    let failed = AtomicBool::new(false);
    let done: Vec<Mutex<Option<Result<T, E>>>> = work.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..threads.get().min(work.len()) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) && !failed.load(Ordering::Relaxed) {
                    let Some(at) = begin.get(next.fetch_add(1, Ordering::Relaxed)).copied() else { return };
                    let (Some(one), Some(place)) = (work.get(at), done.get(at)) else { return };
                    let result = job(one);
                    failed.fetch_or(result.is_err(), Ordering::Relaxed);
                    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                }
            });
        }
    });
    done.into_iter().map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

/// Estimates the processor time of a design's worlds, in rough proportion. Every account generates keys, and phones
/// that encrypt generate hundreds.
pub(crate) fn weight(design: &Design) -> u32 {
    let keys = if design.phone.protection == Protection::EndToEnd { 6 } else { 1 };
    let accounts = if design.phone.accounts == Accounts::PerContact { 6 } else { 1 };
    keys * accounts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_work() {
        let work: Vec<u32> = (0..100).collect();
        for threads in [1, 2, 7] {
            let threads = NonZeroUsize::new(threads).unwrap();
            let done =
                in_order(&work, |one| one % 7, threads, &AtomicBool::new(false), |one| Ok::<_, ()>(one * 2));
            let done: Vec<u32> = done.into_iter().map(|one| one.unwrap().unwrap()).collect();
            assert_eq!(done, work.iter().map(|one| one * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_weighs_most_begins_first_and_of_equals_the_first() {
        let begun = Mutex::new(Vec::new());
        let work = [1_u32, 5, 1, 9];
        let job = |one: &u32| {
            begun.lock().unwrap().push(*one);
            Ok::<_, ()>(*one)
        };
        let done = in_order(&work, |one| *one, NonZeroUsize::MIN, &AtomicBool::new(false), job);
        assert_eq!(*begun.lock().unwrap(), [9, 5, 1, 1]);
        assert_eq!(done.into_iter().map(|one| one.unwrap().unwrap()).collect::<Vec<_>>(), work);
    }

    #[test]
    fn after_a_failure_and_after_a_stop_nothing_new_begins() {
        let work: Vec<u32> = (0..100).collect();
        let one = NonZeroUsize::MIN;
        let fails_at_three = |one: &u32| if *one == 3 { Err(()) } else { Ok(*one) };
        let done = in_order(&work, |_| 1, one, &AtomicBool::new(false), fails_at_three);
        assert_eq!(done.iter().filter(|done| done.is_some()).count(), 4);
        let done = in_order(&work, |_| 1, one, &AtomicBool::new(true), |one| Ok::<_, ()>(*one));
        assert!(done.iter().all(Option::is_none));
    }
}
