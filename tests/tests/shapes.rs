//! A wrong width is a compile error, and one that can be read.

#[test]
fn wrong_widths_do_not_compile() {
    trybuild::TestCases::new().compile_fail("compile-fail/*.rs");
}
