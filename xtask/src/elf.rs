//! What the verbs want to know of a firmware's ELF.

use anyhow::{Context, Result};
use object::{
    Object as _, ObjectSection as _, ObjectSymbol as _, SymbolKind,
    elf::{PT_LOAD, SHF_ALLOC, SHF_WRITE},
    read::elf::{ElfFile32, FileHeader as _, ProgramHeader as _, SectionHeader as _},
};

use rustc_demangle::demangle;

use crate::sizes::Size;

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

    /// What it takes of a chip, its stack left out.
    pub(crate) fn size(&self) -> Size {
        Size {
            flash: self.segments().iter().map(|it| it.stored_size).sum(),
            ram: self.memory(),
            stack: None,
        }
    }

    /// Bytes of the sections that can be written.
    fn memory(&self) -> u64 {
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
