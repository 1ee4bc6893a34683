//! Wrong input, through the program: one line that says what, where and the remedy, exit code 2,
//! no panic, nothing left behind.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command as Process, Output, Stdio};

use assert_cmd::assert::OutputAssertExt;
use ganlet_tests::program::{complaint, ganlet, refusal};
use tempfile::TempDir;

/// A folder of one test, in which the program runs.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.path().join(name), content).unwrap();
        self
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = ganlet();
        command.current_dir(self.path()).args(args);
        command.output().unwrap()
    }

    /// The names in the folder, in order.
    fn entries(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

/// A hundred readings that can be trained on.
fn readings() -> String {
    let rows = (0..100).map(|i| format!("{i},{}\n", (i * 37 % 100) as f32 / 10.0));
    format!("t,value\n{}", rows.collect::<String>())
}

const CHECKPOINT: &str = "out/checkpoint.ganlet";

/// A bench with a file `x.csv` and a checkpoint of a few steps on it.
fn trained() -> Bench {
    let bench = Bench::new().with("x.csv", readings());
    let output = bench.run(&["train", "--data", "x.csv", "--steps", "20"]);
    output.assert().success();
    bench
}

#[test]
fn arguments_are_refused_by_flag_value_and_remedy() {
    let bench = Bench::new();
    let train = |rest: &str| format!("train --target normal:0:1 {rest}");
    let file = |rest: &str| format!("train --data x.csv {rest}");
    let generate = |rest: &str| format!("generate --checkpoint x.ganlet {rest}");
    let cases = [
        (
            train("--steps 0"),
            "'0', --steps; give a whole number from 1 to 1000000000",
        ),
        (train("--steps -1"), "'-1', --steps; give a whole number"),
        (
            train("--steps 1e99"),
            "'1e99', --steps; give a whole number",
        ),
        (
            train("--steps 99999999999999999999"),
            "'99999999999999999999', --steps; give",
        ),
        (train("--steps ten"), "'ten', --steps; give a whole number"),
        (train("--steps 1.5"), "'1.5', --steps; give a whole number"),
        (
            train("--steps"),
            "value missing, --steps; see ganlet train --help",
        ),
        (
            train("--steps 1 --steps 2"),
            "given more than once, --steps; give it once",
        ),
        (
            train("--seed -1"),
            "'-1', --seed; give a whole number from 0",
        ),
        (
            train("--seed 18446744073709551616"),
            "'18446744073709551616', --seed; give",
        ),
        (
            train("--d-steps 0"),
            "'0', --d-steps; give a whole number from 1 to 100",
        ),
        (train("--stop-at 0"), "'0', --stop-at; give a whole number"),
        (
            train("--model foo"),
            "'foo', --model; choose one of scalar, modes, window16, window32, conv32",
        ),
        (
            train("--loss foo"),
            "'foo', --loss; choose one of minimax, non-saturating",
        ),
        (
            train("--faults drought:0.1"),
            "'drought:0.1', --faults; give KIND:RATE or KIND,KIND:RATE, a rate from 0 to 1",
        ),
        (
            train("--faults silence:1.5"),
            "'silence:1.5', --faults; give",
        ),
        (
            train("--faults silence:1 --model window32"),
            "0 of 65536 readings are left, --faults silence:1; give a lower rate",
        ),
        (train("--rows 0..5"), "does not go together with --rows"),
        (train("--data x.csv"), "does not go together with"),
        (
            train("--sede 1"),
            "no such argument, --sede; did you mean --seed?",
        ),
        (
            train("stray"),
            "no such argument, stray; see ganlet train --help",
        ),
        (
            train("--json=1"),
            "unexpected value '1', --json; see ganlet train --help",
        ),
        (
            file("--rows 5..2"),
            "'5..2', --rows; give data rows as A..B with A < B",
        ),
        (file("--rows 3..3"), "'3..3', --rows; give data rows"),
        (file("--rows abc"), "'abc', --rows; give data rows"),
        (file("--rows -5..2"), "'-5..2', --rows; give data rows"),
        (file("--rows 0..1e12"), "'0..1e12', --rows; give data rows"),
        (
            "train".into(),
            "required argument missing, --data <FILE> or --target <T>; see",
        ),
        ("train --target".into(), "value missing, --target; see"),
        (
            "train --target normal:0".into(),
            "--target; write normal:MEAN:SD",
        ),
        (
            "train --target normal:0:-1".into(),
            "--target; give a number above 0",
        ),
        (
            "train --target normal:nan:1".into(),
            "--target; write an ordinary number",
        ),
        (
            "train --target gauss:0:1".into(),
            "`gauss`), --target; use normal, uniform",
        ),
        (
            generate("--count 0"),
            "'0', --count; give a whole number from 1 to 1000000000",
        ),
        (generate("--count -3"), "'-3', --count; give a whole number"),
        (
            generate("--count 1000000000000"),
            "'1000000000000', --count; give a whole number",
        ),
        (
            generate(""),
            "required argument missing, --count <N>; see ganlet generate --help",
        ),
        (
            "generate --count 1".into(),
            "missing, --checkpoint <FILE>; see ganlet generate --help",
        ),
        (
            "score --data x.csv".into(),
            "missing, --checkpoint <FILE>; see ganlet score --help",
        ),
        (
            "theory --p foo".into(),
            "unusable value 'foo' (unknown distribution `foo`), --p; use",
        ),
        (
            "theory --q mixture:1:0:0".into(),
            "--q; give a number above 0",
        ),
        (
            "replay".into(),
            "required argument missing, <CASE.json>; see ganlet replay --help",
        ),
        (
            "sweep --suite foo".into(),
            "'foo', --suite; choose one of scalars, windows, real",
        ),
        (
            "sweep --seeds 0".into(),
            "'0', --seeds; give a whole number from 1 to 1000",
        ),
        (
            "tarin".into(),
            "no such command, tarin; did you mean train?",
        ),
        (
            "--nope".into(),
            "no such argument, --nope; see ganlet --help",
        ),
    ];
    for (args, wanted) in cases {
        let args: Vec<_> = args.split_whitespace().collect();
        let line = refusal(&bench.run(&args));
        assert!(
            line.contains(wanted),
            "{args:?}\n got: {line}\nwant: {wanted}"
        );
        assert!(
            bench.entries().is_empty(),
            "{args:?} left {:?}",
            bench.entries()
        );
    }
}

#[test]
fn an_argument_that_is_not_text_or_very_long_is_refused_on_one_line() {
    let bench = Bench::new();
    let long = "9".repeat(100_000);
    let line = refusal(&bench.run(&["train", "--target", "normal:0:1", "--steps", &long]));
    assert!(line.contains("--steps; give a whole number"), "{line}");
    let line = refusal(&bench.run(&["train", "--data", "no\nsuch\nfile.csv"]));
    assert!(line.contains(r"no\nsuch\nfile.csv"), "{line}");
    #[cfg(unix)]
    {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let mut command = ganlet();
        command.args(["train", "--target"]);
        command.arg(OsStr::from_bytes(b"normal\xff"));
        refusal(&command.output().unwrap());
    }
}

#[test]
fn files_are_refused_by_what_is_wrong_and_where() {
    let long = "x".repeat(10_000_000);
    let cases: [(&[u8], &str); 17] = [
        (b"", "the file is empty, x.csv; "),
        (b"t,value\n", "no readings below the header, x.csv; "),
        (
            b"t,note\n0,a\n1,b\n",
            "no numeric column among 't', 'note', x.csv; ",
        ),
        (
            b"a,b\n1,2\n3,4\n",
            "several numeric columns: 'a', 'b', x.csv; choose one with --column",
        ),
        (b"1\n2\n3\n", "numbers in place of a header, x.csv:1; "),
        (
            b"t;value\n0;1\n",
            "cells are not separated by commas: 't;value', x.csv:1; ",
        ),
        (
            b"t,value\n0,1\n1,2,5\n",
            "3 cells below a header of 2, x.csv:3; ",
        ),
        (
            b"value\n1\n\"2\n3\n4\n",
            "a quote that is never closed, x.csv:3; ",
        ),
        (
            b"value\nx\ny\n",
            "no number in column 'value', but 'x', x.csv:2; ",
        ),
        (
            b"value\nNaN\ninf\n1e39\n",
            "(3 rows: 2 NaN or infinite, 1 beyond f32), x.csv; ",
        ),
        (
            b"value\n1\nNaN\n",
            "only one usable reading in column 'value', x.csv; ",
        ),
        (
            b"value\n1\n2\0\n",
            "a NUL byte, so this is not a text file, x.csv:3; ",
        ),
        (
            b"\xff\xfev\0\n\0",
            "a NUL byte, so this is not a text file, x.csv:1; ",
        ),
        (b"value\n1\n\xff2\n", "not UTF-8, x.csv:3; "),
        (&[0x7f; 4096], "no readings below the header, x.csv; "),
        (&[b','; 10_000_000], "no readings below the header, x.csv; "),
        (long.as_bytes(), "no readings below the header, x.csv; "),
    ];
    for (content, wanted) in cases {
        let bench = Bench::new().with("x.csv", content);
        let line = refusal(&bench.run(&["train", "--data", "x.csv", "--steps", "10"]));
        assert!(line.contains(wanted), "got: {line}\nwant: {wanted}");
        assert_eq!(bench.entries(), ["x.csv"], "{wanted}");
    }
}

#[test]
fn columns_and_rows_that_a_file_has_not_are_refused() {
    let bench = Bench::new().with("x.csv", readings());
    let cases = [
        (
            ["--column", "nope"],
            "no column 'nope' among 't', 'value', x.csv:1; ",
        ),
        (
            ["--column", ""],
            "no column '' among 't', 'value', x.csv:1; ",
        ),
        (
            ["--rows", "100.."],
            "--rows 100.. lies behind the last of 100 rows, x.csv; ",
        ),
        (
            ["--rows", "5..6"],
            "only one usable reading in column 'value', x.csv; ",
        ),
    ];
    for (flag, wanted) in cases {
        let args = [&["train", "--data", "x.csv"], flag.as_slice()].concat();
        let line = refusal(&bench.run(&args));
        assert!(
            line.contains(wanted),
            "{flag:?}\n got: {line}\nwant: {wanted}"
        );
        assert_eq!(bench.entries(), ["x.csv"]);
    }
}

#[test]
fn paths_that_are_no_file_are_refused() {
    let bench = Bench::new();
    fs::create_dir(bench.path().join("folder")).unwrap();
    let cases = [
        ("absent.csv", "no such file, absent.csv; check the path"),
        ("folder", "a folder, not a file, folder; "),
        ("", "value missing, --data; "),
    ];
    for (path, wanted) in cases {
        let line = refusal(&bench.run(&["train", "--data", path]));
        assert!(line.contains(wanted), "got: {line}\nwant: {wanted}");
        assert_eq!(bench.entries(), ["folder"]);
    }
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new().with("x.csv", readings());
    let path = bench.path().join("x.csv");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        return; // Nothing is forbidden to root.
    }
    let line = refusal(&bench.run(&["train", "--data", "x.csv"]));
    assert!(
        line.contains("no permission to read the file, x.csv; "),
        "{line}"
    );
}

