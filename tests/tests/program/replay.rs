//! `ganlet replay`: cases answered by an independent automatic differentiation, and cases that are
//! none.

use std::fs;
use std::path::{Path, PathBuf};

use ganlet_tests::program::{ganlet, refusal};
use ganlet_tests::shared::{repository, shared};
use serde_json::{Value, json};

/// The case files of a folder.
fn cases(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).expect("a folder of cases");
    let mut cases: Vec<PathBuf> = files
        .map(|file| file.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(".case.json"))
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "no case in {}", folder.display());
    cases
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

/// All numbers below a value, in order.
fn numbers(value: &Value, into: &mut Vec<f64>) {
    match value {
        Value::Number(x) => into.push(x.as_f64().expect("a number")),
        Value::Array(list) => list.iter().for_each(|x| numbers(x, into)),
        _ => panic!("neither a number nor a list: {value}"),
    }
}

fn leaf(network: &Value, layer: usize, part: &str) -> Vec<f64> {
    let mut list = Vec::new();
    let value = match part {
        "skip" => &network["skip"],
        part => &network["layers"][layer][part],
    };
    numbers(value, &mut list);
    list
}

/// Every parameter within 2e-4 of the largest change in its layer.
fn agree(name: &str, before: &Value, wanted: &Value, got: &Value) {
    let layers = wanted["layers"].as_array().expect("layers").len();
    assert_eq!(got["layers"].as_array().expect("layers").len(), layers);
    let mut parts: Vec<Vec<&str>> = vec![vec!["w", "b"]; layers];
    if wanted.get("skip").is_some() {
        parts.push(vec!["skip"]);
    }
    for (i, parts) in parts.iter().enumerate() {
        let all = |network: &Value| -> Vec<f64> {
            parts
                .iter()
                .flat_map(|part| leaf(network, i, part))
                .collect()
        };
        let (before, wanted, got) = (all(before), all(wanted), all(got));
        assert_eq!(wanted.len(), got.len(), "{name}, layer {i}");
        let change = |(a, b): (&f64, &f64)| (a - b).abs();
        let largest = before.iter().zip(&wanted).map(change).fold(0.0, f64::max);
        let error = wanted.iter().zip(&got).map(change).fold(0.0, f64::max);
        assert!(
            error <= 2e-4 * largest + 1e-7,
            "{name}, layer {i}: off by {error:e} where the largest change is {largest:e}"
        );
    }
}

fn check(path: &Path) {
    let name = path.display().to_string();
    let case = read(path);
    let wanted = read(Path::new(&name.replace(".case.json", ".expected.json")));
    let output = ganlet().arg("replay").arg(path).output().expect("a run");
    assert!(output.status.success(), "{name}: {:?}", output.stderr);
    let got: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    for network in ["generator", "discriminator"] {
        agree(&name, &case[network], &wanted[network], &got[network]);
    }
    let steps = wanted["steps"].as_array().expect("steps");
    assert_eq!(got["steps"].as_array().expect("steps").len(), steps.len());
    for (wanted, got) in steps.iter().zip(got["steps"].as_array().expect("steps")) {
        for cost in ["loss", "penalty"] {
            let number = |step: &Value| step[cost].as_f64().expect("a number");
            let (wanted, got) = (number(wanted), number(got));
            let allowed = (1e-4 * wanted.abs()).max(1e-6);
            assert!(
                (wanted - got).abs() <= allowed,
                "{name}: {cost} {got}, not {wanted}"
            );
        }
    }
}

#[test]
fn the_cases_of_the_repository_agree() {
    cases(&repository().join("tests/golden"))
        .iter()
        .for_each(|path| check(path));
}

#[test]
fn the_shared_cases_agree() {
    if let Some(folder) = shared("golden") {
        cases(&folder).iter().for_each(|path| check(path));
    }
}

#[test]
fn a_malformed_case_is_refused_with_the_key() {
    type Spoil = fn(&mut Value);
    let table: [(&str, Spoil); 17] = [
        ("loss", |case| case["loss"] = json!("cubic")),
        ("loss", |case| case["loss"] = json!(7)),
        ("model", |case| case["model"] = json!("window64")),
        ("optimizer", |case| {
            case["optimizer"]["kind"] = json!("lion")
        }),
        ("optimizer", |case| {
            case["optimizer"]["momentum"] = json!(0.5)
        }),
        ("optimizer.rate", |case| {
            case["optimizer"]["rate"] = json!(1e39)
        }),
        ("colour", |case| case["colour"] = json!("blue")),
        ("regularizer", |case| {
            case["regularizer"] = json!({"r3": 1.0})
        }),
        ("generator.layers[0].w[0]", |case| {
            case["generator"]["layers"][0]["w"][0]
                .as_array_mut()
                .unwrap()
                .push(json!(1.0));
        }),
        ("generator.layers[1].b", |case| {
            case["generator"]["layers"][1]["b"]
                .as_array_mut()
                .unwrap()
                .pop();
        }),
        ("discriminator.layers", |case| {
            case["discriminator"]["layers"]
                .as_array_mut()
                .unwrap()
                .pop();
        }),
        ("discriminator.skip", |case| {
            case["discriminator"]["skip"] = json!([1.0])
        }),
        ("generator.layers[0].w[2][3]", |case| {
            case["generator"]["layers"][0]["w"][2][3] = Value::Null;
        }),
        ("steps[0].real", |case| case["steps"][0]["real"] = json!([])),
        ("steps[1].latent", |case| {
            case["steps"][1]["latent"].as_array_mut().unwrap().pop();
        }),
        ("steps[0].noise", |case| {
            case["steps"][0]["noise"] = json!([[0.0]])
        }),
        ("steps[1].player", |case| {
            case["steps"][1]["player"] = json!("referee")
        }),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let good = read(&cases(&repository().join("tests/golden"))[0]);
    for (key, spoil) in table {
        let mut case = good.clone();
        spoil(&mut case);
        let path = folder.path().join("case.json");
        fs::write(&path, case.to_string()).expect("a file");
        let line = refusal(&ganlet().arg("replay").arg(&path).output().expect("a run"));
        assert!(line.contains(key), "{key}: {line}");
    }
    for text in ["", "{", "[]", "{\"model\": NaN}", "{} {}", "\0"] {
        let path = folder.path().join("case.json");
        fs::write(&path, text).expect("a file");
        refusal(&ganlet().arg("replay").arg(&path).output().expect("a run"));
    }
    refusal(
        &ganlet()
            .args(["replay", "/no/such.json"])
            .output()
            .expect("a run"),
    );
}
