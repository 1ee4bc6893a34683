//! A device's log, as `ganlet monitor` reads it.

use ganlet::record::Record;
use ganlet_sim::command::monitor;

pub(super) fn attempt(bytes: &[u8]) {
    let mut metrics = Vec::new();
    let page = monitor::report(bytes, &mut metrics).expect("nothing to fail");
    assert!(page.ends_with("</html>\n"), "the page is whole");
    let rows = String::from_utf8(metrics).expect("metrics in UTF-8");
    let width = |row: &str| row.matches(',').count();
    let header = rows.lines().next().map(width);
    assert!(rows.lines().all(|row| Some(width(row)) == header));

    // A record that can be read survives being written and read again.
    if let Ok(record) = String::from_utf8_lossy(bytes).parse::<Record>() {
        let again: Record = record.to_string().parse().expect("its own text");
        assert_eq!(again.to_string(), record.to_string());
    }
}
