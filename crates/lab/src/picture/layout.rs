//! Positions of people: people who talk to each other are near each other, and no two overlap.
//!
//! The simulation is fjadra's, a port of d3-force: links pull, charges push, circles do not overlap. It runs in
//! rounds, and positions are rounded between two rounds. Mathematical libraries differ in the last bit, which a
//! long run would amplify. With the rounding, every computer draws the same picture.

use std::cell::RefCell;

use fjadra::{Collide, Link, ManyBody, Node, PositionX, PositionY, SimulationBuilder};

/// The rounds of the simulation.
const ROUNDS: usize = 12;

/// The steps of one round.
const STEPS: usize = 25;

/// The fraction of the temperature that a step removes. After all rounds a thousandth is left.
const COOLING: f64 = 0.0228;

/// Positions are rounded to this part of a unit.
const GRAIN: f64 = 64.0;

/// The rest length of a link.
const LENGTH: f64 = 70.0;

/// The rest length between members of one set. It is longer, so that ties decide before sets do.
const LENGTH_IN_SET: f64 = 100.0;

/// The pull of a set, compared with 1 for a tie between two people without others.
const PULL_OF_SET: f64 = 0.05;

/// The push between two people.
const PUSH: f64 = -220.0;

/// The radius that nobody else enters.
const RADIUS: f64 = 24.0;

/// The pull to the middle, horizontally and vertically. A picture is wider than high.
const GRAVITY: (f64, f64) = (0.045, 0.075);

/// The most arrangements whose positions are cached. A page draws the same people again whenever a text passes.
const MAX_REMEMBERED: usize = 4;

/// The number of people, the pairs who talk to each other, and the sets who received one text together.
type Arrangement = (usize, Vec<(usize, usize)>, Vec<Vec<usize>>);

thread_local! {
    /// Places by arrangement, the newest last.
    static REMEMBERED: RefCell<Vec<(Arrangement, Vec<[f64; 2]>)>> = const { RefCell::new(Vec::new()) };
}

/// Places `people`, by the pairs who talk to each other and the sets who received one text together. The positions
/// of the same arrangement are cached.
pub(super) fn places(people: usize, ties: &[(usize, usize)], groups: &[Vec<usize>]) -> Vec<[f64; 2]> {
    let wanted: Arrangement = (people, ties.to_vec(), groups.to_vec());
    let known = REMEMBERED.with_borrow(|remembered| {
        remembered.iter().find(|(known, _)| *known == wanted).map(|(_, places)| places.clone())
    });
    known.unwrap_or_else(|| {
        let places = placed(people, ties, groups);
        REMEMBERED.with_borrow_mut(|remembered| {
            if remembered.len() >= MAX_REMEMBERED {
                remembered.remove(0);
            }
            remembered.push((wanted, places.clone()));
        });
        places
    })
}

fn placed(people: usize, ties: &[(usize, usize)], groups: &[Vec<usize>]) -> Vec<[f64; 2]> {
    let in_sets: Vec<(usize, usize)> = groups
        .iter()
        .flat_map(|group| group.windows(2).filter_map(|two| Some((*two.first()?, *two.get(1)?))))
        .collect();
    let mut places: Vec<[f64; 2]> = (0..people).map(beginning).collect();
    let mut heat = 1.0;
    for _ in 0..ROUNDS {
        let nodes = places.iter().map(|[x, y]| Node::default().position(*x, *y));
        let mut simulation = SimulationBuilder::default()
            .with_alpha(heat)
            .with_alpha_decay(COOLING)
            .build(nodes)
            .add_force("links", Link::new(ties.iter().copied()).distance(LENGTH))
            .add_force(
                "sets",
                Link::new(in_sets.iter().copied()).distance(LENGTH_IN_SET).strength(PULL_OF_SET),
            )
            .add_force("charge", ManyBody::new().strength(PUSH))
            .add_force("room", Collide::new().radius(|_| RADIUS).iterations(2))
            .add_force("x", PositionX::new().strength(GRAVITY.0))
            .add_force("y", PositionY::new().strength(GRAVITY.1));
        simulation.tick(STEPS);
        places = simulation.positions().map(|place| place.map(rounded)).collect();
        heat *= (1.0 - COOLING).powi(STEPS as i32);
    }
    places
}

