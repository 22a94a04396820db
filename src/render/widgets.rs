//! The widgets as served: complete without a script, with the marks by which the scripts find their way.
//!
//! Owns: the HTML of checklists, matrices, calculators and advisors. Must not know: what the scripts compute.
//!
//! What only works with scripts has the class `plumb-js` and takes its room from the start, so that nothing moves when
//! they begin; where they do not run it is not shown. Ids are unique in the book, inputs stand in their labels.

use serde_json::Value as Json;

use crate::content::{
    Advisor, Calculator, CalculatorInput, CalculatorOption, Checklist, ChecklistGroup,
    ChecklistItem, Inline, Matrix, MatrixCell, MatrixRow, Outcome, Verdict, plain,
};

use super::element::{Element, button, div, element, span};
use super::ids::{self, site_id};
use super::inline::{block_status, cell_status, inlines, plain_inlines};
use super::table::{scroller, table};
use super::{Site, escape};

/// A widget's element; its state is kept under the guide and its own id.
fn widget(name: &'static str, id: &str, site: &Site) -> Element {
    element(name)
        .attr(
            "id",
            &site_id(site, &escape::slug(&format!("{} {id}", name.trim_start_matches("plumb-")))),
        )
        .attr("data-guide", &site.guide)
        .attr("data-id", id)
}

/// A widget's title: a paragraph, since a heading here would not be in the page's outline.
fn title(title: &[Inline], site: &Site) -> Option<Element> {
    (!title.is_empty()).then(|| element("p").class("plumb-title").html(&plain_inlines(title, site)))
}

/// A paragraph, where there is something to say.
fn paragraph(class: &str, text: &[Inline], site: &Site) -> Option<Element> {
    (!text.is_empty()).then(|| element("p").class(class).html(&inlines(text, site)))
}

/// The buttons of a widget, and the place where it says what they did.
fn bar(buttons: impl IntoIterator<Item = Element>) -> Element {
    div("plumb-bar plumb-js").children(buttons).child(span("plumb-said").attr("role", "status"))
}

fn data(program: &Json) -> Option<Element> {
    (!program.is_null()).then(|| {
        element("script")
            .attr("type", "application/json")
            .class("plumb-data")
            .html(&escape::json(program))
    })
}

pub(super) fn checklist(checklist: &Checklist, site: &Site) -> Element {
    let items = || checklist.groups.iter().flat_map(|group| &group.items);
    let (ticked, total) = (items().filter(|item| item.held == Some(true)).count(), items().count());
    let name = plain(&checklist.title);
    widget("plumb-checklist", &checklist.id, site)
        .children(title(&checklist.title, site))
        .children(paragraph("plumb-intro", &checklist.intro, site))
        .children(checklist.groups.iter().map(|group| self::group(group, &name, site)))
        .child(
            div("plumb-result plumb-js")
                .attr("role", "status")
                .child(span("plumb-progress").text(&format!("{ticked} of {total}")))
                .html(" ")
                .child(span("plumb-verdict")),
        )
        .child(bar([
            button("copy", "Copy as Markdown"),
            button("link", "Copy link"),
            button("reset", "Reset"),
        ]))
        .children((!checklist.verdicts.is_empty()).then(|| {
            element("ul")
                .class("plumb-verdicts")
                .attr("aria-label", "Verdicts")
                .children(checklist.verdicts.iter().map(|verdict| self::verdict(verdict, site)))
        }))
        .children(data(&checklist.program))
}

fn group(group: &ChecklistGroup, checklist: &str, site: &Site) -> Element {
    // Every group of boxes has a name, if only for those who hear it.
    let legend = if group.title.is_empty() {
        let name = if checklist.is_empty() { "Checklist" } else { checklist };
        element("legend").class("plumb-sr").text(name)
    } else {
        element("legend").html(&plain_inlines(&group.title, site))
    };
    element("fieldset").attr("data-group", &group.id).child(legend).child(
        element("ul")
            .class("plumb-items")
            .children(group.items.iter().map(|item| self::item(item, site))),
    )
}

fn item(item: &ChecklistItem, site: &Site) -> Element {
    let mut entry = element("li").attr("data-item", &item.id).attr("data-revision", &item.revision);
    let mut input = element("input").attr("type", "checkbox").attr("autocomplete", "off");
    if let Some(ticked) = item.held {
        // The model's answer, not the reader's.
        entry = entry.flag("data-held");
        input = if ticked { input.flag("checked") } else { input }.flag("disabled");
    }
    entry
        .child(
            element("label")
                .child(input)
                .html(" ")
                .child(element("span").html(&plain_inlines(&item.text, site))),
        )
        .children(
            item.held.map(|_| element("p").class("plumb-help").text("Answered by the model.")),
        )
        .children(paragraph("plumb-help", &item.help, site))
}

fn verdict(verdict: &Verdict, site: &Site) -> Element {
    element("li")
        .attr("data-verdict", &verdict.id)
        .child(rule(verdict.rule.as_deref()))
        .html(" ")
        .child(element("strong").html(&plain_inlines(&verdict.title, site)))
        .children(paragraph("", &verdict.text, site))
        .children(links(&verdict.links, site))
}

