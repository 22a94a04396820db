//! Tables as HTML.

use super::Site;
use super::element::{Element, div, element};
use super::inline::inlines;
use crate::content::{Align, Row, Table};

/// A table in a box of its own, which scrolls where the page is narrow and can then be reached by keyboard.
pub(super) fn table(table: &Table, site: &Site) -> Element {
    let caption = crate::content::plain(&table.caption);
    let head = element("thead").child(element("tr").children(table.columns.iter().map(|column| {
        element("th")
            .attr("scope", "col")
            .class(align(column.align))
            .html(&inlines(&column.title, site))
    })));
    let body = element("tbody").children(table.rows.iter().map(|row| self::row(row, table, site)));
    let mut html = element("table");
    if !caption.is_empty() {
        html = html.child(element("caption").html(&inlines(&table.caption, site)));
    }
    scroller(html.child(head).child(body), if caption.is_empty() { "Table" } else { &caption })
}

/// A box that scrolls sideways.
pub(super) fn scroller(inside: Element, label: &str) -> Element {
    div("plumb-scroll")
        .attr("role", "group")
        .attr("tabindex", "0")
        .attr("aria-label", label)
        .child(inside)
}

fn row(row: &Row, table: &Table, site: &Site) -> Element {
    element("tr").class(if row.total { "plumb-total" } else { "" }).children(
        row.cells.iter().enumerate().map(|(index, cell)| {
            let align = table.columns.get(index).map_or("", |column| align(column.align));
            let html = inlines(cell, site);
            if row.header && index == 0 {
                element("th").attr("scope", "row").class(align).html(&html)
            } else {
                element("td").class(align).html(&html)
            }
        }),
    )
}

fn align(align: Align) -> &'static str {
    match align {
        Align::Left => "",
        Align::Center => "plumb-center",
        Align::Right => "plumb-right",
    }
}
