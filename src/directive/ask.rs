//! What directives ask of the model: inputs from arguments, values with where they come from.

use super::Call;
use super::codes::UNKNOWN_ARGUMENT;
use super::params::Expression;
use crate::content::{FigureNote, Inline, Live, Provenance, SourceNote, Value, plain, text};
use crate::diag::Diagnostic;
use crate::markdown::{self, Arg, Cut};
use crate::model::{
    Bindings, Compiled, Evaluation, Format, Inputs, Model, Problem, Program, Prose, ProsePart,
    Unit, Used,
};
use crate::text::{Location, Span, Spanned, TextMap};

/// What the directives' arguments say about the inputs: a scenario, then single values.
///
/// Everything that is wrong is reported; there are inputs only if nothing is.
pub(super) fn inputs(
    call: &mut Call<'_>,
    scenario: Option<&Spanned<String>>,
    given: &[(Spanned<String>, Arg)],
) -> Option<Inputs> {
    let model = call.model;
    let mut inputs = model.inputs();
    let before = call.findings.len();
    if let Some(scenario) = scenario
        && let Err(problem) = inputs.scenario(model, &scenario.value)
    {
        call.failed(scenario.span, problem);
    }
    for (name, arg) in given {
        if !model.inputs.contains_key(&name.value) {
            call.findings.push(no_such_input(call, name));
            continue;
        }
        call.used.input(model, &name.value);
        let Some(text) = arg.value.as_text() else {
            call.wrong(arg.span, format!("`{}` is a list: expected one value", name.value));
            continue;
        };
        if let Err(problem) = inputs.set(model, &name.value, text) {
            call.failed(arg.span, problem);
        }
    }
    (call.findings.len() == before).then_some(inputs)
}

/// A key that is neither an argument of the directive nor an input of the model.
fn no_such_input(call: &Call<'_>, name: &Spanned<String>) -> Diagnostic {
    let keys = call.params.iter().map(|param| param.key);
    let inputs = call.model.inputs.keys().map(String::as_str);
    let message = format!(
        "`{}` is neither an argument of `{}` nor an input of the model",
        name.value,
        call.name().value
    );
    Diagnostic::new(&UNKNOWN_ARGUMENT, call.locate(name.span), message)
        .did_you_mean(&name.value, keys.chain(inputs))
}

/// Evaluates an expression that an author wrote where these names are known; what is wrong is reported at its place.
pub(crate) fn evaluate(
    model: &Model,
    written: (&str, &Bindings),
    inputs: &Inputs,
    used: &mut Used,
    locate: impl Fn(Span) -> Location,
    findings: &mut Vec<Diagnostic>,
) -> Option<Evaluation> {
    compute(model, written, inputs, used, locate, findings).map(|(_, evaluation)| evaluation)
}

/// The same, with the expression as it was read.
pub(super) fn compute(
    model: &Model,
    (text, names): (&str, &Bindings),
    inputs: &Inputs,
    used: &mut Used,
    locate: impl Fn(Span) -> Location,
    findings: &mut Vec<Diagnostic>,
) -> Option<(Compiled, Evaluation)> {
    let compiled = match model.compile_with(text, names) {
        Ok(compiled) => compiled,
        Err(problems) => {
            used.mentioned(model, text);
            findings.extend(problems.into_iter().map(|problem| problem.located(&locate)));
            return None;
        }
    };
    used.expression(&compiled);
    match model.evaluate(&compiled, inputs) {
        Ok(evaluation) => {
            for source in &evaluation.provenance.sources {
                used.source(source);
            }
            Some((compiled, evaluation))
        }
        Err(problem) => {
            findings.push(problem.located(&locate));
            None
        }
    }
}

/// A name of the model's, with what there is to know about it where there is anything.
pub(super) fn named(
    model: &Model,
    label: &str,
    note: &Prose,
    sources: Vec<SourceNote>,
    inputs: &Inputs,
) -> Vec<Inline> {
    if note.is_empty() && sources.is_empty() {
        return text(label);
    }
    let notes = Vec::from_iter(said(model, note, inputs));
    let provenance = Provenance { notes, sources, ..Provenance::default() };
    let provenance = Some(provenance);
    vec![Inline::Value(Box::new(Value { text: label.to_owned(), provenance, live: None }))]
}

