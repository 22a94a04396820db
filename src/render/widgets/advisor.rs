//! Checklist, matrix and calculator joined to a recommendation.

use crate::content::{Advisor, Inline, Outcome};

use super::super::Site;
use super::super::element::{Element, button, div, element};
use super::super::inline::plain_inlines;
use super::super::markdown::{Writer, joined};
use super::super::notes::{self, Note};
use super::kind::{Kind, Shown};
use super::parts::{bar, data, links, paragraph, rule, title, widget};
use super::{calculator, checklist, matrix};

pub(super) static KIND: Kind = Kind {
    name: "advisor",
    script: include_str!("../assets/js/advisor.js"),
    style: include_str!("../assets/css/advisor.css"),
    computes: true,
    with: &[&checklist::KIND, &matrix::KIND, &calculator::KIND],
    ..Kind::ELEMENT
};

impl Shown for Advisor {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn title(&self) -> &[Inline] {
        &self.title
    }

    fn html(&self, site: &Site) -> Element {
        let step = |inside: Element| div("plumb-step").child(inside);
        widget("plumb-advisor", &self.id, site)
            .children(title(&self.title, site))
            .children(paragraph("plumb-intro", &self.intro, site))
            .children(self.checklist.as_ref().map(|inner| step(inner.html(site))))
            .children(self.matrix.as_ref().map(|inner| step(inner.html(site))))
            .children(self.calculator.as_ref().map(|inner| step(inner.html(site))))
            .child(
                div("plumb-result plumb-advice plumb-js")
                    .attr("role", "status")
                    .text("Answer the questions above for a recommendation."),
            )
            .child(bar([button("copy", "Copy as Markdown"), button("link", "Copy link")]))
            .child(
                element("details")
                    .class("plumb-all")
                    .child(
                        element("summary")
                            .class("plumb-js")
                            .text("All recommendations, and when each is given"),
                    )
                    .child(element("ul").class("plumb-verdicts").children(
                        self.outcomes.iter().map(|outcome| self::outcome(outcome, site)),
                    )),
            )
            .children(data(&self.program))
    }

    fn markdown(&self, writer: &Writer<'_>) -> String {
        let outcomes = self.outcomes.iter().map(|outcome| {
            let more: Vec<Inline> =
                outcome.links.iter().chain(&outcome.manifests).cloned().collect();
            writer.rule(outcome.rule.as_deref(), &outcome.title, &outcome.text, &more)
        });
        joined([
            writer.strong(&self.title),
            writer.paragraph(&self.intro),
            self.checklist.as_ref().map_or_else(String::new, |inner| inner.markdown(writer)),
            self.matrix.as_ref().map_or_else(String::new, |inner| inner.markdown(writer)),
            self.calculator.as_ref().map_or_else(String::new, |inner| inner.markdown(writer)),
            "Recommendation:".to_owned(),
            outcomes.collect::<Vec<_>>().join("\n"),
        ])
    }

    fn notes<'a>(&'a self, out: &mut Vec<Note<'a>>) {
        notes::inlines(&self.intro, out);
        self.checklist.iter().for_each(|inner| inner.notes(out));
        self.matrix.iter().for_each(|inner| inner.notes(out));
        self.calculator.iter().for_each(|inner| inner.notes(out));
        self.outcomes.iter().for_each(|outcome| notes::inlines(&outcome.text, out));
    }
}

fn outcome(outcome: &Outcome, site: &Site) -> Element {
    let mut html = element("li").attr("data-outcome", &outcome.id);
    if let Some(option) = &outcome.option {
        html = html.attr("data-option", option);
    }
    if let Some(cost) = &outcome.cost {
        html = html.attr("data-cost", cost);
    }
    let more: Vec<Inline> = outcome.links.iter().chain(&outcome.manifests).cloned().collect();
    html.child(rule(outcome.rule.as_deref()))
        .html(" ")
        .child(element("strong").html(&plain_inlines(&outcome.title, site)))
        .children(paragraph("", &outcome.text, site))
        .children(links(&more, site))
}
