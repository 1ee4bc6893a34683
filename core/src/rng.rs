//! Seeded random streams: xoshiro128++ and a Gaussian by inversion.
//!
//! The state is four words that a checkpoint can hold; every consumer has a stream of its own, so
//! that drawing more latents never moves the data.

use core::convert::Infallible;

use rand_core::TryRng;

use crate::math;

/// xoshiro128++ 1.0 of Blackman and Vigna (2019): 128 bits of state, period 2^128 - 1.
///
/// Implements [`rand_core::Rng`], so any crate of the `rand` family can draw from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng {
    state: [u32; 4],
}

impl Rng {
    /// The state that gives zeros for ever, for a static before it is set.
    pub const BLANK: Self = Self { state: [0; 4] };

    /// A generator for one purpose: the same `seed` and `stream` give the same numbers everywhere.
    ///
    /// Both are mixed through SplitMix64, so neighbouring seeds and streams are unrelated.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut x = seed ^ splitmix64(stream.wrapping_add(0x6A09_E667_F3BC_C909));
        let mut next = || {
            x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
            splitmix64(x)
        };
        let (a, b) = (next(), next());
        Self {
            state: [a as u32, (a >> 32) as u32, b as u32, (b >> 32) as u32],
        }
    }

    /// The whole state, for a checkpoint.
    pub fn state(&self) -> [u32; 4] {
        self.state
    }

    /// A generator that goes on from a saved state; `None` for the all-zero state, which is a
    /// fixed point of xoshiro.
    pub fn from_state(state: [u32; 4]) -> Option<Self> {
        (state != [0; 4]).then_some(Self { state })
    }

    /// The next 32 random bits.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(7).wrapping_add(s[0]);
        let t = s[1] << 9;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(11);
        result
    }

    /// Uniform on the open interval (0, 1): 2^23 equally spaced values, symmetric about 1/2.
    #[inline]
    pub fn uniform(&mut self) -> f32 {
        (((self.next_u32() >> 9) as f32) + 0.5) * (1.0 / 8_388_608.0)
    }

    /// Uniform on `0..n` (Lemire's multiply-shift, without rejection: bias below n / 2^32).
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.next_u32()) * u64::from(n)) >> 32) as u32
    }

    /// Standard Gaussian from one word of randomness.
    #[inline]
    pub fn gaussian(&mut self) -> f32 {
        normal_quantile(self.uniform())
    }

    /// Rademacher: -1 or +1, each with probability 1/2.
    #[inline]
    pub fn rademacher(&mut self) -> f32 {
        f32::from_bits(0x3F80_0000 | (self.next_u32() & 0x8000_0000))
    }
}

impl TryRng for Rng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        rand_core::utils::next_u64_via_u32(self)
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        rand_core::utils::fill_bytes_via_next_word(dst, || self.try_next_u32())
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
fn splitmix64(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Φ⁻¹(p) for p in (0, 1), relative error about 1e-7 (algorithm AS 241, routine PPND7: Wichura,
/// Applied Statistics 37, 1988).
///
/// One division and no transcendental for 85 % of all p, which is what a Cortex-M wants.
#[inline]
fn normal_quantile(p: f32) -> f32 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        let numerator = ((59.109_374 * r + 159.291_13) * r + 50.434_273) * r + 3.387_132_7;
        let denominator = ((67.187_56 * r + 78.757_76) * r + 17.895_17) * r + 1.0;
        return q * numerator / denominator;
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = math::sqrt(-math::ln(tail));
    // The far branch of AS 241 starts at r = 5, p < 1.4e-11: below the grid of `uniform`.
    let r = r - 1.6;
    let numerator = ((0.170_238_21 * r + 1.306_728_5) * r + 2.756_815_4) * r + 1.423_437_1;
    let denominator = (0.120_211_33 * r + 0.737_003_6) * r + 1.0;
    let x = numerator / denominator;
    if q < 0.0 { -x } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xoshiro_matches_the_reference_sequence() {
        // First outputs of the authors' C code from state {1, 2, 3, 4}.
        let mut rng = Rng::from_state([1, 2, 3, 4]).unwrap();
        let first: [u32; 5] = core::array::from_fn(|_| rng.next_u32());
        assert_eq!(
            first,
            [641, 1_573_767, 3_222_811_527, 3_517_856_514, 836_907_274]
        );
    }

    #[test]
    fn quantile_inverts_the_normal_distribution() {
        for i in 1..2000 {
            let p = i as f32 / 2000.0;
            let x = f64::from(normal_quantile(p));
            let back = 0.5 * math::reference::erfc(-x / core::f64::consts::SQRT_2);
            assert!(
                (back - f64::from(p)).abs() < 3e-7,
                "p {p}: {x} gives {back}"
            );
        }
    }

    #[test]
    fn streams_of_one_seed_differ_and_repeat() {
        let draw = |seed, stream| {
            let mut rng = Rng::new(seed, stream);
            core::array::from_fn::<_, 8, _>(|_| rng.next_u32())
        };
        assert_eq!(draw(7, 1), draw(7, 1));
        assert_ne!(draw(7, 1), draw(7, 2));
        assert_ne!(draw(7, 1), draw(8, 1));
    }

    #[test]
    fn moments_are_those_asked_for() {
        let mut rng = Rng::new(1, 0);
        let n = 200_000;
        let (mut mean, mut square, mut fourth, mut sign) = (0.0f64, 0.0f64, 0.0f64, 0.0f64);
        for _ in 0..n {
            let g = f64::from(rng.gaussian());
            mean += g;
            square += g * g;
            fourth += g * g * g * g;
            sign += f64::from(rng.rademacher());
        }
        let n = f64::from(n);
        assert!((mean / n).abs() < 0.01);
        assert!((square / n - 1.0).abs() < 0.02);
        assert!((fourth / n - 3.0).abs() < 0.1);
        assert!((sign / n).abs() < 0.01);
    }

    #[test]
    fn fills_bytes_like_any_rand_core_generator() {
        use rand_core::Rng as _;
        let mut rng = Rng::new(3, 0);
        let mut bytes = [0u8; 8];
        rng.clone().fill_bytes(&mut bytes);
        assert_eq!(bytes[..4], rng.next_u32().to_le_bytes());
        assert_eq!(bytes[4..], rng.next_u32().to_le_bytes());
    }
}