/// Returns somebody's first position: on a spiral, like the seeds of a sunflower.
fn beginning(at: usize) -> [f64; 2] {
    let (radius, turn) =
        (RADIUS * (0.5 + at as f64).sqrt(), at as f64 * std::f64::consts::PI * (3.0 - 5f64.sqrt()));
    [rounded(radius * turn.cos()), rounded(radius * turn.sin())]
}

fn rounded(place: f64) -> f64 {
    (place * GRAIN).round() / GRAIN
}

/// Fits positions into a rectangle from (`left`, `top`) to (`right`, `bottom`), by one scale for both directions.
pub(super) fn fitted(
    places: &[[f64; 2]],
    (left, top, right, bottom): (i32, i32, i32, i32),
) -> Vec<(i32, i32)> {
    let extent = |axis: fn(&[f64; 2]) -> f64| {
        let low = places.iter().map(axis).fold(f64::INFINITY, f64::min);
        let high = places.iter().map(axis).fold(f64::NEG_INFINITY, f64::max);
        (low, high)
    };
    let ((low_x, high_x), (low_y, high_y)) = (extent(|[x, _]| *x), extent(|[_, y]| *y));
    let room = (f64::from(right - left), f64::from(bottom - top));
    let scale = |room: f64, low: f64, high: f64| if high > low { room / (high - low) } else { f64::INFINITY };
    let scale = scale(room.0, low_x, high_x).min(scale(room.1, low_y, high_y)).min(2.5);
    let middle = (f64::from(left + right) / 2.0, f64::from(top + bottom) / 2.0);
    let fit = |[x, y]: &[f64; 2]| {
        let x = middle.0 + (x - (low_x + high_x) / 2.0) * scale;
        let y = middle.1 + (y - (low_y + high_y) / 2.0) * scale;
        (x.round() as i32, y.round() as i32)
    };
    places.iter().map(fit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(people: usize) -> Vec<(usize, usize)> {
        (0..people).map(|at| (at, (at + 1) % people)).collect()
    }

    #[test]
    fn the_same_ties_are_placed_the_same() {
        let ties = ring(40);
        let first = places(40, &ties, &[]);
        for people in 1..=MAX_REMEMBERED {
            assert_ne!(places(people, &ring(people), &[]), first);
        }
        for again in [places(40, &ties, &[]), places(40, &ties, &[]), placed(40, &ties, &[])] {
            assert_eq!(again, first);
        }
    }

    #[test]
    fn nobody_lies_on_anybody_and_everybody_lies_in_the_picture() {
        for people in [1, 2, 3, 30, 300] {
            let points = fitted(
                &places(people, &ring(people), &[vec![0, people / 2, people - 1]]),
                (10, 10, 1_000, 700),
            );
            for (at, one) in points.iter().enumerate() {
                assert!((10..=1_000).contains(&one.0) && (10..=700).contains(&one.1), "{one:?}");
                for other in points.iter().skip(at + 1) {
                    let apart = (one.0 - other.0).pow(2) + (one.1 - other.1).pow(2);
                    assert!(apart >= 12 * 12, "{people} people: {one:?} and {other:?}");
                }
            }
        }
    }

    #[test]
    fn who_talk_to_each_other_lie_nearer_than_who_do_not() {
        // Two rings of five, without a tie between them.
        let ties: Vec<_> =
            ring(5).into_iter().chain(ring(5).into_iter().map(|(one, other)| (one + 5, other + 5))).collect();
        let points = places(10, &ties, &[]);
        let apart = |one: usize, other: usize| {
            (points[one][0] - points[other][0]).hypot(points[one][1] - points[other][1])
        };
        let tied = ties.iter().map(|(one, other)| apart(*one, *other)).fold(0.0, f64::max);
        let strangers = (0..5).flat_map(|one| (5..10).map(move |other| (one, other)));
        let nearest = strangers.map(|(one, other)| apart(one, other)).sum::<f64>() / 25.0;
        assert!(tied < nearest, "{tied} {nearest}");
    }
}
