#![allow(clippy::single_range_in_vec_init, reason = "a segment is a range")]

use std::fs;

use super::*;

/// Reads a CSV file with this content.
fn read(bytes: impl AsRef<[u8]>) -> Result<Series, Failure> {
    read_part(bytes, None, "..")
}

fn read_part(bytes: impl AsRef<[u8]>, column: Option<&str>, rows: &str) -> Result<Series, Failure> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.csv");
    fs::write(&path, bytes).unwrap();
    Series::read(&path, column, &rows.parse().unwrap())
}

/// The complaint about a CSV file with this content, without its folder.
fn complaint(bytes: impl AsRef<[u8]>) -> String {
    complaint_of(read(bytes))
}

fn complaint_of(outcome: Result<Series, Failure>) -> String {
    let failure = outcome.expect_err("a failure");
    assert!(matches!(failure, Failure::Input(_)), "{failure:?}");
    let line = failure.to_string();
    assert!(!line.contains('\n'), "{line}");
    assert!(line.len() < 1000, "{} bytes", line.len());
    let (what, rest) = line.rsplit_once("/x.csv").unwrap_or((&line, ""));
    let what = what.rsplit_once(", ").map_or(what, |(what, _)| what);
    format!("{what}, x.csv{rest}")
}

#[test]
fn a_plain_file_is_read_as_it_stands() {
    let series = read("t,value,label\n0,1.5,0\n0.5,2,1\n1,-3e2,0\n").unwrap();
    assert_eq!(series.column, "value");
    assert_eq!(series.values, [1.5, 2.0, -300.0]);
    assert_eq!(series.t, [0.0, 0.5, 1.0]);
    assert_eq!(series.labels, Some(vec![false, true, false]));
    assert_eq!(series.segments, [0..3]);
    assert_eq!(series.rejected.total(), 0);
    assert_eq!(series.warnings, [""; 0]);
}

#[test]
fn spelling_of_the_file_does_not_matter() {
    let plain = read("t,value\n0,1\n1,2\n2,3\n").unwrap();
    for variant in [
        "t,value\n0,1\n1,2\n2,3",
        "t,value\r\n0,1\r\n1,2\r\n2,3\r\n",
        "\u{feff}t,value\n0,1\n1,2\n2,3\n",
        "\"t\",\"value\"\n\"0\",\"1\"\n1,2\n2,3\n",
        " t , value\n 0, 1\n1 ,2\n2,3 \n",
        "\n\nt,value\n\n0,1\n\n1,2\n2,3\n\n\n",
        "value,t,\n1,0,\n2,1,\n3,2,\n",
    ] {
        let series = read(variant).unwrap();
        assert_eq!(series.values, plain.values, "{variant:?}");
        assert_eq!(series.t, plain.t, "{variant:?}");
        assert_eq!(series.segments, plain.segments, "{variant:?}");
    }
}

#[test]
fn the_column_is_value_or_the_only_numeric_one() {
    let column = |text: &str| read(text).unwrap().column;
    assert_eq!(column("a,value\n1,2\n3,4\n"), "value");
    assert_eq!(column("t,room,note\n0,1,ok\n1,2,7\n2,3,bad\n"), "room");
    assert_eq!(column(",label,temp\n0,0,1\n1,0,2\n"), "temp");
    assert_eq!(column("temp\n1\nNaN\nnan\n2\n"), "temp");
    let named = read_part("a,b\n1,2\n3,4\n", Some("b"), "..").unwrap();
    assert_eq!(named.values, [2.0, 4.0]);
    let number = read_part("0\n1\n2\n", Some("0"), "..").unwrap();
    assert_eq!(number.values, [1.0, 2.0]);
}

