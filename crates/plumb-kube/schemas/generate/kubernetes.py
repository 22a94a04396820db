"""Reads the definitions of Kubernetes' own kinds, as the PyPI package kubernetes-validate carries them.

They are the API's OpenAPI definitions turned into JSON Schema; what was lost on that way (`IntOrString`, `Quantity`, what
may be anything at all) is put back here. Descriptions are dropped.
"""

import json
import os

KEEP = (
    "type", "format", "enum", "required", "properties", "items", "additionalProperties",
    "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type",
)
ANYTHING = {"x-kubernetes-preserve-unknown-fields": True}
SPECIAL = {
    "util.intstr.IntOrString": {"x-kubernetes-int-or-string": True},
    "api.resource.Quantity": {"anyOf": [{"type": "string"}, {"type": "number"}]},
    "meta.v1.FieldsV1": {"type": "object", **ANYTHING},
    "pkg.runtime.RawExtension": {"type": "object", **ANYTHING},
    "meta.v1.Patch": {"type": "object", **ANYTHING},
    "apiextensions.v1.JSON": ANYTHING,
}
# A schema within a schema: these say "a schema, or …", which no single type says.
SCHEMA_OR = {"JSONSchemaPropsOrArray", "JSONSchemaPropsOrBool", "JSONSchemaPropsOrStringArray"}


class Definitions:
    """The definitions of one version of Kubernetes, patched by `patch` before any kind is read."""

    def __init__(self, folder, version):
        path = os.path.join(folder, "kubernetes_validate", "kubernetes-json-schema", f"v{version}.0-local", "_definitions.json")
        with open(path, encoding="utf-8") as file:
            raw = json.load(file)["$defs"]
        self.gvk = {}
        for name, definition in raw.items():
            gvk = definition.get("x-kubernetes-group-version-kind", [])
            metadata = definition.get("properties", {}).get("metadata", {})
            if len(gvk) == 1 and metadata.get("$ref", "").endswith(".ObjectMeta"):
                g = gvk[0]
                self.gvk[(g["group"], g["version"], g["kind"])] = name
        self.raw = {name: self.clean(name, definition) for name, definition in raw.items()}
        self.expanded = {}

    def clean(self, name, node):
        short = name.split(".")[-1]
        for tail, schema in SPECIAL.items():
            if name.endswith(tail):
                return {**schema, "nullable": True}
        if short in SCHEMA_OR:
            return dict(ANYTHING)
        node = self.node(node)
        # Of an object within another (a claim template), a server reads over what it calls itself.
        if name in self.gvk.values():
            for key in ("apiVersion", "kind"):
                node["properties"][key] = {"type": "string"}
        return node

    def node(self, node):
        out = {}
        if "$ref" in node:
            out["$ref"] = node["$ref"].rpartition("/")[2]
        for key in KEEP:
            if key not in node:
                continue
            value = node[key]
            if key == "type" and isinstance(value, list):
                out["nullable"] = True
                value = next(v for v in value if v != "null")
            elif key == "properties":
                value = {k: self.node(v) for k, v in value.items()}
            elif key in ("items", "additionalProperties") and isinstance(value, dict):
                value = self.node(value)
            elif key == "enum":
                value = [v for v in value if v is not None]
            out[key] = value
        return out

    def schema(self, gvk):
        """One kind, references resolved (shared, not copied); a type within itself stays a reference into `$defs`."""
        self.loops = set()
        root = dict(self.expand(self.gvk[gvk], []))
        if self.loops:
            root["$defs"] = {name.split(".")[-1]: self.expanded[name] for name in sorted(self.loops)}
        return root

    def expand(self, name, stack):
        if name in stack:
            self.loops.add(name)
            return {"$ref": "#/$defs/" + name.split(".")[-1]}
        if name not in self.expanded:
            before = set(self.loops)
            self.expanded[name] = self.walk(self.raw[name], stack + [name])
            self.inner = getattr(self, "inner", {})
            self.inner[name] = self.loops - before
        self.loops |= self.inner.get(name, set())
        return self.expanded[name]

    def walk(self, node, stack):
        if "$ref" in node:
            target = self.expand(node["$ref"], stack)
            return {**target, **{k: v for k, v in node.items() if k not in ("$ref", "nullable")}}
        out = dict(node)
        if "properties" in node:
            out["properties"] = {k: self.walk(v, stack) for k, v in node["properties"].items()}
            required = set(node.get("required", ()))
            for key, value in out["properties"].items():
                if key not in required and "$ref" not in value and "nullable" not in value:
                    out["properties"][key] = {**value, "nullable": True}
        for key in ("items", "additionalProperties"):
            if isinstance(node.get(key), dict):
                out[key] = self.walk(node[key], stack)
        return out
