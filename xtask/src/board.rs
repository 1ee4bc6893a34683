//! The real boards, each a folder of `firmware/boards`.

use std::path::PathBuf;

use crate::process;

/// A real board.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Board {
    /// The folder of its firmware.
    pub(crate) name: &'static str,
    /// The target that the firmware is built for.
    pub(crate) target: &'static str,
    /// Its chip, by the name that probe-rs has for it.
    pub(crate) chip: &'static str,
    /// How a probe gets to it.
    pub(crate) probe: &'static str,
}

/// All of them.
pub(crate) const BOARDS: [Board; 3] = [
    Board {
        name: "nrf52840-dk",
        target: "thumbv7em-none-eabihf",
        chip: "nRF52840_xxAA",
        probe: "the nRF52840-DK has one: plug a USB cable into J2, on its short side, and switch it on",
    },
    Board {
        name: "pico2",
        target: "thumbv8m.main-none-eabihf",
        chip: "RP235x",
        probe: "a Pico 2 needs one on its SWD pins: Raspberry Pi's Debug Probe, or another CMSIS-DAP",
    },
    Board {
        name: "stm32f405",
        target: "thumbv7em-none-eabihf",
        chip: "STM32F405RG",
        probe: "an STM32F405 needs one on its SWD pins: an ST-LINK, a J-Link, or a CMSIS-DAP",
    },
];

impl Board {
    /// The board of this name, for clap.
    pub(crate) fn named(name: &str) -> Result<&'static Self, String> {
        let found = BOARDS.iter().find(|board| board.name == name);
        found.ok_or_else(|| format!("the boards are {}", names()))
    }
}

/// One board, or all of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice(pub(crate) &'static [Board]);

impl Choice {
    /// The board of this name, or `all`, for clap.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        match name {
            "all" => Ok(Self(&BOARDS)),
            name => match Board::named(name) {
                Ok(board) => Ok(Self(std::slice::from_ref(board))),
                Err(told) => Err(format!("{told}, or all")),
            },
        }
    }
}

/// The folder of all boards.
pub(crate) fn folder() -> PathBuf {
    process::workspace().join("firmware/boards")
}

fn names() -> String {
    BOARDS.each_ref().map(|board| board.name).join(", ")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_board_goes_by_its_folder() {
        assert_eq!(Choice::named("all").unwrap().0.len(), BOARDS.len());
        assert_eq!(Choice::named("pico2").unwrap().0, &BOARDS[1..2]);
        assert!(Choice::named("pico").unwrap_err().contains("pico2"));
    }

    #[test]
    fn the_folder_of_a_board_names_the_same_chip_and_target() {
        for Board {
            name, target, chip, ..
        } in &BOARDS
        {
            let config = folder().join(name).join(".cargo/config.toml");
            let config = fs::read_to_string(config).unwrap();
            assert!(config.contains(&format!("target = \"{target}\"")), "{name}");
            assert!(config.contains(&format!("[target.{target}]")), "{name}");
            assert!(config.contains(chip), "{name}");
        }
    }
}