#[test]
fn unusable_cells_are_counted_by_kind_and_end_a_segment() {
    let series = read("value\n1\n\n2\nNaN\n-inf\n3\n1e39\nabc\n4\n5\n\"\"\n").unwrap();
    assert_eq!(series.values, [1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(series.t, [0.0, 2.0, 5.0, 8.0, 9.0]);
    assert_eq!(series.segments, [0..1, 1..2, 2..3, 3..5]);
    let rejected = series.rejected;
    assert_eq!((rejected.empty, rejected.non_finite), (2, 2));
    assert_eq!((rejected.beyond_f32, rejected.not_a_number), (1, 1));
    let warning = &series.warnings[0];
    assert!(
        warning.starts_with(
            "skipped 6 rows: 2 empty, 2 NaN or infinite, 1 beyond f32, 1 not a number, first at "
        ),
        "{warning}"
    );
    assert!(warning.ends_with("x.csv:3"), "{warning}");
}

#[test]
fn a_skipped_reading_is_a_hole_even_when_t_goes_on() {
    let series = read("t,value\n0,1\n1,2\n2,\n3,4\n4,5\n").unwrap();
    assert_eq!(series.segments, [0..2, 2..4]);
    assert_eq!(series.t, [0.0, 1.0, 3.0, 4.0]);
}

#[test]
fn a_row_that_ends_early_has_an_empty_cell() {
    let series = read("t,value\n0,1\n1,2\n2\n").unwrap();
    assert_eq!(series.rejected.empty, 1);
}

#[test]
fn a_gap_is_a_step_above_one_and_a_half_usual_ones() {
    let series = read("t,value\n0,1\n1,1\n2,1\n3.5,1\n5.01,1\n6.01,1\n").unwrap();
    assert_eq!(series.segments, [0..4, 4..6]);
    assert_eq!(series.warnings, [""; 0]);
}

#[test]
fn repeated_times_are_refused() {
    let line = complaint("t,value\n0,1\n1,2\n1,3\n1,4\n2,5\n");
    assert!(line.contains("t stands still 2 times"), "{line}");
    assert!(
        line.contains("x.csv:4; keep one row for each time"),
        "{line}"
    );
}

#[test]
fn time_running_backwards_is_refused() {
    let line = complaint("t,value\n0,1\n1,2\n0,3\n1,4\n");
    assert!(line.contains("t runs backwards once"), "{line}");
    assert!(line.contains("x.csv:4; sort the rows by t"), "{line}");
}

#[test]
fn times_that_are_no_numbers_count_as_even_rows() {
    let series = read("t,value\n2020-01-01,1\n2020-01-02,2\n2020-02-02,3\n").unwrap();
    assert_eq!(series.t, [0.0, 1.0, 2.0]);
    assert_eq!(series.segments, [0..3]);
    assert_eq!(series.warnings.len(), 1);
    assert!(series.warnings[0].starts_with("column t is not in seconds ('2020-01-01' at "));
}

#[test]
fn one_unreadable_time_costs_one_row() {
    let series = read("t,value,label\n0,1,0\n1,2,0\nx,3,1\n3,4,1\n4,5,0\n").unwrap();
    assert_eq!(series.values, [1.0, 2.0, 4.0, 5.0]);
    assert_eq!(series.labels, Some(vec![false, false, true, false]));
    assert_eq!(series.rejected.untimed, 1);
    assert_eq!(series.segments, [0..2, 2..4]);
}

#[test]
fn labels_that_are_no_truths_are_left_out_with_a_word() {
    let series = read("value,label\n1,0\n2,fault\n").unwrap();
    assert_eq!(series.labels, None);
    assert!(series.warnings[0].starts_with("column label ignored: 'fault' at "));
}

#[test]
fn rows_count_from_the_first_below_the_header_before_anything_is_skipped() {
    let text = "t,value\n0,1\n1,\n2,3\n3,4\n4,5\n";
    let values = |rows| read_part(text, None, rows).unwrap().values;
    assert_eq!(values("0..3"), [1.0, 3.0]);
    assert_eq!(values("2.."), [3.0, 4.0, 5.0]);
    assert_eq!(values("..4"), [1.0, 3.0, 4.0]);
    let beyond = read_part(text, None, "2..99").unwrap();
    assert_eq!(
        beyond.warnings,
        ["--rows ends at 99, but the file has 5 rows: read to its end"]
    );
    let outside = read_part(text, None, "1..2").map(|series| series.values);
    assert!(outside.is_err());
}

#[test]
fn a_constant_series_is_a_series() {
    assert_eq!(read("value\n5\n5\n5\n").unwrap().values, [5.0; 3]);
}

#[test]
fn each_unreadable_file_has_its_own_line() {
    let cases: [(&[u8], &str); 20] = [
        (b"", "the file is empty, x.csv; give a CSV"),
        (b" \r\n\n", "the file is empty, x.csv;"),
        (b"\xef\xbb\xbf", "the file is empty, x.csv;"),
        (b"t,value\n", "no readings below the header, x.csv;"),
        (b"a,b", "no readings below the header, x.csv;"),
        (b"a,b\nx,y\n", "no numeric column among 'a', 'b', x.csv;"),
        (b"t,label\n1,0\n", "no numeric column among 't', 'label',"),
        (
            b"a,b\n1,2\n",
            "several numeric columns: 'a', 'b', x.csv; choose one with --column",
        ),
        (
            b"value,value\n1,2\n",
            "two columns have the name 'value', x.csv:1;",
        ),
        (
            b"t,t,value\n1,2,3\n",
            "two columns have the name 't', x.csv:1;",
        ),
        (b"1,2\n3,4\n", "numbers in place of a header, x.csv:1;"),
        (
            b"t;value\n0;1,5\n",
            "cells are not separated by commas: 't;value', x.csv:1;",
        ),
        (
            b"t\tvalue\n0\t1\n",
            "cells are not separated by commas: 't\\tvalue', x.csv:1;",
        ),
        (
            b"t,value\n0,1\n1,1,5\n",
            "3 cells below a header of 2, x.csv:3;",
        ),
        (
            b"value\nx\ny\n",
            "no number in column 'value', but 'x', x.csv:2",
        ),
        (
            b"value\nNaN\n\ninf\n",
            "no usable reading in column 'value' (3 rows: 1 empty, 2 NaN or infinite), x.csv;",
        ),
        (
            b"value\n1\nnan\n",
            "only one usable reading in column 'value', x.csv; give at least two",
        ),
        (
            b"value\n1\n2\0\n3\n",
            "a NUL byte, so this is not a text file, x.csv:3;",
        ),
        (b"value\n1\n\xff\n3\n", "not UTF-8, x.csv:3;"),
        (
            b"t,value\n0,1\n1,\"2\n2,3\n3,4\n",
            "a quote that is never closed, x.csv:3;",
        ),
    ];
    for (bytes, wanted) in cases {
        let text = String::from_utf8_lossy(bytes);
        let line = complaint(bytes);
        let wanted = format!("ganlet: {wanted}");
        assert!(
            line.starts_with(&wanted),
            "{text:?}\n got: {line}\nwant: {wanted}"
        );
    }
}

#[test]
fn a_column_or_rows_that_the_file_has_not_are_named() {
    let text = "t,value\n0,1\n1,2\n";
    let line = complaint_of(read_part(text, Some("nope"), ".."));
    assert!(
        line.starts_with("ganlet: no column 'nope' among 't', 'value', x.csv:1;"),
        "{line}"
    );
    let line = complaint_of(read_part(text, None, "2.."));
    assert!(
        line.starts_with("ganlet: --rows 2.. lies behind the last of 2 rows, x.csv;"),
        "{line}"
    );
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let rows = Rows::default();
    let line = |path: &Path| Series::read(path, None, &rows).unwrap_err().to_string();
    assert!(line(dir.path()).starts_with("ganlet: a folder, not a file, "));
    assert!(line(&dir.path().join("absent.csv")).starts_with("ganlet: no such file, "));
}

#[test]
fn line_numbers_survive_blank_lines_and_quoted_line_breaks() {
    let line = complaint("\r\nt,value\r\n\r\n0,1\r\n\r\n\r\n1,2,3\r\n");
    assert!(line.contains("x.csv:7;"), "{line}");
    let line = complaint("note,value\n\"two\nlines\",1\nx,2,3\n");
    assert!(line.contains("x.csv:4;"), "{line}");
}

#[test]
fn lines_of_ten_megabytes_take_no_time_and_short_messages() {
    let long = "9".repeat(10_000_000);
    let begun = std::time::Instant::now();
    assert!(complaint(&long).contains("no readings below the header"));
    assert!(complaint(format!("value\n{long}\n")).contains("1 beyond f32"));
    assert!(complaint(format!("{}\n1\n", "x".repeat(10_000_000))).contains("only one"));
    assert!(complaint(format!("{}value\n1\n", "a,".repeat(5_000_000))).contains("1 empty"));
    assert!(complaint(format!("a,b\n{}\n", ",".repeat(10_000_000))).contains("no numeric column"));
    let series = read(format!(
        "note,value\n\"{}\",1\nx,2\n",
        "n\n".repeat(5_000_000)
    ))
    .unwrap();
    assert_eq!(series.values, [1.0, 2.0]);
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[test]
fn no_bytes_make_the_reader_panic() {
    let pieces = [
        "t", "value", ",", "\n", "\r", "\r\n", "\"", "\"\"", "1", "-2.5", "nan", "1e39", ";", " ",
        "\u{feff}", "ä", "label", "x",
    ];
    let mut state = 1_u32;
    for _ in 0..20_000 {
        let mut text = String::from("t,value\n");
        for _ in 0..40 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(pieces[(state >> 16) as usize % pieces.len()]);
        }
        if let Ok(series) = Series::from_text(Path::new("x.csv"), &text, None, &Rows::default()) {
            let covered: usize = series.segments.iter().map(Range::len).sum();
            assert_eq!(covered, series.values.len(), "{text:?}");
            assert_eq!(series.t.len(), series.values.len(), "{text:?}");
        }
    }
}
