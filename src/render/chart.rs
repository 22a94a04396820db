//! Drawings: SVG by `plotters`, in the page's own colours.
//!
//! The library knows only fixed colours, so it is given keys, which are then written as the variables of the style sheet: the
//! drawing follows the theme and prints. Lines are told apart by their dashes and by their names at their ends as well as by
//! colour.

use crate::content::{Bar, Drawing, Mark, Series};
use plotters::coord::Shift;
use plotters::prelude::*;

const WIDTH: u32 = 760;
const HEIGHT: u32 = 380;
const ROW: u32 = 34;
const LABELS: u32 = 190;
const SIZE: i32 = 17;

/// Colours as keys: what stands for them in the page.
const TEXT: RGBColor = RGBColor(1, 0, 1);
const RULE: RGBColor = RGBColor(2, 0, 1);
const MARK: RGBColor = RGBColor(3, 0, 1);
const SERIES: usize = 6;

fn series_color(index: usize) -> RGBColor {
    RGBColor(16 + (index % SERIES) as u8, 0, 1)
}

/// Long enough on, long enough off, to be told apart at a glance.
const DASHES: [(u32, u32); SERIES] = [(0, 0), (9, 5), (3, 4), (14, 4), (5, 9), (2, 2)];

/// A drawing as one line of SVG; empty where there is nothing to draw.
pub(super) fn svg(drawing: &Drawing) -> String {
    let height = match drawing {
        Drawing::Lines { .. } => HEIGHT,
        Drawing::Bars { bars, .. } => ROW * bars.len() as u32 + 60,
    };
    let mut svg = String::new();
    let drawn = {
        let root = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        match drawing {
            Drawing::Lines { x, y, series, marks } => lines(&root, x, y, series, marks),
            Drawing::Bars { x, bars } => self::bars(&root, x, bars),
        }
    };
    match drawn {
        Ok(()) => themed(&svg),
        Err(_) => String::new(),
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

fn style(color: RGBColor) -> TextStyle<'static> {
    ("sans-serif", SIZE).into_font().color(&color)
}

/// From the smallest to the largest of some numbers; from zero where none is below it.
fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((0.0_f64, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let high = if high > low { high } else { low + 1.0 };
    (low, high + (high - low) * 0.05)
}

fn lines<'a>(root: &Area<'a>, x: &str, y: &str, series: &[Series], marks: &[Mark]) -> Drawn<'a> {
    let xs = || series.iter().flat_map(|series| series.points.iter().map(|point| point.0));
    let ys = series.iter().flat_map(|series| {
        let points = series.points.iter().map(|point| point.1);
        points.chain(series.band.iter().flat_map(|&(_, low, high)| [low, high]))
    });
    let (left, right) = (xs().fold(f64::MAX, f64::min), xs().fold(f64::MIN, f64::max));
    if left >= right {
        return Ok(());
    }
    let (bottom, top) = extent(ys);
    let mut chart = ChartBuilder::on(root)
        .margin(10)
        .margin_right(LABELS)
        .x_label_area_size(44)
        .y_label_area_size(58)
        .build_cartesian_2d(left..right, bottom..top)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(RULE)
        .axis_style(RULE)
        .x_labels(7)
        .y_labels(6)
        .x_label_formatter(&|value| number(*value))
        .y_label_formatter(&|value| number(*value))
        .x_desc(x)
        .y_desc(y)
        .label_style(style(TEXT))
        .axis_desc_style(style(TEXT))
        .draw()?;
    for (index, one) in series.iter().enumerate() {
        let color = series_color(index);
        if one.band.len() > 1 {
            let upper = one.band.iter().map(|&(x, _, high)| (x, high));
            let lower = one.band.iter().rev().map(|&(x, low, _)| (x, low));
            chart.draw_series([Polygon::new(
                upper.chain(lower).collect::<Vec<_>>(),
                color.mix(0.15),
            )])?;
        }
        let stroke = color.stroke_width(3);
        let points = corners(&one.points);
        match DASHES[index % SERIES] {
            (0, _) => {
                chart.draw_series(LineSeries::new(points, stroke))?;
            }
            (on, off) => {
                chart.draw_series(DashedLineSeries::new(points, on, off, stroke))?;
            }
        }
    }
    for mark in marks {
        chart.draw_series([Circle::new((mark.x, mark.y), 5, MARK.filled())])?;
        let (px, py) = chart.backend_coord(&(mark.x, mark.y));
        // Right of and below a crossing there is room, unless lines fall or the axis is near.
        let below = py + 5 + SIZE < HEIGHT as i32 - 60;
        let top = if below { py + 5 } else { py - 6 - SIZE };
        root.draw(&Text::new(mark.text.clone(), (px + 9, top), style(MARK)))?;
    }
    let mut ends: Vec<(i32, i32, usize)> = series
        .iter()
        .enumerate()
        .filter_map(|(index, one)| {
            let (px, py) = chart.backend_coord(one.points.last()?);
            Some((py, px, index))
        })
        .collect();
    ends.sort();
    for (py, px, index) in apart(ends) {
        let name = shortened(&series[index].name);
        root.draw(&Text::new(name, (px + 8, py - SIZE / 2), style(series_color(index))))?;
    }
    root.present()
}

