//! The store of an emulated machine, as the device lays it out: a checkpoint at the beginning of each
//! half, and at the half's end its generation, a number and its complement.

use std::{fs, io, path::Path};

use anyhow::{Context, Result, ensure};

/// Its size: that of a 24xM02.
pub(crate) const BYTES: usize = 256 * 1024;
/// What of it answers to one address on a bus.
pub(crate) const BANK: usize = 64 * 1024;
/// The size of a half.
const HALF: usize = BYTES / 2;
const GENERATION: usize = 8;
/// Bytes of a checkpoint before its payload, the last four of which tell how long that is, and after it.
const HEADER: usize = 36;
const CRC: usize = 4;

/// Makes an erased memory unless the file is one already.
pub(crate) fn provide(file: &Path) -> io::Result<()> {
    match fs::metadata(file) {
        Ok(found) if found.len() == BYTES as u64 => Ok(()),
        _ => fs::write(file, vec![0xff; BYTES]),
    }
}

/// A memory that holds this checkpoint and no other.
///
/// # Errors
/// If it is too large.
pub(crate) fn holding(checkpoint: &[u8]) -> Result<Vec<u8>> {
    let room = HALF - GENERATION;
    let size = checkpoint.len();
    ensure!(
        size <= room,
        "a checkpoint of {size} bytes; there is room for {room}"
    );
    let mut memory = vec![0xff; BYTES];
    memory[..size].copy_from_slice(checkpoint);
    memory[room..][..4].copy_from_slice(&1_u32.to_le_bytes());
    memory[room + 4..][..4].copy_from_slice(&(!1_u32).to_le_bytes());
    Ok(memory)
}

/// The oldest checkpoint that `memory` holds.
///
/// # Errors
/// If it holds none.
pub(crate) fn oldest(memory: &[u8]) -> Result<&[u8]> {
    let halves = memory.chunks_exact(HALF);
    let held = halves.filter_map(|half| Some((generation(half)?, checkpoint(half)?)));
    let oldest = held.min_by_key(|(generation, _)| *generation);
    Ok(oldest.context("there is no checkpoint in the memory")?.1)
}

/// How many readings a device had taken in when it made a checkpoint: the first two numbers behind its
/// header, those that its statistics hold and those that they refused.
pub(crate) fn taken(checkpoint: &[u8]) -> Option<usize> {
    let numbers = checkpoint.get(HEADER..HEADER + 8)?.as_chunks::<4>().0;
    let total = numbers.iter().map(|&bytes| u32::from_le_bytes(bytes));
    usize::try_from(total.sum::<u32>()).ok()
}

/// The checkpoint at the beginning of a half, as long as its header says.
fn checkpoint(half: &[u8]) -> Option<&[u8]> {
    let payload = half.get(HEADER - 4..HEADER)?.try_into();
    let payload = usize::try_from(u32::from_le_bytes(payload.ok()?)).ok()?;
    half.get(..HEADER.checked_add(payload)?.checked_add(CRC)?)
}

/// The generation of a half, if it has been written to its end.
fn generation(half: &[u8]) -> Option<u32> {
    let (number, complement) = half[HALF - GENERATION..].split_at(4);
    let word = |bytes: &[u8]| Some(u32::from_le_bytes(bytes.try_into().ok()?));
    let number = word(number)?;
    (number == !word(complement)?).then_some(number)
}

/// A save, as the bytes that a device writes one after the other: the generation of the half that is
/// to be overwritten is taken away, the checkpoint is written, the new generation.
pub(crate) struct Save {
    before: Vec<u8>,
    /// Where the half begins.
    base: usize,
    checkpoint: Vec<u8>,
    generation: Vec<u8>,
}

