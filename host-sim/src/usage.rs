//! clap's usage errors, which span several lines, as one line: what, where, the remedy.

use std::error::Error as _;
use std::ffi::OsString;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::cli::Cli;
use crate::error::{Failure, excerpt};

/// A value this long is quoted whole.
const QUOTED: usize = 60;

/// The usage error of a command line as the one line that names flag, value and remedy.
pub(crate) fn failure(error: &Error, args: &[OsString]) -> Failure {
    let help = help_for(args);
    let flag = flag(error);
    let value = excerpt(&text(error, ContextKind::InvalidValue), QUOTED);
    match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => {
            Failure::input("value missing", flag, one_of(error).unwrap_or(help))
        }
        ErrorKind::InvalidValue => {
            let remedy = one_of(error).unwrap_or(help);
            Failure::input(format!("unknown value '{value}'"), flag, remedy)
        }
        ErrorKind::ValueValidation => unusable(error, &value, flag, help),
        ErrorKind::UnknownArgument => Failure::input(
            "no such argument",
            excerpt(&text(error, ContextKind::InvalidArg), QUOTED),
            suggested(error, ContextKind::SuggestedArg).unwrap_or(help),
        ),
        ErrorKind::InvalidSubcommand => Failure::input(
            "no such command",
            excerpt(&text(error, ContextKind::InvalidSubcommand), QUOTED),
            suggested(error, ContextKind::SuggestedSubcommand).unwrap_or(help),
        ),
        ErrorKind::MissingRequiredArgument => Failure::input(
            "required argument missing",
            alternatives(&text(error, ContextKind::InvalidArg)),
            help,
        ),
        ErrorKind::TooManyValues => {
            Failure::input(format!("unexpected value '{value}'"), flag, help)
        }
        ErrorKind::ArgumentConflict => conflict(error, &flag, help),
        _ => Failure::input(first_line(error), flag, help),
    }
}

/// A value that its parser refused, with `remedy` or with `what; remedy`.
fn unusable(error: &Error, value: &str, flag: String, help: String) -> Failure {
    let verdict = error.source().map_or(help, ToString::to_string);
    match verdict.split_once("; ") {
        Some((what, remedy)) => {
            Failure::input(format!("unusable value '{value}' ({what})"), flag, remedy)
        }
        None => Failure::input(format!("unusable value '{value}'"), flag, verdict),
    }
}

/// Two flags that exclude each other, or one flag given twice.
fn conflict(error: &Error, flag: &str, help: String) -> Failure {
    let prior = text(error, ContextKind::PriorArg);
    if prior.is_empty() || name(&prior) == flag {
        Failure::input("given more than once", flag, "give it once")
    } else {
        let what = format!("does not go together with {prior}");
        Failure::input(what, flag, format!("leave one of them out, {help}"))
    }
}

/// The flag that the error is about, without the placeholder of its value.
fn flag(error: &Error) -> String {
    let argument = text(error, ContextKind::InvalidArg);
    match argument.is_empty() {
        true => "command line".to_owned(),
        false => name(&argument).to_owned(),
    }
}

/// `--steps` of `--steps <N>`.
fn name(argument: &str) -> &str {
    argument.split(" <").next().unwrap_or(argument)
}

/// `--data <FILE> or --target <T>` of clap's `<--data <FILE>|--target <T>>`.
fn alternatives(argument: &str) -> String {
    match argument.strip_prefix("<--") {
        Some(rest) => format!("--{}", rest.trim_end_matches(">>")).replace('|', " or ") + ">",
        None => argument.to_owned(),
    }
}

fn one_of(error: &Error) -> Option<String> {
    let values = text(error, ContextKind::ValidValue);
    (!values.is_empty()).then(|| format!("choose one of {values}"))
}

fn suggested(error: &Error, kind: ContextKind) -> Option<String> {
    let similar = text(error, kind);
    (!similar.is_empty()).then(|| format!("did you mean {similar}?"))
}

/// A piece of the error's context in words; empty where clap has none.
fn text(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(one)) => one.clone(),
        Some(ContextValue::Strings(many)) => many.join(", "),
        _ => String::new(),
    }
}

fn first_line(error: &Error) -> String {
    let rendered = error.render().to_string();
    let line = rendered.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

/// Points to the help of the command that was named, if it was.
fn help_for(args: &[OsString]) -> String {
    let cli = Cli::command();
    let named = args
        .get(1)
        .and_then(|word| word.to_str())
        .and_then(|word| cli.find_subcommand(word));
    match named {
        Some(command) => format!("see ganlet {} --help", command.get_name()),
        None => "see ganlet --help".to_owned(),
    }
}
