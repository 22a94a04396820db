"""Makes schemas/bundle.bin from what projects publish: `python3 crates/plumb-kube/schemas/generate [--check]`. See schemas/README.md.

`--check` makes it anew in a temporary place and says whether the checked-in file holds the same.
"""

import copy
import json
import os
import re
import shutil
import sys
import tempfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.setrecursionlimit(10_000)

import crd  # noqa: E402
import kubernetes  # noqa: E402
import pack  # noqa: E402
import sources  # noqa: E402
from overlay import Overlay  # noqa: E402
from releases import PRODUCTS  # noqa: E402


def custom(schema, metadata):
    """A kind of a CRD in its final form, with the metadata that every object has."""
    out = copy.deepcopy(schema)
    own = ("apiVersion", "kind", "metadata")
    properties = {k: v for k, v in out.get("properties", {}).items() if k not in own}
    out |= {"type": "object", "properties": {**properties, "apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": metadata}}
    out["required"] = [name for name in out.get("required", []) if name not in own]
    if not out["required"]:
        del out["required"]
    return out


def settle(node):
    """Takes the marks out of a schema."""
    node.pop("$rules", None)
    if node.get("type") == "object":
        node.pop("format", None)
    for child in crd.below(node):
        settle(child)


def scopes_of(folder):
    """Whether the objects of Kubernetes' own kinds live in a namespace, by group and kind."""
    scopes = {}
    for base, _, files in os.walk(os.path.join(folder, "src")):
        for file in files:
            with open(os.path.join(base, file), encoding="utf-8") as f:
                text = f.read()
            match = re.search(r'const GROUP: &\'static str = "([^"]*)".*?const KIND: &\'static str = "([^"]*)".*?type Scope = crate::(\w+)ResourceScope', text, re.S)
            if match:
                scopes[(match.group(1), match.group(2))] = "Cluster" if match.group(3) == "Cluster" else "Namespaced"
    return scopes


def collect(folder, packages, overlays):
    """Every kind: (group, version, kind, scope, product, {product version: schema})."""
    table = {}

    def put(gvk, scope, product, version, schema):
        entry = table.setdefault((product, *gvk), [scope, {}])
        entry[1][version] = schema

    scopes = scopes_of(packages["k8s-openapi"])
    for version in PRODUCTS[0]["versions"]:
        definitions = kubernetes.Definitions(packages["kubernetes-validate"], version)
        for overlay in overlays:
            if overlay.groups == ["kubernetes"]:
                overlay.apply_definitions(definitions.raw, version)
        for gvk in definitions.gvk:
            put(gvk, scopes.get((gvk[0], gvk[2]), "Namespaced"), "k8s", version, definitions.schema(gvk))
        metadata = definitions.expand("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", [])

    def finish(product, version, gvk, scope, schema):
        schema = custom(schema, metadata)
        for overlay in overlays:
            if gvk[0] in overlay.groups:
                overlay.apply(schema, gvk[2], version, gvk[1])
        settle(schema)
        put(gvk, scope, product, version, schema)

    for product in PRODUCTS[1:]:
        for version, source in product["releases"].items():
            found = list(crd.kinds(source.files(folder), product["groups"]))
            if not found:
                sys.exit(f"{product['title']} {version}: no definitions at {vars(source)}")
            for gvk, scope, schema in found:
                finish(product["name"], version, gvk, scope, schema)

    # Kinds that no definition is published of are written out in the rule files.
    for overlay in overlays:
        for key, new in overlay.new.items():
            group, api, kind = key.split("/")
            product = next(p for p in PRODUCTS if p["name"] == new["product"])
            for version in product["versions"]:
                if overlay.applies(new, version):
                    finish(product["name"], version, (group, api, kind), new["scope"], new["schema"])

    problems = [problem for overlay in overlays for problem in overlay.unused()]
    if problems:
        sys.exit("\n".join(problems))
    order = [p["name"] for p in PRODUCTS]
    return [
        (group, version, kind, scope, product, schemas)
        for (product, group, version, kind), (scope, schemas) in sorted(table.items(), key=lambda e: (order.index(e[0][0]), e[0][1:]))
    ]


def contents(path):
    with open(path, "rb") as file:
        data = file.read()
    size = int.from_bytes(data[8:12], "little")
    index = json.loads(zlib.decompress(data[16 : 16 + size]))
    at, blocks = 16 + size, []
    for packed, _ in index["blocks"]:
        blocks.append(zlib.decompress(data[at : at + packed]))
        at += packed
    index["blocks"] = [raw for _, raw in index["blocks"]]
    return index, blocks


def main():
    cache = os.environ.get("SCHEMA_SOURCES")
    folder = cache or tempfile.mkdtemp()
    try:
        packages = sources.packages(folder)
        import yaml

        overlays = []
        rules = os.path.join(HERE, os.pardir, "rules")
        for name in sorted(os.listdir(rules)):
            if name.endswith(".yaml"):
                with open(os.path.join(rules, name), encoding="utf-8") as file:
                    overlays.append(Overlay(name, yaml.safe_load(file)))
        kinds = collect(folder, packages, overlays)
        products = [{key: product[key] for key in ("name", "title", "versions", "default")} for product in PRODUCTS]
        target = os.path.normpath(os.path.join(HERE, os.pardir, "bundle.bin"))
        if "--check" in sys.argv[1:]:
            made = os.path.join(folder, "bundle.bin")
            pack.write(made, products, kinds)
            same = contents(made) == contents(target)
            print("bundle.bin is what the releases and rules make" if same else "bundle.bin differs from what the releases and rules make")
            sys.exit(0 if same else 1)
        figures = pack.write(target, products, kinds)
        print(f"{len(kinds)} kinds, {os.path.getsize(target)} bytes, {figures}")
    finally:
        if not cache:
            shutil.rmtree(folder)


main()
