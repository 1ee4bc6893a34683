//! The decoded log of a device: followed to its end, whatever it holds.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use ganlet::record::{Number, Record, Vitals};
use ganlet_sim::report::data::Metric;
use ganlet_sim::report::metrics;
use ganlet_tests::program::{ganlet, refusal};
use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::json;

/// A record with a value of its own in every field.
fn record(step: u32) -> Record {
    let x = step as f32;
    let training = Record {
        step,
        discriminator_loss: 1.0 / x,
        generator_loss: 1.0 + 1.0 / x,
        penalty: 1e-9 * x,
        value: -1.386_294_4 + 0.1 / x,
        js_bound: 0.05 / x,
        js_bound_error: 0.01 / x,
        discriminator_gradient: 3.3 / x,
        generator_gradient: 0.3 / x,
        skipped: 1,
        ..Record::default()
    };
    training.with(Vitals {
        seen: 32 * step,
        rejected: 2,
        dropped: 1,
        cost_us: 821.3 + x,
        stack: 4812,
    })
}

/// As `probe-rs run` prints it.
fn logged(text: &dyn std::fmt::Display) -> String {
    format!("0.012345 [INFO ] {text} (ganlet_app app/src/report.rs:40)\n")
}

fn monitor(folder: &Path, args: &[&str], log: impl Into<Vec<u8>>) -> Output {
    ganlet()
        .current_dir(folder)
        .arg("monitor")
        .args(args)
        .write_stdin(log)
        .output()
        .expect("a run")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

fn summary(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("exactly one JSON object")
}

#[test]
fn a_log_becomes_a_summary_metrics_a_report_and_a_picture() {
    let folder = tempdir().expect("a folder");
    let log = [
        logged(&"Started { seed: 1 }"),
        logged(&record(10)),
        // As `defmt-print` prints it, on a terminal.
        format!(
            "\u{1b}[32mINFO\u{1b}[39m  {}\n\u{1b}[2m└─ ganlet_app::report @ src/report.rs:40\u{1b}[0m\n",
            record(20)
        ),
        logged(&"Alarm { score: 3.5 }"),
        logged(&"FaultSeen { fault: Bus }"),
        logged(&"Alarm { score: 4.5 }"),
        format!("[mps2-an386] INFO Progress({})\r\n", record(30)),
        logged(&"Finished { fingerprint: \"0badcafe\" }"),
    ];
    let output = monitor(folder.path(), &["--json", "--picture"], log.concat());
    let prose = stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{prose}");
    assert!(
        prose.contains("Alarm { score: 3.5 }") && prose.contains("step     20"),
        "{prose}"
    );
    assert!(
        !prose.contains("└─") && !prose.contains('\u{1b}'),
        "{prose}"
    );

    let summary = summary(&output);
    assert_eq!(summary["records"], 3);
    assert_eq!(
        (&summary["alarms"], &summary["faults"]),
        (&2.into(), &1.into())
    );
    assert_eq!(summary["panicked"], false);
    assert_eq!(summary["events"]["Finished"], 1);
    for (name, number) in record(30).fields() {
        let told = &summary["last"][name];
        match number {
            Number::Count(count) => assert_eq!(told.as_u64(), Some(count.into()), "{name}"),
            Number::Real(real) => {
                let told = told.as_f64().expect("a number") as f32;
                assert_eq!(told.to_bits(), real.to_bits(), "{name}");
            }
        }
    }

    let read = |name: &str| fs::read_to_string(folder.path().join("out").join(name)).expect(name);
    let table = read("metrics.csv");
    let header = table.lines().next().expect("a header");
    assert!(header.ends_with(",penalty,skipped,seen,rejected,dropped,cost_us,stack"));
    assert_eq!(table.lines().count(), 4);
    assert!(
        table.ends_with(",1,960,2,1,851.2999877929688,4812\n"),
        "{table}"
    );
    let report = read("report.html");
    assert!(report.contains("Value of the game") && report.contains("0badcafe"));
    assert!(read("monitor.svg").contains("Alarm { score: 4.5 }"));
}

#[test]
fn the_metrics_of_a_log_are_those_of_the_simulation_it_tells_of() {
    let folder = tempdir().expect("a folder");
    let here = folder.path();
    let target = ["train", "--target", "normal:20:0.5", "--steps", "200"];
    json(
        here,
        &[&target[..], &["--out", "simulated", "--json"]].concat(),
    );
    let rows = |out: &str| -> Vec<Metric> {
        let file = fs::File::open(here.join(out).join("metrics.csv")).expect("metrics");
        metrics::read(file).expect("rows")
    };
    let simulated = rows("simulated");
    let log: String = simulated
        .iter()
        .map(|row| logged(&as_record(row)))
        .collect();
    let output = monitor(here, &["--out", "monitored"], log);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    // A device cannot measure how far it is from the truth.
    let measurable = simulated.into_iter().map(|row| Metric {
        w1: None,
        js: None,
        ..row
    });
    assert!(rows("monitored").into_iter().eq(measurable));
}

/// What a device would have logged.
fn as_record(row: &Metric) -> Record {
    let real = |x: Option<f64>| x.map_or(f32::NAN, |x| x as f32);
    Record {
        step: row.step as u32,
        discriminator_loss: real(row.d_loss),
        generator_loss: real(row.g_loss),
        value: real(row.value),
        js_bound: real(row.js_bound),
        js_bound_error: real(row.js_bound_se),
        discriminator_gradient: real(row.d_gradient),
        generator_gradient: real(row.g_gradient),
        ..Record::default()
    }
}

#[test]
fn a_log_that_ends_in_a_crash_fails_the_run_and_keeps_its_results() {
    for words in [
        "ERROR panicked at src/main.rs:20: no more",
        "ERROR hard fault: pc 0x00000000",
        "(HANDLER) HardFault",
    ] {
        let folder = tempdir().expect("a folder");
        let place = "└─ ganlet_app::crash @ src/crash.rs:1\n";
        let log = format!("{}{words}\n{place}", logged(&record(10)));
        let output = monitor(folder.path(), &["--json"], log.clone());
        let prose = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{prose}");
        let last = prose.lines().last().expect("a complaint");
        assert!(
            last.starts_with("ganlet: ") && last.contains(words),
            "{last}"
        );
        assert!(last.contains("line 2"), "{last}");
        assert_eq!(summary(&output)["panicked"], true);
        assert!(folder.path().join("out/report.html").exists());

        // A device that came back has not ended so.
        let output = monitor(folder.path(), &["--json"], log + &logged(&record(10)));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(summary(&output)["panicked"], false);
        assert_eq!(summary(&output)["crashes"], 1);

        let output = monitor(folder.path(), &[], format!("{words}\n"));
        assert_eq!(output.status.code(), Some(1), "before the first record");
    }
}

#[test]
fn a_log_without_records_is_refused_and_leaves_nothing_behind() {
    let folder = tempdir().expect("a folder");
    assert!(refusal(&monitor(folder.path(), &[], "")).contains("an empty log"));
    let half = &record(10).to_string()[..200];
    for log in ["hello\n", "\n\n\n", half, "t,value\n0,1\n"] {
        let output = monitor(folder.path(), &["--json"], log);
        let prose = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{prose}");
        assert!(output.stdout.is_empty());
        let complaint = prose.lines().last().expect("a complaint");
        assert!(
            complaint.starts_with("ganlet: no record in "),
            "{complaint}"
        );
        assert!(complaint.contains("DEFMT_LOG=info"), "{complaint}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn whatever_stands_between_the_records_they_are_all_found() {
    let folder = tempdir().expect("a folder");
    let text = record(10).to_string();
    let noise: Vec<Vec<u8>> = vec![
        b"\0\0\0\n".to_vec(),
        b"\xff\xfe\xc3\x28\n".to_vec(),
        [&vec![b'{'; 10_000_000][..], b"\n"].concat(),
        b"Record { Record { Record {\n".to_vec(),
        format!("{}\n", &text[..text.len() / 2]).into_bytes(),
        text.replace("10,", "ten,").into_bytes(),
        b"\n\x1b[2J\x1b]0;title\x07\x1b\n".to_vec(),
    ];
    let mut log = Vec::new();
    for (step, noise) in (1..).zip(&noise) {
        log.extend_from_slice(noise);
        log.extend_from_slice(logged(&record(step)).as_bytes());
    }
    let output = monitor(folder.path(), &["--json"], log);
    let prose = stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{prose}");
    let summary = summary(&output);
    assert_eq!(summary["records"], noise.len());
    assert_eq!(summary["broken"], 5, "{prose}");
    assert!(
        prose.contains("5 broken records, the first in line 7"),
        "{prose}"
    );
    assert!(!prose.contains(['\0', '\u{1b}']) && prose.len() < 20_000);
}

/// A monitor whose log is still being written.
struct Following {
    child: Child,
    said: BufReader<std::process::ChildStderr>,
    folder: TempDir,
}

impl Following {
    fn new() -> Self {
        let folder = tempdir().expect("a folder");
        let mut child = Command::new(ganlet().get_program())
            .current_dir(folder.path())
            .args(["monitor", "--json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let said = BufReader::new(child.stderr.take().expect("a pipe"));
        Self {
            child,
            said,
            folder,
        }
    }

    /// Logs a record and waits until it is shown.
    fn log(&mut self, step: u32) {
        let mut log = self.child.stdin.as_ref().expect("a pipe");
        let line = logged(&record(step));
        log.write_all(line.as_bytes()).expect("it listens");
        let mut shown = String::new();
        self.said.read_line(&mut shown).expect("a line");
        assert!(shown.starts_with(&format!("step {step:>6}  ")), "{shown}");
    }

    /// Waits for the end, which must be a good one with so many records.
    fn end(mut self, records: u32) {
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).expect("the end");
        assert!(self.child.wait().expect("an end").success(), "{rest}");
        let mut text = String::new();
        let mut stdout = self.child.stdout.take().expect("a pipe");
        stdout.read_to_string(&mut text).expect("a summary");
        let summary: Value = serde_json::from_str(&text).expect("one JSON object");
        assert_eq!(summary["records"], records);
        assert!(self.folder.path().join("out/report.html").exists());
    }
}

#[test]
fn records_are_shown_as_they_come() {
    let mut following = Following::new();
    following.log(1);
    following.log(2);
    drop(following.child.stdin.take());
    following.end(2);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_log_and_keeps_the_results() {
    let mut following = Following::new();
    following.log(1);
    let pid = following.child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &pid]).status();
    assert!(sent.expect("kill").success());
    // The log itself goes on.
    following.end(1);
}
