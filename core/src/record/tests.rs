//! A record survives its text, and what is no record is told from one.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;

use super::*;

/// Every field with a value of its own.
fn record() -> Record {
    let vitals = Vitals {
        seen: 3200,
        rejected: 3,
        dropped: 0,
        cost_us: 821.25,
        stack: 4812,
    };
    let learning = Record {
        step: 100,
        discriminator_loss: 1.386_294_4,
        generator_loss: 0.75,
        penalty: 1e-9,
        value: -1.386_294_4,
        js_bound: -0.0,
        js_bound_error: 0.004,
        discriminator_gradient: 3e20,
        generator_gradient: 0.1,
        skipped: 2,
        ..Record::default()
    };
    learning.with(vitals)
}

/// The bits of every field; NaNs are one number.
fn bits(record: &Record) -> Vec<u32> {
    let bits = |number| match number {
        Number::Count(count) => count,
        Number::Real(real) if real.is_nan() => f32::NAN.to_bits(),
        Number::Real(real) => real.to_bits(),
    };
    record.fields().map(|(_, number)| bits(number)).collect()
}

/// As defmt's decoder writes it: fields in their order, floats by `ryu`.
fn decoded(record: &Record) -> String {
    let value = |number| match number {
        Number::Count(count) => count.to_string(),
        Number::Real(real) => ryu::Buffer::new().format(real).to_string(),
    };
    let fields: Vec<String> = record
        .fields()
        .map(|(name, number)| format!("{name}: {}", value(number)))
        .collect();
    format!("Record {{ {} }}", fields.join(", "))
}

#[test]
fn the_text_is_that_of_a_decoded_log() {
    let text = "Record { step: 100, discriminator_loss: 1.3862944, generator_loss: 0.75, \
        penalty: 1e-9, value: -1.3862944, js_bound: -0.0, js_bound_error: 0.004, \
        discriminator_gradient: 3e20, generator_gradient: 0.1, skipped: 2, seen: 3200, \
        rejected: 3, dropped: 0, cost_us: 821.25, stack: 4812 }";
    assert_eq!(record().to_string(), text);
    assert_eq!(decoded(&record()), text);
    assert_eq!(text.parse(), Ok(record()));
}

#[test]
fn vitals_are_the_second_half_and_nothing_else() {
    let whole = record();
    let half = whole.with(Vitals::default());
    assert_eq!(half.vitals(), Vitals::default());
    assert_eq!(half.with(whole.vitals()), whole);
    assert_eq!(half.value, whole.value);
}

#[test]
fn names_are_those_of_the_text() {
    let text = record().to_string();
    let names: Vec<&str> = text["Record {".len()..]
        .split(',')
        .filter_map(|field| Some(field.split_once(':')?.0.trim()))
        .collect();
    assert_eq!(names, Record::NAMES);
}

#[test]
fn what_is_wrong_is_named() {
    let text = record().to_string();
    let broken = |from: &str, to: &str| {
        assert!(text.contains(from));
        text.replace(from, to).parse::<Record>().unwrap_err()
    };
    assert_eq!(broken("Record", "Metric"), Unreadable::Form);
    assert_eq!(broken(" }", ""), Unreadable::Form);
    assert_eq!(broken(" }", ", more: 1 }"), Unreadable::Form);
    assert_eq!(
        broken(", stack: 4812", ""),
        Unreadable::Missing("stack"),
        "the log of an older firmware"
    );
    assert_eq!(broken("value:", "worth:"), Unreadable::Missing("value"));
    assert_eq!(broken("3200", "-1"), Unreadable::NotANumber("seen"));
    assert_eq!(broken("3200", "4294967296"), Unreadable::NotANumber("seen"));
    assert_eq!(broken("1e-9", "1e-9e"), Unreadable::NotANumber("penalty"));
    assert_eq!("".parse::<Record>(), Err(Unreadable::Form));
}

#[test]
fn no_beginning_of_a_record_is_a_record() {
    let text = record().to_string();
    for end in 0..text.len() {
        assert!(text[..end].parse::<Record>().is_err(), "{}", &text[..end]);
    }
}

fn any_record() -> impl Strategy<Value = Record> {
    // Any bits at all: NaNs, infinities, subnormal numbers, negative zeros.
    let real = || any::<u32>().prop_map(f32::from_bits);
    (any::<[u32; 6]>(), proptest::collection::vec(real(), 9)).prop_map(|(counts, reals)| Record {
        step: counts[0],
        skipped: counts[1],
        seen: counts[2],
        rejected: counts[3],
        dropped: counts[4],
        stack: counts[5],
        discriminator_loss: reals[0],
        generator_loss: reals[1],
        penalty: reals[2],
        value: reals[3],
        js_bound: reals[4],
        js_bound_error: reals[5],
        discriminator_gradient: reals[6],
        generator_gradient: reals[7],
        cost_us: reals[8],
    })
}

proptest! {
    #[test]
    fn a_record_survives_its_text_bit_for_bit(record in any_record()) {
        for text in [record.to_string(), decoded(&record)] {
            let again: Record = text.parse().unwrap();
            prop_assert_eq!(bits(&again), bits(&record), "{}", text);
        }
    }

    #[test]
    fn any_text_is_a_record_or_an_error(text in "(Record ?\\{)?[ -~]{0,80}\\}?") {
        let _ = text.parse::<Record>();
    }
}