/// What a text of the model says, marks left out; nothing where it is empty.
fn said(model: &Model, note: &Prose, inputs: &Inputs) -> Option<String> {
    (!note.is_empty()).then(|| plain(&prose(model, note, inputs)))
}

/// A quantity without details of its own; as a value it keeps its direction on a page that is read from right to left.
pub(super) fn bare(text: String) -> Vec<Inline> {
    vec![Inline::Value(Box::new(Value { text, provenance: None, live: None }))]
}

/// The place of a span in a directive's expression.
pub(super) fn in_expression<'a>(
    map: &'a TextMap,
    expression: &Expression,
) -> impl Fn(Span) -> Location + use<'a> {
    let (whole, length) = (expression.span, expression.text.len());
    // With escapes in a string the two differ in length, and only the whole is certain.
    let same = whole.len() == length;
    move |span| map.locate(if same { span.shift(whole.start) } else { whole })
}

/// The place of a span in an expression that was cut out of a chapter.
pub(super) fn in_cut<'a>(map: &'a TextMap, cut: &'a Cut) -> impl Fn(Span) -> Location + use<'a> {
    move |span| map.locate(cut.span_of(span))
}

/// A unit that an author asked for, if it fits what is to be shown.
pub(super) fn unit(
    call: &mut Call<'_>,
    unit: Option<&Spanned<String>>,
    evaluation: &Evaluation,
) -> Result<Option<Unit>, ()> {
    let Some(asked) = unit else { return Ok(None) };
    let unit = match call.model.units.parse(&asked.value) {
        Ok(unit) => match evaluation.value.quantity() {
            Some(quantity) => unit.towards(quantity.dimension),
            None => unit,
        },
        Err(error) => {
            call.wrong(asked.span, error.message);
            return Err(());
        }
    };
    match evaluation.value.quantity() {
        Some(quantity) if quantity.dimension == unit.dimension => Ok(Some(unit)),
        Some(quantity) => {
            let message = format!(
                "`{}` is a unit of {}, the value is {}",
                asked.value, unit.dimension, quantity.dimension
            );
            call.wrong(asked.span, message);
            Err(())
        }
        None => {
            call.wrong(asked.span, "a unit can't be asked for: the value is not a number");
            Err(())
        }
    }
}

/// A value as a page shows it, with where it comes from.
pub(super) fn value(
    model: &Model,
    evaluation: &Evaluation,
    inputs: &Inputs,
    format: &Format,
    range: bool,
) -> Value {
    let shown = model.show(evaluation, format);
    let mut text = shown.text.clone();
    if range {
        text.extend(model.range_note(evaluation, format));
    }
    let mut provenance = provenance(model, evaluation, inputs);
    if shown.rounded && !evaluation.is_cut {
        provenance.exact = Some(shown.exact_text);
    }
    Value { text, provenance: Some(provenance), live: None }
}

/// How a page computes a value anew as its reader sets inputs or chooses a scenario; nothing where it depends on none.
///
/// Inputs that its author has set stay, and of a scenario the figures too.
pub(super) fn follows(
    model: &Model,
    compiled: &Compiled,
    inputs: &Inputs,
    unit: Option<&Unit>,
) -> Option<Live> {
    let mut program = Program::new(model);
    program.add("value", compiled);
    if let Some(unit) = unit {
        program.show_in("value", unit);
    }
    let fixed: Vec<&str> = inputs.set_names(model).collect();
    let is_chosen = |name: &String| model.scenarios_set(name) && inputs.scenario_id().is_none();
    let follows = program.inputs(inputs).keys().any(|name| !fixed.contains(&name.as_str()))
        || program.figures(inputs).keys().any(is_chosen);
    let mut json = program.json(inputs);
    json["fixed"] = fixed.into();
    json["scenario"] = inputs.scenario_id().into();
    follows.then(|| Live::Own(json.to_string()))
}