/// When a verdict or a recommendation is given.
fn rule(rule: Option<&str>) -> Element {
    match rule {
        Some(rule) => span("plumb-rule").text("If ").child(span("plumb-when").text(rule)),
        None => span("plumb-rule").text("Otherwise"),
    }
}

fn links(links: &[Inline], site: &Site) -> Option<Element> {
    (!links.is_empty()).then(|| {
        element("ul").class("plumb-links").children(
            links.iter().map(|link| element("li").html(&inlines(std::slice::from_ref(link), site))),
        )
    })
}

pub(super) fn matrix(matrix: &Matrix, site: &Site) -> Element {
    let name = plain(&matrix.title);
    let corner = if matrix.corner.is_empty() {
        "Need".to_owned()
    } else {
        plain_inlines(&matrix.corner, site)
    };
    let head = element("thead").child(
        element("tr").child(element("th").attr("scope", "col").html(&corner)).children(
            matrix.options.iter().map(|(id, title)| {
                element("th")
                    .attr("scope", "col")
                    .attr("data-option", id)
                    .html(&plain_inlines(title, site))
            }),
        ),
    );
    let mut body = element("tbody");
    let mut group: &[Inline] = &[];
    for row in &matrix.rows {
        if row.group != group && !row.group.is_empty() {
            let head = element("th")
                .attr("scope", "rowgroup")
                .attr("colspan", &(matrix.options.len() + 1).to_string());
            body = body.child(
                element("tr")
                    .class("plumb-group")
                    .child(head.child(span("").html(&plain_inlines(&row.group, site)))),
            );
        }
        group = &row.group;
        body = body.child(need(row, &matrix.options, site));
    }
    let mut grid = element("table").class("plumb-grid");
    if !name.is_empty() {
        grid = grid.child(element("caption").html(&plain_inlines(&matrix.title, site)));
    }
    widget("plumb-matrix", &matrix.id, site)
        .children(paragraph("plumb-help", &matrix.note, site))
        .child(
            element("p")
                .class("plumb-js plumb-hint")
                .text("Choose the needs that you have: the options are ranked below."),
        )
        .child(scroller(
            grid.child(head).child(body),
            if name.is_empty() { "Needs and options" } else { &name },
        ))
        .child(element("p").class("plumb-legend").children(
            matrix.legend.iter().flat_map(|status| [block_status(status), span("").html(" ")]),
        ))
        .child(
            div("plumb-result plumb-js")
                .child(
                    element("p")
                        .class("plumb-progress")
                        .attr("role", "status")
                        .text("No need chosen."),
                )
                .child(
                    element("ol").class("plumb-ranking").attr("aria-label", "Options, best first"),
                ),
        )
        .child(bar([
            button("copy", "Copy as Markdown"),
            button("link", "Copy link"),
            button("reset", "Reset"),
        ]))
}

fn need(row: &MatrixRow, options: &[(String, Vec<Inline>)], site: &Site) -> Element {
    let title = plain_inlines(&row.title, site);
    let label = element("label")
        .child(
            element("input").attr("type", "checkbox").attr("autocomplete", "off").class("plumb-js"),
        )
        .html(" ")
        .child(span("").html(&title));
    element("tr")
        .attr("data-need", &row.id)
        .attr("data-weight", &row.weight)
        .child(element("th").attr("scope", "row").child(label).children(
            (!row.note.is_empty()).then(|| div("plumb-small").html(&inlines(&row.note, site))),
        ))
        .children(
            row.cells
                .iter()
                .zip(options)
                .map(|(cell, (_, option))| self::cell(cell, &ids::cell_title(row, option), site)),
        )
}

fn cell(cell: &MatrixCell, title: &str, site: &Site) -> Element {
    let details = ids::cell_id(title, cell, site);
    element("td")
        .attr("data-meets", cell.status.meets.as_str())
        .attr("data-weight", &cell.status.weight)
        .child(cell_status(cell, details.as_deref(), site))
        .children(
            cell.unverified.then(|| div("plumb-small").child(element("em").text("unverified"))),
        )
}

