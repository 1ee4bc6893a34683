//! Convolutions by their definition: which tap links which position with which.

use crate::number::Number;

/// The geometry of a convolution from long rows to short ones, or of its transpose from short ones
/// to long ones. Tap k links position t of a short row with position `stride` t + k − `padding` of
/// a long one.
#[derive(Clone, Copy, Debug)]
pub struct Convolution {
    /// Channels of the long rows, and their length.
    pub long: (usize, usize),
    /// Channels of the short rows, and their length.
    pub short: (usize, usize),
    /// Taps of a kernel.
    pub taps: usize,
    /// Positions of a long row for one of a short row.
    pub stride: usize,
    /// Zeros before the first position of a long row.
    pub padding: usize,
    /// From short to long.
    pub transposed: bool,
}

impl Convolution {
    /// Σ over all links to each output, plus its channel's bias. `w` is
    /// `[long channel][tap][short channel]` either way; rows lie one after the other.
    pub fn output<T: Number>(&self, w: &[T], b: &[T], x: &[T]) -> Vec<T> {
        let output = if self.transposed {
            self.long
        } else {
            self.short
        };
        let mut y: Vec<T> = (0..output.0 * output.1).map(|i| b[i / output.1]).collect();
        for (weight, short, long) in self.links() {
            let (from, to) = if self.transposed {
                (short, long)
            } else {
                (long, short)
            };
            y[to] = y[to] + w[weight] * x[from];
        }
        y
    }

    /// The place of a weight, and of the short and long numbers that it links.
    fn links(&self) -> Vec<(usize, usize, usize)> {
        let ((long_channels, length), (short_channels, short_length)) = (self.long, self.short);
        let mut links = Vec::new();
        for i in 0..long_channels {
            for k in 0..self.taps {
                for o in 0..short_channels {
                    let weight = (i * self.taps + k) * short_channels + o;
                    for t in 0..short_length {
                        let padded = self.stride * t + k;
                        let inside = self.padding..self.padding + length;
                        if inside.contains(&padded) {
                            let long = i * length + padded - self.padding;
                            links.push((weight, o * short_length + t, long));
                        }
                    }
                }
            }
        }
        links
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut convolution = Convolution {
            long: (1, 4),
            short: (1, 2),
            taps: 3,
            stride: 2,
            padding: 1,
            transposed: false,
        };
        let w = [1.0, 10.0, 100.0];
        // Of 0 1 2 3 4: the windows 0 1 2 and 2 3 4.
        assert_eq!(
            convolution.output(&w, &[0.5], &[1.0, 2.0, 3.0, 4.0]),
            [210.5, 432.5]
        );
        convolution.transposed = true;
        // 10·1, 100·1 + 1·2, 10·2, 100·2.
        assert_eq!(
            convolution.output(&w, &[0.5], &[1.0, 2.0]),
            [10.5, 102.5, 20.5, 200.5]
        );
    }
}
