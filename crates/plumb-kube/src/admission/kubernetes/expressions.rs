//! The rules of a definition's schema (`x-kubernetes-validations`): that they compile, what they may cost, and what stands
//! beside them.
//!
//! Owns: those, for one node of a schema, with what is known of the nodes around it ([`Scope`]). Must not know: how rules are
//! evaluated.

use super::codes::CRD_SCHEMA_VALUE;
use super::{declared, sizes};
use crate::at::At;
use crate::fault::{Faults, Rule};
use crate::path::FieldPath;
use crate::schema::quote;
use crate::{Map, Node};
use plumb_cel::{Environment, Program, Type};
use plumb_text::Span;
use plumb_text::diag::nearest;
use std::cell::Cell;

static VALUE: Rule = Rule::new(&CRD_SCHEMA_VALUE, "ValidateCustomResourceDefinitionOpenAPISchema");

/// Why a rule may say that a value is refused.
const REASONS: [&str; 4] =
    ["FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate"];

/// What one rule may cost (`StaticEstimatedCostLimit`).
const RULE_LIMIT: u64 = 10_000_000;

/// What all rules of a schema may cost (`StaticEstimatedCRDCostLimit`).
const SCHEMA_LIMIT: u64 = 100_000_000;

/// What the nodes above say of a node of a schema.
#[derive(Clone)]
pub(super) struct Scope<'t> {
    /// The outermost list whose items can't be told apart between two revisions of an object.
    unrelated: Option<FieldPath>,
    /// How many values of the node an object may have; none where nothing limits it.
    count: Option<u64>,
    /// Whether rules are compiled: not below `allOf` and its like.
    has_rules: bool,
    /// What the rules of the schema cost so far.
    total: &'t Cell<u64>,
}

impl<'t> Scope<'t> {
    pub(super) fn root(total: &'t Cell<u64>) -> Scope<'t> {
        Scope { unrelated: None, count: Some(1), has_rules: true, total }
    }

    /// Below `allOf` and its like.
    pub(super) fn nested(&self) -> Scope<'t> {
        Scope { has_rules: false, ..self.clone() }
    }

    /// For the fields, values or items of a node.
    pub(super) fn below(&self, map: &Map) -> Scope<'t> {
        let most = match map.get("type").and_then(Node::as_str) {
            Some("object") if map.get("additionalProperties").is_some_and(|at| !at.is_null()) => {
                sizes::number(map, "maxProperties")
            }
            Some("array") => sizes::number(map, "maxItems"),
            _ => Some(1),
        };
        let count = self.count.zip(most).map(|(count, most)| count.saturating_mul(most));
        Scope { count, ..self.clone() }
    }

    /// For the items of a list.
    pub(super) fn items(&self, at: &At<'_>, map: &Map) -> Scope<'t> {
        let mut scope = self.below(map);
        if at.text("x-kubernetes-list-type") != "map" {
            scope.unrelated.get_or_insert_with(|| at.path());
        }
        scope
    }
}

/// The rules of one node.
pub(super) fn check(at: &At<'_>, map: &Map, is_root: bool, scope: &Scope<'_>, out: &mut Faults) {
    let rules = at.list("x-kubernetes-validations");
    if rules.is_empty() {
        return;
    }
    let sized = sizes::of(map, is_root, 0).filter(|_| scope.has_rules);
    for rule in &rules {
        let optional = rule.get("optionalOldSelf");
        let is_optional = optional.as_ref().and_then(|at| at.node.as_bool()) == Some(true);
        let environment = declared::environment(map, is_root, is_optional, out.k8s());
        for (key, wanted) in [("rule", Type::Bool), ("messageExpression", Type::String)] {
            let Some(source) = rule.filled(key) else { continue };
            let Some(text) = source.str() else { continue };
            let program = match compiled(text, &wanted, &environment) {
                Ok(program) => program,
                Err((error, part)) => {
                    let why = format!("compilation failed: {error}");
                    out.invalid(&VALUE, &source, why).in_part(&source, part).value =
                        Some(quote(source.node));
                    continue;
                }
            };
            if let Some(sized) = &sized {
                let cost = program.estimate(&sized.size);
                // A rule is evaluated for each value; a message but once.
                let times = match (key, scope.count) {
                    ("rule", None) => sizes::REQUEST / (sized.least + 1),
                    ("rule", Some(count)) => count,
                    _ => 1,
                };
                let cost = cost.saturating_mul(times);
                if cost > RULE_LIMIT {
                    let what = format!("estimated {key} cost");
                    out.forbidden(&VALUE, &source, over(&what, cost, RULE_LIMIT)).value = None;
                } else {
                    scope.total.set(scope.total.get().saturating_add(cost));
                }
            }
            if key == "rule" {
                old(&source, optional.as_ref(), &program, scope, out);
            }
        }
        says(rule, map, out);
    }
}