impl Save {
    /// The save that has made `after` out of `before`.
    ///
    /// # Errors
    /// If the halves are not those of one save.
    pub(crate) fn between(before: &[u8], after: &[u8]) -> Result<Self> {
        let half = |at: &usize| before[*at..][..HALF] != after[*at..][..HALF];
        let changed: Vec<usize> = [0, HALF].into_iter().filter(half).collect();
        let [base] = changed[..] else {
            anyhow::bail!("{} halves have changed, not one", changed.len());
        };
        let half = &after[base..][..HALF];
        generation(half).context("the save has not come to its end")?;
        Ok(Self {
            before: before.to_vec(),
            base,
            checkpoint: checkpoint(half)
                .context("no checkpoint was saved")?
                .to_vec(),
            generation: half[HALF - GENERATION..].to_vec(),
        })
    }

    /// How many bytes are written.
    pub(crate) fn bytes(&self) -> usize {
        self.checkpoint.len() + 2 * GENERATION
    }

    /// A cut every so many bytes of the checkpoint, and after each byte of the generations.
    pub(crate) fn cuts(&self, every: usize) -> impl Iterator<Item = usize> {
        let (first, last) = (GENERATION, self.bytes() - GENERATION);
        (0..=self.bytes())
            .filter(move |&cut| cut < first || cut >= last || (cut - first).is_multiple_of(every))
    }

    /// The store after so many bytes.
    pub(crate) fn cut_after(&self, cut: usize) -> Vec<u8> {
        let end = self.base + HALF - GENERATION;
        let zeros = [0; GENERATION];
        let writes = [
            (end, &zeros[..]),
            (self.base, &self.checkpoint),
            (end, &self.generation),
        ];
        let (mut store, mut left) = (self.before.clone(), cut);
        for (at, bytes) in writes {
            let now = left.min(bytes.len());
            store[at..][..now].copy_from_slice(&bytes[..now]);
            left -= now;
        }
        store
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What counts as a checkpoint of `size` bytes here.
    fn filled(byte: u8, size: usize) -> Vec<u8> {
        let mut checkpoint = vec![byte; size];
        let payload = (size - HEADER - CRC) as u32;
        checkpoint[HEADER - 4..HEADER].copy_from_slice(&payload.to_le_bytes());
        checkpoint
    }

    #[test]
    fn a_checkpoint_comes_back_from_the_memory() {
        let checkpoint = filled(7, 1000);
        let memory = holding(&checkpoint).unwrap();
        assert_eq!(memory.len(), BYTES);
        assert_eq!(oldest(&memory).unwrap(), checkpoint);
        assert!(holding(&[0; HALF]).is_err());
        assert!(oldest(&[0xff; BYTES]).is_err());
    }

    #[test]
    fn a_save_is_told_from_what_it_has_changed_and_can_be_cut_anywhere() {
        let after = holding(&filled(9, 140)).unwrap();
        let before = holding(&[3; 140]).unwrap();
        let mut newer = after.clone();
        newer[HALF - GENERATION..][..4].copy_from_slice(&3_u32.to_le_bytes());
        newer[HALF - GENERATION + 4..HALF].copy_from_slice(&(!3_u32).to_le_bytes());
        let save = Save::between(&before, &newer).unwrap();
        assert_eq!(save.bytes(), 156);
        assert_eq!(save.cut_after(0), before);
        assert_eq!(save.cut_after(156), newer);
        for cut in 1..156 {
            let half = &save.cut_after(cut)[..HALF];
            // With the first byte still to be written away, the number and its complement differ.
            assert_eq!(generation(half), None, "cut after {cut}");
        }
        assert_eq!(save.cuts(64).count(), 8 + 3 + 9);
        assert!(Save::between(&before, &before).is_err());
    }

    #[test]
    fn the_older_of_two_is_found() {
        let mut memory = holding(&filled(2, 50)).unwrap();
        let second = holding(&filled(1, 60)).unwrap();
        memory[HALF..].copy_from_slice(&second[..HALF]);
        memory[HALF - GENERATION..][..4].copy_from_slice(&5_u32.to_le_bytes());
        memory[HALF - GENERATION + 4..HALF].copy_from_slice(&(!5_u32).to_le_bytes());
        assert_eq!(oldest(&memory).unwrap(), filled(1, 60));
    }
}