#[test]
fn an_output_folder_that_cannot_be_written_is_refused_before_the_work() {
    let bench = Bench::new().with("x.csv", readings()).with("file", "mine");
    fs::create_dir_all(bench.path().join("taken/report.html")).unwrap();
    let mut cases = vec![
        ("file", "cannot write to the output folder"),
        ("file/below/it", "cannot write to the output folder"),
        ("taken", "a folder is in the way of a result"),
        ("", "value missing, --out; "),
    ];
    if cfg!(target_os = "linux") {
        cases.push(("/proc/ganlet", "cannot write to the output folder"));
        cases.push(("/dev/null", "cannot write to the output folder"));
    }
    // So many steps that a program which looked only afterwards would run into the time limit.
    let train = ["train", "--data", "x.csv", "--steps", "1000000000", "--out"];
    for (out, wanted) in cases {
        let line = refusal(&bench.run(&[train.as_slice(), &[out]].concat()));
        assert!(
            line.contains(wanted),
            "--out {out}\n got: {line}\nwant: {wanted}"
        );
        assert_eq!(bench.entries(), ["file", "taken", "x.csv"]);
    }
    assert_eq!(fs::read(bench.path().join("file")).unwrap(), b"mine");
}

/// The program with a standard output that nobody reads.
fn unread(args: &[&str], folder: &Path) -> Output {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let program = ganlet();
    Process::new(program.get_program())
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(writer)
        .output()
        .unwrap()
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let bench = trained();
    let generate = ["generate", "--checkpoint", CHECKPOINT, "--count", "1000000"];
    let score = ["score", "--checkpoint", CHECKPOINT, "--data", "x.csv"];
    let calls: [&[&str]; 6] = [
        &["--help"],
        &["--version"],
        &["train", "--help"],
        &generate,
        &score,
        &[&score as &[_], &["--json"]].concat(),
    ];
    for args in calls {
        unread(args, bench.path()).assert().success().stderr("");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_a_failed_job() {
    let bench = trained();
    let generate = ["generate", "--checkpoint", CHECKPOINT, "--count", "1000000"];
    for args in [&["--help"] as &[_], &generate] {
        let output = Process::new(ganlet().get_program())
            .args(args)
            .current_dir(bench.path())
            .stdout(fs::File::create("/dev/full").unwrap())
            .output()
            .unwrap();
        let line = complaint(&output);
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert!(
            line.contains("cannot write the result: No space left on device"),
            "{line}"
        );
    }
}

#[test]
fn cells_that_are_no_readings_are_skipped_counted_and_told() {
    let text = format!(
        "{}100,\n101,NaN\n102,-inf\n103,1e39\n104,abc\n105\n",
        readings()
    );
    let bench = Bench::new().with("x.csv", text);
    let output = bench.run(&["train", "--data", "x.csv", "--steps", "20", "--json"]);
    let prose = String::from_utf8(output.stderr).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(json["rejected"], 6, "{json}");
    let told = "skipped 6 rows: 2 empty, 2 NaN or infinite, 1 beyond f32, 1 not a number, \
                first at x.csv:102";
    assert_eq!(prose.matches("skipped").count(), 1, "{prose}");
    assert!(prose.contains(told), "{prose}");
}

#[test]
fn times_that_do_not_ascend_are_refused_with_the_line() {
    let cases = [
        ("\n50,", "\n49,", "t stands still once, first at x.csv:52"),
        ("\n60,", "\n30,", "t runs backwards once, first at x.csv:62"),
    ];
    for (from, to, told) in cases {
        let bench = Bench::new().with("x.csv", readings().replace(from, to));
        let line = refusal(&bench.run(&["train", "--data", "x.csv", "--steps", "20"]));
        assert!(line.contains(told), "{line}");
    }
}

#[test]
fn series_without_a_distribution_are_refused_on_one_line() {
    let constant = format!("value\n{}", "5\n".repeat(100));
    let cases = [
        ("constant", constant.as_str()),
        ("two readings", "t,value\n0,1\n1,2\n"),
        ("two readings and a hole", "t,value\n0,1\n1,\n2,2\n"),
    ];
    for (name, text) in cases {
        for model in ["scalar", "window16", "window32", "conv32"] {
            let bench = Bench::new().with("x.csv", text);
            let args = [
                "train", "--data", "x.csv", "--steps", "20", "--model", model,
            ];
            let line = refusal(&bench.run(&args));
            assert!(line.contains("x.csv"), "{name}, {model}: {line}");
            assert_eq!(bench.entries(), ["x.csv"], "{name}, {model}");
        }
    }
}

#[test]
fn help_and_version_go_to_standard_output() {
    let bench = Bench::new();
    for command in ["train", "generate", "score", "theory", "replay", "sweep"] {
        let output = bench.run(&[command, "--help"]);
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && output.stderr.is_empty());
        assert!(help.contains(&format!("Usage: ganlet {command}")), "{help}");
        assert!(
            help.contains(&format!("  ganlet {command}")),
            "no example in {help}"
        );
    }
    let version = bench.run(&["--version"]);
    assert!(version.stdout.starts_with(b"ganlet "));
}
