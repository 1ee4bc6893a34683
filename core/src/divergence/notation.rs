//! The one-line notation of a [`Target`]: `normal:MEAN:SD`, `uniform:A:B`, `exponential:RATE`,
//! `lognormal:MU:SIGMA`, `mixture:W:MEAN:SD,W:MEAN:SD,...`.

use core::fmt;
use core::str::FromStr;

use super::error::{Parameter, TargetError, Token};
use super::family::{Exponential, LogNormal, Mixture, Mode, Normal, Uniform};
use super::target::Target;

const NORMAL: &str = "normal:MEAN:SD";
const UNIFORM: &str = "uniform:A:B";
const EXPONENTIAL: &str = "exponential:RATE";
const LOGNORMAL: &str = "lognormal:MU:SIGMA";
const MIXTURE: &str = "mixture:W:MEAN:SD,W:MEAN:SD,...";

impl FromStr for Target {
    type Err = TargetError;

    /// Reads the notation; spaces around words and numbers do not matter.
    fn from_str(text: &str) -> Result<Self, TargetError> {
        let text = text.trim();
        let (family, list) = text.split_once(':').unwrap_or((text, ""));
        match family.trim() {
            "" => Err(TargetError::Empty),
            "normal" => {
                let [mean, sd] = numbers(list, ["mean", "sd"], NORMAL)?;
                Ok(Self::Normal(Normal::new(mean, sd)?))
            }
            "uniform" => {
                let [low, high] = numbers(list, ["A", "B"], UNIFORM)?;
                Ok(Self::Uniform(Uniform::new(low, high)?))
            }
            "exponential" => {
                let [rate] = numbers(list, ["rate"], EXPONENTIAL)?;
                Ok(Self::Exponential(Exponential::new(rate)?))
            }
            "lognormal" => {
                let [mu, sigma] = numbers(list, ["mu", "sigma"], LOGNORMAL)?;
                Ok(Self::LogNormal(LogNormal::new(mu, sigma)?))
            }
            "mixture" => mixture(list).map(Self::Mixture),
            unknown => Err(TargetError::UnknownFamily(Token::new(unknown))),
        }
    }
}

/// `W:MEAN:SD,W:MEAN:SD,...`; every mode is read before any is judged against the others.
fn mixture(list: &str) -> Result<Mixture, TargetError> {
    let mut modes = heapless::Vec::<Mode, { super::family::MAX_MODES }>::new();
    for (number, text) in (1..).zip(list.split(',')) {
        let [weight, mean, sd] =
            numbers(text, ["weight", "mean", "sd"], MIXTURE).map_err(|e| e.in_mode(number))?;
        let mode = Mode { weight, mean, sd };
        modes.push(mode).map_err(|_| TargetError::TooManyModes)?;
    }
    Mixture::new(modes)
}

