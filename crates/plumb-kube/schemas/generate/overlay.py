"""Applies what `schemas/rules/*.yaml` says to the schemas that were read.

A patch names a place and what holds there; see schemas/README.md for the words. A patch that applies nowhere, in no
version, is an error: a typing mistake in a rule file must not pass for a rule.
"""

import copy
import re

STEP = re.compile(r"\[\]|\{\}|\.?([^.\[\]{}]+)")
SHORT = {"since", "until", "channel", "rules", "list-map", "list", "add", "require", "not-required", "drop", "unset", "replace", "versions", "anywhere"}


def steps(path):
    out = []
    for match in STEP.finditer(path):
        out.append(match.group(0) if match.group(0) in ("[]", "{}") else match.group(1))
    return out


def find(node, path):
    """The nodes at a path below a node; `*` stands for any property, `**` for any depth."""
    nodes = [node]
    for step in path:
        if step == "**":
            nodes = [below for n in nodes for below in descend(n)]
            continue
        following = []
        for n in nodes:
            if step == "[]":
                following += [n["items"]] if isinstance(n.get("items"), dict) else []
            elif step == "{}":
                following += [n["additionalProperties"]] if isinstance(n.get("additionalProperties"), dict) else []
            elif step == "*":
                following += list(n.get("properties", {}).values())
            elif step in n.get("properties", {}):
                following.append(n["properties"][step])
        nodes = following
    return nodes


def descend(node):
    yield node
    for child in list(node.get("properties", {}).values()):
        yield from descend(child)
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield from descend(node[key])


def key_of(version):
    return tuple(int(x) for x in version.split("-")[0].split("."))


class Overlay:
    """One rule file."""

    def __init__(self, name, document):
        self.name = name
        self.groups = document["groups"]
        self.kinds = [(k, p) for k, ps in (document.get("kinds") or {}).items() for p in as_list(ps)]
        self.types = [(k, p) for k, ps in (document.get("types") or {}).items() for p in as_list(ps)]
        self.new = document.get("new") or {}
        self.used = set()

    def applies(self, patch, version):
        channel = "experimental" if version.endswith("-experimental") else "standard"
        return (
            ("since" not in patch or key_of(version) >= key_of(str(patch["since"])))
            and ("until" not in patch or key_of(version) < key_of(str(patch["until"])))
            and patch.get("channel", channel) == channel
        )

    def apply(self, schema, kind, version, api):
        for key, patch in self.kinds:
            name, _, path = key.partition(".")
            wanted = [n.strip() for n in name.split(",")]
            if (kind in wanted or wanted == ["*"]) and self.applies(patch, version):
                if "versions" in patch and api not in patch["versions"]:
                    continue
                for target in find(schema, steps(path)):
                    self.patch(("kind", key), target, patch)

    def apply_definitions(self, definitions, version):
        """Kubernetes: `types` name definitions, such as `core.v1.ContainerPort`."""
        for key, patch in self.types:
            match = re.fullmatch(r"((?:\w+\.)?v\d+(?:(?:alpha|beta)\d+)?\.\w+)(.*)", key)
            if not match:
                raise ValueError(f"{self.name}: {key}: a definition is written as core.v1.Pod")
            for name in definitions:
                if name.endswith("." + match.group(1)) and self.applies(patch, version):
                    for target in find(definitions[name], steps(match.group(2))):
                        self.patch(("type", key), target, patch)

    def patch(self, where, node, patch):
        self.used.add(where)
        if "replace" in patch:
            node.clear()
            node.update(copy.deepcopy(patch["replace"]))
        for key, value in patch.items():
            if key not in SHORT:
                node[key] = copy.deepcopy(value)
        for key in as_list(patch.get("unset", [])):
            node.pop(key, None)
        for key, value in (patch.get("add") or {}).items():
            node.setdefault("properties", {})[key] = copy.deepcopy(value)
        for key in patch.get("drop", []):
            node.get("properties", {}).pop(key, None)
        if "require" in patch:
            node["required"] = sorted(set(node.get("required", [])) | set(patch["require"]))
        if "not-required" in patch:
            node["required"] = [name for name in node.get("required", []) if name not in patch["not-required"]]
            if not node["required"]:
                del node["required"]
        if "list-map" in patch:
            node["x-kubernetes-list-type"] = "map"
            node["x-kubernetes-list-map-keys"] = patch["list-map"]
        if "list" in patch:
            node["x-kubernetes-list-type"] = patch["list"]
        for rule in patch.get("rules", []):
            needs = rule.get("needs", [])
            # A server refuses by a rule only where its release has some.
            if "$rules" not in node and not patch.get("anywhere"):
                continue
            if all(need in node.get("properties", {}) for need in needs):
                self.used.add((where, rule["rule"]))
                entry = {k: v.strip() if isinstance(v, str) else v for k, v in rule.items() if k != "needs"}
                if entry not in node.setdefault("x-kubernetes-validations", []):
                    node["x-kubernetes-validations"].append(entry)

    def unused(self):
        for what, entries in (("type", self.types), ("kind", self.kinds)):
            for key, patch in entries:
                if (what, key) not in self.used:
                    yield f"{self.name}: {key} applies nowhere"
                for rule in patch.get("rules", []):
                    if (what, key) in self.used and ((what, key), rule["rule"]) not in self.used:
                        yield f"{self.name}: {key}: a rule applies nowhere: {rule['rule']}"


def as_list(value):
    return value if isinstance(value, list) else [value]