pub(super) fn calculator(calculator: &Calculator, site: &Site) -> Element {
    let name = plain(&calculator.title);
    let mut html =
        widget("plumb-calculator", &calculator.id, site).children(title(&calculator.title, site));
    if calculator.presets.len() > 1 {
        html = html.child(
            element("p").class("plumb-presets plumb-js").child(
                element("label").text("Start from ").child(
                    element("select")
                        .attr("autocomplete", "off")
                        .children(calculator.presets.iter().map(|preset| {
                            let values = preset
                                .values
                                .iter()
                                .map(|(id, value)| (id.clone(), Json::from(value.as_str())));
                            let mut option = element("option")
                                .attr("value", &preset.id)
                                .attr("data-values", &Json::from_iter(values).to_string());
                            if preset.fixed.as_object().is_some_and(|fixed| !fixed.is_empty()) {
                                option = option.attr("data-fixed", &preset.fixed.to_string());
                            }
                            option.html(&plain_inlines(&preset.title, site))
                        }))
                        .child(
                            element("option")
                                .attr("value", "")
                                .flag("hidden")
                                .text("your own settings"),
                        ),
                ),
            ),
        );
    }
    html.child(
        element("fieldset")
            .class("plumb-inputs")
            .child(element("legend").class("plumb-sr").text(if name.is_empty() {
                "Inputs"
            } else {
                &name
            }))
            .children(calculator.inputs.iter().map(|input| self::input(input, site))),
    )
    .children((calculator.options.len() > 1).then(|| {
        div("plumb-options plumb-js")
            .attr("role", "group")
            .attr("aria-label", "Options shown")
            .children(calculator.options.iter().map(|option| self::option(option, site)))
    }))
    .child(table(&calculator.result, site))
    .child(element("p").class("plumb-progress plumb-sr").attr("role", "status"))
    .child(bar([
        button("copy", "Copy as Markdown"),
        button("link", "Copy link"),
        button("reset", "Reset"),
    ]))
    .children(data(&calculator.program))
}

fn option(option: &CalculatorOption, site: &Site) -> Element {
    let rows = option.rows.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
    element("label")
        .attr("data-option", &option.id)
        .attr("data-rows", &rows)
        .child(
            element("input").attr("type", "checkbox").attr("autocomplete", "off").flag("checked"),
        )
        .html(" ")
        .child(span("").html(&plain_inlines(&option.title, site)))
}

/// An input: what it is set to, and with scripts the means to set it.
fn input(input: &CalculatorInput, site: &Site) -> Element {
    let label = plain(&input.label);
    let mut html = div("plumb-input").attr("data-input", &input.id);
    let name = || span("plumb-label").html(&plain_inlines(&input.label, site));
    let control = |kind: &str| {
        element("input").attr("type", kind).attr("autocomplete", "off").class("plumb-js")
    };
    if input.toggle {
        let mut check = control("checkbox");
        if input.value == "true" {
            check = check.flag("checked");
        }
        html = html.child(element("label").child(check).html(" ").child(name()));
    } else if !input.choices.is_empty() {
        let options = input.choices.iter().map(|choice| {
            let option = element("option").attr("value", choice).text(choice);
            if *choice == input.value { option.flag("selected") } else { option }
        });
        html = html.child(element("label").child(name()).html(" ").child(
            element("select").attr("autocomplete", "off").class("plumb-js").children(options),
        ));
    } else {
        let number = control("text").attr("inputmode", "decimal").attr("value", &input.value);
        html = html.child(
            element("label")
                .child(name())
                .html(" ")
                .child(number)
                .html(" ")
                .child(span("plumb-unit plumb-js").text(&input.unit)),
        );
        let mut slider = control("range")
            .attr("min", &input.min)
            .attr("max", &input.max)
            .attr("step", &input.step)
            .attr("value", &input.value)
            .attr("aria-label", &label);
        if !input.stops.is_empty() {
            slider = slider.attr("data-stops", &input.stops.join(" "));
        }
        html = html.child(slider);
    }
    let shown = match input.value.as_str() {
        "true" if input.toggle => "yes".to_owned(),
        "false" if input.toggle => "no".to_owned(),
        value => format!("{value} {}", input.unit).trim_end().to_owned(),
    };
    html = html.child(span("plumb-static").html(": ").text(&shown));
    html.children(paragraph("plumb-help", &input.note, site))
}

pub(super) fn advisor(advisor: &Advisor, site: &Site) -> Element {
    let step = |inside: Element| div("plumb-step").child(inside);
    widget("plumb-advisor", &advisor.id, site)
        .children(title(&advisor.title, site))
        .children(paragraph("plumb-intro", &advisor.intro, site))
        .children(advisor.checklist.as_ref().map(|inner| step(checklist(inner, site))))
        .children(advisor.matrix.as_ref().map(|inner| step(matrix(inner, site))))
        .children(advisor.calculator.as_ref().map(|inner| step(calculator(inner, site))))
        .child(
            div("plumb-result plumb-advice plumb-js")
                .attr("role", "status")
                .text("Answer the questions above for a recommendation."),
        )
        .child(bar([button("copy", "Copy as Markdown"), button("link", "Copy link")]))
        .child(
            element("ul")
                .class("plumb-verdicts")
                .attr("aria-label", "Recommendations")
                .children(advisor.outcomes.iter().map(|outcome| self::outcome(outcome, site))),
        )
        .children(data(&advisor.program))
}

fn outcome(outcome: &Outcome, site: &Site) -> Element {
    let mut html = element("li").attr("data-outcome", &outcome.id);
    if let Some(option) = &outcome.option {
        html = html.attr("data-option", option);
    }
    let more: Vec<Inline> = outcome.links.iter().chain(&outcome.manifests).cloned().collect();
    html.child(rule(outcome.rule.as_deref()))
        .html(" ")
        .child(element("strong").html(&plain_inlines(&outcome.title, site)))
        .children(paragraph("", &outcome.text, site))
        .children(links(&more, site))
}
