"""Reads the types that kopium wrote from CRDs (crates gateway-api and kcr_*) back into schemas.

kopium keeps names, types, integer widths, enums and what is required; it drops limits, patterns and rules. The sources
are read as text: plain structs and enums with serde attributes, nothing else occurs in them.
"""

import os
import re

KUBE = re.compile(r"#\[kube\(\s*(.*?)\s*\)\]", re.S)
ITEM = re.compile(r"((?:#\[[^\n]*\]\n|#\[kube\([^)]*\)\]\n|///[^\n]*\n)*)pub (struct|enum) (\w+) \{\n(.*?)^\}", re.S | re.M)
RENAME = re.compile(r'rename = "([^"]*)"')

SCALARS = {
    "String": {"type": "string"},
    "bool": {"type": "boolean"},
    "i8": {"type": "integer", "format": "int8"},
    "i16": {"type": "integer", "format": "int16"},
    "i32": {"type": "integer", "format": "int32"},
    "i64": {"type": "integer", "format": "int64"},
    "u8": {"type": "integer", "format": "uint8"},
    "u16": {"type": "integer", "format": "uint16"},
    "u32": {"type": "integer", "format": "uint32"},
    "u64": {"type": "integer", "format": "uint64"},
    "f32": {"type": "number", "format": "float"},
    "f64": {"type": "number", "format": "double"},
    "IntOrString": {"x-kubernetes-int-or-string": True},
    "serde_json::Value": {"x-kubernetes-preserve-unknown-fields": True},
}

CONDITION = {
    "type": "object",
    "required": ["lastTransitionTime", "message", "reason", "status", "type"],
    "properties": {
        "lastTransitionTime": {"type": "string", "format": "date-time"},
        "message": {"type": "string", "maxLength": 32768},
        "observedGeneration": {"type": "integer", "format": "int64", "minimum": 0},
        "reason": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1024,
            "pattern": "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
        },
        "status": {"type": "string", "enum": ["True", "False", "Unknown"]},
        "type": {"type": "string", "maxLength": 316},
    },
}


class File:
    """One generated file: the types of one kind."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.items = {m.group(3): m for m in ITEM.finditer(text)}
        self.attributes = {}
        for attribute in KUBE.findall(text):
            for key, value in re.findall(r'(\w+) = "([^"]*)"', attribute):
                self.attributes.setdefault(key, value)
            if attribute == "namespaced":
                self.attributes["namespaced"] = True

    def kind(self):
        """((group, version, kind), scope, schema), or nothing where the file holds no kind."""
        a = self.attributes
        if "kind" not in a:
            return None
        root = next(m.group(3) for m in self.items.values() if "CustomResource" in m.group(1))
        properties = {"spec": self.type_of(root)}
        if "status" in a:
            properties["status"] = self.type_of(a["status"])
        schema = {"type": "object", "properties": properties, "required": ["spec"]}
        return (a["group"], a["version"], a["kind"]), "Namespaced" if a.get("namespaced") else "Cluster", schema

    def type_of(self, name):
        name = name.strip()
        if name in SCALARS:
            return dict(SCALARS[name])
        if match := re.fullmatch(r"(Option|Vec|Box)<(.*)>", name):
            inner = self.type_of(match.group(2))
            return {"type": "array", "items": inner} if match.group(1) == "Vec" else inner
        if match := re.fullmatch(r"(?:BTreeMap|HashMap)<String, (.*)>", name):
            inner = self.type_of(match.group(1))
            if inner == SCALARS["serde_json::Value"]:
                return {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
            return {"type": "object", "additionalProperties": inner}
        if name in ("Condition", "metav1::Condition"):
            return CONDITION
        if name not in self.items:
            return {"$type": name}
        item = self.items[name]
        return self.enum(item.group(4)) if item.group(2) == "enum" else self.struct(item.group(4))

    def enum(self, body):
        values = []
        for attributes, name in re.findall(r"((?:^    #\[[^\n]*\]\n)*)^    (\w+),", body, re.M):
            rename = RENAME.search(attributes)
            values.append(rename.group(1) if rename else name)
        if all(re.fullmatch(r"-?\d+", v) for v in values):
            return {"type": "integer", "enum": [int(v) for v in values]}
        return {"type": "string", "enum": values}

    def struct(self, body):
        schema = {"type": "object", "properties": {}}
        field = re.compile(r"((?:^    (?:#\[|///|    |\)\])[^\n]*\n)*)^    pub ([\w#]+): (.*?),$", re.M)
        for attributes, name, type_ in field.findall(body):
            attributes = "".join(line for line in attributes.splitlines(True) if not line.strip().startswith("///"))
            rename = RENAME.search(attributes)
            key = rename.group(1) if rename else name.removeprefix("r#")
            schema["properties"][key] = self.type_of(type_)
            if not type_.startswith("Option<"):
                schema.setdefault("required", []).append(key)
        return schema


def kinds(folder):
    """Every kind below a folder of generated files."""
    for base, _, files in sorted(os.walk(folder)):
        for file in sorted(files):
            if file.endswith(".rs") and (kind := File(os.path.join(base, file)).kind()):
                yield kind
