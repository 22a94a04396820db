//! What can be said against a model as a whole: values that cannot be computed, facts without a source, what is stale or
//! unused.

use super::codes::{
    DATE_NEAR, EXPIRED, FUTURE_DATE, NEGATIVE_COUNT, NEVER_USED, NO_DATE, NO_SOURCE, STALE_FIGURE,
    SUPERSEDED, UNREACHED_VERDICT,
};
use super::entry::{Basis, Fact};
use super::evaluator::Evaluator;
use super::formula::FaultKind;
use super::formula::eval::{Fault, Values};
use super::formula::names::Name;
use super::formula::{Op, Scalar};
use super::{Answers, Checklist, Compiled, Inputs, Model, Program};
use jiff::civil::Date;
use num_traits::Signed;
use plumb_text::Location;
use plumb_text::diag::Diagnostic;
use std::collections::BTreeSet;

/// What pages use of a model, so that the rest can be named.
#[derive(Clone, Debug, Default)]
pub struct Used {
    pub(super) names: BTreeSet<Name>,
    sources: BTreeSet<String>,
}

impl Used {
    /// An expression is used.
    pub fn expression(&mut self, compiled: &Compiled) {
        self.names.extend(compiled.ir.nodes.iter().filter_map(|node| match node.op {
            Op::Input(index) => Some(Name::Input(index)),
            Op::Figure(index) => Some(Name::Figure(index)),
            Op::Fact(index, _) => Some(Name::Fact(index)),
            Op::Definition(index) => Some(Name::Definition(index)),
            _ => None,
        }));
    }

    /// An input is used by its name: a calculator shows it, a directive sets it.
    pub fn input(&mut self, model: &Model, name: &str) {
        self.names.extend(model.inputs.get_index_of(name).map(Name::Input));
    }

    /// A source is shown.
    pub fn source(&mut self, id: &str) {
        self.sources.insert(id.to_owned());
    }

    /// Whether a source is shown.
    pub fn has_source(&self, id: &str) -> bool {
        self.sources.contains(id)
    }

    /// Everything that was used elsewhere too.
    pub fn merge(&mut self, other: &Used) {
        self.names.extend(&other.names);
        self.sources.extend(other.sources.iter().cloned());
    }
}

/// What can be said without knowing the date or the pages.
pub(super) fn at_load(model: &Model) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for known in known(model) {
        provenance(model, &known, &mut findings);
    }
    let mut used = Used::default();
    model.uses(&mut used);
    superseded(model, &used, &mut findings);
    values(model, &mut findings);
    for list in model.checklists.values() {
        unreached(model, list, &mut findings);
    }
    findings
}

/// With more items than this, not all answers are tried.
const MAX_ITEMS: usize = 10;

/// The bands that no answers lead to, where that does not depend on inputs.
fn unreached(model: &Model, list: &Checklist, findings: &mut Vec<Diagnostic>) {
    if list.items.len() > MAX_ITEMS {
        return;
    }
    let inputs = model.inputs();
    let mut asked = Program::new(model);
    for band in &list.bands {
        if let Some(when) = &band.when {
            asked.add(band.id.clone(), when);
        }
    }
    for (item, holds) in list.items.iter().filter_map(|item| Some((item, item.holds.as_ref()?))) {
        asked.add(format!("item {}", item.id), holds);
    }
    if !asked.inputs(&inputs).is_empty() {
        return;
    }
    let mut reached = BTreeSet::new();
    for answers in Answers::all(&list.items) {
        match model.verdict(list, &answers, &inputs) {
            Ok(band) => reached.extend(band.map(|band| &band.id)),
            Err(problem) => {
                let location = list.location.clone();
                findings.push(problem.located(|_| location.clone()));
                return;
            }
        }
    }
    for band in list.bands.iter().filter(|band| !reached.contains(&band.id)) {
        let message = format!("no answers to `{}` lead to `{}`", list.id, band.id);
        findings.push(Diagnostic::new(&UNREACHED_VERDICT, band.location.clone(), message));
    }
}

/// What is to be known of a figure, or of a fact that is none.
struct Known<'a> {
    what: &'static str,
    name: &'a str,
    sources: &'a [String],
    checked: Option<Date>,
    expires: Option<Date>,
    basis: Basis,
    /// Whether it is read from a file of the repository, at each run.
    is_read: bool,
    location: &'a Location,
}

