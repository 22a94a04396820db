//! Boxes to tick, and the verdict.

use crate::content::{Checklist, ChecklistGroup, ChecklistItem, Inline, Verdict, plain};

use super::super::Site;
use super::super::element::{Element, button, div, element, span};
use super::super::inline::plain_inlines;
use super::super::markdown::{Writer, joined};
use super::super::notes::{self, Note};
use super::kind::{Kind, Shown};
use super::parts::{bar, data, links, paragraph, rule, title, widget};

pub(super) static KIND: Kind = Kind {
    name: "checklist",
    script: include_str!("../assets/js/checklist.js"),
    style: "",
    computes: true,
    ..Kind::ELEMENT
};

impl Shown for Checklist {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn title(&self) -> &[Inline] {
        &self.title
    }

    fn html(&self, site: &Site) -> Element {
        let items = || self.groups.iter().flat_map(|group| &group.items);
        let (ticked, total) =
            (items().filter(|item| item.held == Some(true)).count(), items().count());
        let name = plain(&self.title);
        widget("plumb-checklist", &self.id, site)
            .children(title(&self.title, site))
            .children(paragraph("plumb-intro", &self.intro, site))
            .children(self.groups.iter().map(|group| self::group(group, &name, site)))
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
            .children((!self.verdicts.is_empty()).then(|| {
                element("ul")
                    .class("plumb-verdicts")
                    .attr("aria-label", "Verdicts")
                    .children(self.verdicts.iter().map(|verdict| self::verdict(verdict, site)))
            }))
            .children(data(&self.program))
    }

    fn markdown(&self, writer: &Writer<'_>) -> String {
        let mut parts = vec![writer.strong(&self.title), writer.paragraph(&self.intro)];
        for group in &self.groups {
            parts.push(writer.strong(&group.title));
            parts.push(writer.paragraph(&group.note));
            let items = group.items.iter().map(|item| {
                let text = writer.line(&item.text, false, false);
                let help = writer.line(&item.help, false, true);
                let mark = if item.held == Some(true) { 'x' } else { ' ' };
                let held = if item.held.is_some() { " (answered by the model)" } else { "" };
                if help.is_empty() {
                    format!("- [{mark}] {text}{held}")
                } else {
                    format!("- [{mark}] {text}{held}\\\n  {help}")
                }
            });
            parts.push(items.collect::<Vec<_>>().join("\n"));
        }
        let verdicts = self.verdicts.iter().map(|verdict| {
            writer.rule(verdict.rule.as_deref(), &verdict.title, &verdict.text, &verdict.links)
        });
        if !self.verdicts.is_empty() {
            // A line between the two lists, or they would be one.
            parts.push("Verdict:".to_owned());
            parts.push(verdicts.collect::<Vec<_>>().join("\n"));
        }
        joined(parts)
    }

    fn notes<'a>(&'a self, out: &mut Vec<Note<'a>>) {
        notes::inlines(&self.intro, out);
        for group in &self.groups {
            notes::inlines(&group.note, out);
            group.items.iter().for_each(|item| notes::inlines(&item.help, out));
        }
        self.verdicts.iter().for_each(|verdict| notes::inlines(&verdict.text, out));
    }
}

fn group(group: &ChecklistGroup, checklist: &str, site: &Site) -> Element {
    // Every group of boxes has a name, if only for those who hear it.
    let legend = if group.title.is_empty() {
        let name = if checklist.is_empty() { "Checklist" } else { checklist };
        element("legend").class("plumb-sr").text(name)
    } else {
        element("legend").html(&plain_inlines(&group.title, site))
    };
    let note = paragraph("plumb-help", &group.note, site);
    element("fieldset").attr("data-group", &group.id).child(legend).children(note).child(
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
