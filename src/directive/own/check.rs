//! What is wrong with the directives of a book whoever uses them: names, what they are made of, and every expression for every
//! option and row that may come.

use super::argument::{Argument, Kind};
use super::def::{Directives, Own};
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::directive::codes::{BAD_DIRECTIVE, OUTPUT_LIMIT, UNKNOWN_DIRECTIVE, UNUSED_ARGUMENT};
use crate::directive::passage::Budget;
use crate::directive::write::Writer;
use crate::directive::{Call, find, names};
use crate::markdown::{self, Args, Dialect, NodeKind, Place, raw_html};
use crate::model::{Bindings, Dimension, Model, Used};
use crate::text::{Location, Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// More options and choices than this are not tried.
const MOST_TRIED: usize = 200;

/// Checks all directives of a book, and keeps uses of those away that are wrong: their files say why.
pub fn check(directives: &mut Directives, model: &Model, dialect: Dialect) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut wrong: BTreeSet<String> = BTreeSet::new();
    let needs: Vec<(String, Vec<(String, Location)>)> = directives
        .iter()
        .map(|own| {
            let before = findings.len();
            let needs = made_of(own, directives, dialect, &mut findings);
            named(own, model, &mut findings);
            let is_wrong = |finding: &Diagnostic| finding.code != &UNUSED_ARGUMENT;
            if own.is_good && !findings[before..].iter().any(is_wrong) {
                expressions(own, model, &mut findings);
            }
            if findings[before..].iter().any(is_wrong) {
                wrong.insert(own.name.clone());
            }
            (own.name.clone(), needs)
        })
        .collect();
    for (name, at) in circles(&needs) {
        let message = format!("`{name}` writes itself, by way of this");
        findings.push(Diagnostic::new(&BAD_DIRECTIVE, at, message));
        wrong.insert(name);
    }
    for name in &wrong {
        if let Some(own) = directives.all.get_mut(name) {
            own.is_good = false;
        }
    }
    findings
}

/// The directives of the book that one is made of, each with a place; what may not stand in it is told.
fn made_of(
    own: &Own,
    directives: &Directives,
    dialect: Dialect,
    findings: &mut Vec<Diagnostic>,
) -> Vec<(String, Location)> {
    let locate = |span: Span| own.map.locate(span);
    let is_word = own.name.starts_with(|c: char| c.is_alphabetic())
        && own.name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    if !is_word {
        let message = format!("`{}` can't be the name of a directive", own.name);
        let finding = Diagnostic::new(&BAD_DIRECTIVE, own.location.clone(), message);
        findings.push(finding.help("name the file with letters, digits, `-` and `_`"));
    } else if find(&own.name).is_some() {
        let message = format!("there is a built-in directive `{}`", own.name);
        let finding = Diagnostic::new(&BAD_DIRECTIVE, own.location.clone(), message);
        findings.push(finding.help("give the file another name"));
    }
    let text = own.text.text();
    if !own.allows_html {
        for span in raw_html(text, dialect).into_iter().take(1) {
            let message = "this is raw HTML, which other renderers than HTML's do not show";
            let at = locate(own.text.span_of(span));
            let finding = Diagnostic::new(&BAD_DIRECTIVE, at, message);
            findings.push(
                finding.help("write it in Markdown, or say `html = true` in the front matter"),
            );
        }
    }
    let mut needs = Vec::new();
    let map = own.text.map(&own.map);
    for node in markdown::scan(text, &map, dialect).nodes {
        let NodeKind::Directive(used) = &node.kind else { continue };
        let at = map.locate(used.name.span);
        if used.committed.is_some() {
            let message =
                "the text of a directive is written anew at each use, and commits nothing";
            let finding = Diagnostic::new(&BAD_DIRECTIVE, map.locate(used.opener), message);
            findings.push(finding.help("close the comment itself: `/-->`"));
        }
        if directives.find(&used.name.value).is_some() {
            needs.push((used.name.value.clone(), at));
        } else if find(&used.name.value).is_none() {
            let message = format!("there is no directive `{}`", used.name.value);
            let known = names(directives);
            let finding = Diagnostic::new(&UNKNOWN_DIRECTIVE, at, message);
            findings.push(finding.did_you_mean(&used.name.value, known.iter().map(String::as_str)));
        }
    }
    needs
}

/// The names of arguments and formulas: they hide nothing, and each argument is used.
fn named(own: &Own, model: &Model, findings: &mut Vec<Diagnostic>) {
    let mut names = Bindings::default();
    let args = own.args.iter().map(|arg| (&arg.name, arg.location.clone()));
    let lets = own.lets.iter().map(|one| (&one.name.value, own.map.locate(one.name.span)));
    for (name, at) in args.chain(lets) {
        match model.check_binding(name, &names) {
            Ok(()) => names.bind_text(name, ""),
            Err(problem) => findings.push(problem.located(|_| at.clone())),
        }
    }
    for arg in &own.args {
        let mut texts = own.lets.iter().map(|one| one.expression.text());
        if !texts.any(|text| mentions(text, &arg.name)) && !mentions(own.text.text(), &arg.name) {
            let message = format!("nothing uses the argument `{}`", arg.name);
            findings.push(Diagnostic::new(&UNUSED_ARGUMENT, arg.location.clone(), message));
        }
        if arg.default.is_some()
            && let Err(message) = arg.bind_default(model, &mut Bindings::default())
        {
            let message = format!("the default of `{}`: {message}", arg.name);
            findings.push(Diagnostic::new(&BAD_DIRECTIVE, arg.location.clone(), message));
        }
    }
}