/// All figures and facts.
fn known(model: &Model) -> impl Iterator<Item = Known<'_>> {
    let figures = model.figures.values().map(|figure| Known {
        what: "figure",
        name: &figure.name,
        sources: &figure.sources,
        checked: figure.checked,
        expires: figure.expires,
        basis: figure.basis,
        is_read: figure.from.is_some(),
        location: &figure.location,
    });
    figures.chain(model.facts.values().map(|fact| Known {
        what: "fact",
        name: &fact.name,
        sources: &fact.sources,
        checked: fact.checked,
        expires: fact.expires,
        basis: fact.basis,
        is_read: fact.from.is_some(),
        location: &fact.location,
    }))
}

fn provenance(model: &Model, figure: &Known<'_>, findings: &mut Vec<Diagnostic>) {
    let (what, name) = (figure.what, figure.name);
    if figure.basis == Basis::Judgement || figure.is_read && figure.sources.is_empty() {
        return;
    }
    if figure.sources.is_empty() {
        let message = format!("{what} `{name}` does not say where it is from");
        let finding = Diagnostic::new(&NO_SOURCE, figure.location.clone(), message);
        findings.push(finding.help("name a `source`, or write `basis = \"judgement\"`"));
        return;
    }
    let dated = figure
        .sources
        .iter()
        .any(|id| model.sources.get(id).is_some_and(|source| source.accessed.is_some()));
    if figure.checked.is_none() && !dated {
        let message = format!("{what} `{name}` does not say when it was checked");
        let finding = Diagnostic::new(&NO_DATE, figure.location.clone(), message);
        findings.push(finding.help("add `checked` to it, or `accessed` to its source"));
    }
}

/// The dates of a fact that come within the time that it says, or have passed.
fn near(fact: &Fact, today: Date) -> Vec<Diagnostic> {
    let Some(within) = &fact.warn_before else { return Vec::new() };
    let Ok(until) = today.checked_add(within.span) else { return Vec::new() };
    let close = fact.dates().into_iter().filter(|date| *date <= until);
    close
        .map(|date| {
            let days = today.until(date).map_or(0, |span| span.get_days());
            let message = match days {
                ..0 => format!("`{}` was {date}, which has passed", fact.name),
                0 => format!("`{}` is today, {date}", fact.name),
                1 => format!("`{}` is {date}, tomorrow", fact.name),
                _ => format!("`{}` is {date}, in {days} days", fact.name),
            };
            Diagnostic::new(&DATE_NEAR, fact.location.clone(), message)
                .help(format!("look at what depends on it; `warn-before` is {}", within.text))
        })
        .collect()
}

fn superseded(model: &Model, used: &Used, findings: &mut Vec<Diagnostic>) {
    for (index, figure) in model.figures.values().enumerate() {
        if let Some(next) = &figure.superseded_by
            && used.names.contains(&Name::Figure(index))
        {
            let message =
                format!("figure `{}` is superseded by `{next}`, and still used", figure.name);
            findings.push(Diagnostic::new(&SUPERSEDED, figure.location.clone(), message));
        }
    }
}

/// Evaluates everything with the defaults and with each scenario.
fn values(model: &Model, findings: &mut Vec<Diagnostic>) {
    let scenarios =
        model.scenarios.keys().filter_map(|id| Some((Some(id), model.inputs_of(id).ok()?)));
    for (scenario, inputs) in std::iter::once((None, model.inputs())).chain(scenarios) {
        let with = scenario.map_or("the defaults".to_owned(), |id| format!("scenario `{id}`"));
        evaluated(model, &inputs, &with, findings);
    }
}

fn evaluated(model: &Model, inputs: &Inputs, with: &str, findings: &mut Vec<Diagnostic>) {
    let mut evaluator = Evaluator::new(model, inputs, None);
    for formula in model.formulas.values() {
        let value = evaluator.definition(formula.definition);
        report(model, formula.definition, value.err(), with, findings);
    }
    for (id, names) in &model.names.options {
        for (name, component) in &names.components {
            let count = evaluator.definition(component.count);
            if let Ok(Scalar::Number(number)) = &count
                && number.is_negative()
            {
                let message = format!("with {with}, option `{id}` has fewer than no `{name}`");
                let option = model.options.get(id);
                let found = option
                    .and_then(|option| option.components.iter().find(|found| found.name == *name));
                if let Some(found) = found {
                    let location = found.count.location.clone();
                    tell(findings, Diagnostic::new(&NEGATIVE_COUNT, location, message));
                }
            }
            for share in std::iter::once(&component.count).chain(component.share.values()) {
                let value = evaluator.definition(*share);
                report(model, *share, value.err(), with, findings);
            }
        }
    }
}