/// What is said of the whole of a schema whose rules are walked.
pub(super) fn whole(at: &At<'_>, scope: &Scope<'_>, out: &mut Faults) {
    let total = scope.total.get();
    if total > SCHEMA_LIMIT {
        let what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
        out.forbidden(&VALUE, &at.clone().keyed(), over(what, total, SCHEMA_LIMIT)).value = None;
    }
}

/// The words of an API server about a cost.
fn over(what: &str, cost: u64, limit: u64) -> String {
    let times = cost as f64 / limit as f64;
    let factor = match times {
        _ if times > 100.0 => "more than 100x".to_owned(),
        _ if times < 1.5 => format!("{times:.6}x"),
        _ => format!("{times:.1}x"),
    };
    format!(
        "{what} exceeds budget by factor of {factor} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)"
    )
}

/// What a rule asks of the value that was there before.
fn old(
    rule: &At<'_>,
    optional: Option<&At<'_>>,
    program: &Program,
    scope: &Scope<'_>,
    out: &mut Faults,
) {
    match (program.reads("oldSelf"), &scope.unrelated, optional) {
        (true, Some(list), _) if scope.has_rules => {
            let why = format!(
                "oldSelf cannot be used on the uncorrelatable portion of the schema within {list}"
            );
            out.invalid(&VALUE, rule, why)
                .help("the items of a list can be told apart with `x-kubernetes-list-type: map`");
        }
        (false, _, Some(optional)) => {
            out.invalid(&VALUE, optional, "may not be set if oldSelf is not used in rule").on(rule);
        }
        _ => {}
    }
}

/// What a rule says beside its expressions.
fn says(rule: &At<'_>, schema: &Map, out: &mut Faults) {
    let is_broken = |text: &str| text.contains(['\n', '\r']);
    let message = rule.text("message");
    if let Some(at) = rule.get("message").filter(|at| at.str().is_some()) {
        if is_broken(message.trim()) {
            out.invalid(&VALUE, &at, "must not contain line breaks").value = None;
        } else if !message.is_empty() && message.trim().is_empty() {
            out.invalid(&VALUE, &at, "must be non-empty if specified");
        }
    }
    if message.is_empty() && is_broken(rule.text("rule").trim()) {
        let at = rule.field("message");
        out.required(&VALUE, &at, "message must be specified if rule contains line breaks");
    }
    if let Some(reason) = rule.get("reason")
        && reason.str().is_some_and(|reason| !REASONS.contains(&reason))
    {
        let detail = format!("supported values: {}", REASONS.join(", "));
        out.not_supported(&VALUE, &reason, &REASONS).detail = detail;
    }
    if let Some(path) = rule.get("fieldPath")
        && let Some(text) = path.str().filter(|text| !text.is_empty())
    {
        if text.trim().is_empty() {
            out.invalid(&VALUE, &path, "must be non-empty if specified");
        } else if is_broken(text) {
            out.invalid(&VALUE, &path, "must not contain line breaks");
        } else if let Err(near) = followed(text, schema) {
            out.invalid(&VALUE, &path, "must be a valid path").near(near);
        }
    }
}