/// Where a value comes from, in words for the reader.
pub(super) fn provenance(model: &Model, evaluation: &Evaluation, inputs: &Inputs) -> Provenance {
    let from = &evaluation.provenance;
    let formulas: Vec<_> =
        from.formulas.iter().filter_map(|name| model.formulas.get(name)).collect();
    let values = from.inputs.iter().filter_map(|name| {
        Some((model.inputs.get(name)?.label.clone(), inputs.shown(model, name)?))
    });
    let figures = from.figures.iter().filter_map(|name| figure(model, name));
    let figures = figures.chain(from.facts.iter().filter_map(|name| fact(model, name)));
    let mut notes = Vec::new();
    for formula in &formulas {
        let label = (formula.label != formula.name).then(|| formula.label.clone());
        let note = said(model, &formula.note, inputs);
        let both: Vec<String> = label.into_iter().chain(note).collect();
        if !both.is_empty() {
            notes.push(format!("{}: {}", formula.name, both.join(". ")));
        }
    }
    if let Some(scenario) = inputs.scenario_id().and_then(|id| model.scenarios.get(id)) {
        let note =
            said(model, &scenario.note, inputs).map_or(String::new(), |note| format!(". {note}"));
        notes.push(format!("Scenario: {}{note}", scenario.label));
    }
    if evaluation.range.as_ref().is_some_and(|range| !range.exact) {
        notes.push(
            "the range is certain to hold the value, and may be wider than it need be".to_owned(),
        );
    }
    if evaluation.uncertain {
        notes.push("over the whole range of its inputs this value can't be had".to_owned());
    }
    Provenance {
        expression: from.formula.clone(),
        formulas: formulas
            .into_iter()
            .map(|formula| (formula.name.clone(), formula.text.text.to_string()))
            .collect(),
        inputs: values.collect(),
        figures: figures.collect(),
        exact: None,
        notes,
        sources: Vec::new(),
    }
}

fn figure(model: &Model, name: &str) -> Option<FigureNote> {
    let figure = model.figures.get(name)?;
    let mut note = vec![];
    if figure.basis != crate::model::Basis::Published {
        note.push(figure.basis.name().to_owned());
    }
    if figure.label != figure.name {
        note.push(figure.label.clone());
    }
    note.extend(figure.version.as_ref().map(|version| format!("version {version}")));
    note.extend(said(model, &figure.note, &model.inputs()));
    Some(FigureNote {
        name: figure.name.clone(),
        value: model.figure_text(figure, &figure.quantity.value),
        sources: figure
            .sources
            .iter()
            .filter_map(|id| source(model, id))
            .chain(figure.from.as_ref().map(read_from))
            .collect(),
        checked: figure.checked.map(|date| date.to_string()),
        note: (!note.is_empty()).then(|| note.join("; ")),
    })
}

/// A fact that is no quantity, in the same way.
fn fact(model: &Model, name: &str) -> Option<FigureNote> {
    let fact = model.facts.get(name)?;
    let mut note = vec![];
    if fact.basis != crate::model::Basis::Published {
        note.push(fact.basis.name().to_owned());
    }
    if fact.label != fact.name {
        note.push(fact.label.clone());
    }
    note.extend(said(model, &fact.note, &model.inputs()));
    let sources = fact.sources.iter().filter_map(|id| source(model, id));
    Some(FigureNote {
        name: fact.name.clone(),
        value: model.fact_text(fact),
        sources: sources.chain(fact.from.as_ref().map(read_from)).collect(),
        checked: fact.checked.map(|date| date.to_string()),
        note: (!note.is_empty()).then(|| note.join("; ")),
    })
}

/// The place in a file of the repository that a fact is read from, as a source.
fn read_from(place: &Location) -> SourceNote {
    let title = format!("{}, line {}", place.source.path(), place.start().line);
    SourceNote { id: String::new(), title, url: None, version: None, accessed: None }
}

/// A source of the model, as pages cite it.
pub(super) fn source(model: &Model, id: &str) -> Option<SourceNote> {
    let source = model.sources.get(id)?;
    Some(SourceNote {
        id: source.id.clone(),
        title: source.title.clone(),
        url: source.url.clone(),
        version: source.version.clone(),
        accessed: source.accessed.map(|date| date.to_string()),
    })
}

/// A text of the model with its values filled in and its Markdown read; what is wrong was reported when it was loaded.
pub(super) fn prose(model: &Model, prose: &Prose, inputs: &Inputs) -> Vec<Inline> {
    match model.prose(prose, inputs) {
        Ok(text) => markdown::inline(&text),
        Err(Problem { .. }) => markdown::inline(&prose.text),
    }
}