/// A fault, at the formula that it is in; those that follow from it are not repeated.
fn report(
    model: &Model,
    asked: usize,
    fault: Option<Fault>,
    with: &str,
    findings: &mut Vec<Diagnostic>,
) {
    let Some(fault) = fault else { return };
    if fault.kind == FaultKind::Bad {
        return;
    }
    let definition = fault.definition.unwrap_or(asked);
    let own = Fault { definition: None, ..fault };
    let mut problem = model.problem("", own);
    problem.message = format!("with {with}, {}", problem.message);
    let text = &model.definitions[definition].text;
    let finding = problem.located(|span| text.locate(span));
    tell(findings, finding);
}

/// Adds a finding, unless there is one of its kind at the place already: what is wrong with the defaults need not be said again
/// for each scenario.
fn tell(findings: &mut Vec<Diagnostic>, finding: Diagnostic) {
    let same =
        |known: &Diagnostic| known.code == finding.code && known.at.location == finding.at.location;
    if !findings.iter().any(same) {
        findings.push(finding);
    }
}

impl Model {
    /// The figures that were checked longer ago than the model allows, where it says so; what has expired; and what was on a day to
    /// come.
    pub fn stale(&self, today: Date) -> Vec<Diagnostic> {
        [self.to_come(today), self.too_old(today), self.near(today)].concat()
    }

