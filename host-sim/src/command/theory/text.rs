//! The result for people: tables with formulas, then the answers in words.

use std::io::{self, Write};

use super::Findings;
use super::answers::Answers;
use super::duel::PAIRS;
use super::game::LOSS;
use super::likelihood::{Likelihood, Moments};
use super::losses::Row;
use crate::report::number::{count, short, with_error};

/// Columns of running text.
const WIDTH: usize = 98;
/// Columns of a formula at the head of a row.
const FORMULA: usize = 46;
/// Places after the point of what quadrature gives: it is good to 1e-10.
const PLACES: usize = 10;
/// A gap, in percent of 2 JS, that counts as having reached the optimum.
const CLOSE: f64 = 0.2;

/// Writes everything.
pub(super) fn write(to: &mut dyn Write, found: &Findings<'_>) -> io::Result<()> {
    writeln!(to, "p = {} (the data)", found.p)?;
    writeln!(to, "q = {} (what G draws)", found.q)?;
    divergences(to, found)?;
    game(to, found)?;
    likelihood(to, &found.likelihood)?;
    for (question, answer) in Answers::new(found).each() {
        writeln!(to, "\n{question}")?;
        for line in wrapped(answer, WIDTH - 2) {
            writeln!(to, "  {line}")?;
        }
        if question.contains("loss") {
            losses(to, &found.losses)?;
        }
    }
    writeln!(to)
}

fn divergences(to: &mut dyn Write, found: &Findings<'_>) -> io::Result<()> {
    let found = &found.divergences;
    head(to, "Divergences, in nats", &["quadrature", "closed form"])?;
    let closed = |value: Option<f64>| value.map_or("-".to_owned(), |value| digits(value, PLACES));
    let rows = [
        (
            "KL(p ‖ q) = ∫ p ln(p/q) dx",
            found.kl_pq,
            found.closed_kl_pq,
        ),
        (
            "KL(q ‖ p) = ∫ q ln(q/p) dx",
            found.kl_qp,
            found.closed_kl_qp,
        ),
        (
            "JS = ½ KL(p ‖ m) + ½ KL(q ‖ m), m = ½ (p + q)",
            found.js,
            None,
        ),
        (
            "TV = ½ ∫ |p − q| dx",
            found.total_variation,
            found.closed_total_variation,
        ),
    ];
    for (formula, value, formula_value) in rows {
        row(
            to,
            formula,
            &[&digits(value, PLACES), &closed(formula_value)],
        )?;
    }
    match found.note() {
        Some(note) => writeln!(to, "  {note}"),
        None => Ok(()),
    }
}

fn game(to: &mut dyn Write, found: &Findings<'_>) -> io::Result<()> {
    let (divergences, duel) = (&found.divergences, &found.duel);
    head(
        to,
        "The game V(G, D) = E ln D(x) + E ln(1 − D(G(z)))",
        &["", ""],
    )?;
    let value = |to: &mut dyn Write, formula: &str, value: f64, remark: &str| {
        row(to, formula, &[&digits(value, PLACES), remark])
    };
    value(
        to,
        "V(G, D*), D* = p / (p + q)",
        divergences.value_at_optimum,
        "",
    )?;
    let apart = format!("{:.0e} apart", divergences.identity_error());
    value(
        to,
        "−2 ln 2 + 2 JS",
        divergences.expected_value(),
        &apart.replace('-', "−"),
    )?;
    let percent = duel.gap_percent;
    let below = percent.map_or("a lower bound".to_owned(), |percent| {
        format!("{} % of 2 JS", digits(percent, 4))
    });
    value(to, "V(G, D) of the trained D", duel.value, &below)?;
    value(to, "E_m |D − D*|, m = ½ (p + q)", duel.d_error, "")?;
    value(to, "ln 2 + ½ V(G, D) ≤ JS", duel.js_bound(), "")?;
    if duel.gap_percent.is_some_and(|percent| percent < -CLOSE) {
        writeln!(
            to,
            "  D with its {} parameters is not at D*: it needs more --steps, or the pair is too hard for it",
            duel.parameters
        )?;
    }
    if let Some(bound) = duel.sampled {
        let formula = format!("the same from {} pairs", count(PAIRS as u64));
        row(
            to,
            &formula,
            &[&with_error(bound.js.into(), bound.js_error.into()), ""],
        )?;
    }
    Ok(())
}

