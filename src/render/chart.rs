//! Drawings: SVG in the page's own colours.
//!
//! Colours are variables of the style sheet, so a drawing follows the theme and prints. Lines are told apart by their dashes
//! and by their names at their ends as well as by colour.

use super::element::{Element, element};
use crate::content::{Bar, Drawing, Mark, Series};

/// A sheet to draw on, in the units of its text's size.
#[derive(Clone, Copy)]
struct Sheet {
    width: f64,
    /// At most so much for what is written at one side; what is longer goes on in further lines.
    side: f64,
    /// At most so many numbers along the horizontal axis.
    ticks: usize,
    class: &'static str,
}

const WIDE: Sheet = Sheet { width: 760.0, side: 250.0, ticks: 7, class: "" };
/// For a telephone: the other one would have to be scrolled, or be too small to be read.
const NARROW: Sheet = Sheet { width: 400.0, side: 130.0, ticks: 5, class: "plumb-narrow" };

/// How high the plot of lines is.
const PLOT: f64 = 306.0;
/// Around the drawing.
const MARGIN: f64 = 10.0;
/// Below the drawing, for the numbers of an axis.
const FOOT: f64 = 30.0;
/// How high a bar's row is, at least.
const ROW: f64 = 34.0;
/// The size of text, and of the room that a line of it takes.
const FONT: f64 = 14.0;
const LINE: f64 = 20.0;

const TEXT: &str = "chart-text";
const RULE: &str = "chart-rule";
const MARK: &str = "chart-mark";

/// Long enough on, long enough off, to be told apart at a glance.
const DASHES: [&str; 6] = ["", "9 5", "3 4", "14 4", "5 9", "2 2"];

/// A drawing as one line of SVG, for a wide page and for a narrow one, of which the style sheet shows one; empty where there
/// is nothing to draw.
pub(super) fn svg(drawing: &Drawing) -> String {
    drawn(drawing, WIDE) + &drawn(drawing, NARROW)
}

fn drawn(drawing: &Drawing, sheet: Sheet) -> String {
    let (height, parts) = match drawing {
        Drawing::Lines { x, y, series, marks } => lines(sheet, x, y, series, marks),
        Drawing::Bars { x, bars } => self::bars(sheet, x, bars),
    }
    .unwrap_or_default();
    if parts.is_empty() {
        return String::new();
    }
    // Without a size of its own it shrinks with the page.
    element("svg")
        .attr("viewBox", &format!("0 0 {} {}", sheet.width, px(height)))
        .class(sheet.class)
        .attr("xmlns", "http://www.w3.org/2000/svg")
        .attr("font-family", "sans-serif")
        .attr("font-size", &px(FONT))
        .children(parts)
        .end()
}

/// A colour of the style sheet.
fn color(name: &str) -> String {
    format!("var(--plumb-{name})")
}

fn series_color(index: usize) -> String {
    color(&format!("series-{}", index % DASHES.len() + 1))
}

/// A coordinate, to a tenth: finer than an eye sees.
fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// Numbers along a line of the page.
struct Axis {
    low: f64,
    high: f64,
    /// Where the lowest and the highest stand.
    from: f64,
    to: f64,
}

impl Axis {
    /// `None` where numbers have no extent that can be drawn.
    fn new((low, high): (f64, f64), from: f64, to: f64) -> Option<Axis> {
        let extent = high - low;
        (extent > 0.0 && extent.is_normal()).then_some(Axis { low, high, from, to })
    }

    fn at(&self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// At most so many round numbers, evenly apart.
    fn ticks(&self, most: usize) -> impl Iterator<Item = f64> {
        let least = (self.high - self.low) / (most - 1) as f64;
        // Found by steps, as logarithms are not the same to the last digit everywhere.
        let mut ten = 1.0;
        while ten < least {
            ten *= 10.0;
        }
        while ten / 10.0 >= least {
            ten /= 10.0;
        }
        let step =
            [ten / 5.0, ten / 2.0, ten].into_iter().find(|&step| step >= least).unwrap_or(ten);
        let first = (self.low / step).ceil();
        let high = self.high;
        (0..most).map(move |index| (first + index as f64) * step).take_while(move |&at| at <= high)
    }
}

/// From the smallest to the largest of some numbers and zero.
fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    let high = if high > low { high } else { low + 1.0 };
    (low, high + (high - low) * 0.05)
}

/// Where a text stands to the point that it is written at.
#[derive(Clone, Copy)]
enum Anchor {
    Start,
    Middle,
    End,
}