/// Follows a path (`.a['b.c']`) through a schema, as `ValidFieldPath` does, to the schema of what is there, where that is known; an error
/// may bring the name that was most likely meant.
pub(super) fn followed<'s>(
    path: &str,
    schema: &'s Map,
) -> Result<Option<&'s Map>, Option<&'s str>> {
    let mut schema = Some(schema);
    let mut rest = path;
    while !rest.is_empty() {
        let name = match token(&mut rest) {
            "." => match token(&mut rest) {
                "" => return Err(None),
                name => name.to_owned(),
            },
            "[" => {
                let quoted = token(&mut rest);
                let inner = quoted.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
                let inner = inner.ok_or(None)?;
                if token(&mut rest) != "]" {
                    return Err(None);
                }
                inner.replace("\\'", "'")
            }
            _ => return Err(None),
        };
        // Where a map allows any values, nothing is known of what is in them.
        let Some(map) = schema else { return Ok(None) };
        let fields = map.get("properties").and_then(Node::as_map);
        schema = match (fields, map.get("additionalProperties")) {
            (Some(fields), _) => match fields.get(&name) {
                Some(field) => field.as_map(),
                None => {
                    let names = fields.iter().map(|entry| entry.key.value.as_str());
                    return Err(nearest(&name, names));
                }
            },
            (None, Some(values)) => values.as_map(),
            (None, None) => return Err(None),
        };
    }
    Ok(schema)
}

/// The next token of a `fieldPath`: a delimiter, a text in single quotes, or what stands before the next delimiter.
fn token<'p>(rest: &mut &'p str) -> &'p str {
    let text = *rest;
    let end = if let Some(quoted) = text.strip_prefix('\'') {
        let mut before = '\'';
        let close = quoted.char_indices().find(|(_, c)| {
            let is_close = *c == '\'' && before != '\\';
            before = *c;
            is_close
        });
        close.map_or(text.len(), |(at, _)| at + 2)
    } else {
        match text.find(['.', '[', ']']) {
            Some(0) => 1,
            Some(end) => end,
            None => text.len(),
        }
    };
    let (token, behind) = text.split_at(end);
    *rest = behind;
    token
}

