"""What a release changes: `python3 crates/plumb-kube/schemas/generate/changes.py PRODUCT OLD NEW`.

Names kinds, fields, keywords, and the places where rules came, went or changed; the texts of rules are not shown.
"""

import os
import sys
import tempfile

import crd
import sources
from releases import PRODUCTS


def rules(node, path=""):
    """The texts of the rules of each place, to be compared."""
    if node.get("x-kubernetes-validations"):
        yield path, sorted(rule["rule"] for rule in node["x-kubernetes-validations"])
    for step, child in steps(node):
        yield from rules(child, path + step)


def steps(node):
    for name, child in node.get("properties", {}).items():
        yield "." + name, child
    for key, sign in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(node.get(key), dict):
            yield sign, node[key]


def flat(node, path=""):
    yield path, {key: value for key, value in node.items() if key in crd.KEEP}
    for step, child in steps(node):
        if path or step != ".status":
            yield from flat(child, path + step)


def read(product, release, folder):
    """Each kind of a release: its fields, its rules, and whether it is deprecated."""
    kinds = {}
    for _, text in product["releases"][release].files(folder):
        for document in crd.documents(text):
            spec = document.get("spec", {})
            if document.get("kind") != "CustomResourceDefinition" or not crd.group_is(spec["group"], product["groups"]):
                continue
            for version in filter(lambda version: version.get("served", True), spec["versions"]):
                schema = version["schema"]["openAPIV3Schema"]
                name = f"{spec['group']}/{version['name']} {spec['names']['kind']}"
                kinds[name] = (dict(flat(crd.facts(schema))), dict(rules(schema)), version.get("deprecated", False))
    return kinds


def main():
    name, old, new = sys.argv[1:4]
    product = next(product for product in PRODUCTS if product["name"] == name)
    folder = os.environ.get("SCHEMA_SOURCES") or tempfile.mkdtemp()
    sources.packages(folder)
    before, after = read(product, old, folder), read(product, new, folder)
    for kind in sorted(before | after):
        if kind not in before or kind not in after:
            print("+" if kind in after else "-", "kind", kind)
            continue
        (fields, texts, was), (now, others, is_deprecated) = before[kind], after[kind]
        if is_deprecated and not was:
            print("! deprecated", kind)
        for path in sorted(fields | now):
            parent = path.rpartition(".")[0]
            if path not in fields or path not in now:
                if parent in fields and parent in now:
                    print("+" if path in now else "-", "field", kind, path)
            elif fields[path] != now[path]:
                words = sorted(key for key in fields[path] | now[path] if fields[path].get(key) != now[path].get(key))
                print("~ field", kind, path, ", ".join(words))
        for path in sorted(texts | others):
            if texts.get(path) != others.get(path):
                print("+" if path not in texts else "-" if path not in others else "~", "rules", kind, path or "(the object)")


main()