/// How wide a text is at most, in the fonts that browsers have: they are not known here, and a text must not be cut off.
fn width(text: &str) -> f64 {
    let one = |char: char| match char {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '!'
        | '(' | ')' => 0.4,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.98,
        'A'..='Z' => 0.76,
        ' '..='~' => 0.6,
        '\u{a1}'..='\u{2e7f}' => 0.76,
        _ => 1.1,
    };
    text.chars().map(one).sum::<f64>() * FONT
}

/// A text in lines that are no wider than that; a word that is wider by itself is broken.
fn wrapped(text: &str, most: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && width(&line) + width(" ") + width(word) > most {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        let mut wide = width(&line);
        for char in word.chars() {
            let more = width(char.encode_utf8(&mut [0; 4]));
            if wide + more > most && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                wide = 0.0;
            }
            line.push(char);
            wide += more;
        }
    }
    lines.push(line);
    lines
}

/// The width of the widest of some lines.
fn widest<'t>(lines: impl IntoIterator<Item = &'t String>) -> f64 {
    lines.into_iter().map(|line| width(line)).fold(0.0, f64::max)
}

fn height_of(lines: &[String]) -> f64 {
    LINE * lines.len() as f64
}

/// Lines of text below each other, the middle of them all at a height.
fn labels<'t>(
    lines: &'t [String],
    x: f64,
    y: f64,
    anchor: Anchor,
    color: &'t str,
) -> impl Iterator<Item = Element> + 't {
    let first = y - (height_of(lines) - LINE) / 2.0;
    let numbered = lines.iter().enumerate();
    numbered.map(move |(at, text)| label(text, x, first + LINE * at as f64, anchor, color))
}

/// A line of text, its middle at a height.
fn label(text: &str, x: f64, y: f64, anchor: Anchor, color: &str) -> Element {
    let element = element("text").attr("x", &px(x)).attr("y", &px(y)).attr("dy", ".35em");
    let element = match anchor {
        Anchor::Start => element,
        Anchor::Middle => element.attr("text-anchor", "middle"),
        Anchor::End => element.attr("text-anchor", "end"),
    };
    element.attr("fill", color).text(text)
}

fn line((x1, y1): (f64, f64), (x2, y2): (f64, f64), color: &str, width: &str) -> Element {
    element("path")
        .attr("d", &format!("M{} {}L{} {}", px(x1), px(y1), px(x2), px(y2)))
        .attr("stroke", color)
        .attr("stroke-width", width)
}

impl Sheet {
    /// At most so much for a text above or below the drawing.
    fn across(self) -> f64 {
        self.width - 4.0 * MARGIN
    }
}

/// The horizontal axis below a drawing, with its numbers and its name.
fn foot(sheet: Sheet, out: &mut Vec<Element>, axis: &Axis, bottom: f64, name: &str) {
    let (text, rule) = (color(TEXT), color(RULE));
    out.push(line((axis.from, bottom), (axis.to, bottom), &rule, "1"));
    for value in axis.ticks(sheet.ticks) {
        let x = axis.at(value);
        out.push(line((x, bottom), (x, bottom + 5.0), &rule, "1"));
        out.push(label(&number(value), x, bottom + 16.0, Anchor::Middle, &text));
    }
    let name = wrapped(name, sheet.across());
    // In the middle of the axis, unless that would lead out of the drawing.
    let half = widest(&name) / 2.0 + MARGIN;
    let middle = ((axis.from + axis.to) / 2.0).min(sheet.width - half).max(half);
    let top = bottom + FOOT;
    out.extend(labels(&name, middle, top + height_of(&name) / 2.0, Anchor::Middle, &text));
}

/// The room that an axis takes below a drawing.
fn foot_height(sheet: Sheet, name: &str) -> f64 {
    FOOT + height_of(&wrapped(name, sheet.across())) + 4.0
}