/// An expression, or what is wrong with it and where in it.
fn compiled(
    text: &str,
    wanted: &Type,
    environment: &Environment,
) -> Result<Program, (String, Option<Span>)> {
    let program = environment.compile(text).map_err(|error| (error.to_string(), error.span()))?;
    let found = program.result();
    if found != wanted && environment.is_whole() {
        return Err((format!("must evaluate to {wanted} but got {found}"), None));
    }
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, Format, Schemas, Versions, read};
    use plumb_text::{Source, TextMap};

    /// The estimate of a rule on a schema, in which `@i`, `@l` and `@p` stand for a limit of items, length and properties.
    fn estimate(schema: &str, rule: &str, most: Option<u64>) -> u64 {
        let limit = |name: &str| most.map_or(String::new(), |most| format!(", {name}: {most}"));
        let text = schema
            .replace("@i", &limit("maxItems"))
            .replace("@l", &limit("maxLength"))
            .replace("@p", &limit("maxProperties"));
        let source = Source::new("a.yaml", format!("schema: {text}\n"));
        let read = read(source.text(), &TextMap::identity(&source), Format::Yaml);
        let map = read.documents[0].root.get("schema").and_then(Node::as_map).unwrap();
        let environment = declared::environment(map, false, false, (1, 37));
        let program = environment.compile(rule).unwrap_or_else(|error| panic!("{rule}: {error}"));
        program.estimate(&sizes::of(map, false, 0).unwrap().size)
    }

    const STRING: &str = "{type: string@l}";
    const OBJECTS: &str = "{type: array@i, items: {type: object, required: [required], properties: {required: {type: string}, optional: {type: string}}}}";
    const NESTED: &str = "{type: array@i, items: {type: object@p, additionalProperties: {type: object@p, required: [required], properties: {required: {type: string}, optional: {type: string}}}}}";

    /// `TestCostEstimation` of apiextensions-apiserver: without limits, and with one.
    #[test]
    fn estimates_are_those_of_an_api_server() {
        let list = |of: &str| format!("{{type: array@i, items: {{{of}}}}}");
        let map = |of: &str| format!("{{type: object@p, additionalProperties: {{{of}}}}}");
        let (number, text) = ("type: number", "type: string@l");
        let date_time = "type: string, format: date-time";
        for (schema, rule, open, most, limited) in [
            (&*list(number), "self.all(x, true)", 4718591, 10, 32),
            (&list("type: string"), "self.all(x, true)", 3145727, 20, 62),
            (&list("type: boolean"), "self.all(x, true)", 1887437, 5, 17),
            (&list("type: array, items: {type: number}"), "self.all(x, true)", 3145727, 100, 302),
            (OBJECTS, "self.all(x, true)", 555128, 50, 152),
            (&map(number), "self.all(x, true)", 1348169, 10, 32),
            (&map("type: string"), "self.all(x, true)", 1179647, 3, 11),
            (&map("type: boolean"), "self.all(x, true)", 943718, 100, 302),
            (STRING, "self.contains('test')", 314574, 10, 5),
            (STRING, "self.startsWith('test')", 2, 15, 2),
            (STRING, "size(self + 'hello') > size('hello')", 314578, 4, 7),
            (&list(number), "self[1] == 0.0", 2, 5000, 2),
            (&list("type: string"), "self[1] == self[1]", 314577, 8, 314577),
            (STRING, "self.matches('x')", 314574, 50, 22),
            (STRING, "''.matches('(((((((((())))))))))[0-9]')", 7, 10, 7),
            (STRING, "self.matches('')", 1, 100, 1),
            (&map(text), "self.all(x, x.contains(self[x]))", 2752507, 10, 72),
            (&map(number), "self['x'] == 0.0", 2, 0, 2),
            (STRING, "self == 'x'", 2, 0, 1),
            ("{type: string, format: byte@l}", "self == b'x'", 2, 0, 1),
            (&list(number), "self.all(x, x == 0.0)", 6291454, 3 * 1024 * 2048, 25165826),
            (NESTED, "self.all(x, x['y'].required == 'z')", 7340027, 10, 72),
            (&list("x-kubernetes-int-or-string: true"), "self[0] == 5", 3, 10, 3),
            (OBJECTS, "self[0] == null", 2, 422, 2),
            (
                &list("type: object, additionalProperties: {type: number}"),
                "self.all(x, x.y == 25.2)",
                6291452,
                12,
                74,
            ),
            (&list("type: string, format: duration"), "self.all(x, true)", 2359295, 5, 17),
            (&list("type: string, format: date"), "self.all(x, true)", 725936, 15, 47),
            (&list(date_time), "self.all(x, true)", 428963, 25, 77),
            (&list(date_time), "self[2].getMinutes() == 45", 4, 99, 4),
            (&map("x-kubernetes-int-or-string: true"), "self.all(x, true)", 1348169, 15, 47),
            (&map(date_time), "self['a'] == self['b']", 8, 7, 8),
            (&map("type: integer"), "oldSelf.size() == self.size()", 5, 10, 5),
            (STRING, "self.find('[0-9]+') == ''", 629147, 10, 11),
            (&list(text), "self.join(' ') == 'aa bb'", 329853068905, 10, 43),
            (&list(text), "self.isSorted() == true", 329854432052, 10, 52),
            (
                "{type: object, properties: {str: {type: string@l}, before: {type: string, maxLength: 2}, after: {type: string, maxLength: 4}}}",
                "self.str.replace(self.before, self.after) == 'does not matter'",
                629154,
                4,
                12,
            ),
            (
                "{type: object, properties: {str: {type: string@l}, separator: {type: string@l}}}",
                "self.str.split(self.separator) == []",
                629160,
                10,
                22,
            ),
            (STRING, "self.lowerAscii() == 'lower!'", 314575, 10, 6),
            ("{type: string, enum: [A, B, C, LongValue]@l}", "self.contains('A')", 2, 1000, 401),
            ("{x-kubernetes-int-or-string: true@l}", "isQuantity(self)", 314574, 20, 9),
        ] {
            assert_eq!(estimate(schema, rule, None), open, "{schema} {rule}");
            assert_eq!(estimate(schema, rule, Some(most)), limited, "{schema} {rule} {most}");
        }
        let squared = "self.all(x, self.all(y, true))";
        assert!(estimate(&list(number), squared, None) > RULE_LIMIT);
        assert_eq!(estimate(&list(number), squared, Some(10)), 352);
        let cubed = "self.all(x, self.all(y, self.all(z, true)))";
        assert_eq!(estimate(&list(number), cubed, Some(10)), 3552);
    }

    /// What `cel.Compile` of apiextensions-apiserver 1.37 says, run on these: what a function makes has no size there, unless
    /// it says one; an unbounded number of a cost is the largest.
    #[test]
    fn what_nothing_limits_costs_without_limit() {
        const FIELDS: &str = "{type: object, properties: {s: {type: string, maxLength: 63}, count: {type: integer}, namespace: {type: string, maxLength: 63}, \
             texts: {type: array, maxItems: 7, items: {type: string, maxLength: 5}}, open: {type: array, items: {type: string}}, \
             numbers: {type: array, maxItems: 50, items: {type: integer}}, any: {x-kubernetes-int-or-string: true}, \
             objects: {type: array, maxItems: 9, items: {type: object, properties: {a: {type: string, maxLength: 12}, k: {type: integer}}}}}}";
        let cubed = "self.open.all(x, self.open.all(y, self.open.all(z, x == y || y == z)))";
        for (rule, cost) in [
            (cubed, u64::MAX),
            ("self.?s.orValue('').matches('^a')", 1_844_674_407_370_955_267),
            ("self.?s.orValue('') == 'x'", 4),
            (
                "self.?s.optMap(v, v + 'a').optMap(w, w == 'x').orValue(false)",
                3_689_348_814_741_910_580,
            ),
            ("self.texts.first().orValue('a') == 'b'", 5),
            ("self.texts.first().value().matches('a')", 1_844_674_407_370_955_268),
            ("url('https://a.b/' + self.s).getHost() == 'a'", 58),
            ("'%s'.format([self.count]).matches('a')", 1_844_674_407_370_955_277),
            ("self.texts.sort() == ['a']", 127),
            ("self.open.sort().size() == 3", 2_308_970_014_328),
            ("self.numbers.distinct() == self.numbers", 5_020),
            ("self.open.distinct().size() == 3", 2_199_019_061_265),
            ("self.objects.sortBy(x, x.k).all(y, y.a.matches('x'))", u64::MAX),
            ("self.texts.slice(1, 3) == ['a']", 26),
            ("lists.range(5).all(i, i > 2)", 42),
            ("self.any < 5", 3),
            ("self.any < 'a'", 3),
            ("self.any + 'a' == 'b'", 314_576),
            ("'a' in dyn(self.texts)", 10),
            ("'at most ' + string(self.count) == ''", 1_844_674_407_370_955_267),
            ("self.namespace.contains('a')", 1_844_674_407_370_955_266),
            ("self.__namespace__.contains('a')", 28),
        ] {
            assert_eq!(estimate(FIELDS, rule, None), cost, "{rule}");
        }
    }

    /// The findings on a definition whose field `a` has a schema, and which of its fields they are at.
    fn found(schema: &str) -> Vec<String> {
        let text = format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: widgets.example.com}}\nspec:\n  \
             group: example.com\n  scope: Namespaced\n  names: {{kind: Widget, plural: widgets}}\n  versions:\n  - name: v1\n    \
             served: true\n    storage: true\n    schema: {{openAPIV3Schema: {{type: object, properties: {{a: {schema}}}}}}}\n"
        );
        let source = Source::new("a.yaml", text.as_str());
        let read = read(&text, &TextMap::identity(&source), Format::Yaml);
        let found =
            Engine::new(Schemas::embedded()).validate(&read.documents, &Versions::default());
        let at = "spec.versions[0].schema.openAPIV3Schema";
        found.iter().map(|f| f.message.replace(at, "").replace(".properties[a]", "")).collect()
    }

    #[track_caller]
    fn finds(schema: &str, expected: &str) {
        let found = found(schema);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{schema}: {found:?}");
    }

    #[test]
    fn a_rule_keeps_within_its_budget() {
        let squared = |limits: &str, rules: &str| {
            format!(
                "{{type: array{limits}, items: {{type: string{limits}}}, x-kubernetes-validations: [{rules}]}}"
            )
        };
        let rule = "{rule: 'self.all(x, self.exists_one(y, y == x))', message: twice}";
        let open = squared("", rule);
        finds(
            &open,
            ".x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x",
        );
        let limited = open
            .replace("type: array", "type: array, maxItems: 20")
            .replace("type: string", "type: string, maxLength: 63");
        assert_eq!(found(&limited), [""; 0]);
        let text = "{type: string, maxLength: 100, x-kubernetes-validations: [{rule: \"self.matches('^[a-z]+$')\", message: wrong}]}";
        let within = |limit: &str| {
            format!("{{type: array{limit}, items: {{type: array{limit}, items: {text}}}}}")
        };
        finds(
            &within(""),
            ".items.items.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost",
        );
        assert_eq!(found(&within(", maxItems: 10")), [""; 0]);
        assert_eq!(found(text), [""; 0]);
        // Each within its own, and all of them together not.
        let rule = |i: i32| {
            format!(
                "{{rule: 'self.all(x, self.all(y, true)) || self.size() == {i}', message: wrong}}"
            )
        };
        let many = (0..12).map(rule).collect::<Vec<_>>().join(", ");
        let many = format!(
            "{{type: array, maxItems: 1700, items: {{type: integer}}, x-kubernetes-validations: [{many}]}}"
        );
        finds(&many, ": Forbidden: x-kubernetes-validations estimated rule cost total");
    }

    #[test]
    fn what_stands_beside_a_rule_is_checked() {
        let beside = |rule: &str| {
            format!(
                "{{type: object, properties: {{b: {{type: string}}, 'c.d': {{type: object, additionalProperties: {{type: integer}}}}}}, x-kubernetes-validations: [{{{rule}}}]}}"
            )
        };
        for right in [
            "rule: 'true', fieldPath: .b",
            "rule: 'true', fieldPath: \"['c.d'].any\"",
            "rule: 'true', fieldPath: \"['c.d']['any']\"",
            "rule: 'self == oldSelf'",
            "rule: 'self == oldSelf.orValue(self)', optionalOldSelf: true",
            "rule: \"true ||\\n true\", message: wrong",
        ] {
            assert_eq!(found(&beside(right)), [""; 0], "{right}");
        }
        for (wrong, expected) in [
            (
                "rule: 'true', fieldPath: .c",
                "fieldPath: Invalid value: \".c\": must be a valid path",
            ),
            ("rule: 'true', fieldPath: b", "fieldPath: Invalid value: \"b\": must be a valid path"),
            ("rule: 'true', fieldPath: .b.e", "fieldPath: Invalid value"),
            ("rule: 'true', fieldPath: '[b]'", "fieldPath: Invalid value"),
            ("rule: 'true', fieldPath: .", "fieldPath: Invalid value"),
            (
                "rule: 'true', optionalOldSelf: true",
                "optionalOldSelf: Invalid value: true: may not be set",
            ),
            (
                "rule: 'true', optionalOldSelf: false",
                "optionalOldSelf: Invalid value: false: may not be set",
            ),
            ("rule: \"true ||\\n true\"", "message: Required value"),
        ] {
            finds(&beside(wrong), &format!(".x-kubernetes-validations[0].{expected}"));
        }
    }

    #[test]
    fn old_values_are_known_where_items_can_be_told_apart() {
        let list = |kind: &str| {
            format!(
                "{{type: array, maxItems: 5{kind}, items: {{type: object, required: [k], properties: {{k: {{type: string, maxLength: 9}}}}, x-kubernetes-validations: [{{rule: self.k == oldSelf.k}}]}}}}"
            )
        };
        let expected = ".items.x-kubernetes-validations[0].rule: Invalid value: \"self.k == oldSelf.k\": oldSelf cannot be used";
        finds(&list(""), expected);
        finds(&list(", x-kubernetes-list-type: atomic"), expected);
        let map = ", x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k]";
        assert_eq!(found(&list(map)), [""; 0]);
        assert_eq!(
            found(
                "{type: array, maxItems: 5, items: {type: string}, x-kubernetes-validations: [{rule: self == oldSelf}]}"
            ),
            [""; 0]
        );
    }
}
