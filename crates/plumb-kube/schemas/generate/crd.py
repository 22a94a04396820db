"""Reads facts out of CustomResourceDefinitions as projects publish them: names, types, limits, patterns, choices, defaults.

Descriptions and the texts of rules are left where they are. Of a rule it is kept that there is one (`$rules`, how many stand
at a node), since a rule of ours holds only where a release has some.
"""

import json

KEEP = (
    "type", "format", "nullable", "default", "enum", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "uniqueItems", "required",
    "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource",
    "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type",
)


def facts(node):
    """The facts of a schema and of all below it."""
    out = {key: node[key] for key in KEEP if key in node}
    if out.get("x-kubernetes-list-type") == "atomic":  # what holds of every list that says nothing
        del out["x-kubernetes-list-type"]
    if "enum" in out:  # some generators write a value twice
        out["enum"] = list(dict.fromkeys(out["enum"]))
    if node.get("x-kubernetes-validations"):
        out["$rules"] = len(node["x-kubernetes-validations"])
    if "properties" in node:
        properties = {name: facts(child) for name, child in node["properties"].items()}
        # A branch that names a property and says nothing of it.
        if "type" in node or any(properties.values()):
            out["properties"] = properties
    for key in ("items", "additionalProperties", "not"):
        if key in node:
            out[key] = facts(node[key]) if isinstance(node[key], dict) else node[key]
    for key in ("oneOf", "anyOf", "allOf"):
        if key in node:
            out[key] = list({json.dumps(child, sort_keys=True): child for child in map(facts, node[key])}.values())
    return out


def below(node):
    """The schemas right below one."""
    yield from node.get("properties", {}).values()
    for key in ("items", "additionalProperties", "not"):
        if isinstance(node.get(key), dict):
            yield node[key]
    for key in ("oneOf", "anyOf", "allOf"):
        yield from node.get(key, ())


def documents(text):
    """The documents of a file, or of a template of a Helm chart whose directives fill lines of their own or a value."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = "".join(line for line in text.splitlines(True) if "{{" not in line)
    return [document for document in yaml.load_all(text, loader) if isinstance(document, dict)]


def kinds(files, groups):
    """Every kind of some groups that a server serves: ((group, version, kind), scope, schema)."""
    for _, text in files:
        for document in documents(text):
            if document.get("kind") != "CustomResourceDefinition" or not group_is(document["spec"]["group"], groups):
                continue
            spec = document["spec"]
            for version in spec["versions"]:
                if version.get("served", True):
                    gvk = (spec["group"], version["name"], spec["names"]["kind"])
                    yield gvk, spec["scope"], facts(version["schema"]["openAPIV3Schema"])


def group_is(group, groups):
    return any(group == known or group.endswith("." + known) for known in groups)
