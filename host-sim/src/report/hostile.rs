//! Every page from the worst that data can be: none of it may panic, hang, or
//! put a number that is no number into a picture.

use super::chart::{Bar, Cell, Chart, Role};
use super::data::{
    Branch, Curve, Device, DeviceMetric, Discriminator, Facts, Latent, Line, Metric, Number, Plane,
    Samples, Scores, Sweep, SweepRow, Theory, Told, Training, Windows,
};
use super::{device, score, sweep, theory, training};

/// Lists of numbers that real runs produce on a bad day.
fn lists() -> Vec<Vec<f64>> {
    vec![
        vec![],
        vec![1.0],
        vec![f64::NAN],
        vec![0.0; 40],
        vec![21.5; 300],
        vec![f64::NAN; 20],
        vec![f64::INFINITY, f64::NEG_INFINITY, 1.0],
        vec![1.0, f64::NAN, 3.0, f64::NAN, f64::NAN, 2.0],
        vec![f64::MIN, 0.0, f64::MAX],
        vec![f64::MIN_POSITIVE, 5e-324, -5e-324, 0.0],
        vec![1e16, 1e16 + 2.0, 1e16 + 4.0],
        vec![-1e300, 1e-300, 1e300],
        vec![3.0, 2.0, 1.0, 2.0, 3.0],
        (0..2500).map(|i| f64::from(i % 7)).collect(),
    ]
}

/// Lists for x beside those for y, in every pairing.
fn pairs() -> impl Iterator<Item = (Vec<f64>, Vec<f64>)> {
    lists()
        .into_iter()
        .flat_map(|x| lists().into_iter().map(move |y| (x.clone(), y)))
}

fn curve(x: &[f64], y: &[f64]) -> Curve {
    Curve {
        x: x.to_vec(),
        y: y.to_vec(),
    }
}

/// Nothing outside the picture, nothing that is not a number, every tag closed.
fn sound(page: &str) {
    for word in ["NaN", "inf\"", "inf,", "-inf"] {
        assert!(!page.contains(word), "{word} in {page}");
    }
    assert_eq!(
        page.matches("<svg ").count(),
        page.matches("</svg>").count()
    );
    for number in page.split("points=\"").skip(1) {
        let list = number.split('"').next().unwrap_or_default();
        for place in list.split([' ', ',']).filter(|place| !place.is_empty()) {
            let place: i64 = place.parse().expect("a whole pixel");
            assert!((-10..=20_000).contains(&place), "{place}");
        }
    }
}

#[test]
fn every_mark_on_every_axis_survives() {
    for (x, y) in pairs() {
        let points = || x.iter().copied().zip(y.iter().copied());
        let chart = |chart: Chart| {
            chart
                .x("x")
                .y("y")
                .line(Role::Data, "line", points())
                .line(Role::Data.dashed(), "dashed", points())
                .band(Role::Data, "band", points().map(|(x, y)| (x, y, 2.0 * y)))
                .dots(Role::Series(9), "dots", points())
                .ticks(Role::Floor, "ticks", points())
                .spans(Role::Alarm, "spans", points())
                .level(Role::Truth, "level", y.first().copied().unwrap_or(f64::NAN))
                .bars(Role::Data, "bars", points().map(|(x, y)| bar(x, y)))
                .cells("cells", points().map(|(x, y)| cell(x, y)))
        };
        let wish = (
            x.first().copied().unwrap_or(0.0),
            y.last().copied().unwrap_or(0.0),
        );
        for blank in [
            Chart::new("linear"),
            Chart::new("log").x_log().y_log(),
            Chart::new("bare").bare(),
            Chart::new("wide").wide(),
            Chart::new("rows").rows(["first".to_owned(), "second".to_owned()]),
            Chart::new("no rows").rows([]).wide(),
            Chart::new("wished")
                .x_range(wish.0, wish.1)
                .y_range(wish.1, wish.0),
        ] {
            let chart = chart(blank);
            sound(&chart.svg());
            sound(&chart.standalone_svg());
        }
    }
}

fn bar(lo: f64, height: f64) -> Bar {
    let hi = lo + 1.0;
    Bar { lo, hi, height }
}

fn cell(x: f64, y: f64) -> Cell {
    Cell {
        x: (x, x + 1.0),
        y: (y, y + 1.0),
        tone: y,
    }
}

