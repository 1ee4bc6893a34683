//! Colours by what they stand for, in a light and a dark scheme.
//!
//! A picture is written in the light colours, so that it can stand alone; the
//! page's style sheet ([`css`]) turns each of them into the variable of its
//! role, and the variables follow the reader's scheme. Blue against orange is
//! the pair that the common kinds of colour blindness keep apart; dashes and
//! fills say the same a second time.

use plotters::style::RGBColor;

/// What a colour stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The data.
    Data,
    /// What the generator, or the trained network, made of it.
    Generated,
    /// What is known exactly: a density, an optimum, a limit.
    Truth,
    /// The simple baseline to compare with.
    Baseline,
    /// What chance alone would give.
    Floor,
    /// Something to look at.
    Alarm,
    /// One of several equals; counted modulo 4.
    Series(u8),
    /// Tick labels and axis titles.
    Label,
    /// Grid lines and frames.
    Grid,
    /// Running text.
    Ink,
    /// The page itself.
    Paper,
}

/// A role's name in the style sheet, its light colour and its dark one.
struct Colour {
    role: Role,
    name: &'static str,
    light: u32,
    dark: u32,
}

const fn colour(role: Role, name: &'static str, light: u32, dark: u32) -> Colour {
    Colour {
        role,
        name,
        light,
        dark,
    }
}

const COLOURS: [Colour; 14] = [
    colour(Role::Data, "data", 0x3A6EA5, 0x7DB0E3),
    colour(Role::Generated, "generated", 0xD46A1E, 0xF2A45C),
    colour(Role::Truth, "truth", 0x22262E, 0xF1EFE9),
    colour(Role::Baseline, "baseline", 0x868A93, 0x8D939D),
    colour(Role::Floor, "floor", 0x24867B, 0x5CC7B6),
    colour(Role::Alarm, "alarm", 0xB0325C, 0xF0799B),
    colour(Role::Series(0), "series-0", 0x4F46A0, 0xA9A1F2),
    colour(Role::Series(1), "series-1", 0xA8801A, 0xDCC25E),
    colour(Role::Series(2), "series-2", 0x1E8C8A, 0x62CCCA),
    colour(Role::Series(3), "series-3", 0xA3386B, 0xEE8DB8),
    colour(Role::Label, "label", 0x5B616C, 0xA5ABB4),
    colour(Role::Grid, "grid", 0xE3E0D8, 0x2C323B),
    colour(Role::Ink, "ink", 0x1E222A, 0xE5E3DD),
    colour(Role::Paper, "paper", 0xFCFBF8, 0x15181D),
];

impl Role {
    /// The light colour, as plotters takes it.
    pub(super) fn rgb(self) -> RGBColor {
        let [_, red, green, blue] = self.colour().light.to_be_bytes();
        RGBColor(red, green, blue)
    }

    /// The light colour as it stands in a picture: `#3A6EA5`.
    pub(super) fn hex(self) -> String {
        hex(self.colour().light)
    }

    fn colour(self) -> &'static Colour {
        let role = match self {
            Role::Series(number) => Role::Series(number % 4),
            other => other,
        };
        COLOURS
            .iter()
            .find(|colour| colour.role == role)
            .unwrap_or(&COLOURS[0])
    }
}

/// The variables of both schemes, and the rules that make pictures follow them.
pub(super) fn css() -> String {
    let light = variables(|colour| colour.light);
    let dark = variables(|colour| colour.dark);
    let rules: String = COLOURS.iter().map(rule).collect();
    format!(
        ":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n\
         @media print{{:root{{{light}}}}}\n{rules}"
    )
}

fn variables(pick: impl Fn(&Colour) -> u32) -> String {
    COLOURS
        .iter()
        .map(|colour| format!("--{}:{};", colour.name, hex(pick(colour))))
        .collect()
}

fn rule(colour: &Colour) -> String {
    let (name, light) = (colour.name, hex(colour.light));
    format!(
        "svg [fill=\"{light}\"]{{fill:var(--{name})}}\
         svg [stroke=\"{light}\"]{{stroke:var(--{name})}}\n"
    )
}

fn hex(rgb: u32) -> String {
    format!("#{rgb:06X}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// sRGB to linear light.
    fn linear(rgb: u32) -> [f64; 3] {
        let [_, channels @ ..] = rgb.to_be_bytes();
        channels.map(|byte| {
            let c = f64::from(byte) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        })
    }

    /// Contrast ratio of WCAG 2.
    fn contrast(a: u32, b: u32) -> f64 {
        let luminance = |rgb| {
            let [red, green, blue] = linear(rgb);
            0.05 + 0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        let (a, b) = (luminance(a), luminance(b));
        a.max(b) / a.min(b)
    }

    /// Colour-blind views of linear light, severity 1 (Machado, Oliveira, Fernandes 2009).
    const PROTANOPIA: [[f64; 3]; 3] = [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ];
    const DEUTERANOPIA: [[f64; 3]; 3] = [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ];
    const TRITANOPIA: [[f64; 3]; 3] = [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ];

    fn seen(rgb: u32, eye: &[[f64; 3]; 3]) -> [f64; 3] {
        let light = linear(rgb);
        eye.map(|row| {
            let sum: f64 = row.iter().zip(light).map(|(a, b)| a * b).sum();
            sum.clamp(0.0, 1.0).powf(1.0 / 2.4)
        })
    }

    #[test]
    fn no_two_roles_share_a_colour() {
        for (i, a) in COLOURS.iter().enumerate() {
            for b in &COLOURS[i + 1..] {
                assert_ne!(a.light, b.light, "{} and {}", a.name, b.name);
            }
        }
    }

    #[test]
    fn text_and_marks_stand_out_from_the_paper() {
        let paper = Role::Paper.colour();
        for colour in &COLOURS {
            let least = match colour.role {
                Role::Paper | Role::Grid => continue,
                Role::Label | Role::Ink => 4.5,
                _ => 3.0,
            };
            assert!(
                contrast(colour.light, paper.light) >= least,
                "{}",
                colour.name
            );
            assert!(
                contrast(colour.dark, paper.dark) >= least,
                "{}",
                colour.name
            );
        }
    }

    #[test]
    fn data_and_generated_differ_to_every_eye() {
        let (data, generated) = (Role::Data.colour(), Role::Generated.colour());
        for eye in [&PROTANOPIA, &DEUTERANOPIA, &TRITANOPIA] {
            for (a, b) in [(data.light, generated.light), (data.dark, generated.dark)] {
                let apart = seen(a, eye)
                    .iter()
                    .zip(seen(b, eye))
                    .map(|(a, b)| (a - b) * (a - b))
                    .sum::<f64>()
                    .sqrt();
                assert!(apart > 0.25, "{apart}");
            }
        }
    }

    #[test]
    fn every_role_has_its_colour() {
        assert_eq!(Role::Data.hex(), "#3A6EA5");
        assert_eq!(Role::Series(6).hex(), Role::Series(2).hex());
        assert!(css().contains("svg [stroke=\"#D46A1E\"]{stroke:var(--generated)}"));
    }
}