/// Points without those that lie on the straight way between their neighbours: the library rounds each to a pixel, and a
/// straight line through many would waver.
fn corners(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut out: Vec<(f64, f64)> = Vec::new();
    for (index, &point) in points.iter().enumerate() {
        if let (Some(&before), Some(&after)) = (out.last(), points.get(index + 1)) {
            let straight = (point.1 - before.1) * (after.0 - point.0)
                - (after.1 - point.1) * (point.0 - before.0);
            let scale = (after.1 - before.1).abs().max(1e-9) * (after.0 - before.0).abs();
            if straight.abs() <= 1e-9 * scale {
                continue;
            }
        }
        out.push(point);
    }
    out
}

/// Names that would run into each other, moved apart.
fn apart(mut ends: Vec<(i32, i32, usize)>) -> Vec<(i32, i32, usize)> {
    for index in 1..ends.len() {
        let above = ends[index - 1].0;
        ends[index].0 = ends[index].0.max(above + SIZE + 3);
    }
    // What was pushed below the drawing pushes back.
    let mut limit = HEIGHT as i32 - SIZE - 44;
    for end in ends.iter_mut().rev() {
        end.0 = end.0.min(limit);
        limit = end.0 - SIZE - 3;
    }
    ends
}

fn bars<'a>(root: &Area<'a>, x: &str, bars: &[Bar]) -> Drawn<'a> {
    if bars.is_empty() {
        return Ok(());
    }
    let (left, right) = extent(
        bars.iter().flat_map(|bar| [bar.value, bar.range.map_or(bar.value, |range| range.1)]),
    );
    let mut chart = ChartBuilder::on(root)
        .margin(10)
        .margin_right(96)
        .x_label_area_size(40)
        .y_label_area_size(LABELS)
        .build_cartesian_2d(left..right, 0.0..bars.len() as f64)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(RULE)
        .axis_style(RULE)
        .y_labels(0)
        .x_labels(6)
        .x_label_formatter(&|value| number(*value))
        .x_desc(x)
        .label_style(style(TEXT))
        .axis_desc_style(style(TEXT))
        .draw()?;
    for (index, bar) in bars.iter().enumerate() {
        let middle = bars.len() as f64 - index as f64 - 0.5;
        let corners = [(0.0, middle - 0.32), (bar.value, middle + 0.32)];
        chart.draw_series([Rectangle::new(corners, series_color(0).filled())])?;
        let mut end = bar.value;
        if let Some((low, high)) = bar.range {
            let whisker = [
                vec![(low, middle), (high, middle)],
                vec![(low, middle - 0.15), (low, middle + 0.15)],
                vec![(high, middle - 0.15), (high, middle + 0.15)],
            ];
            chart.draw_series(
                whisker.into_iter().map(|line| PathElement::new(line, TEXT.stroke_width(2))),
            )?;
            end = end.max(high);
        }
        let (px, py) = chart.backend_coord(&(end, middle));
        root.draw(&Text::new(bar.text.clone(), (px + 8, py - SIZE / 2), style(TEXT)))?;
        let (start, _) = chart.backend_coord(&(left, middle));
        let name = shortened(&bar.name);
        let right_aligned = style(TEXT).pos(plotters::style::text_anchor::Pos::new(
            plotters::style::text_anchor::HPos::Right,
            plotters::style::text_anchor::VPos::Center,
        ));
        root.draw(&Text::new(name, (start - 8, py), right_aligned))?;
    }
    root.present()
}