/// Exactly N numbers between colons.
fn numbers<const N: usize>(
    list: &str,
    names: [&'static str; N],
    form: &'static str,
) -> Result<[f64; N], TargetError> {
    let found = if list.trim().is_empty() {
        0
    } else {
        list.split(':').count()
    };
    if found != N {
        return Err(TargetError::NumberCount {
            form,
            expected: N,
            found,
            mode: 0,
        });
    }
    let mut values = [0.0; N];
    for ((value, name), text) in values.iter_mut().zip(names).zip(list.split(':')) {
        let text = text.trim();
        let not_a_number = |_| TargetError::NotANumber(Parameter::new(name), Token::new(text));
        *value = text.parse().map_err(not_a_number)?;
    }
    Ok(values)
}

impl fmt::Display for Target {
    /// The notation [`FromStr`] reads, every number to the last bit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Normal(normal) => write!(f, "normal:{}:{}", normal.mean(), normal.sd()),
            Self::Uniform(uniform) => {
                let (low, high) = uniform.ends();
                write!(f, "uniform:{low}:{high}")
            }
            Self::Exponential(exponential) => write!(f, "exponential:{}", exponential.rate()),
            Self::LogNormal(lognormal) => {
                let (mu, sigma) = lognormal.logarithm();
                write!(f, "lognormal:{mu}:{sigma}")
            }
            Self::Mixture(mixture) => {
                let mut before = "mixture:";
                for Mode { weight, mean, sd } in mixture.modes() {
                    write!(f, "{before}{weight}:{mean}:{sd}")?;
                    before = ",";
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};
    use std::{format, vec};

    fn message(text: &str) -> String {
        text.parse::<Target>().expect_err(text).to_string()
    }

    #[test]
    fn every_family_is_read_and_written_to_the_last_bit() {
        for text in [
            "normal:0:1",
            "normal:-3.25:0.5",
            "uniform:-1:1",
            "exponential:0.3333333333333333",
            "lognormal:0:0.5",
            "lognormal:-1.5:1",
            "mixture:0.5:-1.5:0.2,0.5:1.5:0.2",
            "mixture:0.8:-1.5:0.2,0.2:1.5:0.2",
        ] {
            let target: Target = text.parse().unwrap();
            assert_eq!(target.to_string(), text);
        }
    }

    #[test]
    fn a_mixture_is_normalised_once_and_then_stays() {
        for text in [
            "mixture:1:-2:.2,1:0:.2,1:2:.2",
            "mixture:3:-1.7:0.1, 4:0.3:0.01 ,1e-3:9:2",
            "mixture:0.1:0:1,0.2:1:1,0.7:2:1",
            " mixture : 7 : 5 : 1e-3 ",
        ] {
            let target: Target = text.parse().unwrap();
            let total: f64 = target.modes().map(|mode| mode.weight).sum();
            assert!((total - 1.0).abs() < 1e-15);
            let again: Target = target.to_string().parse().unwrap();
            assert_eq!(again, target, "{text}");
        }
    }

    #[test]
    fn errors_say_what_where_and_how_to_mend_it() {
        assert_eq!(
            message(""),
            "no distribution given; write one such as normal:0:1"
        );
        assert_eq!(message(" "), message(""));
        assert_eq!(
            message("gauss:0:1"),
            "unknown distribution `gauss`; use normal, uniform, exponential, lognormal or mixture"
        );
        assert_eq!(
            message("normal"),
            "expected 2 numbers, found 0; write normal:MEAN:SD"
        );
        assert_eq!(
            message("normal:0:1:2"),
            "expected 2 numbers, found 3; write normal:MEAN:SD"
        );
        assert_eq!(
            message("exponential:"),
            "expected 1 number, found 0; write exponential:RATE"
        );
        assert_eq!(
            message("normal:zero:1"),
            "mean is `zero`; write a number such as 0.5"
        );
        assert_eq!(message("uniform::1"), "A is ``; write a number such as 0.5");
        assert_eq!(
            message("normal:inf:1"),
            "mean is not finite; write an ordinary number"
        );
        assert_eq!(
            message("lognormal:0:NaN"),
            "sigma is not finite; write an ordinary number"
        );
        assert_eq!(
            message("normal:1e999:1"),
            "mean is not finite; write an ordinary number"
        );
        assert_eq!(message("normal:0:0"), "sd is 0.0; give a number above 0");
        assert_eq!(
            message("exponential:-1"),
            "rate is -1.0; give a number above 0"
        );
        assert_eq!(
            message("uniform:1:1"),
            "uniform from 1.0 to 1.0 is empty; give A below B, as in uniform:0:1"
        );
    }

    #[test]
    fn errors_in_a_mixture_name_the_mode() {
        assert_eq!(
            message("mixture"),
            "expected 3 numbers of mode 1, found 0; write mixture:W:MEAN:SD,W:MEAN:SD,..."
        );
        assert_eq!(
            message("mixture:1:0:1,"),
            "expected 3 numbers of mode 2, found 0; write mixture:W:MEAN:SD,W:MEAN:SD,..."
        );
        assert_eq!(
            message("mixture:1:0:1,0:0:1"),
            "weight of mode 2 is 0.0; give a number above 0"
        );
        assert_eq!(
            message("mixture:1:0:-1,1:0:1"),
            "sd of mode 1 is -1.0; give a number above 0"
        );
        assert_eq!(
            message("mixture:1:x:1"),
            "mean of mode 1 is `x`; write a number such as 0.5"
        );
        let seventeen = format!("mixture:{}", vec!["1:0:1"; 17].join(","));
        assert_eq!(
            message(&seventeen),
            "more than 16 modes; leave some out or merge close ones"
        );
        assert!(message("mixture:1e308:0:1,1e308:0:1").starts_with("weight of mode 1 vanishes"));
        assert!(message("mixture:1e-308:0:1,1e300:0:1").starts_with("weight of mode 1 vanishes"));
    }

    #[test]
    fn what_f32_cannot_show_is_refused() {
        for text in [
            "normal:1e39:1e38",
            "normal:0:1e38",
            "normal:1e6:0.01",
            "uniform:1e9:1000000001",
            "lognormal:88:1",
            "lognormal:0:1e-8",
            "exponential:1e-38",
            "exponential:1e39",
            "mixture:1:0:1,1:1e8:1",
        ] {
            assert!(
                message(text).starts_with("f32 readings cannot show"),
                "{text}: {}",
                message(text)
            );
        }
    }

    #[test]
    fn messages_stay_one_short_line_whatever_was_written() {
        let long = format!("\n\0{}", "é".repeat(10_000));
        for text in [long.clone(), format!("normal:{long}:1"), format!("a{long}")] {
            let message = message(&text);
            assert!(
                message.len() < 200 && !message.contains(['\n', '\0']),
                "{message}"
            );
        }
    }
}
