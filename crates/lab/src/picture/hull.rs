//! Shaded areas: the smallest convex area around people who received one text together.

use std::cmp::Reverse;

/// A shaded area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hull {
    /// The corners, one after the other around it.
    pub(super) corners: Vec<(i32, i32)>,
}

impl Hull {
    /// Returns the corners in SVG's form.
    pub(super) fn points(&self) -> String {
        self.corners.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
    }
}

/// Returns the areas of the `most` largest sets.
pub(super) fn of(groups: &[Vec<usize>], points: &[(i32, i32)], most: usize) -> Vec<Hull> {
    let mut groups: Vec<&Vec<usize>> = groups.iter().collect();
    groups.sort_by_key(|group| Reverse(group.len()));
    let hull = |group: &Vec<usize>| Hull {
        corners: convex(group.iter().filter_map(|at| points.get(*at).copied()).collect()),
    };
    groups.into_iter().take(most).map(hull).collect()
}

/// Returns the corners of the convex hull: Andrew's monotone chain, once along the top and once back along the bottom.
fn convex(mut points: Vec<(i32, i32)>) -> Vec<(i32, i32)> {
    points.sort_unstable();
    points.dedup();
    let half = |points: &mut dyn Iterator<Item = (i32, i32)>| {
        let mut chain: Vec<(i32, i32)> = Vec::new();
        for point in points {
            while let [.., before, last] = chain.as_slice() {
                if turn(*before, *last, point) > 0 {
                    break;
                }
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
        chain
    };
    let mut corners = half(&mut points.iter().copied());
    corners.extend(half(&mut points.iter().rev().copied()));
    if corners.is_empty() { points } else { corners }
}

/// Returns the direction in which the path from `one` over `two` to `three` turns: the result is above zero for one
/// side, and below zero for the other.
fn turn(one: (i32, i32), two: (i32, i32), three: (i32, i32)) -> i64 {
    i64::from(two.0 - one.0) * i64::from(three.1 - one.1)
        - i64::from(two.1 - one.1) * i64::from(three.0 - one.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_inside_is_no_corner() {
        let square = [(0, 0), (10, 0), (5, 5), (10, 10), (0, 10), (5, 0)];
        assert_eq!(convex(square.to_vec()), [(0, 0), (10, 0), (10, 10), (0, 10)]);
        assert_eq!(convex(vec![(0, 0), (5, 5), (10, 10)]).len(), 2);
        assert_eq!(convex(vec![(3, 4), (3, 4)]), [(3, 4)]);
        assert_eq!(convex(Vec::new()), []);
    }
}