/// Whether a text has a name as a word of its own.
fn mentions(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].ends_with(|c| is_part(c) || c == '.')
            && !text[at + name.len()..].starts_with(is_part)
    })
}

/// Reads every expression with what the arguments may be: each option of the model, each choice, true and false.
fn expressions(own: &Own, model: &Model, findings: &mut Vec<Diagnostic>) {
    let (mut said, budget) = (BTreeSet::new(), Budget::of_check());
    for (names, which) in tried(own, model) {
        let mut found = Vec::new();
        // Where an argument is not at its first, the rows in the text are.
        read_with(own, model, (names, which.is_none()), &budget, &mut found);
        if let Some(exhausted) = found.iter().position(|finding| finding.code == &OUTPUT_LIMIT) {
            findings.push(found.swap_remove(exhausted));
            return;
        }
        for finding in found {
            let at = &finding.at.location;
            if said.insert((finding.code.name, at.span, finding.message.clone())) {
                findings.push(match &which {
                    Some(which) => finding.help(format!("so it is with {which}")),
                    None => finding,
                });
            }
        }
    }
}

fn read_with(
    own: &Own,
    model: &Model,
    (names, all): (Bindings, bool),
    budget: &Budget,
    findings: &mut Vec<Diagnostic>,
) {
    let config = Config::default();
    let directive = markdown::Directive {
        name: Spanned::new(own.name.clone(), own.location.span),
        args: Args::default(),
        template: None,
        opener: own.location.span,
        committed: None,
        closer: None,
    };
    let mut call = Call {
        model,
        names: &Bindings::default(),
        own: &Directives::default(),
        config: &config,
        params: &[],
        is_set: false,
        directive: &directive,
        place: &Place::default(),
        map: &own.map,
        budget,
        used: &mut Used::default(),
        findings,
    };
    let mut writer = Writer::new(&mut call, &own.map);
    let names = writer.take(0, own.lets.len()).and_then(|()| writer.lets(&own.lets, names));
    if let Some(names) = names {
        let _ = writer.check(&own.template.parts, &Rc::new(names), all);
    }
}

/// What the arguments may be: all at their first, then each of them at each other one. In words, what differs from the first.
fn tried(own: &Own, model: &Model) -> Vec<(Bindings, Option<String>)> {
    let values: Vec<Vec<String>> = own.args.iter().map(|arg| alternatives(arg, model)).collect();
    let bound = |which: Option<(usize, usize)>| {
        let mut names = Bindings::default();
        for (index, arg) in own.args.iter().enumerate() {
            let at = which.filter(|(arg, _)| *arg == index).map_or(0, |(_, at)| at);
            match values[index].get(at) {
                Some(value) => {
                    let arg = Argument { default: Some(value.clone()), ..arg.clone() };
                    arg.bind_default(model, &mut names).ok()?;
                }
                None => stand_in(arg, model, &mut names)?,
            }
        }
        let which = which.map(|(arg, at)| format!("`{}={}`", own.args[arg].name, values[arg][at]));
        Some((names, which))
    };
    let others = values.iter().enumerate();
    let others = others.flat_map(|(arg, values)| (1..values.len()).map(move |at| Some((arg, at))));
    std::iter::once(None).chain(others).take(MOST_TRIED).filter_map(bound).collect()
}

/// What an argument may be, as an author would write it; nothing where that is without bounds.
fn alternatives(arg: &Argument, model: &Model) -> Vec<String> {
    let first = arg.default.iter().cloned();
    let more: Vec<String> = match arg.kind {
        Kind::Bool => vec!["true".into(), "false".into()],
        Kind::Choice => arg.choices.clone(),
        Kind::Option => model.options.keys().cloned().collect(),
        Kind::Options => vec![model.options.keys().cloned().collect::<Vec<_>>().join(",")],
        _ => Vec::new(),
    };
    let mut all: Vec<String> = Vec::new();
    first.chain(more).for_each(|value| {
        if !all.contains(&value) {
            all.push(value);
        }
    });
    all
}

/// A value of the argument's kind, of which the kind alone counts. None where that says too little.
fn stand_in(arg: &Argument, model: &Model, names: &mut Bindings) -> Option<()> {
    match arg.kind {
        Kind::Text | Kind::Choice => names.bind_text(&arg.name, ""),
        Kind::Number => names.bind_number(&arg.name, Dimension::COUNT),
        Kind::Quantity => names.bind_number(&arg.name, arg.dimension?),
        Kind::Version => names.bind(&arg.name, &model.compile("version('1.0')").ok()?),
        Kind::Date => names.bind(&arg.name, &model.compile("date('2000-01-01')").ok()?),
        Kind::Bool | Kind::Option | Kind::Options | Kind::List => return None,
    }
    Some(())
}

/// The directives that are made of themselves, each with the place that leads back to it.
fn circles(needs: &[(String, Vec<(String, Location)>)]) -> Vec<(String, Location)> {
    let of: BTreeMap<&str, &[(String, Location)]> =
        needs.iter().map(|(name, needs)| (name.as_str(), needs.as_slice())).collect();
    let mut found = Vec::new();
    for (name, own) in needs {
        // What has been seen does not lead back.
        let mut seen = BTreeSet::new();
        let back = own.iter().find(|(first, _)| {
            let mut open = vec![first.as_str()];
            while let Some(next) = open.pop() {
                if next == name {
                    return true;
                }
                if seen.insert(next) {
                    let needs = of.get(next).copied().unwrap_or_default();
                    open.extend(needs.iter().map(|(name, _)| name.as_str()));
                }
            }
            false
        });
        found.extend(back.map(|(_, at)| (name.clone(), at.clone())));
    }
    found
}