fn likelihood(to: &mut dyn Write, found: &Likelihood) -> io::Result<()> {
    head(to, "Maximum likelihood is minimum KL", &["mean", "sd"])?;
    let both = |Moments { mean, sd }: Moments| [digits(mean, 7), digits(sd, 7)];
    let mut line = |formula: &str, [a, b]: &[String; 2]| row(to, formula, &[a, b]);
    line("arg max (1/n) Σ ln N(xᵢ), from moments", &both(found.mle))?;
    line("arg min KL(p̂ ‖ N), by search", &both(found.min_kl))?;
    line("arg min KL(p ‖ N), by quadrature", &both(found.exact))?;
    line("standard errors of the first", &both(found.mle_se))?;
    let off = found.sampling_error();
    let mut text = format!(
        "On the same {n} readings both optima are {apart} sd apart; that of p itself is {mean:.1} and {sd:.1} \
         standard errors away, which is sampling error. The log-likelihood of q is {likelihood} a reading, and \
         −H(p) − KL(p ‖ q) = {exact}.",
        n = count(found.readings as u64),
        apart = short(found.apart()),
        mean = off.mean,
        sd = off.sd,
        likelihood = with_error(found.of_q.mean, found.of_q.se),
        exact = digits(found.of_q.exact, 4),
    );
    if let Some(fit) = &found.mixture {
        text += &format!(
            " The mixture fitted by expectation-maximisation to {n} of them has the log-likelihood {fitted}, p itself \
             {own} on the same readings (−H(p) = {entropy}), and KL(p ‖ fit) = {kl}, where theory expects some \
             {parameters} / 2n = {expected}.",
            n = count(fit.readings as u64),
            fitted = digits(fit.log_likelihood, 5),
            own = digits(fit.log_likelihood_of_p, 5),
            entropy = digits(fit.negative_entropy, 5),
            kl = short(fit.kl),
            parameters = fit.parameters,
            expected = short(fit.parameters as f64 / (2.0 * fit.readings as f64)),
        );
    }
    for line in wrapped(&text, WIDTH - 2) {
        writeln!(to, "  {line}")?;
    }
    Ok(())
}

fn losses(to: &mut dyn Write, rows: &[Row; 6]) -> io::Result<()> {
    let columns = |to: &mut dyn Write, mark: char, cells: [&str; 6]| {
        let [loss, discriminator, generator, optimum, meaning, least] = cells;
        writeln!(
            to,
            "{mark} {loss:14} {discriminator:18} {generator:9} {optimum:11} {meaning:20} {least:>10}"
        )
    };
    columns(
        to,
        ' ',
        [
            "loss",
            "D minimises",
            "G",
            "best logit",
            "D’s loss there",
            "here",
        ],
    )?;
    for row in rows {
        let mark = if row.loss == LOSS { '>' } else { ' ' };
        columns(
            to,
            mark,
            [
                row.loss.name(),
                row.discriminator,
                row.generator,
                row.optimum,
                row.meaning,
                &digits(row.least, 4),
            ],
        )?;
    }
    let legend = "a = D’s logit of a real sample, b of a generated one, s(t) = ln(1 + eᵗ), p and q are those above.";
    writeln!(to, "  {legend}")
}

/// A heading over a table's two columns of numbers.
fn head(to: &mut dyn Write, title: &str, columns: &[&str; 2]) -> io::Result<()> {
    let [first, second] = columns;
    let line = format!("{title:w$} {first:>18} {second:>20}", w = FORMULA + 2);
    writeln!(to, "\n{}", line.trim_end())
}

/// A row of a table: a formula and two columns.
fn row(to: &mut dyn Write, formula: &str, columns: &[&str; 2]) -> io::Result<()> {
    let [first, second] = columns;
    // The circumflex of p̂ takes no column of its own.
    let marks = formula.chars().filter(|&c| c == '\u{302}').count();
    let line = format!(
        "  {formula:w$} {first:>18} {second:>20}",
        w = FORMULA + marks
    );
    writeln!(to, "{}", line.trim_end())
}

/// So many places after the point, with a real minus sign; ∞ for what has no end.
pub(super) fn digits(value: f64, places: usize) -> String {
    if !value.is_finite() {
        return short(value);
    }
    let size = format!("{:.places$}", value.abs());
    let zero = size.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if value < 0.0 && !zero { "−" } else { "" };
    format!("{sign}{size}")
}

/// Words in lines of at most `width` characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("one at least");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_filled_and_no_wider_than_asked() {
        assert_eq!(wrapped("aa bb cc dd", 5), ["aa bb", "cc dd"]);
        assert_eq!(
            wrapped("a wordthatistoolong b", 5),
            ["a", "wordthatistoolong", "b"]
        );
        assert_eq!(wrapped("−− ‖‖", 5), ["−− ‖‖"], "characters, not bytes");
    }

    #[test]
    fn numbers_have_their_sign_and_their_end() {
        assert_eq!(digits(-1.25, 1), "−1.2");
        assert_eq!(digits(-3e-9, 4), "0.0000");
        assert_eq!(digits(f64::INFINITY, 3), "∞");
        assert_eq!(digits(f64::NEG_INFINITY, 3), "−∞");
    }
}
