"""Reads JSON Schema facts back out of the validators that the @kubernetes-models packages ship.

Their `_schemas/*.js` are ajv's standalone code, minified: each `function validateN(data, …)` is one schema node, and each
keyword of that node leaves exactly one error object (`keyword:"maxItems",params:{limit:16}`). So the node can be read
off the text without running it. What a field means (its description) is not in there, and is not wanted.
"""

import json
import os
import re

FUNCTION = re.compile(r"function (validate\d+)\(data,\{instancePath")
IMPORT = re.compile(r'import\{validate as (validate\d+)\}from"([^"]+)"')
VALUES = re.compile(r"(?:let|const|var) (schema\d+_enum)=")
ENTRY = re.compile(r"export const validate=(validate\d+);")
ERROR = re.compile(r'keyword:"(\w+)",params:\{')
CALL = re.compile(
    r"(validate\d+)\(data(?P<at>\.[A-Za-z_$][\w$]*|\[\"(?:[^\"\\]|\\.)*\"\]|\[i\d+\]|\[key\d+\])?,\{instancePath"
)
STRING = r'"(?:[^"\\]|\\.)*"'


def text_of(literal):
    """A JavaScript string literal in double quotes."""
    return json.loads(as_json(literal), strict=False)


def as_json(text):
    """`\\x60` is no escape of JSON's; a backslash that is itself escaped stays."""
    return re.sub(r"\\(\\|x([0-9a-fA-F]{2}))", lambda m: "\\u00" + m.group(2) if m.group(2) else m.group(0), text)


def number_of(text):
    """A JavaScript number as a minifier writes it: 0xffffffff, 1e3, 16."""
    value = int(text, 0) if re.fullmatch(r"-?(0x[0-9a-fA-F]+|\d+)", text) else float(text)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def balanced(text, start):
    """The end of the bracket that opens at `start`, strings skipped."""
    depth, i = 0, start
    while i < len(text):
        c = text[i]
        if c == '"':
            i = re.compile(STRING).match(text, i).end()
            continue
        if c in "[{(":
            depth += 1
        elif c in "]})":
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
    raise ValueError("a bracket that never closes")


class Module:
    """One file of validators."""

    def __init__(self, package, name):
        self.package, self.name = package, name
        with open(os.path.join(package.folder, name + ".js"), encoding="utf-8") as file:
            text = file.read()
        self.imports = {a: b for a, b in IMPORT.findall(text)}
        self.values = {}
        for match in VALUES.finditer(text):
            self.values[match.group(1)] = literal(text[match.end() : balanced(text, match.end())])
        starts = list(FUNCTION.finditer(text))
        self.bodies = {}
        for i, match in enumerate(starts):
            end = starts[i + 1].start() if i + 1 < len(starts) else len(text)
            self.bodies[match.group(1)] = text[match.start() : end]
        self.entry = ENTRY.search(text).group(1)

    def node(self, function):
        if function in self.imports:
            return self.package.reference(self.imports[function])
        return self.read(self.bodies[function])

    def read(self, body):
        schema, waiting = {}, []
        events = [(m.start(), "error", m) for m in ERROR.finditer(body)]
        events += [(m.start(), "call", m) for m in CALL.finditer(body, body.index("vErrors"))]
        for _, kind, match in sorted(events, key=lambda e: e[0]):
            if kind == "call":
                self.call(schema, waiting, body, match)
            else:
                self.keyword(schema, waiting, body, match)
        assert not waiting, f"{self.name}: branches that belong to no keyword"
        return schema

    def call(self, schema, waiting, body, match):
        name, at = match.group(1), match.group("at")
        node = self.node(name)
        if at is None:
            after = body[match.end() :]
            after = after[after.index(".errors)).length)") + len(".errors)).length)") :]
            if re.match(r";?var _valid\d+=|,_valid", after) or re.match(r",(0|_errs\d+)===errors\)\{", after):
                waiting.append(node)
            else:  # `$ref`, or one branch of `allOf`: what it says holds for this node too
                merge(schema, node)
        elif at.startswith("[i"):
            schema["items"] = node
        elif at.startswith("[key"):
            schema["additionalProperties"] = node
        else:
            key = at[1:] if at.startswith(".") else text_of(at[1:-1])
            schema.setdefault("properties", {})[key] = node

    def keyword(self, schema, waiting, body, match):
        keyword = match.group(1)
        params = body[match.end() : balanced(body, match.end() - 1) - 1]
        if keyword == "type":
            schema["type"] = text_of(re.search(r"type:(" + STRING + ")", params).group(1))
        elif keyword == "required":
            schema.setdefault("required", []).append(text_of(params.split(":", 1)[1]))
        elif keyword == "enum":
            schema["enum"] = self.values[params.split(":", 1)[1]]
        elif keyword in ("pattern", "format"):
            schema[keyword] = text_of(params.split(":", 1)[1])
        elif keyword in ("anyOf", "oneOf"):
            merge(schema, {keyword: list(waiting)})
            waiting.clear()
        elif keyword == "not":
            merge(schema, {"not": waiting.pop()})
        elif keyword in ("minimum", "maximum") or re.match(r"(min|max)(Items|Length|Properties)$", keyword):
            schema[keyword] = number_of(re.search(r"limit:([^,}]+)", params).group(1))
        else:
            raise ValueError(f"{self.name}: keyword {keyword}")


def merge(schema, other):
    for key, value in other.items():
        if key == "properties":
            schema.setdefault("properties", {}).update(value)
        elif key == "required":
            have = schema.setdefault("required", [])
            have.extend(x for x in value if x not in have)
        elif key in ("oneOf", "anyOf", "not") and key in schema:  # both hold
            schema.setdefault("allOf", []).append({key: value})
        elif key != "$type" or "$type" not in schema:
            schema[key] = value


def literal(text):
    return json.loads(as_json(text).replace("!0", "true").replace("!1", "false"))


class Package:
    """The `_schemas` folder of one package. A node that has a type's name of its own carries it as `$type`."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "_schemas")
        self.cache = {}

    def reference(self, path):
        name = os.path.basename(path).removesuffix(".js")
        if not os.path.exists(os.path.join(self.folder, name + ".js")):
            return {"$type": name.split("MetaV1")[-1] if "ApimachineryPkgApisMetaV1" in name else name}
        return self.schema(name)

    def schema(self, name):
        if name not in self.cache:
            self.cache[name] = {}  # a type within itself: filled below, shared by identity
            module = Module(self, name)
            node = module.node(module.entry)
            self.cache[name].update({**node, "$type": re.sub(r"^.*?(?:V\d+(?:(?:alpha|beta)\d+)?|PolicyApi)(?=[A-Z])", "", name)})
        return self.cache[name]

    def kinds(self):
        """Every (group, version, kind) with its schema."""
        for file in sorted(os.listdir(self.folder)):
            if not file.endswith(".js"):
                continue
            schema = self.schema(file[:-3])
            properties = schema.get("properties", {})
            api = properties.get("apiVersion", {}).get("enum")
            kind = properties.get("kind", {}).get("enum")
            if api and kind and not (kind[0].endswith("List") and "items" in properties):
                group, _, version = api[0].rpartition("/")
                yield (group, version, kind[0]), schema
