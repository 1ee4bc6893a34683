//! `ganlet theory` from outside: its numbers against 40 digits of mpmath, the sign of the gap, and
//! what it says where a divergence is infinite.

use std::fs;
use std::process::Output;

use ganlet_tests::program::{ganlet, refusal};
use serde_json::Value;
use tempfile::TempDir;

/// KL(p ‖ q), KL(q ‖ p), JS, TV by mpmath 1.3 with 40 digits.
const REFERENCE: [(&str, &str, [f64; 4]); 3] = [
    (
        "normal:0:1",
        "normal:1:1",
        [0.5, 0.5, 0.111_421_482_184_736_18, 0.382_924_922_548_026_2],
    ),
    (
        "normal:0:1",
        "mixture:0.5:-1:0.5,0.5:1:0.5",
        [
            0.227_841_508_190_698_1,
            0.185_426_986_823_078_33,
            0.048_771_832_797_185_33,
            0.265_705_360_277_192_1,
        ],
    ),
    (
        "normal:0:1",
        "normal:3:0.5",
        [
            18.806_852_819_440_055,
            4.818_147_180_559_945,
            0.630_867_987_220_538_8,
            0.957_412_831_717_706_8,
        ],
    ),
];

/// Runs `ganlet theory` in a folder of its own.
fn theory(args: &[&str]) -> (TempDir, Output) {
    let folder = tempfile::tempdir().unwrap();
    let output = ganlet()
        .current_dir(folder.path())
        .arg("theory")
        .args(args)
        .output()
        .unwrap();
    (folder, output)
}

/// The one JSON object of a run.
fn json(args: &[&str]) -> Value {
    let (folder, output) = theory(&[args, &["--json"]].concat());
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(folder.path().join("out/theory.html").is_file());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(!text.contains("NaN"), "{text}");
    serde_json::from_str(&text).unwrap()
}

/// A number of it.
#[track_caller]
fn number(found: &Value, key: &str) -> f64 {
    let value = &found[key];
    value.as_f64().unwrap_or_else(|| panic!("{key} is {value}"))
}

#[track_caller]
fn assert_close(found: &Value, key: &str, expected: f64, tolerance: f64) {
    let value = number(found, key);
    assert!(
        (value - expected).abs() <= tolerance,
        "{key} is {value}, not {expected}"
    );
}

#[test]
fn quadrature_training_and_likelihood_say_what_the_theory_says() {
    let minus_two_ln_two = -2.0 * std::f64::consts::LN_2;
    for (p, q, [kl_pq, kl_qp, js, total_variation]) in REFERENCE {
        let found = json(&["--p", p, "--q", q]);
        assert_close(&found, "kl_pq", kl_pq, 1e-6);
        assert_close(&found, "kl_qp", kl_qp, 1e-6);
        assert_close(&found, "js", js, 1e-6);
        assert_close(&found, "total_variation", total_variation, 1e-6);
        let optimum = minus_two_ln_two + 2.0 * js;
        assert_close(&found, "value_at_optimum", optimum, 1e-6);
        assert_close(&found, "identity_error", 0.0, 1e-6);

        // A lower bound, and a close one.
        let gap = number(&found, "gap_percent");
        assert!((-0.2..0.0).contains(&gap), "{q}: {gap} %");
        let trained = optimum + 0.01 * gap * 2.0 * js;
        assert_close(&found, "trained_value", trained, 1e-9);
        assert_close(&found, "js_bound", 0.5 * (trained - minus_two_ln_two), 1e-9);
        assert!(number(&found, "d_error") < 0.005, "{q}");
        let (sampled, se) = (
            number(&found, "js_bound_sampled"),
            number(&found, "js_bound_se"),
        );
        assert!((sampled - js).abs() < 5.0 * se, "{q}: {sampled} ± {se}");

        // Two routes to one optimum on the same readings; p's own is N(0, 1).
        for (key, exact) in [("mean", 0.0), ("sd", 1.0)] {
            let most_likely = number(&found, &format!("mle_{key}"));
            let se = number(&found, &format!("mle_{key}_se"));
            assert_close(&found, &format!("min_kl_{key}"), most_likely, 1e-6);
            assert_close(&found, &format!("exact_min_kl_{key}"), exact, 1e-6);
            assert!((most_likely - exact).abs() < 5.0 * se && se < 0.01);
        }
    }
}

