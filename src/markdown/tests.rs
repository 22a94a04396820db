//! Markdown in, nodes and findings out. What a chapter must give is written down by hand from CommonMark's rules.

use super::*;
use crate::text::{Source, TextMap};

/// One line for each node and each finding.
fn show(text: &str) -> Vec<String> {
    let source = Source::new("a.md", text);
    let map = TextMap::identity(&source);
    let scan = scan(text, &map, Dialect::default());
    let mut out: Vec<_> = scan.nodes.iter().map(|node| show_node(text, node)).collect();
    out.extend(scan.findings.iter().map(|finding| {
        let related: Vec<_> =
            finding.related.iter().map(|label| format!(" & {}", label.location.text())).collect();
        format!("! {} at {}{}", finding.code.name, finding.at.location.text(), related.concat())
            .replace('\n', "⏎")
    }));
    out
}

fn show_node(text: &str, node: &Node) -> String {
    let place = &node.place;
    let flags = [
        (place.inline, "inline"),
        (place.alone, "alone"),
        (place.in_table, "table"),
        (place.in_heading, "heading"),
        (place.in_link, "link"),
        (place.in_image, "image"),
        (place.in_html, "html"),
    ];
    let mut flags: Vec<_> =
        flags.iter().filter(|(set, _)| *set).map(|(_, name)| (*name).to_owned()).collect();
    if !place.prefix.is_empty() {
        flags.push(format!("{:?}", place.prefix));
    }
    let what = match &node.kind {
        NodeKind::Directive(directive) => {
            assert_eq!(text[directive.name.span.range()], directive.name.value);
            let committed =
                node.committed(text).map(|text| format!(" = {text:?}")).unwrap_or_default();
            format!("{}({}){committed}", directive.name.value, show_args(text, &directive.args))
        }
        NodeKind::Value(expression) => format!("value {:?}", expression.text()),
        NodeKind::Fence(fence) => {
            let body = fence.body.text();
            for (at, c) in body.char_indices().filter(|(_, c)| !c.is_whitespace()) {
                let part = crate::text::Span::new(at, at + c.len_utf8());
                assert_eq!(&text[fence.body.span_of(part).range()], c.to_string(), "{body:?}");
            }
            let open = if fence.close.is_some() { "" } else { " open" };
            format!("fence {:?} {body:?}{open}", &text[fence.info.range()])
        }
    };
    format!("{what} [{}]", flags.join(" "))
}

fn show_args(text: &str, args: &Args) -> String {
    let mut out: Vec<_> = args.positional.iter().map(|value| show_value(text, value)).collect();
    out.extend(
        args.named.iter().map(|(key, value)| format!("{}={}", key.value, show_value(text, value))),
    );
    out.join(" ")
}

