//! Inputs that a reader may vary, and what follows from them.

use serde_json::Value as Json;

use crate::content::{Calculator, CalculatorInput, CalculatorOption, Inline, plain};

use super::super::Site;
use super::super::element::{Element, button, div, element, span};
use super::super::escape::{self, Place};
use super::super::inline::plain_inlines;
use super::super::markdown::{Writer, joined};
use super::super::notes::{self, Note};
use super::super::table::table;
use super::kind::{Kind, Shown};
use super::parts::{bar, data, paragraph, title, widget};

pub(super) static KIND: Kind = Kind {
    name: "calculator",
    script: include_str!("../assets/js/calculator.js"),
    style: include_str!("../assets/css/calculator.css"),
    computes: true,
    ..Kind::ELEMENT
};

impl Shown for Calculator {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn title(&self) -> &[Inline] {
        &self.title
    }

    fn html(&self, site: &Site) -> Element {
        let name = plain(&self.title);
        let mut html =
            widget("plumb-calculator", &self.id, site).children(title(&self.title, site));
        if self.presets.len() > 1 {
            html = html.child(
                element("p").class("plumb-presets plumb-js").child(
                    element("label").text("Start from ").child(
                        element("select")
                            .attr("autocomplete", "off")
                            .children(self.presets.iter().map(|preset| {
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
                .children(self.inputs.iter().map(|input| self::input(input, site))),
        )
        .children((self.options.len() > 1).then(|| {
            div("plumb-options plumb-js")
                .attr("role", "group")
                .attr("aria-label", "Options shown")
                .children(self.options.iter().map(|option| self::option(option, site)))
        }))
        .child(table(&self.result, site))
        .child(element("p").class("plumb-progress plumb-sr").attr("role", "status"))
        .child(bar([
            button("copy", "Copy as Markdown"),
            button("link", "Copy link"),
            button("reset", "Reset"),
        ]))
        .children(data(&self.program))
    }

    fn markdown(&self, writer: &Writer<'_>) -> String {
        let inputs = self.inputs.iter().map(|input| {
            let value = match input.value.as_str() {
                "true" if input.toggle => "yes".to_owned(),
                "false" if input.toggle => "no".to_owned(),
                value => format!("{value} {}", input.unit).trim_end().to_owned(),
            };
            format!(
                "- {}: {}",
                writer.line(&input.label, false, true),
                escape::markdown(&value, Place::default())
            )
        });
        joined([
            writer.strong(&self.title),
            inputs.collect::<Vec<_>>().join("\n"),
            writer.table(&self.result),
        ])
    }

    fn notes<'a>(&'a self, out: &mut Vec<Note<'a>>) {
        self.inputs.iter().for_each(|input| notes::inlines(&input.note, out));
        notes::table(&self.result, out);
    }
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
        let mode = if input.whole { "numeric" } else { "decimal" };
        let number = control("text").attr("inputmode", mode).attr("value", &input.value);
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
        if input.stepped {
            slider = slider.attr("data-step", &input.step);
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