    /// What was checked or read on a day that has not come yet.
    pub fn to_come(&self, today: Date) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        // somewhere it is a day later already
        let tomorrow = today.tomorrow().unwrap_or(today);
        let mut to_come = |what: String, date: Option<Date>, location: &Location| {
            if let Some(date) = date.filter(|date| *date > tomorrow) {
                let message = format!("{what} on {date}, which has not come yet");
                findings.push(Diagnostic::new(&FUTURE_DATE, location.clone(), message));
            }
        };
        for known in known(self) {
            let what = format!("{} `{}` was checked", known.what, known.name);
            to_come(what, known.checked, known.location);
        }
        for source in self.sources.values() {
            to_come(format!("source `{}` was read", source.id), source.accessed, &source.location);
        }
        findings
    }

    /// What has expired, or was checked longer ago than the model allows.
    pub fn too_old(&self, today: Date) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        let figures =
            known(self).map(|known| (known.what, known.name, known.expires, known.location));
        let sources = self
            .sources
            .values()
            .map(|source| ("source", source.id.as_str(), source.expires, &source.location));
        for (what, name, expires, location) in figures.chain(sources) {
            if let Some(day) = expires.filter(|day| *day < today) {
                let message = format!("{what} `{name}` was known to hold until {day}");
                let finding = Diagnostic::new(&EXPIRED, location.clone(), message);
                findings.push(finding.help("look at it again, and set a new `expires`"));
            }
        }
        let Some(age) = &self.settings.stale_after else { return findings };
        let Ok(oldest) = today.checked_sub(age.span) else { return findings };
        for figure in known(self).filter(|known| known.basis != Basis::Judgement) {
            let dates = figure.sources.iter().filter_map(|id| self.sources.get(id)?.accessed);
            let checked = figure.checked.or(dates.max());
            if let Some(checked) = checked
                && checked < oldest
            {
                let message = format!(
                    "{} `{}` was checked on {checked}, more than {} ago",
                    figure.what, figure.name, age.text
                );
                findings.push(Diagnostic::new(&STALE_FIGURE, figure.location.clone(), message));
            }
        }
        findings
    }

    /// The dates of facts that come within the time that each says, or have passed.
    pub fn near(&self, today: Date) -> Vec<Diagnostic> {
        self.facts.values().flat_map(|fact| near(fact, today)).collect()
    }

    /// What neither the model itself nor a page uses; nothing where part of the model can't be read, which may use anything.
    pub fn unused(&self, pages: &Used) -> Vec<Diagnostic> {
        if self.is_partial {
            return Vec::new();
        }
        let mut used = pages.clone();
        self.uses(&mut used);
        used.mentioned_in(self, self.unread.iter().map(String::as_str));
        let mut findings = Vec::new();
        let mut unused = |what: &str, name: &str, location: &Location| {
            let message = format!("nothing uses {what} `{name}`");
            findings.push(Diagnostic::new(&NEVER_USED, location.clone(), message));
        };
        for (index, input) in self.inputs.values().enumerate() {
            if !used.names.contains(&Name::Input(index)) {
                unused("input", &input.name, &input.location);
            }
        }
        for (index, figure) in self.figures.values().enumerate() {
            if !used.names.contains(&Name::Figure(index)) {
                unused("figure", &figure.name, &figure.location);
            }
        }
        let as_of = self.settings.as_of.as_ref().map(|(_, location)| location);
        for (index, fact) in self.facts.values().enumerate() {
            if !used.names.contains(&Name::Fact(index)) && as_of != Some(&fact.location) {
                unused("fact", &fact.name, &fact.location);
            }
        }
        for formula in self.formulas.values() {
            if !used.names.contains(&Name::Definition(formula.definition)) {
                unused("formula", &formula.name, &formula.location);
            }
        }
        for source in self.sources.values() {
            if !used.sources.contains(&source.id) {
                unused("source", &source.id, &source.location);
            }
        }
        findings
    }

    /// Superseded figures that pages use directly.
    pub fn superseded(&self, pages: &Used) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        superseded(self, pages, &mut findings);
        findings
    }

    /// What the model's own entries use.
    fn uses(&self, used: &mut Used) {
        for definition in &self.definitions {
            for node in &definition.ir.nodes {
                match node.op {
                    Op::Input(index) => used.names.insert(Name::Input(index)),
                    Op::Figure(index) => used.names.insert(Name::Figure(index)),
                    Op::Fact(index, _) => used.names.insert(Name::Fact(index)),
                    Op::Definition(index) => used.names.insert(Name::Definition(index)),
                    _ => false,
                };
            }
        }
        for compiled in self.compiled() {
            used.expression(compiled);
        }
        let cited = self.figures.values().flat_map(|figure| &figure.sources);
        let cited = cited.chain(self.facts.values().flat_map(|fact| &fact.sources));
        let cited = cited.chain(self.inputs.values().flat_map(|input| &input.sources));
        let cited = cited.chain(self.options.values().flat_map(|option| {
            option
                .sources
                .iter()
                .chain(option.components.iter().flat_map(|component| &component.sources))
        }));
        let cells = self
            .matrices
            .values()
            .flat_map(|matrix| &matrix.rows)
            .flat_map(|row| row.cells.iter().flatten());
        let cited = cited.chain(cells.flat_map(|cell| &cell.sources));
        let cited = cited.chain(
            self.checklists.values().flat_map(|list| &list.items).flat_map(|item| &item.sources),
        );
        used.sources.extend(cited.cloned());
        for advisor in self.advisors.values() {
            used.names.extend(
                advisor
                    .inputs
                    .iter()
                    .filter_map(|name| self.inputs.get_index_of(name))
                    .map(Name::Input),
            );
        }
        for proxy in self.proxies.values() {
            used.names.extend(
                proxy
                    .count
                    .iter()
                    .filter_map(|name| self.inputs.get_index_of(name))
                    .map(Name::Input),
            );
        }
    }

    /// The expressions that stand in texts and conditions of the model.
    fn compiled(&self) -> Vec<&Compiled> {
        let mut found: Vec<&Compiled> = Vec::new();
        let mut proses: Vec<&super::Prose> = Vec::new();
        proses.extend(self.inputs.values().map(|entry| &entry.note));
        proses.extend(self.figures.values().map(|entry| &entry.note));
        proses.extend(self.facts.values().map(|entry| &entry.note));
        proses.extend(self.formulas.values().map(|entry| &entry.note));
        proses.extend(self.sources.values().map(|entry| &entry.note));
        proses.extend(self.scenarios.values().map(|entry| &entry.note));
        proses.extend(self.statuses.values().map(|entry| &entry.note));
        proses.extend(self.placeholders.values().map(|entry| &entry.note));
        for option in self.options.values() {
            proses.push(&option.note);
            proses.extend(option.components.iter().map(|component| &component.note));
        }
        for matrix in self.matrices.values() {
            proses.push(&matrix.note);
            proses.extend(matrix.columns.iter().map(|column| &column.note));
            for row in &matrix.rows {
                proses.push(&row.note);
                proses.extend(row.cells.iter().flatten().flat_map(|cell| [&cell.text, &cell.note]));
            }
        }
        for list in self.checklists.values() {
            proses.push(&list.intro);
            proses.extend(list.groups.iter().map(|group| &group.note));
            for item in &list.items {
                proses.extend([&item.text, &item.short, &item.help]);
                found.extend(&item.holds);
            }
            for band in &list.bands {
                proses.push(&band.text);
                found.extend(&band.when);
            }
        }
        for advisor in self.advisors.values() {
            proses.push(&advisor.intro);
            for outcome in &advisor.outcomes {
                proses.push(&outcome.text);
                found.extend(&outcome.when);
            }
        }
        let pieces = proses.into_iter().flat_map(|prose| &prose.pieces);
        found.extend(pieces.filter_map(|piece| match piece {
            super::entry::Piece::Value(compiled) => Some(compiled),
            super::entry::Piece::Text(_) => None,
        }));
        found
    }
}