fn show_value(text: &str, value: &Arg) -> String {
    let written = &text[value.span.range()];
    match &value.value {
        Value::Word(word) => {
            assert_eq!(word, written);
            word.clone()
        }
        Value::Number(number) => {
            assert_eq!(number, written);
            format!("#{number}")
        }
        Value::Quantity(quantity) => {
            assert_eq!(quantity, written);
            format!("~{quantity}")
        }
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => {
            assert!(written.starts_with('[') && written.ends_with(']'));
            let items: Vec<_> = items.iter().map(|item| show_value(text, item)).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

fn holds(cases: &[(&str, &[&str])]) {
    let mut wrong = String::new();
    for (text, wanted) in cases {
        let shown = show(text);
        if shown != *wanted {
            wrong += &format!("\n{text}\n  wanted {wanted:#?}\n  got {shown:#?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn directives_in_running_text() {
    holds(&[
        ("nothing <!-- of --> ours", &[]),
        (
            "It is <!-- plumb: value tax.cpu pods=100 -->10 cores<!-- /plumb -->.",
            &["value(tax.cpu pods=#100) = \"10 cores\" [inline]"],
        ),
        ("é <!--plumb:value x--><!--/plumb--> ü", &["value(x) = \"\" [inline]"]),
        (
            "a <!-- plumb: calculator scenario=hundred-pods /--> b",
            &["calculator(scenario=hundred-pods) [inline]"],
        ),
        ("a <!-- plumb: x / --> b <!-- plumb: y p=a/--> c", &["x() [inline]", "y(p=a) [inline]"]),
        ("a <!-- plumb: x p=a/ -->1<!-- /plumb -->", &["x(p=a/) = \"1\" [inline]"]),
        ("`{= pods * 2 }` and `` `{= pods }` `` and `x {= y }`", &["value \"pods * 2\" [inline]"]),
        ("``{= pods }`` and \\`{= pods }`", &[]),
        ("> quoted `{= a +\n> b }` on", &["value \"a + b\" [inline \"> \"]"]),
        (
            "# H <!-- plumb: value x -->1<!-- /plumb --> {#id}",
            &["value(x) = \"1\" [inline heading]"],
        ),
        (
            "*a <!-- plumb: value x -->1<!-- /plumb -->* **`{= y }`**",
            &["value(x) = \"1\" [inline]", "value \"y\" [inline]"],
        ),
        (
            "[a <!-- plumb: value x -->1<!-- /plumb -->](u) ![`{= y }`](i.png)",
            &["value(x) = \"1\" [inline link]", "value \"y\" [inline image]"],
        ),
        (
            "| a | b |\n|---|---|\n| `{= a \\|\\| b }` | <!-- plumb: value x -->1<!-- /plumb --> |",
            &["value \"a || b\" [inline table]", "value(x) = \"1\" [inline table]"],
        ),
        (
            "a[^n]\n\n[^n]: note <!-- plumb: value x -->1<!-- /plumb -->\n    and `{= y }`",
            &["value(x) = \"1\" [inline \"    \"]", "value \"y\" [inline \"    \"]"],
        ),
        (
            "> a <!-- plumb: value\n> x pods=1 -->1\n> 2<!--\n> /plumb --> b",
            &["value(x pods=#1) = \"1\\n2\" [inline \"> \"]"],
        ),
        (
            "- [ ] <!-- plumb: value x -->1<!-- /plumb --> y\n- `{= z }`",
            &["value(x) = \"1\" [inline \"      \"]", "value \"z\" [inline \"  \"]"],
        ),
        ("a <b title=\"<!-- x -->\"> <!-- plumb: value x /--> </b>", &["value(x) [inline]"]),
    ]);
}

#[test]
fn directives_that_are_blocks() {
    holds(&[
        (
            "<!-- plumb: overhead options=[a, \"b c\", 3] -->\n| a |\n|---|\n| 1 |\n<!-- /plumb -->\n",
            &["overhead(options=[a, \"b c\", #3]) = \"\\n| a |\\n|---|\\n| 1 |\\n\" [alone]"],
        ),
        ("<!-- plumb: chart\n     of=x\n/-->\n", &["chart(of=x) [alone]"]),
        ("<!-- plumb: t a.b as c d=e /-->\n", &["t(a.b as=c d=e) [alone]"]),
        ("<!-- plumb: t \"a + b\"  as c /-->\n", &["t(\"a + b\" as=c) [alone]"]),
        // the argument itself, and another word
        ("<!-- plumb: t as /-->\n", &["t(as) [alone]"]),
        ("<!-- plumb: t a asc=1 /-->\n", &["t(a asc=#1) [alone]"]),
        (
            "- item\n\n  <!-- plumb: o -->\n  - a\n\n    b\n  <!-- /plumb -->\n",
            &["o() = \"\\n- a\\n\\n  b\\n\" [alone \"  \"]"],
        ),
        (
            "10. <!-- plumb: o -->\n    a\n    <!-- /plumb -->\n",
            &["o() = \"\\na\\n\" [alone \"    \"]"],
        ),
        (
            "> - <!-- plumb: o -->\n>   a\n>\n>   b\n>   <!-- /plumb -->\n",
            &["o() = \"\\na\\n\\nb\\n\" [alone \">   \"]"],
        ),
        (
            "> <!-- plumb: o\n> a=1 -->\n> x\n> <!-- /plumb -->\n",
            &["o(a=#1) = \"\\nx\\n\" [alone \"> \"]"],
        ),
        (
            "[^note]: <!-- plumb: o -->\n    a\n    <!-- /plumb -->\n\n[^note]\n",
            &["o() = \"\\na\\n\" [alone \"    \"]"],
        ),
        (
            "term\n: <!-- plumb: o -->\n  a\n  <!-- /plumb -->\n",
            &["o() = \"\\na\\n\" [alone \"  \"]"],
        ),
        (
            "<!-- plumb: o -->\r\n\r\na\r\n\r\n<!-- /plumb -->\r\n",
            &["o() = \"\\n\\na\\n\\n\" [alone]"],
        ),
        (
            "<div>\n<!-- plumb: o /-->\n<p>a <!-- plumb: value x -->1<!-- /plumb --></p>\n</div>\n",
            &["o() [alone html]", "value(x) = \"1\" [inline html]"],
        ),
        (
            "<!-- plumb: o -->\n```yaml\n<!-- /plumb -->\n```\n<!-- /plumb -->",
            &["o() = \"\\n```yaml\\n<!-- /plumb -->\\n```\\n\" [alone]"],
        ),
        ("<!-- note --> \n<!-- plumb: o /-->\n", &["o() [alone]"]),
        ("text\n<!-- plumb: o /-->\nmore", &["o() [alone]"]),
    ]);
}

#[test]
fn code_is_literal() {
    holds(&[
        ("`<!-- plumb: value x -->1<!-- /plumb -->` `` <!-- /plumb --> ``", &[]),
        ("    <!-- plumb: value x -->\n    `{= y }`\n", &[]),
        (
            "```\n<!-- plumb: value x -->\n`{= y }`\n```\n",
            &["fence \"\" \"<!-- plumb: value x -->\\n`{= y }`\\n\" [alone]"],
        ),
        ("\\<!-- plumb: value x -->1\\<!-- /plumb -->", &[]),
        ("<script>\n// <!-- plumb: value x -->\n\n</script>\n", &[]),
        (
            "<pre>\n<!-- plumb: value x -->\n\n</pre>\n",
            &["! literal-directive at <!-- plumb: value x -->"],
        ),
        (
            "a <code><!-- plumb: value x /--></code> `{= y }`",
            &["value \"y\" [inline]", "! literal-directive at <!-- plumb: value x /-->"],
        ),
        ("<!-- a\n<!-- plumb: value x\n-->\n", &[]),
    ]);
}

#[test]
fn fences() {
    holds(&[
        ("```yaml\na: 1\n```", &["fence \"yaml\" \"a: 1\\n\" [alone]"]),
        ("```yaml\n```\n", &["fence \"yaml\" \"\" [alone]"]),
        (
            "~~~~ yml , ignore\n```\n~~~\n~~~~~  \nx",
            &["fence \"yml , ignore\" \"```\\n~~~\\n\" [alone]"],
        ),
        (
            "  ```json\n  {\n    \"a\": 1\n   }\n ```",
            &["fence \"json\" \"{\\n  \\\"a\\\": 1\\n }\\n\" [alone \"  \"]"],
        ),
        (
            "- a\n\n  ```yaml\n  b:\n    - c\n\n  d: e\n  ```\n",
            &["fence \"yaml\" \"b:\\n  - c\\n\\nd: e\\n\" [alone \"  \"]"],
        ),
        (
            "> > ```yaml\r\n> > é: 1\r\n> >\r\n> > b\r\n> > ```\r\n",
            &["fence \"yaml\" \"é: 1\\n\\nb\\n\" [alone \"> > \"]"],
        ),
        ("1. ```yaml\n   a\n   ```\n", &["fence \"yaml\" \"a\\n\" [alone \"   \"]"]),
        (
            "- ```yaml\n\tfoo:\n\t  bar\n  ```",
            &["fence \"yaml\" \"  foo:\\n    bar\\n\" [alone \"  \"]"],
        ),
        ("> ```yaml\n> a\n\nb", &["fence \"yaml\" \"a\\n\" open [alone \"> \"]"]),
        (
            "```yaml\na: 1\n\n# b",
            &["fence \"yaml\" \"a: 1\\n\\n# b\" open [alone]", "! unclosed-fence at ```yaml"],
        ),
        (
            "```bash plumb\necho {= pods }\n```\n",
            &["fence \"bash plumb\" \"echo {= pods }\\n\" [alone]"],
        ),
        ("a ``` b\n\n``` a`b ```\n", &[]),
    ]);
}

#[test]
fn arguments_that_cannot_be_read() {
    holds(&[
        ("a <!-- plumb: /-->", &["! malformed-directive at "]),
        ("a <!-- plumb: 3x /-->", &["! malformed-directive at 3x"]),
        ("a <!-- plumb: x \"b /-->", &["! malformed-directive at \"b"]),
        ("a <!-- plumb: x k=[a, b /-->", &["! malformed-directive at [a, b"]),
        ("a <!-- plumb: x k=[a b] /-->", &["! malformed-directive at "]),
        ("a <!-- plumb: x k=[,a] /-->", &["! malformed-directive at ,"]),
        ("a <!-- plumb: x k= /-->", &["! malformed-directive at k="]),
        ("a <!-- plumb: x k = 3 l=1 /-->", &["! malformed-directive at k = 3"]),
        ("a <!-- plumb: x k= 3 /-->", &["! malformed-directive at k= 3"]),
        ("a <!-- plumb: x =3 /-->", &["! malformed-directive at =3"]),
        ("a <!-- plumb: x a * b k=1 /-->", &["! malformed-directive at a * b"]),
        ("a <!-- plumb: x a k=1 b c /-->", &["! malformed-directive at b c & a"]),
        ("a <!-- plumb: x a == b /-->", &["! malformed-directive at a == b"]),
        ("a <!-- /plum -->", &["! misspelt-directive at /plum"]),
        ("a <!-- plumb: x k=1 b /-->", &["! malformed-directive at b & k"]),
        ("a <!-- plumb: x k=1 k=2 /-->", &["! malformed-directive at k & k"]),
        ("a <!-- plumb: x k='b c' /-->", &["! malformed-directive at 'b c'"]),
        ("a <!-- plumb: x k=“b c” /-->", &["! malformed-directive at “b c”"]),
        ("a <!-- plumb: x k=\"b\"c /-->", &["! malformed-directive at c"]),
        ("a <!-- plumb: x o(\"b\").c /-->", &["! malformed-directive at o(\"b\").c"]),
        ("a <!-- plumb: x k=o(\"b\")+1 l=1 /-->", &["! malformed-directive at o(\"b\")+1"]),
        ("a <!-- plumb: x \"b\".c l=1 /-->", &["! malformed-directive at .c"]),
        ("a <!-- plumb: x a as /-->", &["! malformed-directive at "]),
        ("a <!-- plumb: x a as k=1 /-->", &["! malformed-directive at "]),
        ("a <!-- plumb: x a asc b /-->", &["! malformed-directive at a asc b"]),
        ("a <!-- plumb: x a as b as c /-->", &["! malformed-directive at as & as"]),
        ("a <!-- plumb: x k=\"b\\n\" /-->", &["! malformed-directive at \\n"]),
        ("a <!-- plumb: x k=[a]b /-->", &["! malformed-directive at b"]),
        (
            "a `{= x` `{= }` `{=`",
            &["! malformed-directive at `{= x`", "! malformed-directive at `{= }`"],
        ),
        (
            "a <!-- plumb: x k=\"b \\\"c\\\" \\\\\" l=[] m=[[a], [b, c]] n=-1.5 o=1e3 p=128Mi q=1.2.3 r=50% s==t /-->",
            &[
                "x(k=\"b \\\"c\\\" \\\\\" l=[] m=[[a], [b, c]] n=#-1.5 o=#1e3 p=~128Mi q=1.2.3 r=~50% s==t) [inline]",
            ],
        ),
    ]);
}

#[test]
fn pairs_that_do_not_fit() {
    holds(&[
        ("a <!-- plumb: x -->1", &["! unclosed-directive at <!-- plumb: x -->"]),
        ("a 1<!-- /plumb --> b", &["! stray-closer at <!-- /plumb -->"]),
        (
            "a <!-- plumb: x -->1 b <!-- plumb: y -->2<!-- /plumb -->",
            &["y() = \"2\" [inline]", "! unclosed-directive at <!-- plumb: x -->"],
        ),
        (
            "a <!-- plumb: x -->1 <!-- plumb: y -->2<!-- /plumb --> 3<!-- /plumb -->",
            &["! nested-directive at <!-- plumb: y --> & <!-- plumb: x -->"],
        ),
        (
            "a <!-- plumb: x -->1 <!-- plumb: y /--> 3<!-- /plumb --> `{= z }`",
            &[
                "value \"z\" [inline]",
                "! nested-directive at <!-- plumb: y /--> & <!-- plumb: x -->",
            ],
        ),
        (
            "a <!-- plumb: x -->1<!-- /plumb -->1<!-- /plumb -->",
            &["x() = \"1\" [inline]", "! doubled-directive at <!-- /plumb --> & <!-- /plumb -->"],
        ),
        (
            "a <!-- plumb: x /-->1<!-- /plumb -->",
            &["x() [inline]", "! doubled-directive at <!-- /plumb --> & <!-- plumb: x /-->"],
        ),
        (
            "<!-- plumb: o -->\na\n<!-- /plumb -->\n\n<!-- plumb: o -->\na\n<!-- /plumb -->\n",
            &[
                "o() = \"\\na\\n\" [alone]",
                "o() = \"\\na\\n\" [alone]",
                "! doubled-directive at <!-- plumb: o --> & <!-- plumb: o -->",
            ],
        ),
        (
            "- a <!-- plumb: x -->1\n- 2<!-- /plumb -->",
            &["! crossed-directive at <!-- plumb: x --> & <!-- /plumb -->"],
        ),
        (
            "a <!-- plumb: x -->1\n\n2<!-- /plumb -->",
            &["! crossed-directive at <!-- plumb: x --> & <!-- /plumb -->"],
        ),
        (
            "*a <!-- plumb: x -->1* 2<!-- /plumb -->",
            &["! crossed-directive at <!-- plumb: x --> & <!-- /plumb -->"],
        ),
        (
            "| a <!-- plumb: x --> | b <!-- /plumb --> |\n|---|---|\n",
            &["! crossed-directive at <!-- plumb: x --> & <!-- /plumb -->"],
        ),
        (
            "a <!-- plumb: x -->1\n<!-- /plumb --> b",
            &[
                "! crossed-directive at <!-- plumb: x --> & <!-- /plumb -->",
                "! comment-starts-line at <!-- /plumb -->",
            ],
        ),
        (
            "- <!-- plumb: x -->\n  a\n\n<!-- /plumb -->",
            &["! crossed-directive at <!-- plumb: x --> & <!-- /plumb -->"],
        ),
        (
            "> <!-- plumb: x -->\n> a\n\n> <!-- /plumb -->",
            &["! crossed-directive at <!-- plumb: x --> & <!-- /plumb -->"],
        ),
        ("a <!-- plumb: x\n\nb", &["! unclosed-directive at <!-- plumb: x"]),
        ("<!-- plumb: x\n\nb", &["! unclosed-directive at <!-- plumb: x"]),
        (
            "| a <!-- plumb: x \"a | b\" /--> |\n|---|---|\n",
            &["! lost-directive at <!-- plumb: x \"a | b\" /-->"],
        ),
        ("[a](u \"<!-- plumb: x /-->\")", &["! lost-directive at <!-- plumb: x /-->"]),
    ]);
}

#[test]
fn comments_that_are_nearly_ours() {
    holds(&[
        ("a <!-- plum: x k=1 /-->", &["! misspelt-directive at plum:"]),
        ("a <!-- plum: x -->1<!-- /plumb -->", &["! misspelt-directive at plum:"]),
        ("a <!-- Plumb: x -->1<!-- /plumb -->", &["! misspelt-directive at Plumb:"]),
        ("a <!--plumb value x-->1<!-- /plumb -->", &["! misspelt-directive at plumb"]),
        ("a <!--plumb value-->1", &["! misspelt-directive at plumb"]),
        ("a <!-- mdbook-plumb: x /-->", &["! misspelt-directive at mdbook-plumb:"]),
        ("a <!-- plumb: x -->1<!-- /plum -->", &["! misspelt-directive at /plum"]),
        ("a <!-- plumb: x -->1<!-- /plumb: x -->", &["! misspelt-directive at /plumb: x"]),
        ("a <!-- plumb: x -->1<!-- end plumb -->", &["! misspelt-directive at end plumb"]),
        ("a <!-- plumb: x -->1<!-- plumb -->", &["! misspelt-directive at plumb"]),
        ("a <!--- plumb: x /--->", &["! misspelt-directive at - plumb:"]),
        ("<!-- plumb the depths of this -->", &[]),
        ("<!-- plum: a fruit -->", &[]),
        ("<!-- plumbing: see below --> a <!-- thumb: x k=1 /-->", &[]),
        ("a <!-- TODO --> <!-- /* --> <!-- more --> <!----> <!-- /p -->", &[]),
    ]);
}

#[test]
fn blanks_of_several_bytes_break_nothing() {
    for blank in ["\u{a0}", "\u{2028}", "\u{3000}", "\u{85}"] {
        let text = format!(
            "# Is <!-- plumb: value x -->{blank}<!-- /plumb -->\n\nA{blank}<!-- plumb: value x -->1<!-- /plumb -->\n"
        );
        let shown = show(&text);
        assert!(
            shown.len() == 2 && shown.iter().all(|line| line.starts_with("value")),
            "{shown:?}"
        );
    }
}

#[test]
fn comments_at_the_start_of_a_line() {
    holds(&[
        (
            "<!-- plumb: value x -->1<!-- /plumb --> is **it**.",
            &["value(x) = \"1\" [inline]", "! comment-starts-line at <!-- plumb: value x -->"],
        ),
        (
            "It is\n<!-- plumb: value x -->1<!-- /plumb -->\nand no more.",
            &["value(x) = \"1\" [alone]", "! comment-starts-line at <!-- plumb: value x -->"],
        ),
        (
            "It is\n<!-- plumb: value x /--> and no more.",
            &["value(x) [inline]", "! comment-starts-line at <!-- plumb: value x /-->"],
        ),
        (
            "- <!-- plumb: value x -->1<!-- /plumb --> is it\n",
            &[
                "value(x) = \"1\" [inline \"  \"]",
                "! comment-starts-line at <!-- plumb: value x -->",
            ],
        ),
        ("<!-- plumb: value x -->1<!-- /plumb -->\n\nmore", &["value(x) = \"1\" [alone]"]),
        (
            "<!-- plumb: value x /--> <!-- plumb: value y /-->\n",
            &["value(x) [inline]", "value(y) [inline]"],
        ),
        (
            "<!-- plumb: o -->\na\n<!-- /plumb --> b\n",
            &["o() = \"\\na\\n\" [inline]", "! comment-starts-line at <!-- /plumb -->"],
        ),
        (
            "# Heading\n<!-- plumb: value x -->1<!-- /plumb -->\n# Another",
            &["value(x) = \"1\" [alone]"],
        ),
        ("<!-- a note --> only ours are looked at", &[]),
    ]);
}

#[test]
fn a_comment_at_the_start_of_a_line_says_what_the_page_shows() {
    for (text, values) in [
        ("<!-- plumb: value x -->1<!-- /plumb --> is **it**.", 1),
        ("<!-- plumb: value x -->1<!-- /plumb --> and `{= x }`.", 2),
    ] {
        let source = Source::new("a.md", text);
        let scanned = scan(text, &TextMap::identity(&source), Dialect::default());
        let [finding] = &scanned.findings[..] else { panic!("{:?}", scanned.findings) };
        let label = &finding.at.text;
        assert!(label.contains("the built page is right"), "{label}");
        assert_eq!(scanned.nodes.len(), values);
    }
}

#[test]
fn the_fix_joins_the_line_to_the_one_above() {
    let text = "> It is\n> <!-- plumb: value x -->1<!-- /plumb --> and no more.";
    let source = Source::new("a.md", text);
    let scan = scan(text, &TextMap::identity(&source), Dialect::default());
    let edit = &scan.findings[0].fix.as_ref().unwrap().edits[0];
    assert_eq!((edit.location.text(), edit.text.as_str()), ("\n> ", " "));
}

#[test]
fn the_prefix_keeps_a_replacement_where_the_directive_stands() {
    use pulldown_cmark::{Event, Options, Parser};
    let inner = "@";
    let cases = [
        format!("{inner}\n"),
        format!("text\n\n{inner}\n\nmore\n"),
        format!("- {inner}\n- next\n"),
        format!("-   wide\n\n    {inner}\n\n    more\n"),
        format!("10. {inner}\n11. next\n"),
        format!("-\t{inner}\n"),
        format!("- a\n  - b\n\n    {inner}\n\n  c\n"),
        format!("- > {inner}\n"),
        format!("> {inner}\n> more\n"),
        format!(">{inner}\n"),
        format!("> [!NOTE]\n> {inner}\n"),
        format!("> - a\n>\n>   1) {inner}\n"),
        format!("a[^long-name]\n\n[^long-name]: {inner}\n\nend\n"),
        format!("a[^n]\n\n[^n]: note\n\n    {inner}\n\n    > {inner}\n"),
        format!("term\n: {inner}\n\nterm\n:   {inner}\n"),
        format!("  {inner}\n"),
    ];
    // The containers around a piece of text, as the parser sees them.
    let around = |text: &str, wanted: &str| -> Vec<Vec<String>> {
        let options = Dialect::default().options();
        let mut stack: Vec<String> = Vec::new();
        let mut found = Vec::new();
        for event in Parser::new_ext(text, options | Options::empty()) {
            match event {
                Event::Start(tag) => stack.push(format!("{:?}", tag.to_end())),
                Event::End(_) => drop(stack.pop()),
                Event::Text(text) | Event::Html(text) if text.contains(wanted) => {
                    let block = |tag: &&String| {
                        !["Paragraph", "HtmlBlock", "CodeBlock"].contains(&tag.as_str())
                    };
                    found.push(stack.iter().filter(block).cloned().collect());
                }
                _ => {}
            }
        }
        found
    };
    for case in cases {
        let directives = case.replace(inner, "<!-- plumb: o /-->");
        let source = Source::new("a.md", directives.as_str());
        let scan = scan(&directives, &TextMap::identity(&source), Dialect::default());
        assert!(!scan.nodes.is_empty() && scan.findings.is_empty(), "{directives:?}");
        let mut replaced = directives.clone();
        for node in scan.nodes.iter().rev() {
            assert!(node.place.alone, "{directives:?}");
            let fitted = node.place.fit("FIRST\n\n```\nSECOND\n```\n\nTHIRD");
            assert_eq!(
                node.place.strip(&fitted),
                "FIRST\n\n```\nSECOND\n```\n\nTHIRD",
                "{directives:?}"
            );
            replaced.replace_range(node.span.range(), &fitted);
        }
        let before = around(&directives, "plumb");
        for part in ["FIRST", "SECOND", "THIRD"] {
            assert_eq!(around(&replaced, part), before, "{part} of {replaced}");
        }
    }
}

/// Pieces of Markdown that are apt to meet badly.
fn pieces() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let piece = prop_oneof![
        3 => proptest::sample::select(vec![
            "<!-- plumb: value x -->", "<!-- /plumb -->", "<!-- plumb: o k=[a, \"b\"] /-->", "<!-- plum: x", "-->", "<!--", "`{= a }`",
            "`{= a \\| b }`", "`", "```", "```yaml\n", "```yaml,ignore\n", "~~~\n", "````\n", "> ", "- ", "1. ", "  ", "    ", "\t", "\n", "\n\n", "\r\n", "\r",
            "| a | b |\n|---|---|\n| ", " | ", "[^a]: ", "[^a]", "term\n: ", "# ", "* ", "**", "[x](", ")", "![", "<div>", "</div>", "<pre>", "</pre>",
            "<code>", "</code>", "<script>", "- [ ] ", "a: 1\n", "\\", "\0", "\u{feff}", "é", "😀", "[a]: /u \"", "\"", "---\n", "===\n", "<b", ">",
        ]).prop_map(str::to_owned),
        1 => "[a-z {}=\"\\[\\],<>!/`~|\n-]{0,8}",
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// What must hold of the scan of any text at all.
fn is_sound(text: &str) {
    let source = Source::new("a.md", text);
    let map = TextMap::identity(&source);
    let scan = scan::parse(text, &map, Dialect::default());
    let mut end = 0;
    for node in &scan.nodes {
        assert!(node.span.start >= end && node.span.end <= text.len(), "{text:?}: {node:?}");
        assert!(text.get(node.span.range()).is_some(), "{text:?}: {node:?}");
        end = node.span.end;
        show_node(text, node);
        if let NodeKind::Fence(fence) = &node.kind {
            let map = fence.body.map(&map);
            for (at, c) in fence.body.text().char_indices() {
                if let Some(copied) =
                    map.locate_copied(crate::text::Span::new(at, at + c.len_utf8()))
                {
                    assert_eq!(copied.text(), c.to_string(), "{text:?}");
                }
            }
            fence.interpolations();
        }
    }
    for finding in &scan.findings {
        assert!(text.get(finding.at.location.span.range()).is_some(), "{text:?}: {finding:?}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_scanned(text in pieces()) {
        is_sound(&text);
    }

    #[test]
    fn a_quick_look_sees_what_the_parser_sees(text in pieces()) {
        let source = Source::new("a.md", text.as_str());
        let map = TextMap::identity(&source);
        let (seen, parsed) = (scan(&text, &map, Dialect::default()), scan::parse(&text, &map, Dialect::default()));
        assert_eq!(seen, parsed, "{text:?}");
    }

    #[test]
    fn a_quick_look_sees_the_fences_that_the_parser_sees(pieces in proptest::collection::vec(proptest::sample::select(vec![
        "```", "```yaml", "~~~", "````", "\n", "\n", "\n\n", "a: 1", "- a", "> b", "  ", "    ", "| a |\n|---|", "c", "\t", "[^a]: x", "d\n: e", "# f", "===", "`", "  ```", "* ", "é", "[a", "] ", "1. ", "---", "<b>",
    ]), 0..24)) {
        let text = pieces.concat();
        let source = Source::new("a.md", text.as_str());
        let map = TextMap::identity(&source);
        let (seen, parsed) = (scan(&text, &map, Dialect::default()), scan::parse(&text, &map, Dialect::default()));
        assert_eq!(seen, parsed, "{text:?}");
    }
}

/// pulldown-cmark 0.13 panics on this: the line is told, and the rest of the page is read.
#[test]
fn a_line_that_the_parser_cannot_bear_is_a_finding() {
    let text = "+\t[\0]:d\n\u{b}\n\n`{= a }` <!-- plumb: value b -->1<!-- /plumb -->\n";
    let map = TextMap::identity(&Source::new("a.md", text));
    let scan = scan(text, &map, Dialect::default());
    let found: Vec<_> = scan
        .failures
        .iter()
        .map(|finding| (finding.code.name, finding.at.location.start().line))
        .collect();
    assert_eq!(found, [("markdown-fails", 1)]);
    assert_eq!(scan.nodes.len(), 2);
}