#[test]
fn few_steps_lower_the_bound_and_never_break_it() {
    for (p, q, [.., js, _]) in REFERENCE {
        for (seed, steps) in [("1", "1"), ("2", "30"), ("3", "300")] {
            let found = json(&["--p", p, "--q", q, "--seed", seed, "--steps", steps]);
            assert!(number(&found, "gap") < 0.0, "{q}, {steps} steps");
            assert!(number(&found, "js_bound") < js, "{q}, {steps} steps");
        }
    }
}

#[test]
fn each_network_is_frozen_while_the_other_trains() {
    let found = json(&["--steps", "20"]);
    let [g, d] = ["generator", "discriminator"].map(|player| {
        let key = format!("{player}_fingerprints");
        [0, 1, 2].map(|i| found[&key][i].as_str().unwrap().to_owned())
    });
    assert!(g[0] == g[1] && g[1] != g[2], "{g:?}");
    assert!(d[0] != d[1] && d[1] == d[2], "{d:?}");
    // G's steps lower V against the D that stands still.
    assert!(number(&found, "response_value") < number(&found, "trained_value"));
}

#[test]
fn the_same_seed_tells_the_same() {
    let run = |seed: &str| {
        let mut found = json(&["--steps", "50", "--seed", seed]);
        found["seconds"] = Value::Null;
        found
    };
    assert_eq!(run("5"), run("5"));
    assert_ne!(run("5")["trained_value"], run("6")["trained_value"]);
}

#[test]
fn what_is_infinite_is_null_and_a_note() {
    let found = json(&["--p", "uniform:0:2", "--q", "normal:0:1", "--steps", "20"]);
    assert!(number(&found, "kl_pq").is_finite());
    assert_eq!(found["kl_qp"], Value::Null);
    let note = found["note"].as_str().unwrap();
    assert!(note.contains("KL(q ‖ p) is infinite"), "{note}");
    assert_close(&found, "identity_error", 0.0, 1e-6);

    let equal = json(&["--p", "normal:3:2", "--q", "normal:3:2", "--steps", "20"]);
    assert_close(&equal, "js", 0.0, 1e-12);
    assert_eq!(equal["gap_percent"], Value::Null);
    assert!(number(&equal, "gap") <= 0.0);
    assert!(equal.get("note").is_none());
}

#[test]
fn a_mixture_is_fitted_by_its_like() {
    let p = "mixture:0.3:-1.5:0.2,0.7:1.5:0.4";
    let found = json(&["--p", p, "--q", "normal:0:1", "--steps", "20"]);
    let fitted = number(&found, "mixture_log_likelihood");
    let of_p = number(&found, "mixture_log_likelihood_of_p");
    assert!(fitted > of_p, "{fitted} for {of_p}");
    assert_close(&found, "mixture_negative_entropy", of_p, 0.05);
    assert!((0.0..1e-3).contains(&number(&found, "mixture_kl")));
}

#[test]
fn people_are_told_in_words_and_a_page() {
    let (folder, output) = theory(&["--q", "uniform:-1:1", "--steps", "20", "--out", "here"]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    for question in [
        "Which samples act on which network?",
        "Where did the integral go?",
        "Which loss was used?",
        "What is G* = arg min_G max_D V(G, D) here?",
    ] {
        assert!(text.contains(question), "{question} in {text}");
    }
    assert!(text.contains("KL(p ‖ q) is infinite"), "{text}");
    assert!(
        !text.contains("NaN") && !text.contains("not a number"),
        "{text}"
    );
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    let files: Vec<_> = fs::read_dir(folder.path().join("here"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(files, ["theory.html"]);
    let page = fs::read_to_string(folder.path().join("here/theory.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("−2 ln 2"));
}

#[test]
fn wrong_arguments_are_one_line_and_leave_nothing() {
    for (args, named) in [
        (["--p", "gamma:1:2"], "--p"),
        (["--q", "uniform:2:1"], "--q"),
        (["--q", "mixture:0.5:0:1,0.5:1:-1"], "--q"),
        (["--steps", "0"], "--steps"),
        (["--seed", "-1"], "--seed"),
        (["--out", "/dev/null/here"], "/dev/null/here"),
    ] {
        let (folder, output) = theory(&args);
        let line = refusal(&output);
        assert!(line.contains(named), "{line}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{args:?}");
    }
}
