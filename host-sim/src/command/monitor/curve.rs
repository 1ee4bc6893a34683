//! Curves made of letters: one line of blocks, or a few lines of Braille dots.

/// Dots of a Braille letter, side by side and one above the other.
const DOTS: (usize, usize) = (2, 4);
/// The bit of each dot, row by row from the top (Unicode 15, section 21.1).
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// The latest of the values as blocks of eight heights, at most `width` letters.
pub(super) fn sparkline(values: &[f64], width: usize) -> String {
    let shown = &means(values, width)[..];
    let (low, high) = range(shown.iter().copied());
    let block = |value: f64| match (value - low) / (high - low) {
        share if share.is_finite() => {
            char::from_u32('▁' as u32 + (share * 7.0).round().clamp(0.0, 7.0) as u32).unwrap_or('▁')
        }
        _ if value.is_finite() => '▄',
        _ => ' ',
    };
    shown.iter().map(|&value| block(value)).collect()
}

/// A curve on a ground of letters, with a level drawn through it.
#[derive(Debug)]
pub(super) struct Curve {
    /// The lines of letters, from the top.
    pub(super) lines: Vec<String>,
    /// The value at the top.
    pub(super) high: f64,
    /// The value at the bottom.
    pub(super) low: f64,
    /// The line that the level runs through.
    pub(super) level_line: usize,
}

impl Curve {
    /// The values from left to right, over `width` by `height` letters.
    pub(super) fn new(values: &[f64], level: f64, width: usize, height: usize) -> Self {
        let (columns, rows) = (width * DOTS.0, height * DOTS.1);
        let heights = means(values, columns);
        let (low, high) = range(heights.iter().copied().chain([level]));
        let room = (0.05 * (high - low)).max(1e-6 * level.abs().max(1.0));
        let (low, high) = (low - room, high + room);
        let row = |value: f64| {
            let share = (high - value) / (high - low);
            (share * (rows - 1) as f64)
                .round()
                .clamp(0.0, (rows - 1) as f64) as usize
        };

        let mut ground = vec![vec![0u8; width]; height];
        let mut before: Option<usize> = None;
        for (column, &value) in heights.iter().enumerate() {
            let here = value.is_finite().then(|| row(value));
            if let Some(here) = here {
                // From beside the last height to this one, so that a steep curve has no holes.
                let (from, to) = match before.unwrap_or(here) {
                    last if last < here => (last + 1, here),
                    last if last > here => (here, last - 1),
                    _ => (here, here),
                };
                for y in from..=to {
                    ground[y / DOTS.1][column / DOTS.0] |= BITS[y % DOTS.1][column % DOTS.0];
                }
            }
            before = here;
        }
        let level_line = row(level) / DOTS.1;
        let lines = ground.iter().enumerate();
        Self {
            lines: lines
                .map(|(at, line)| letters(line, at == level_line))
                .collect(),
            high,
            low,
            level_line,
        }
    }
}

fn letters(line: &[u8], level: bool) -> String {
    let letter = |&bits: &u8| match (bits, level) {
        (0, true) => '╌',
        (0, false) => ' ',
        (bits, _) => char::from_u32(0x2800 + u32::from(bits)).unwrap_or(' '),
    };
    line.iter().map(letter).collect()
}

/// At most `count` means of neighbours; where there are fewer values, the values.
fn means(values: &[f64], count: usize) -> Vec<f64> {
    let count = count.min(values.len());
    let mean = |part: usize| {
        let (from, to) = (
            part * values.len() / count,
            (part + 1) * values.len() / count,
        );
        let part = &values[from..to];
        part.iter().sum::<f64>() / part.len() as f64
    };
    (0..count).map(mean).collect()
}

/// The lowest and the highest of the finite values; (0, 0) where there is none.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values
        .filter(|value| value.is_finite())
        .map(|value| (value, value))
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_runs_from_the_lowest_to_the_highest_block() {
        let ramp: Vec<f64> = (0..8).map(f64::from).collect();
        assert_eq!(sparkline(&ramp, 8), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&ramp, 4), "▁▃▆█");
        assert_eq!(sparkline(&[1.0, 1.0], 8), "▄▄");
        assert_eq!(sparkline(&[0.0, f64::NAN, 1.0], 8), "▁ █");
        assert_eq!(sparkline(&[], 8), "");
        assert_eq!(sparkline(&[f64::NAN; 3], 8), "   ");
    }

    #[test]
    fn a_rising_curve_rises() {
        let ramp: Vec<f64> = (0..8).map(f64::from).collect();
        let curve = Curve::new(&ramp, 0.0, 4, 2);
        assert_eq!(curve.lines, ["  ⡠⠊", "⡠⠊╌╌"]);
        assert_eq!(curve.level_line, 1);
        assert!(curve.low < 0.0 && curve.high > 7.0);
    }

    #[test]
    fn no_value_is_too_strange_to_draw() {
        let strange = [f64::NAN, f64::INFINITY, -1e38, 1e38, 0.0];
        for values in [&strange[..], &[], &[f64::NAN], &[-1.386; 3]] {
            for (width, height) in [(1, 1), (40, 5)] {
                let curve = Curve::new(values, -1.386, width, height);
                let widths = curve.lines.iter().map(|line| line.chars().count());
                assert!(widths.eq(vec![width; height]));
                assert!(curve.level_line < height);
            }
        }
    }
}