fn lines(
    sheet: Sheet,
    x: &str,
    y: &str,
    series: &[Series],
    marks: &[Mark],
) -> Option<(f64, Vec<Element>)> {
    let finite = |&(x, y): &(f64, f64)| x.is_finite() && y.is_finite();
    let points = || series.iter().flat_map(|series| series.points.iter().copied()).filter(finite);
    let bands = series.iter().flat_map(|series| &series.band);
    let ends = (
        points().map(|point| point.0).fold(f64::INFINITY, f64::min),
        points().map(|point| point.0).fold(f64::NEG_INFINITY, f64::max),
    );
    let heights = points().map(|point| point.1).chain(bands.flat_map(|band| [band.1, band.2]));
    let heights = extent(heights);
    let names: Vec<_> = series.iter().map(|one| wrapped(&one.name, sheet.side)).collect();
    let above = wrapped(y, sheet.across());
    let top = MARGIN + height_of(&above);
    let bottom = top + PLOT.max(names.iter().map(|name| height_of(name)).sum());
    let numbers: Vec<_> = Axis::new(heights, bottom, top)?.ticks(6).map(number).collect();
    let left = MARGIN + widest(&numbers) + 14.0;
    let right = sheet.width - widest(names.iter().flatten()) - 18.0;
    let across = Axis::new(ends, left, right)?;
    let up = Axis::new(heights, bottom, top)?;
    let at = |(x, y): (f64, f64)| (across.at(x), up.at(y));

    let (text, rule) = (color(TEXT), color(RULE));
    let mut out = Vec::new();
    for value in up.ticks(6) {
        let y = up.at(value);
        out.push(line((left - 5.0, y), (right, y), &rule, "1"));
        out.push(label(&number(value), left - 10.0, y, Anchor::End, &text));
    }
    out.push(line((left, bottom), (left, top), &rule, "1"));
    out.extend(labels(&above, MARGIN, height_of(&above) / 2.0 + 2.0, Anchor::Start, &text));
    foot(sheet, &mut out, &across, bottom, x);

    let path = |points: &mut dyn Iterator<Item = (f64, f64)>| {
        let points = points.filter(finite).map(at).map(|(x, y)| format!("{} {}", px(x), px(y)));
        format!("M{}", points.collect::<Vec<_>>().join("L"))
    };
    for (index, one) in series.iter().enumerate() {
        let color = series_color(index);
        if one.band.len() > 1 {
            let mut around = (one.band.iter().map(|&(x, _, high)| (x, high)))
                .chain(one.band.iter().rev().map(|&(x, low, _)| (x, low)));
            out.push(
                element("path")
                    .attr("d", &format!("{}Z", path(&mut around)))
                    .attr("fill", &color)
                    .attr("fill-opacity", ".15"),
            );
        }
        let drawn = element("path")
            .attr("d", &path(&mut corners(&one.points).into_iter()))
            .attr("fill", "none")
            .attr("stroke", &color)
            .attr("stroke-width", "3");
        let dashes = DASHES[index % DASHES.len()];
        out.push(if dashes.is_empty() { drawn } else { drawn.attr("stroke-dasharray", dashes) });
    }
    for mark in marks.iter().filter(|mark| finite(&(mark.x, mark.y))) {
        let (x, y) = at((mark.x, mark.y));
        out.push(
            element("circle")
                .attr("cx", &px(x))
                .attr("cy", &px(y))
                .attr("r", "5")
                .attr("fill", &color(MARK)),
        );
        // Right of and below a crossing there is room, unless lines fall or the axis is near.
        let beside = if y + LINE < bottom { y + 13.0 } else { y - 13.0 };
        let x = (x + 9.0).min(sheet.width - width(&mark.text) - 2.0);
        out.push(label(&mark.text, x, beside, Anchor::Start, &color(MARK)));
    }
    let ends = series.iter().enumerate().filter_map(|(index, one)| {
        let (x, y) = at(*one.points.iter().rfind(|point| finite(point))?);
        Some((y, x, index))
    });
    let high = |index: usize| height_of(&names[index]);
    for (y, x, index) in apart(ends.collect(), high, bottom) {
        out.extend(labels(&names[index], x + 8.0, y, Anchor::Start, &series_color(index)));
    }
    Some((bottom + foot_height(sheet, x), out))
}

/// Points without those that lie on the straight way between their neighbours.
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

/// The middles of names that would run into each other, moved apart; none above or below the drawing.
fn apart(
    mut ends: Vec<(f64, f64, usize)>,
    height: impl Fn(usize) -> f64,
    bottom: f64,
) -> Vec<(f64, f64, usize)> {
    ends.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.2.cmp(&other.2)));
    // The first one is whole, too.
    if let Some(first) = ends.first_mut() {
        first.0 = first.0.max(height(first.2) / 2.0);
    }
    for index in 1..ends.len() {
        let (above, _, name) = ends[index - 1];
        let between = (height(name) + height(ends[index].2)) / 2.0;
        ends[index].0 = ends[index].0.max(above + between);
    }
    // What was pushed below the drawing pushes back; a name of one line may stand on the axis.
    let mut limit = bottom + LINE / 2.0;
    for end in ends.iter_mut().rev() {
        let half = height(end.2) / 2.0;
        end.0 = end.0.min(limit - half);
        limit = end.0 - half;
    }
    ends
}