/// The entry of a table of the model that an author names.
pub(super) fn entry<'m, T>(
    call: &mut Call<'_>,
    what: &str,
    table: &'m indexmap::IndexMap<String, T>,
    id: &Spanned<String>,
) -> Option<&'m T> {
    let found = table.get(&id.value);
    if found.is_none() {
        let message = format!("the model has no {what} `{}`", id.value);
        let finding = call.invalid(id.span, message);
        let known = table.keys().map(String::as_str);
        let called = call.model.option_called(&id.value);
        let finding = match called.filter(|(option, _)| table.contains_key(*option)) {
            Some((option, help)) => match call.map.locate_copied(id.span) {
                Some(place) if place.text() == format!("\"{}\"", id.value) => {
                    let (title, text) = (format!("write `{option}`"), format!("\"{option}\""));
                    finding.help(help).replace_with(title, text)
                }
                _ => finding.help(help),
            },
            None => finding.did_you_mean(&id.value, known),
        };
        call.findings.push(match call.model.absent() {
            Some(looked_for) => finding.help(looked_for),
            None => finding,
        });
    }
    found
}

/// The ids that an author names of a table of the model; those that it does not have are reported.
pub(super) fn ids<T>(
    call: &mut Call<'_>,
    what: &str,
    table: &indexmap::IndexMap<String, T>,
    ids: &[Spanned<String>],
) -> Vec<String> {
    let known = ids.iter().filter(|id| entry(call, what, table, id).is_some());
    known.map(|id| id.value.clone()).collect()
}

/// Sources of the model by id, as pages cite them; the page is noted to use them.
pub(super) fn sources(call: &mut Call<'_>, ids: &[String]) -> Vec<SourceNote> {
    ids.iter().for_each(|id| call.used.source(id));
    ids.iter().filter_map(|id| source(call.model, id)).collect()
}

/// Links of the model.
pub(super) fn links(links: &[crate::model::Link]) -> Vec<Inline> {
    let text = |link: &crate::model::Link| markdown::inline(&link.text);
    // Addresses in the model are seen from the book's root, since a model is of no one page.
    let url = |url: &str| match url.split(['/', '?', '#']).next() {
        Some(head) if head.contains(':') || head.is_empty() => url.to_owned(),
        _ => format!("/{url}"),
    };
    links.iter().map(|link| Inline::Link { url: url(&link.url), text: text(link) }).collect()
}

/// As [`prose`], in a widget that computes the values anew: each is added to its program under `key` and a number.
pub(super) fn live_prose(
    model: &Model,
    prose: &Prose,
    inputs: &Inputs,
    program: &mut Program<'_>,
    key: &str,
) -> Vec<Inline> {
    // While the Markdown is read, a character that means nothing stands for each value.
    const FIRST: char = '\u{e000}';
    let stand_in = |index: usize| {
        u32::try_from(index).ok().and_then(|index| char::from_u32(u32::from(FIRST) + index))
    };
    let mut text = String::new();
    let mut values = Vec::new();
    for part in prose.parts() {
        match part {
            ProsePart::Text(part) => text.push_str(part),
            ProsePart::Value(compiled) => {
                let Ok(evaluation) = model.evaluate(compiled, inputs) else { continue };
                let shown = model.show(&evaluation, &Format::default()).text;
                let live = format!("{key} {}", values.len());
                program.add(live.clone(), compiled);
                text.extend(stand_in(values.len()));
                let live = Some(Live::Widget(live));
                values.push(Value { text: shown, provenance: None, live });
            }
        }
    }
    let at =
        |c: char| u32::from(c).checked_sub(u32::from(FIRST)).and_then(|at| values.get(at as usize));
    put_back(markdown::inline(&text), &at)
}

/// Puts values in the place of the characters that stand for them.
fn put_back<'v>(inlines: Vec<Inline>, at: &impl Fn(char) -> Option<&'v Value>) -> Vec<Inline> {
    let mut out = Vec::new();
    for inline in inlines {
        match inline {
            Inline::Text(text) => {
                let mut rest = text.as_str();
                while let Some((start, c, value)) =
                    rest.char_indices().find_map(|(start, c)| Some((start, c, at(c)?)))
                {
                    out.extend(crate::content::text(&rest[..start]));
                    out.push(Inline::Value(Box::new(value.clone())));
                    rest = &rest[start + c.len_utf8()..];
                }
                out.extend(crate::content::text(rest));
            }
            Inline::Strong(inner) => out.push(Inline::Strong(put_back(inner, at))),
            Inline::Emphasis(inner) => out.push(Inline::Emphasis(put_back(inner, at))),
            Inline::Link { url, text } => out.push(Inline::Link { url, text: put_back(text, at) }),
            other => out.push(other),
        }
    }
    out
}
