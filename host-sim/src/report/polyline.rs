//! From a list of points, with gaps and too many, to strokes a pen can draw.

/// A point of the plane.
pub type Point = (f64, f64);

/// Strokes keep about this many points, more than a screen has columns.
const PLENTY: usize = 1600;

/// The strokes of a line: broken at points that are not finite, thinned to what
/// can be seen, and cut at the rectangle `x` by `y`.
pub(super) fn strokes(points: &[Point], x: (f64, f64), y: (f64, f64)) -> Vec<Vec<Point>> {
    let thinned: Vec<Vec<Point>> = points
        .split(|(x, y)| !(x.is_finite() && y.is_finite()))
        .filter(|stroke| !stroke.is_empty())
        .map(|stroke| thin(stroke, PLENTY))
        .collect();
    thinned
        .iter()
        .flat_map(|stroke| cut(stroke, x, y))
        .collect()
}

/// About `most` of the points: of each run of neighbours its lowest and its
/// highest, in their order, so that no spike is lost.
fn thin(points: &[Point], most: usize) -> Vec<Point> {
    if points.len() <= most {
        return points.to_vec();
    }
    let run = points.len().div_ceil(most / 2);
    points.chunks(run).flat_map(extremes).collect()
}

fn extremes(run: &[Point]) -> Vec<Point> {
    let by_height = |a: &usize, b: &usize| run[*a].1.total_cmp(&run[*b].1);
    let low = (0..run.len()).min_by(by_height);
    let high = (0..run.len()).max_by(by_height);
    let mut ends: Vec<usize> = low.into_iter().chain(high).collect();
    ends.sort_unstable();
    ends.dedup();
    ends.into_iter().map(|i| run[i]).collect()
}

fn cut(stroke: &[Point], x: (f64, f64), y: (f64, f64)) -> Vec<Vec<Point>> {
    if let [only] = stroke {
        let inside = (x.0..=x.1).contains(&only.0) && (y.0..=y.1).contains(&only.1);
        return if inside { vec![vec![*only]] } else { vec![] };
    }
    let mut strokes: Vec<Vec<Point>> = Vec::new();
    let mut pen: Option<Point> = None;
    for ends in stroke.windows(2) {
        let Some((from, to)) = cut_segment(ends[0], ends[1], x, y) else {
            pen = None;
            continue;
        };
        match strokes.last_mut() {
            Some(last) if pen == Some(from) => last.push(to),
            _ => strokes.push(vec![from, to]),
        }
        pen = (to == ends[1]).then_some(to);
    }
    strokes
}

/// The part of a segment inside the rectangle (Liang and Barsky, 1984).
fn cut_segment(a: Point, b: Point, x: (f64, f64), y: (f64, f64)) -> Option<(Point, Point)> {
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (from, to, (lo, hi)) in [(a.0, b.0, x), (a.1, b.1, y)] {
        // Halved, so that the way between two huge numbers stays finite.
        let way = to / 2.0 - from / 2.0;
        if way == 0.0 {
            if from < lo || from > hi {
                return None;
            }
            continue;
        }
        let (t_lo, t_hi) = ((lo / 2.0 - from / 2.0) / way, (hi / 2.0 - from / 2.0) / way);
        enter = enter.max(t_lo.min(t_hi));
        leave = leave.min(t_lo.max(t_hi));
    }
    if enter > leave {
        return None;
    }
    let at = |t: f64| {
        if t == 0.0 {
            a
        } else if t == 1.0 {
            b
        } else {
            (a.0 * (1.0 - t) + b.0 * t, a.1 * (1.0 - t) + b.1 * t)
        }
    };
    Some((at(enter), at(leave)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: (f64, f64) = (0.0, 1.0);

    #[test]
    fn a_gap_lifts_the_pen() {
        let points = [(0.0, 0.0), (0.1, 0.1), (0.2, f64::NAN), (0.3, 0.3)];
        let drawn = strokes(&points, UNIT, UNIT);
        assert_eq!(drawn, [vec![(0.0, 0.0), (0.1, 0.1)], vec![(0.3, 0.3)]]);
    }

    #[test]
    fn what_leaves_the_frame_is_cut_at_its_edge() {
        let points = [(0.0, 0.5), (0.5, 1.5), (1.0, 0.5)];
        let drawn = strokes(&points, UNIT, UNIT);
        assert_eq!(
            drawn,
            [vec![(0.0, 0.5), (0.25, 1.0)], vec![(0.75, 1.0), (1.0, 0.5)]]
        );
        assert!(strokes(&[(0.0, 2.0), (1.0, 3.0)], UNIT, UNIT).is_empty());
        assert!(strokes(&[(5.0, 0.5)], UNIT, UNIT).is_empty());
    }

    #[test]
    fn a_spike_survives_thinning() {
        let mut points: Vec<Point> = (0..100_000).map(|i| (f64::from(i), 0.0)).collect();
        points[77_777].1 = 1.0;
        let drawn = strokes(&points, (0.0, 1e5), UNIT);
        assert_eq!(drawn.len(), 1);
        assert!(drawn[0].len() <= PLENTY + 2);
        assert!(drawn[0].contains(&(77_777.0, 1.0)));
    }

    #[test]
    fn huge_points_are_cut_to_finite_ones() {
        let points = [(0.0, f64::MIN), (1.0, f64::MAX)];
        for stroke in strokes(&points, UNIT, UNIT) {
            for (x, y) in stroke {
                assert!((0.0..=1.0).contains(&x) && y.abs() < 1e300, "{x} {y}");
            }
        }
    }
}
