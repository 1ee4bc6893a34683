//! What the verbs want to know of a firmware's ELF.

use anyhow::{Context, Result};
use object::{
    Object as _, ObjectSection as _, ObjectSymbol as _, SectionFlags, SectionKind, SymbolKind,
    elf::{EF_ARM_ABI_FLOAT_HARD, PT_LOAD, SHF_ALLOC, SHF_WRITE},
    read::elf::{ElfFile32, ElfSection32, FileHeader as _, ProgramHeader as _, SectionHeader as _},
};

use rustc_demangle::demangle;

/// The section of the vector table, as cortex-m-rt has it.
const VECTORS: &str = ".vector_table";

/// A part of the ELF that is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Where its bytes are stored before the program runs.
    pub(crate) stored: u64,
    /// How many bytes are stored.
    pub(crate) stored_size: u64,
    /// Where it lies while the program runs.
    pub(crate) runs: u64,
    /// How much memory it takes while the program runs.
    pub(crate) size: u64,
}

/// A firmware.
pub(crate) struct Elf<'data> {
    file: ElfFile32<'data>,
}

impl<'data> Elf<'data> {
    /// Reads its tables.
    ///
    /// # Errors
    /// If the bytes are no ELF of a 32-bit processor.
    pub(crate) fn parse(bytes: &'data [u8]) -> Result<Self> {
        let file = ElfFile32::parse(bytes).context("no ELF of a 32-bit processor")?;
        Ok(Self { file })
    }

    /// The address of a symbol, without the bit that tells Thumb code.
    ///
    /// # Errors
    /// If there is no such symbol.
    pub(crate) fn address(&self, name: &str) -> Result<u32> {
        let symbol = self.file.symbol_by_name(name);
        let symbol = symbol.with_context(|| format!("the ELF has no symbol `{name}`"))?;
        Ok(symbol.address() as u32 & !1)
    }

    /// Every function, by its address without the bit that tells Thumb code, ascending.
    pub(crate) fn functions(&self) -> Vec<(u32, String)> {
        let functions = self
            .file
            .symbols()
            .filter(|it| it.kind() == SymbolKind::Text);
        let mut functions: Vec<_> = functions
            .filter_map(|it| Some((it.address() as u32 & !1, it.name().ok()?)))
            .filter(|(_, name)| !name.starts_with('$')) // which only tells code from data
            .map(|(address, name)| (address, format!("{:#}", demangle(name))))
            .collect();
        functions.sort();
        functions
    }

    /// The first two halfwords of an instruction.
    pub(crate) fn halfwords(&self, address: u32) -> Option<[u16; 2]> {
        let at = u64::from(address);
        let section = self
            .file
            .sections()
            .find(|it| (it.address()..it.address() + it.size()).contains(&at))?;
        let bytes = section
            .data()
            .ok()?
            .get((at - section.address()) as usize..)?;
        let halfword = |i| Some(u16::from_le_bytes(*bytes.get(i..)?.first_chunk()?));
        Some([halfword(0)?, halfword(2).unwrap_or(0)])
    }

    /// Where code lies, by the symbols that tell it from data: from the first address to the one behind.
    pub(crate) fn code(&self) -> Vec<(u32, u32)> {
        let sections = self.allocated().filter(|it| it.kind() == SectionKind::Text);
        let ends = sections.map(|it| ((it.address() + it.size()) as u32, false));
        let symbols = self.file.symbols();
        let marks = symbols.filter_map(|it| match it.name().ok()?.get(..2)? {
            "$t" => Some((it.address() as u32, true)),
            "$d" => Some((it.address() as u32, false)),
            _ => None,
        });
        let mut marks: Vec<_> = marks.chain(ends).collect();
        marks.sort_unstable();
        let runs = marks.windows(2).filter(|it| it[0].1);
        runs.map(|it| (it[0].0, it[1].0)).collect()
    }

    /// The word at an address.
    pub(crate) fn word(&self, address: u32) -> Option<u32> {
        let [low, high] = self.halfwords(address)?;
        Some(u32::from(high) << 16 | u32::from(low))
    }

    /// Every word that is loaded, but for the vector table.
    pub(crate) fn words(&self) -> impl Iterator<Item = u32> {
        let sections = self.allocated();
        sections
            .filter(|it| it.name() != Ok(VECTORS))
            .flat_map(|it| words(it.data().unwrap_or_default()))
    }

    /// The vector table: the first stack pointer, then where each exception leads, without the bit
    /// that tells Thumb code.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) fn vectors(&self) -> Result<Vec<u32>> {
        let table = self.file.section_by_name(VECTORS);
        let table = table.with_context(|| format!("the ELF has no section `{VECTORS}`"))?;
        Ok(words(table.data()?).map(|it| it & !1).collect())
    }

    /// Bytes between where its stack begins and where it must end.
    ///
    /// # Errors
    /// If the linker script is not that of cortex-m-rt.
    pub(crate) fn room_for_stack(&self) -> Result<u64> {
        let (top, bottom) = (self.address("_stack_start")?, self.address("_stack_end")?);
        Ok(top.saturating_sub(bottom).into())
    }

    /// Whether it is built for a processor with floating-point registers.
    pub(crate) fn has_float_registers(&self) -> bool {
        self.file.elf_header().e_flags(self.file.endian()) & EF_ARM_ABI_FLOAT_HARD != 0
    }

    /// The sections that take memory.
    fn allocated(&self) -> impl Iterator<Item = ElfSection32<'data, '_>> {
        let is_allocated = |flags| matches!(flags, SectionFlags::Elf { sh_flags } if sh_flags & u64::from(SHF_ALLOC) != 0);
        self.file
            .sections()
            .filter(move |it| is_allocated(it.flags()))
    }

    /// Every segment that takes memory.
    pub(crate) fn segments(&self) -> Vec<Segment> {
        let endian = self.file.endian();
        let headers = self.file.elf_program_headers().iter();
        headers
            .filter(|it| it.p_type(endian) == PT_LOAD && it.p_memsz(endian) > 0)
            .map(|it| Segment {
                stored: it.p_paddr(endian).into(),
                stored_size: it.p_filesz(endian).into(),
                runs: it.p_vaddr(endian).into(),
                size: it.p_memsz(endian).into(),
            })
            .collect()
    }

    /// Bytes of flash that it takes.
    pub(crate) fn flash(&self) -> u64 {
        self.segments().iter().map(|it| it.stored_size).sum()
    }

    /// Bytes of memory that it takes, its stack left out: of the sections that can be written.
    pub(crate) fn memory(&self) -> u64 {
        let endian = self.file.endian();
        let header = self.file.elf_header();
        let sections = header.section_headers(endian, self.file.data());
        let takes = |flags: u32| flags & SHF_ALLOC != 0 && flags & SHF_WRITE != 0;
        sections
            .unwrap_or_default()
            .iter()
            .filter(|it| takes(it.sh_flags(endian)))
            .map(|it| u64::from(it.sh_size(endian)))
            .sum()
    }
}

/// The words of a section, little-endian.
fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks().0.iter().map(|it| u32::from_le_bytes(*it))
}