fn bars(sheet: Sheet, x: &str, bars: &[Bar]) -> Option<(f64, Vec<Element>)> {
    let ends = |bar: &Bar| [bar.value, bar.range.map_or(bar.value, |range| range.1)];
    let bars_extent = extent(bars.iter().flat_map(ends));
    let names: Vec<_> = bars.iter().map(|bar| wrapped(&bar.name, sheet.side)).collect();
    let texts: Vec<_> = bars.iter().map(|bar| wrapped(&bar.text, sheet.side)).collect();
    let most = names.iter().chain(&texts).map(|lines| height_of(lines)).fold(0.0, f64::max);
    let row = ROW.max(most + 8.0);
    let bottom = MARGIN + row * bars.len() as f64;
    let left = MARGIN + widest(names.iter().flatten()) + 8.0;
    let right = sheet.width - widest(texts.iter().flatten()) - 12.0;
    let axis = Axis::new(bars_extent, left, right).filter(|_| !bars.is_empty())?;
    let text = color(TEXT);
    let mut out = Vec::new();
    for value in axis.ticks(sheet.ticks) {
        let x = axis.at(value);
        out.push(line((x, MARGIN), (x, bottom), &color(RULE), "1"));
    }
    foot(sheet, &mut out, &axis, bottom, x);
    let zero = axis.at(0.0);
    for (index, bar) in bars.iter().enumerate() {
        let middle = MARGIN + row * (index as f64 + 0.5);
        out.extend(labels(&names[index], left - 8.0, middle, Anchor::End, &text));
        if !bar.value.is_finite() {
            continue;
        }
        let end = axis.at(bar.value);
        out.push(
            element("rect")
                .attr("x", &px(zero.min(end)))
                .attr("y", &px(middle - 11.0))
                .attr("width", &px((end - zero).abs()))
                .attr("height", "22")
                .attr("fill", &series_color(0)),
        );
        let mut behind = zero.max(end);
        if let Some((low, high)) = bar.range.filter(|(low, high)| (high - low).is_finite()) {
            let (low, high) = (axis.at(low), axis.at(high));
            out.push(line((low, middle), (high, middle), &text, "2"));
            for x in [low, high] {
                out.push(line((x, middle - 5.0), (x, middle + 5.0), &text, "2"));
            }
            behind = behind.max(high);
        }
        out.extend(labels(&texts[index], behind + 8.0, middle, Anchor::Start, &text));
    }
    Some((bottom + foot_height(sheet, x), out))
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
        // The crossing is half way along the first line.
        let number = |text: &str| text.parse::<f64>().unwrap();
        let path = svg.split("d=\"M").find(|path| path.contains("fill=\"none\"")).unwrap();
        let ends: Vec<f64> =
            path.split('"').next().unwrap().split([' ', 'L']).map(number).collect();
        let circle: Vec<&str> = svg.split("<circle cx=\"").nth(1).unwrap().split('"').collect();
        assert!((number(circle[0]) - (ends[0] + ends[2]) / 2.0).abs() < 0.2, "{svg}");
        assert!((number(circle[2]) - (ends[1] + ends[3]) / 2.0).abs() < 0.2, "{svg}");
    }

    /// Where texts of a drawing begin and end, by the estimate of their widths, and how high they stand.
    fn texts(svg: &str) -> Vec<(f64, f64, f64, String)> {
        let pattern = |text| regex::Regex::new(text).expect("a pattern");
        let text = pattern(r"(<text [^>]*>) ?([^<]*)");
        let place = pattern(r#" (x|y|text-anchor)="([^"]+)""#);
        let found = text.captures_iter(svg).map(|found| {
            let content = found[2].trim().replace("&lt;", "<").replace("&gt;", ">");
            let of = |name: &str| {
                let mut all = place.captures_iter(&found[1]).filter(|place| &place[1] == name);
                all.next().map(|place| place[2].to_owned()).unwrap_or_default()
            };
            let number = |name: &str| of(name).parse::<f64>().expect("a number");
            let wide = width(&content);
            let start = match of("text-anchor").as_str() {
                "end" => number("x") - wide,
                "middle" => number("x") - wide / 2.0,
                _ => number("x"),
            };
            (start, start + wide, number("y"), content)
        });
        found.collect()
    }

    #[test]
    fn no_text_of_a_drawing_is_cut_off_or_shortened() {
        let long = "Consul Connect with a gateway for each of the many namespaces ".repeat(4);
        for name in [
            "Consul",
            "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
            &long,
            "服务网格的控制平面和数据平面的资源消耗",
        ] {
            let bar = |name: &str, value: f64| Bar {
                name: name.to_owned(),
                value,
                text: format!("{name} 1234.5 GiB"),
                range: Some((value, value * 1.5)),
            };
            let bars = Drawing::Bars {
                x: format!("{name} (GiB)"),
                bars: vec![bar(name, 123_456_789.0), bar("b", 0.001)],
            };
            let line = |slope: f64| Series {
                name: name.to_owned(),
                points: vec![(0.0, 0.0), (10.0, slope * 1e9)],
                band: vec![],
            };
            let marks = vec![Mark { x: 9.9, y: 1.0, text: "from 123,456 pods".to_owned() }];
            let lines = Drawing::Lines {
                x: name.to_owned(),
                y: name.to_owned(),
                series: vec![line(1.0), line(1.01), line(0.0)],
                marks,
            };
            let drawings = [&bars, &lines].map(|one| [WIDE, NARROW].map(|sheet| drawn(one, sheet)));
            for svg in drawings.into_iter().flatten() {
                let size: Vec<f64> = svg
                    .split('"')
                    .nth(1)
                    .expect("a view box")
                    .split(' ')
                    .map(|n| n.parse().expect("a number"))
                    .collect();
                let texts = texts(&svg);
                let all: String = texts.iter().map(|(.., text)| text.as_str()).collect();
                let bare = |text: &str| text.split_whitespace().collect::<String>();
                assert!(bare(&all).contains(&bare(name)), "{name} is not whole in {all}");
                for (start, end, y, text) in texts {
                    assert!(start >= 0.0 && end <= size[2], "{text}: {start} to {end} of {size:?}");
                    assert!(y >= 0.0 && y <= size[3], "{text}: {y} of {size:?}");
                }
            }
        }
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
    fn an_axis_has_round_numbers() {
        for (low, high, expected) in [
            (0.0, 100.0, &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0][..]),
            (0.0, 21.0, &[0.0, 5.0, 10.0, 15.0, 20.0]),
            (0.0, 0.03, &[0.0, 0.005, 0.01, 0.015, 0.02, 0.025, 0.03]),
            (-7.0, 5.0, &[-6.0, -4.0, -2.0, 0.0, 2.0, 4.0]),
            (100.0, 160.0, &[100.0, 110.0, 120.0, 130.0, 140.0, 150.0, 160.0]),
        ] {
            let axis = Axis::new((low, high), 0.0, 1.0).unwrap();
            let ticks: Vec<_> = axis.ticks(7).map(number).collect();
            assert_eq!(ticks, expected.iter().copied().map(number).collect::<Vec<_>>());
        }
    }

    #[test]
    fn names_stand_apart_and_within_the_drawing() {
        let apart = apart(
            vec![(100.0, 9.0, 0), (99.0, 9.0, 1), (320.0, 9.0, 2), (326.0, 9.0, 3)],
            |_| LINE,
            326.0,
        );
        let heights: Vec<_> = apart.iter().map(|end| (end.2, end.0)).collect();
        assert_eq!(heights, [(1, 99.0), (0, 119.0), (2, 306.0), (3, 326.0)]);
    }

    #[test]
    fn odd_numbers_draw_something_or_nothing_and_never_fail() {
        for value in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300, -f64::MAX, f64::MAX, 5e-324] {
            let bar = Bar { name: "x".repeat(99), value, text: String::new(), range: None };
            let bars = svg(&Drawing::Bars { x: String::new(), bars: vec![bar] });
            let series = Series {
                name: String::new(),
                points: vec![(0.0, value), (1.0, 1.0)],
                band: vec![],
            };
            let (x, y) = (String::new(), String::new());
            let marks = vec![Mark { x: value, y: value, text: String::new() }];
            let lines = svg(&Drawing::Lines { x, y, series: vec![series], marks });
            for svg in [bars, lines] {
                assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{svg}");
            }
        }
        assert_eq!(number(0.30000000000000004), "0.3");
    }
}