#[test]
fn the_device_page_and_its_picture_survive() {
    let text = "<svg>&\0 \u{202e}";
    for y in lists() {
        let row = |&cost: &f64| DeviceMetric {
            cost_us: Some(cost),
            dropped: u32::MAX,
            ..DeviceMetric::default()
        };
        let line = |number| Line {
            number,
            text: text.repeat(100),
        };
        let run = Device {
            metrics: metrics(&y),
            device: y.iter().map(row).collect(),
            events: vec![Told {
                name: text.into(),
                count: u64::MAX,
                last: text.into(),
            }],
            crash: Some(text.into()),
            quoted: [3, 4, u64::MAX - 1].map(line).into(),
            ..Device::default()
        };
        for run in [run, Device::default()] {
            sound(&device::page(&run));
            sound(&device::picture(&run));
        }
    }
}

#[test]
fn the_training_page_survives() {
    sound(&training::page(&Training::default()));
    for (x, y) in pairs() {
        let plane = Plane {
            x: x.clone(),
            y: y.clone(),
            value: vec![y.clone(), x.clone(), vec![]],
            ..Plane::default()
        };
        let branch = Branch {
            signs: "+".into(),
            output: curve(&x, &y),
        };
        for latent in [Latent::Plane(plane), Latent::Branches(vec![branch; 9])] {
            sound(&training::page(&Training {
                facts: facts(y.first().copied()),
                metrics: metrics(&y),
                samples: Samples {
                    data: x.clone(),
                    generated: y.clone(),
                    density: Some(curve(&x, &y)),
                },
                discriminator: Some(Discriminator {
                    trained: curve(&x, &y),
                    optimal: x.is_empty().then(|| curve(&x, &y)),
                }),
                latent: Some(latent),
                windows: Some(Windows {
                    real: vec![x.clone(), y.clone(), x.clone()],
                    generated: vec![y.clone()],
                    gaussian: vec![x.clone()],
                    rate: y.last().copied(),
                }),
            }));
        }
    }
}

fn facts(value: Option<f64>) -> Facts {
    Facts {
        w1: value,
        w1_floor: value,
        w1_gaussian: value,
        js: value,
        js_floor: value,
        value,
        js_bound: value,
        js_bound_se: value,
        seconds: value,
        steps: u64::MAX,
        unit: Some(String::new()),
        ..Facts::default()
    }
}

fn metrics(values: &[f64]) -> Vec<Metric> {
    let row = |(step, &value): (usize, &f64)| Metric {
        step: step as u64,
        d_loss: Some(value),
        g_loss: None,
        value: Some(value),
        js_bound: Some(value),
        js_bound_se: Some(value),
        w1: Some(value),
        js: Some(-value),
        d_gradient: Some(value),
        g_gradient: Some(0.0),
    };
    values.iter().enumerate().map(row).collect()
}

#[test]
fn the_other_pages_survive() {
    for (x, y) in pairs() {
        sound(&theory::page(&Theory {
            p: curve(&x, &y),
            q: curve(&x, &x),
            optimal: curve(&x, &y),
            trained: Some(curve(&x, &y)),
            numbers: y
                .iter()
                .take(3)
                .filter(|value| value.is_finite())
                .map(|&value| Number {
                    value,
                    ..Number::default()
                })
                .collect(),
            ..Theory::default()
        }));
        let rows = [&x, &y].map(|seeds| SweepRow {
            name: "a setting".into(),
            seeds: seeds.clone(),
            floor: seeds.first().copied(),
            baseline: seeds.last().copied(),
        });
        sound(&sweep::page(
            "",
            &[Sweep {
                rows: rows.to_vec(),
                ..Sweep::default()
            }],
        ));
        sound(&score::page(&Scores {
            time: x.clone(),
            series: y.clone(),
            score: y.clone(),
            threshold: y.first().copied(),
            alarm: y.iter().map(|&score| score > 1.0).collect(),
            label: x.iter().map(|&time| time > 1.0).collect(),
            ..Scores::default()
        }));
    }
}

#[test]
fn a_chart_of_nothing_says_so_and_one_of_something_has_its_ticks() {
    assert!(Chart::new("").svg().contains("nothing measured"));
    let svg = Chart::new("")
        .line(Role::Data, "", [(0.0, 0.0), (4.0, 40.0)])
        .svg();
    for tick in [">\n1\n<", ">\n4\n<", ">\n10\n<", ">\n40\n<"] {
        assert!(svg.contains(tick), "{tick:?} in {svg}");
    }
    assert!(!svg.contains("nothing measured"));
}
