use super::*;
use crate::diag::{Code, Diagnostic, Level, Severity};
use crate::text::{Location, Source, Span};
use snapbox::{IntoData, str};
use std::collections::BTreeSet;
use std::sync::Arc;

static UNKNOWN: Code = Code {
    name: "unknown-figure",
    level: Level::Deny,
    summary: "a figure is named that the model does not have",
    page: "Look at the `name`.",
    alias: "IST0101",
    former: &[],
};
static DRIFT: Code =
    Code { name: "drift", level: Level::Warn, summary: "drift", page: "", alias: "", former: &[] };

fn source() -> Arc<Source> {
    Source::new(
        "src/a b.md",
        "\u{feff}# Costs\r\n\r\n\tFor 日本 is `{= istio.cpu }` today: 50%\r\nlast",
    )
}

fn mark(source: &Arc<Source>, text: &str) -> Location {
    let start = source.text().find(text).expect("the test's own text");
    Location::new(source, Span::new(start, start + text.len()))
}

fn findings() -> Vec<Diagnostic> {
    let source = source();
    let model = Source::new("../model.toml", "[figures]\n\"istio.sidecar.cpu\" = 1\n");
    let mut drift = Diagnostic::new(&DRIFT, mark(&source, "50%"), "50%, was: 51%\nreally")
        .document("VirtualService/reviews")
        .path("spec.http[0]");
    drift.at.location.exact = false;
    vec![
        drift.clone(),
        Diagnostic::new(&UNKNOWN, mark(&source, "istio.cpu"), "no figure `istio.cpu`")
            .label("not in the model")
            .related(mark(&source, "# Costs"), "this chapter")
            .related(mark(&model, "\"istio.sidecar.cpu\""), "a figure with a like name")
            .did_you_mean("istio.sidecar.cp", ["istio.sidecar.cpu"])
            .replace_with("write `istio.sidecar.cpu`", "istio.sidecar.cpu"),
        drift,
    ]
}