/// A name that fits beside the drawing; the whole one is in the data.
fn shortened(name: &str) -> String {
    const MOST: usize = 26;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    let mut out: String = name.chars().take(MOST - 1).collect();
    out.push('…');
    out
}

/// An axis' number, without the noise of binary fractions.
fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        return "0".to_owned();
    }
    let (whole, part) = text.split_at(text.find('.').unwrap_or(text.len()));
    let digits = whole.trim_start_matches('-');
    if digits.len() < 5 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    // On a drawing, five digits in a row are hard to tell from four.
    let mut grouped = whole[..whole.len() - digits.len()].to_owned();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + part
}

/// The keys as the style sheet's variables, on one line.
fn themed(svg: &str) -> String {
    let mut svg = svg.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let mut put = |color: RGBColor, name: &str| {
        let key = format!("\"#{:02X}{:02X}{:02X}\"", color.0, color.1, color.2);
        svg = svg.replace(&key, &format!("\"var(--plumb-{name})\""));
    };
    put(TEXT, "chart-text");
    put(RULE, "chart-rule");
    put(MARK, "chart-mark");
    for index in 0..SERIES {
        put(series_color(index), &format!("series-{}", index + 1));
    }
    // A fixed size would not shrink with the page.
    let size = svg.find("viewBox").unwrap_or(0);
    match svg.find("<svg") {
        Some(start) => format!("{}<svg {}", &svg[..start], &svg[size..]),
        None => svg,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_has_the_pages_colours_and_no_size_of_its_own() {
        let line = |name: &str, slope: f64| Series {
            name: name.to_owned(),
            points: (0..=10).map(|x| (f64::from(x), slope * f64::from(x))).collect(),
            band: vec![(0.0, 0.0, 1.0), (10.0, 5.0, 30.0)],
        };
        let drawing = Drawing::Lines {
            x: "Pods".to_owned(),
            y: "CPU (cores)".to_owned(),
            series: vec![line("One <b>", 1.0), line("Two", 2.0)],
            marks: vec![Mark { x: 5.0, y: 5.0, text: "5".to_owned() }],
        };
        let svg = svg(&drawing);
        assert!(svg.starts_with("<svg viewBox"), "{svg}");
        assert!(svg.contains("var(--plumb-series-2)") && svg.contains("One &lt;b&gt;"), "{svg}");
        assert!(!svg.contains('\n') && !svg.contains("#1"), "{svg}");
    }

    #[test]
    fn numbers_of_an_axis_are_short_and_grouped() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.5, "0.5"),
            (4000.0, "4000"),
            (12_000.0, "12,000"),
            (-1_234_567.25, "-1,234,567.25"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn odd_numbers_draw_something_or_nothing_and_never_fail() {
        for value in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
            let bar = Bar { name: "x".repeat(99), value, text: String::new(), range: None };
            let _ = svg(&Drawing::Bars { x: String::new(), bars: vec![bar] });
            let series = Series {
                name: String::new(),
                points: vec![(0.0, value), (1.0, 1.0)],
                band: vec![],
            };
            let (x, y) = (String::new(), String::new());
            let _ = svg(&Drawing::Lines { x, y, series: vec![series], marks: vec![] });
        }
        assert_eq!(number(0.30000000000000004), "0.3");
    }
}
