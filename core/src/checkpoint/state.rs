//! What can be saved: plain values, trees of parameters, optimizer states, random streams.

use super::persist::{Invalid, Persist, Reader, Writer};
use crate::gan::Gan;
use crate::optimizer::{AdamState, Optimizer, OptimizerState, RmsPropState};
use crate::params::Params;
use crate::rng::Rng;

impl Persist for f32 {
    const BYTES: usize = 4;

    fn save(&self, out: &mut Writer<'_>) {
        out.leaf(&[], &[*self]);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        from.leaf(core::slice::from_mut(self))
    }
}

impl Persist for u8 {
    const BYTES: usize = 1;

    fn save(&self, out: &mut Writer<'_>) {
        out.describe(b'y', &[]);
        out.put(&[*self]);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let [byte] = from.take()?;
        from.set(self, byte);
        Ok(())
    }
}

impl Persist for u16 {
    const BYTES: usize = 2;

    fn save(&self, out: &mut Writer<'_>) {
        out.describe(b'h', &[]);
        out.put(&self.to_le_bytes());
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let bytes = from.take()?;
        from.set(self, Self::from_le_bytes(bytes));
        Ok(())
    }
}

impl Persist for u32 {
    const BYTES: usize = 4;

    fn save(&self, out: &mut Writer<'_>) {
        out.describe(b'u', &[]);
        out.put(&self.to_le_bytes());
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let bytes = from.take()?;
        from.set(self, Self::from_le_bytes(bytes));
        Ok(())
    }
}

impl Persist for u64 {
    const BYTES: usize = 8;

    fn save(&self, out: &mut Writer<'_>) {
        out.describe(b'U', &[]);
        out.put(&self.to_le_bytes());
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let bytes = from.take()?;
        from.set(self, Self::from_le_bytes(bytes));
        Ok(())
    }
}

impl Persist for bool {
    const BYTES: usize = 1;

    fn save(&self, out: &mut Writer<'_>) {
        out.describe(b'b', &[]);
        out.put(&[u8::from(*self)]);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let value = match from.take()? {
            [0] => false,
            [1] => true,
            _ => return Err(Invalid("a truth value that is neither 0 nor 1")),
        };
        from.set(self, value);
        Ok(())
    }
}

impl<T: Persist, const N: usize> Persist for [T; N] {
    const BYTES: usize = N * T::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        out.describe(b'[', &[N]);
        self.iter().for_each(|value| value.save(out));
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.iter_mut().try_for_each(|value| value.load(from))
    }
}

/// A network, a gradient, a momentum: leaf by leaf.
impl<P: Params> Persist for P {
    const BYTES: usize = P::LEN * f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        for i in 0..P::LEAVES {
            out.leaf(P::shape(i), Params::leaf(self, i));
        }
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        (0..P::LEAVES).try_for_each(|i| from.leaf(Params::leaf_mut(self, i)))
    }
}

impl<P: Params> Persist for AdamState<P> {
    const BYTES: usize = Self::LEN * f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        for leaf in (0..Self::LEAVES).map(|i| self.leaf(i)) {
            out.leaf(&[leaf.len()], leaf);
        }
    }
    /// A second moment is never below 0, and a power of β never beyond ±1.
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let (first, second) = (P::LEAVES, 2 * P::LEAVES);
        (0..first).try_for_each(|i| from.leaf(self.leaf_mut(i)))?;
        (first..second).try_for_each(|i| from.leaf_within(self.leaf_mut(i), 0.0, f32::MAX))?;
        (second..Self::LEAVES).try_for_each(|i| from.leaf_within(self.leaf_mut(i), -1.0, 1.0))
    }
}

impl<P: Params> Persist for RmsPropState<P> {
    const BYTES: usize = Self::LEN * f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        for leaf in (0..Self::LEAVES).map(|i| self.leaf(i)) {
            out.leaf(&[leaf.len()], leaf);
        }
    }
    /// A second moment is never below 0, and a power of β₂ never above 1.
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let (power, moments) = (1, Self::LEAVES);
        (0..power).try_for_each(|i| from.leaf_within(self.leaf_mut(i), 0.0, 1.0))?;
        (power..moments).try_for_each(|i| from.leaf_within(self.leaf_mut(i), 0.0, f32::MAX))
    }
}

/// Both players, and the optimizer's memory of both.
impl<G: Params, D: Params, O: Optimizer> Persist for Gan<G, D, O>
where
    O::State<G>: Persist,
    O::State<D>: Persist,
{
    const BYTES: usize =
        G::BYTES + D::BYTES + O::State::<G>::BYTES + O::State::<D>::BYTES + f32::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.generator.save(out);
        self.discriminator.save(out);
        self.generator_state.save(out);
        self.discriminator_state.save(out);
        self.centre.save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        self.generator.load(from)?;
        self.discriminator.load(from)?;
        self.generator_state.load(from)?;
        self.discriminator_state.load(from)?;
        self.centre.load(from)
    }
}

impl Persist for Rng {
    const BYTES: usize = <[u32; 4]>::BYTES;

    fn save(&self, out: &mut Writer<'_>) {
        self.state().save(out);
    }
    fn load(&mut self, from: &mut Reader<'_>) -> Result<(), Invalid> {
        let state = from.read(self.state())?;
        let rng = Self::from_state(state).ok_or(Invalid("a random state of zeros"))?;
        from.set(self, rng);
        Ok(())
    }
}