fn written(format: &Format, report: &Report) -> String {
    let mut out = Vec::new();
    (format.write)(report, Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn report() -> Report {
    let settings = [("kustomize", 2)].into();
    let counts = Counts { chapters: 2, manifests: 3, settings, ignored: 1, values: 0 };
    let files = ["src/a b.md", "src/fine.md"].map(str::to_owned);
    Report::new(findings()).counts(counts).files(files).base("docs")
}

fn assert_written(format: &Format, expected: snapbox::data::Inline) {
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .eq(snapbox::Data::text(written(format, &report())), expected.raw());
}

#[test]
fn human() {
    assert_written(
        &human::FORMAT,
        str![[r#"
error[unknown-figure]: no figure `istio.cpu`
 --> docs/src/a b.md:3:16
  |
1 | # Costs
  | ------- this chapter
2 |
3 |     For 日本 is `{= istio.cpu }` today: 50%
  |                     ^^^^^^^^^ not in the model
  |
 ::: model.toml:2:1
  |
2 | "istio.sidecar.cpu" = 1
  | ------------------- a figure with a like name
  |
  = help: did you mean `istio.sidecar.cpu`?
help: write `istio.sidecar.cpu`
  |
3 |     For 日本 is `{= istio.sidecar.cpu }` today: 50%
  |                           ++++++++

warning[drift]: 50%, was: 51%\nreally
 --> docs/src/a b.md:3:36
  |
3 |     For 日本 is `{= istio.cpu }` today: 50%
  |                                         ^^^
  |
  = note: in VirtualService/reviews, at spec.http[0]
  = note: the position is approximate: another preprocessor changed this text before it was checked

unknown-figure  1 error
drift           1 warning

checked 2 chapters, 3 manifests, 2 settings of other tools (2 kustomize), 1 ignored: 1 error, 1 warning in 1 file
to read about unknown-figure: mdbook-plumb explain unknown-figure

"#]],
    );
}

#[test]
fn json() {
    assert_written(
        &json::FORMAT,
        str![[r#"
{"file":"docs/src/a b.md","line":3,"column":16,"end_line":3,"end_column":25,"code":"unknown-figure","severity":"error","message":"no figure `istio.cpu`","label":"not in the model","help":"did you mean `istio.sidecar.cpu`?","path":null,"document":null,"approximate":false,"related":[{"file":"docs/src/a b.md","line":1,"column":1,"end_line":1,"end_column":8,"message":"this chapter"},{"file":"model.toml","line":2,"column":1,"end_line":2,"end_column":20,"message":"a figure with a like name"}],"more_related":0,"fix":{"title":"write `istio.sidecar.cpu`","edits":[{"file":"docs/src/a b.md","line":3,"column":16,"end_line":3,"end_column":25,"text":"istio.sidecar.cpu"}]}}
{"file":"docs/src/a b.md","line":3,"column":36,"end_line":3,"end_column":39,"code":"drift","severity":"warning","message":"50%, was: 51%\nreally","label":null,"help":null,"path":"spec.http[0]","document":"VirtualService/reviews","approximate":true,"related":[],"more_related":0,"fix":null}
{"summary":{"errors":1,"warnings":1,"notes":0,"files":2,"chapters":2,"values":0,"manifests":3,"settings":{"kustomize":2},"ignored":1,"left_out":0,"known":0,"unchanged":0}}

"#]],
    );
}

#[test]
fn github() {
    assert_written(
        &github::FORMAT,
        str![[r#"
::error file=docs/src/a b.md,line=3,endLine=3,col=16,endColumn=24,title=unknown-figure::no figure `istio.cpu`%0Ahelp: did you mean `istio.sidecar.cpu`?%0Afix: write `istio.sidecar.cpu`
::warning file=docs/src/a b.md,line=3,endLine=3,col=36,endColumn=38,title=drift::50%25, was: 51%25%0Areally%0AVirtualService/reviews, spec.http[0]
mdbook-plumb: checked 2 chapters, 3 manifests, 2 settings of other tools (2 kustomize), 1 ignored: 1 error, 1 warning in 1 file

"#]],
    );
}

#[test]
fn junit() {
    assert_written(
        &junit::FORMAT,
        str![[r#"
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mdbook-plumb" tests="2" failures="1" errors="0" time="0">
  <testsuite name="mdbook-plumb" tests="2" failures="1" errors="0" time="0" skipped="0">
    <properties>
      <property name="errors" value="1"/>
      <property name="warnings" value="1"/>
      <property name="notes" value="0"/>
      <property name="files" value="2"/>
      <property name="chapters" value="2"/>
      <property name="values" value="0"/>
      <property name="manifests" value="3"/>
      <property name="settings.kustomize" value="2"/>
      <property name="ignored" value="1"/>
      <property name="left_out" value="0"/>
      <property name="known" value="0"/>
      <property name="unchanged" value="0"/>
    </properties>
    <testcase classname="mdbook-plumb" name="docs/src/a b.md" time="0">
      <failure message="no figure `istio.cpu`" type="unknown-figure">docs/src/a b.md:3:16: error[unknown-figure]: no figure `istio.cpu`
  help: did you mean `istio.sidecar.cpu`?
</failure>
      <system-out>docs/src/a b.md:3:36: warning[drift]: 50%, was: 51%\nreally
</system-out>
    </testcase>
    <testcase classname="mdbook-plumb" name="docs/src/fine.md" time="0"/>
  </testsuite>
</testsuites>

"#]],
    );
}

#[test]
fn azure() {
    assert_written(
        &azure::FORMAT,
        str![[r#"
##vso[task.logissue type=error;sourcepath=docs/src/a b.md;linenumber=3;columnnumber=16;code=unknown-figure]no figure `istio.cpu`%0Ahelp: did you mean `istio.sidecar.cpu`?%0Afix: write `istio.sidecar.cpu`
##vso[task.logissue type=warning;sourcepath=docs/src/a b.md;linenumber=3;columnnumber=36;code=drift]50%AZP25, was: 51%AZP25%0Areally%0AVirtualService/reviews, spec.http[0]
mdbook-plumb: checked 2 chapters, 3 manifests, 2 settings of other tools (2 kustomize), 1 ignored: 1 error, 1 warning in 1 file

"#]],
    );
}

/// Whoever reads one format and whoever reads another are told the same.
#[test]
fn every_format_counts_the_same() {
    let report = report().known(7).unchanged(8);
    let counted = |summary: &serde_json::Value, name: &str| summary[name].as_u64();
    let lines = written(&json::FORMAT, &report);
    let last: serde_json::Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    let log: serde_json::Value = serde_json::from_str(&written(&sarif::FORMAT, &report)).unwrap();
    assert_eq!(log["runs"][0]["properties"]["summary"], last["summary"]);
    let xml = written(&junit::FORMAT, &report);
    for name in ["errors", "warnings", "manifests", "ignored", "known", "unchanged"] {
        let count = counted(&last["summary"], name).unwrap();
        let property = format!("<property name=\"{name}\" value=\"{count}\"/>");
        assert!(xml.contains(&property), "{property} in {xml}");
    }
    assert!(xml.contains("<property name=\"settings.kustomize\" value=\"2\"/>"), "{xml}");
    let said = "checked 2 chapters, 3 manifests, 2 settings of other tools (2 kustomize), 1 ignored: \
                1 error, 1 warning in 1 file; 7 known; 8 not of the change";
    for format in [&human::FORMAT, &github::FORMAT, &azure::FORMAT] {
        assert!(written(format, &report).contains(said), "{format:?}");
    }
    let comment = written(&markdown::FORMAT, &report).replace("&#58;", ":");
    assert!(comment.contains(said), "{comment}");
}

fn human_of(finding: Diagnostic) -> String {
    written(&human::FORMAT, &Report::new(vec![finding]))
}

#[test]
fn a_very_long_line_is_cut_around_its_mark_and_keeps_its_column() {
    let source =
        Source::new("long.md", format!("{}é WRONG {}", "x".repeat(90_000), "y".repeat(90_000)));
    let text = human_of(Diagnostic::new(&DRIFT, mark(&source, "WRONG"), "odd"));
    assert!(text.len() < 2_000, "{} bytes", text.len());
    assert!(text.contains("long.md:1:90003\n"), "{text}");
    let lines: Vec<_> = text.lines().collect();
    let at = lines.iter().position(|line| line.contains("WRONG")).unwrap();
    let column = |line: &str, what: &str| line[..line.find(what).unwrap()].chars().count();
    assert_eq!(column(lines[at], "WRONG"), column(lines[at + 1], "^^^^^"));
}

#[test]
fn a_finding_is_shown_wherever_it_points() {
    let texts = [
        "",
        "\n",
        "a",
        "a\n",
        "\u{feff}",
        "\u{feff}\r\n",
        "日本\u{200d}語\t\u{1b}[31m\0x\r\n\r",
        "a\nb\nc\n",
    ];
    for text in texts {
        let source = Source::new("x.md", text);
        for start in 0..=text.len() + 1 {
            for end in start..=text.len() + 2 {
                let at = Location::new(&source, Span::new(start, end));
                let finding = Diagnostic::new(&UNKNOWN, at.clone(), "m\u{1b}[31m")
                    .label("here")
                    .related(at, "there")
                    .replace_with("write\u{1b}", "b\n\u{7}c");
                for format in FORMATS {
                    let out = written(format, &Report::new(vec![finding.clone()]));
                    assert!(!out.contains('\u{1b}'), "{format:?}: {out:?}");
                }
            }
        }
    }
}

#[test]
fn a_finding_over_a_whole_file_costs_little() {
    let source = Source::new("big.md", "line of text\n".repeat(500_000));
    let whole = Location::new(&source, Span::new(0, source.text().len()));
    let text = human_of(Diagnostic::new(&DRIFT, whole.clone(), "all").replace_with("less", ""));
    assert!(text.contains("big.md:1:1") && text.len() < 1_000, "{text}");
}

#[test]
fn colour_comes_only_where_it_is_asked_for() {
    let mut out = Vec::new();
    (human::FORMAT.write)(
        &report(),
        Style { color: true, width: 80, ..Style::default() },
        &mut out,
    )
    .unwrap();
    assert!(out.contains(&0x1b));
    assert!(!written(&human::FORMAT, &report()).contains('\u{1b}'));
}

#[test]
fn findings_are_sorted_and_said_once() {
    let report = report();
    let codes: Vec<_> = report.findings().iter().map(|finding| finding.code.name).collect();
    assert_eq!(codes, ["unknown-figure", "drift"]);
    assert!(report.has_errors());
}

/// Findings of two codes in two files, as they come: a warning, a note and errors.
fn many() -> Report {
    let (a, b) = (Source::new("a.md", "x bad\ny bad\nz bad\n"), Source::new("b.md", "bad\n"));
    let all = |source: &Arc<Source>, code| -> Vec<Diagnostic> {
        let places = source.text().match_indices("bad");
        places
            .map(|(at, _)| Diagnostic::at(code, source, Span::new(at, at + 3), "it is bad"))
            .collect()
    };
    let mut note = Diagnostic::at(&DRIFT, &b, Span::new(0, 1), "by the way");
    note.severity = Severity::Note;
    Report::new(
        [all(&a, &DRIFT), all(&b, &DRIFT), all(&a, &UNKNOWN), all(&b, &UNKNOWN), vec![note]]
            .concat(),
    )
}

fn styled(report: &Report, style: Style) -> String {
    let mut out = Vec::new();
    (human::FORMAT.write)(report, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn errors_come_first_and_further_ones_take_a_line() {
    let style = Style { least: Severity::Warning, ..Style::default() };
    snapbox::Assert::new().action_env("SNAPSHOTS").eq(
        snapbox::Data::text(styled(&many(), style)),
        str![[r#"
error[unknown-figure]: it is bad
 --> a.md:1:3
  |
1 | x bad
  |   ^^^

a.md:2:3: error[unknown-figure]: it is bad
a.md:3:3: error[unknown-figure]: it is bad

error[unknown-figure]: it is bad
 --> b.md:1:1
  |
1 | bad
  | ^^^

warning[drift]: it is bad
 --> a.md:1:3
  |
1 | x bad
  |   ^^^

a.md:2:3: warning[drift]: it is bad
a.md:3:3: warning[drift]: it is bad

warning[drift]: it is bad
 --> b.md:1:1
  |
1 | bad
  | ^^^

unknown-figure  4 errors
drift           4 warnings

a.md  3 errors, 3 warnings
b.md  1 error, 1 warning

4 errors, 4 warnings, 1 note in 2 files; `--min-level note` shows notes
to read about unknown-figure: mdbook-plumb explain unknown-figure

"#]]
        .raw(),
    );
    let verbose = styled(&many(), Style { verbose: true, ..style });
    assert_eq!(verbose.matches(" --> ").count(), 8);
    let quiet = styled(&many(), Style { quiet: true, least: Severity::Note, ..style });
    assert!(
        quiet.contains("note[drift]: by the way") && !quiet.contains("to read about"),
        "{quiet}"
    );
    let errors = styled(&many(), Style { least: Severity::Error, ..style });
    assert!(
        !errors.contains("warning[") && errors.contains("4 errors, 4 warnings, 1 note"),
        "{errors}"
    );
}

#[test]
fn gitlab() {
    let issues: serde_json::Value =
        serde_json::from_str(&written(&gitlab::FORMAT, &report())).unwrap();
    // What GitLab's documentation of code quality reports requires of each issue.
    for issue in issues.as_array().unwrap() {
        for key in ["description", "check_name", "fingerprint"] {
            assert!(issue[key].as_str().is_some_and(|text| !text.is_empty()), "{key}");
        }
        let severity = issue["severity"].as_str().unwrap();
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
        assert_eq!(issue["location"]["path"], "docs/src/a b.md");
        assert_eq!(issue["location"]["lines"]["begin"], 3);
    }
    assert_eq!(
        (issues[0]["severity"].as_str(), issues[1]["severity"].as_str()),
        (Some("major"), Some("minor"))
    );
    assert_ne!(issues[0]["fingerprint"], issues[1]["fingerprint"]);
}

#[test]
fn markdown() {
    assert_written(
        &markdown::FORMAT,
        str![[r#"
**mdbook-plumb** checked 2 chapters, 3 manifests, 2 settings of other tools (2 kustomize), 1 ignored&#58; 1 error, 1 warning in 1 file

| | Where | What |
|---|---|---|
| error | <code>docs/src/a b&#46;md&#58;3&#58;16</code> | <code>unknown-figure</code>: no figure <code>istio&#46;cpu</code><br>did you mean <code>istio&#46;sidecar&#46;cpu</code>&#63; |
| warning | <code>docs/src/a b&#46;md&#58;3&#58;36</code> | <code>drift</code>: 50&#37;, was&#58; 51&#37;&#92;nreally |

"#]],
    );
}

/// Nothing that an author wrote is markup in a comment, links somewhere or calls a person.
#[test]
fn a_comment_says_what_was_written() {
    let hostile = "`@someone` @other #12 https://x.org [a](b) <img src=x> | ` *b* ~~c~~ &amp; <!-- x --> `` @x";
    let source = Source::new("a|b`@me.md", "x\n");
    let finding = Diagnostic::at(&UNKNOWN, &source, Span::new(0, 1), hostile).help(hostile);
    let out = written(&markdown::FORMAT, &Report::new(vec![finding]));
    let row = out.lines().last().unwrap();
    let bare = row.replace("<code>", "").replace("</code>", "").replace("<br>", "");
    assert_eq!(bare.matches('|').count(), 4, "{row}");
    for sign in ['@', '[', '<', '*', '`', '~', '!', '.'] {
        assert!(!bare.replace("&#", "").contains(sign), "{sign} in {row}");
    }
    for (at, _) in row.match_indices("&#64;") {
        let before = &row[..at];
        assert!(before.rfind("<code>") > before.rfind("</code>"), "a person is called in {row}");
    }
    // GitHub takes no longer comment than this.
    let many = Source::new("a.md", "x\n".repeat(3000));
    let all =
        (0..3000).map(|at| Diagnostic::at(&UNKNOWN, &many, Span::new(at * 2, at * 2 + 1), hostile));
    let out = written(&markdown::FORMAT, &Report::new(all.collect()));
    assert!(out.len() < 65_536 && out.contains("more are not shown"), "{}", out.len());
}

#[test]
fn paths_lead_from_where_the_reader_stands() {
    for (base, path, shown) in [
        ("", "src/a.md", "src/a.md"),
        ("", "../m.toml", "../m.toml"),
        ("docs", "src/a.md", "docs/src/a.md"),
        ("docs/guide/", "../m.toml", "docs/m.toml"),
        ("docs", "../../m.toml", "../m.toml"),
        ("..", "../m.toml", "../../m.toml"),
        ("docs", "/etc/m.toml", "/etc/m.toml"),
        ("docs", "C:/m.toml", "C:/m.toml"),
    ] {
        assert_eq!(Report::new(Vec::new()).base(base).path(path), shown, "{base} + {path}");
    }
}

/// What the schema of SARIF 2.1.0 and GitHub's documentation of code scanning require of the parts that we write.
#[test]
fn sarif() {
    let log: serde_json::Value = serde_json::from_str(&written(&sarif::FORMAT, &report())).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "docs/src/a%20b.md");
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(place["region"][key].as_u64().unwrap() >= 1, "{key}");
        }
        assert!(result["partialFingerprints"]["plumbContext/v1"].is_string());
    }
    let found = &results[0];
    assert_eq!(rules[1]["help"]["markdown"], "Look at the `name`.");
    assert_eq!(rules[1]["properties"]["tags"][0], "IST0101");
    assert_eq!(found["relatedLocations"][1]["message"]["text"], "a figure with a like name");
    let change = &found["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "istio.sidecar.cpu");
    assert_eq!(change["replacements"][0]["deletedRegion"]["startColumn"], 16);
}

#[test]
fn a_fingerprint_survives_lines_added_above() {
    let prints = |text: &str| {
        let source = Source::new("a.md", text);
        let findings = text
            .match_indices("bad")
            .map(|(at, _)| Diagnostic::at(&DRIFT, &source, Span::new(at, at + 3), "bad"));
        let out = written(&sarif::FORMAT, &Report::new(findings.collect()));
        let log: serde_json::Value = serde_json::from_str(&out).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|result| result["partialFingerprints"].to_string()).collect::<Vec<_>>()
    };
    let before = prints("one bad\n\ntwo bad bad\n");
    assert_eq!(before, prints("new\n\n  one  bad\nnew\ntwo bad bad\n"));
    let distinct: BTreeSet<_> = before.iter().collect();
    assert_eq!(distinct.len(), 3);
}

#[test]
fn a_report_is_bounded_and_counts_the_rest() {
    let text = "x\n".repeat(20_000);
    let source = Source::new("many.yaml", text);
    let finding = |code, at: usize| {
        Diagnostic::new(code, Location::new(&source, Span::new(at * 2, at * 2 + 1)), "wrong")
    };
    // The last of many warnings is an error.
    let findings = (0..15_000).map(|at| finding(&DRIFT, at)).chain([finding(&UNKNOWN, 19_000)]);
    let report = Report::new(findings.collect());
    assert!(report.has_errors());
    assert_eq!((report.count(Severity::Warning), report.count(Severity::Error)), (15_000, 1));
    assert_eq!((report.findings().len(), report.left_out()), (MOST_FINDINGS, 10_001));
    assert_eq!(report.findings().last().map(|finding| finding.code.name), Some(UNKNOWN.name));
    for (format, said) in [
        (&human::FORMAT, "1 error, 15000 warnings in 1 file; 10001 of them are not shown"),
        (&json::FORMAT, "\"errors\":1,\"warnings\":15000"),
        (&json::FORMAT, "\"left_out\":10001"),
        (&sarif::FORMAT, "\"left_out\": 10001"),
        (&azure::FORMAT, "10001 of them are not shown"),
        (&github::FORMAT, "10001 of them are not shown"),
        (&junit::FORMAT, "failures=\"1\""),
    ] {
        let out = written(format, &report);
        assert!(out.contains(said), "{format:?}: {}", &out[out.len() - 400..]);
    }
    // A file whose errors are all left out fails all the same.
    let errors = (0..15_000).map(|at| finding(&UNKNOWN, at));
    let other = Source::new("z.yaml", "x\n");
    let last = Diagnostic::new(&UNKNOWN, Location::new(&other, Span::new(0, 1)), "wrong");
    let report = Report::new(errors.chain([last]).collect());
    let out = written(&junit::FORMAT, &report);
    assert!(out.contains("failures=\"2\"") && out.contains("1 error, not shown"), "{out}");
}

#[test]
fn places_are_bounded_and_the_rest_is_counted() {
    let source = Source::new("many.yaml", "x\n".repeat(1000));
    let at = |line: usize| Location::new(&source, Span::new(line * 2, line * 2 + 1));
    let finding = (1..1000).fold(Diagnostic::new(&UNKNOWN, at(0), "wrong"), |finding, line| {
        finding.related(at(line), "here")
    });
    let report = Report::new(vec![finding]);
    for (format, said) in [
        (&human::FORMAT, "and 991 more places"),
        (&json::FORMAT, "\"more_related\":991"),
        (&sarif::FORMAT, "and 991 more places"),
    ] {
        let out = written(format, &report);
        assert!(out.contains(said) && out.len() < 8000, "{format:?}: {out}");
    }
}

/// What an author may put into any text: ends of lines, controls, marks of direction, commands of runners.
const HOSTILE: &[&str] = &[
    "\n::error file=a::forged",
    "\r::error::forged",
    "::warning::forged",
    "  ##[error]forged",
    "##vso[task.complete]",
    "a ##teamcity[buildStatus text='x']",
    "\u{1b}[31m\u{1b}]8;;http://x\u{7}",
    "\u{9b}31m\u{85}\u{2028}\u{2029}::error::x",
    "\u{202e}\u{2066}\u{200f}\u{61c}\u{feff}\u{200b}\u{e0041}",
    "\u{0}\u{7f}\t\u{fffe}\u{ffff}",
    "]]>&<\"' 日本 %0A",
];

#[test]
fn no_text_of_an_author_forges_a_report() {
    for (index, hostile) in HOSTILE.iter().enumerate() {
        let path = format!("{hostile}{index}.yaml");
        let source =
            Source::new(path.clone(), format!("{hostile}: a\n  b{hostile}: {hostile} MARK c\n"));
        let at = mark(&source, "MARK");
        let finding = Diagnostic::new(&UNKNOWN, at.clone(), format!("{hostile}: wrong"))
            .label(format!("{hostile}label"))
            .related(mark(&source, "a\n"), format!("{hostile}related"))
            .help(format!("{hostile}help"))
            .path(format!("spec.{hostile}"))
            .document(format!("Pod/{hostile}"))
            .replace_with(format!("{hostile}title"), format!("{hostile}text"));
        for format in FORMATS {
            let name = format.name;
            let mut again = finding.clone();
            again.at.location = mark(&source, "MARK c");
            let report = Report::new(vec![finding.clone(), again]).files([path.clone()]);
            let out = written(format, &report);
            let hidden = |c: char| crate::text::is_hidden(c) && c != '\n';
            let raw: Vec<char> = out.chars().filter(|c| hidden(*c)).collect();
            assert!(raw.is_empty(), "{name}, {hostile:?}: {raw:?} in {out}");
            for line in out.lines() {
                let line = line.trim_start();
                let is_ours = line.starts_with("::error file=") && name == "github";
                let is_command = line.starts_with("::");
                assert!(is_ours || !is_command, "{name}, {hostile:?}: {line}");
                let line = match line.strip_prefix("##vso[task.logissue type=error;") {
                    Some(rest) if name == "azure" => rest,
                    _ => line,
                };
                // GitHub's older form, and Azure's, are commands wherever they stand in a line.
                let is_inner =
                    ["##[", "##vso[", "##teamcity["].iter().any(|command| line.contains(command));
                assert!(!is_inner, "{name}, {hostile:?}: {line}");
            }
            match name {
                "json" => {
                    let line = out.lines().next().unwrap();
                    let value: serde_json::Value = serde_json::from_str(line).unwrap();
                    assert_eq!(value["message"], format!("{hostile}: wrong"));
                    assert_eq!(value["file"], path);
                    assert_eq!(value["line"], at.start().line);
                }
                "sarif" => {
                    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
                    let text = value["runs"][0]["results"][0]["message"]["text"].as_str().unwrap();
                    assert!(text.starts_with(&format!("{hostile}: wrong")), "{text}");
                }
                "junit" => {
                    let mut reader = quick_xml::Reader::from_str(&out);
                    while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
                    let valid = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
                    assert!(out.chars().all(valid), "{out:?}");
                }
                "github" => assert_eq!(out.lines().count(), 3, "{out}"),
                "azure" => {
                    assert_eq!(out.lines().count(), 3, "{out}");
                    let property = out.split_once("sourcepath=").unwrap().1;
                    let (path, rest) = property.split_once(';').unwrap();
                    assert!(!path.contains(']') && rest.starts_with("linenumber="), "{out}");
                }
                _ => {}
            }
        }
    }
}

/// A mark stands under what it marks, and the place is that of the file, where what is hidden before it is written out.
#[test]
fn marks_stand_under_what_they_mark() {
    for before in HOSTILE.iter().copied().chain(["a\r\n", "\u{1b}\u{1b}é日"]) {
        let source = Source::new("a.yaml", format!("{before} MARK\r\nnext\r\n"));
        let at = mark(&source, "MARK");
        let out = human_of(Diagnostic::new(&UNKNOWN, at.clone(), "wrong").label("here"));
        let place = format!("a.yaml:{}:{}\n", at.start().line, at.start().column);
        assert!(out.contains(&place), "{before:?}: {place} in {out}");
        let lines: Vec<&str> = out.lines().collect();
        let under = lines.iter().position(|line| line.contains("^^^^ here")).unwrap();
        let width = |line: &str, text: &str| {
            let before = &line[..line.find(text).unwrap()];
            before.chars().map(|c| if matches!(c, '日' | '本') { 2 } else { 1 }).sum::<usize>()
        };
        assert_eq!(width(lines[under - 1], "MARK"), width(lines[under], "^^^^"), "{out}");
    }
}
