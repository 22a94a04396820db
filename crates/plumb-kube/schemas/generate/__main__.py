"""Makes schemas/bundle.bin from packages: `python3 crates/plumb-kube/schemas/generate [--check]`. See schemas/README.md.

`--check` makes it anew in a temporary place and says whether the checked-in file holds the same.
"""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.setrecursionlimit(10_000)

import ajv  # noqa: E402
import kopium  # noqa: E402
import kubernetes  # noqa: E402
import pack  # noqa: E402
from overlay import Overlay, typed  # noqa: E402

NPM = {
    "istio": ("@kubernetes-models/istio", "3.0.1"),
    "cilium": ("@kubernetes-models/cilium", "4.0.0"),
    "gateway-api": ("@kubernetes-models/gateway-api", "2.0.0"),
}
PIP = {"kubernetes-validate": "1.37.0", "PyYAML": "6.0.3"}
CRATES = {
    "k8s-openapi": "0.29.0",
    "gateway-api": "0.22.0",
    "kcr_networking_istio_io": "3.20260614.62107",
    "kcr_security_istio_io": "3.20260529.133437",
    "kcr_telemetry_istio_io": "3.20260602.110645",
    "kcr_extensions_istio_io": "3.20260113.224256",
    "kcr_cilium_io": "3.20260619.110716",
    "kcr_flagger_app": "3.20260530.231609",
}

PRODUCTS = [
    {"name": "k8s", "title": "Kubernetes", "versions": ["1.34", "1.35", "1.36", "1.37"], "default": "1.37"},
    {"name": "gateway-api", "title": "Gateway API",
     "versions": ["1.5", "1.5-experimental", "1.6", "1.6-experimental", "1.7", "1.7-experimental"], "default": "1.6"},
    {"name": "istio", "title": "Istio", "versions": ["1.29", "1.30", "1.31"], "default": "1.31"},
    {"name": "cilium", "title": "Cilium", "versions": ["1.19", "1.20"], "default": "1.20"},
    {"name": "linkerd", "title": "Linkerd policy", "versions": ["2.19"], "default": "2.19"},
    {"name": "flagger", "title": "Flagger", "versions": ["1.42"], "default": "1.42"},
]


def fetch(folder):
    """Brings the packages here with their own clients, each at the version named above."""
    npm, pip, crates = (os.path.join(folder, x) for x in ("npm", "pip", "crates"))
    for path in (npm, pip, crates):
        os.makedirs(path, exist_ok=True)
    for name, (package, version) in NPM.items():
        if not os.path.isdir(os.path.join(npm, name)):
            out = subprocess.run(["npm", "pack", "--silent", f"{package}@{version}"], cwd=npm, check=True, capture_output=True, text=True)
            with tarfile.open(os.path.join(npm, out.stdout.strip().splitlines()[-1])) as archive:
                archive.extractall(os.path.join(npm, name), filter="data")
    for package, version in PIP.items():
        target = os.path.join(pip, package)
        if not os.path.isdir(target):
            subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, f"{package}=={version}"], check=True)
    manifest = os.path.join(crates, "Cargo.toml")
    if not os.path.exists(manifest):
        with open(manifest, "w", encoding="utf-8") as file:
            file.write('[package]\nname = "sources"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n[lib]\npath = "lib.rs"\n[dependencies]\n')
            for name, version in CRATES.items():
                extra = ', features = ["latest"]' if name == "k8s-openapi" else ""
                file.write(f'{name} = {{ version = "={version}"{extra} }}\n')
        open(os.path.join(crates, "lib.rs"), "w").close()
    # kcr_* crates pin other k8s-openapi versions with no feature chosen; only the sources are wanted, nothing is built.
    out = subprocess.run(["cargo", "metadata", "--format-version", "1", "--manifest-path", manifest], check=True, capture_output=True, text=True)
    sources = {(p["name"], p["version"]): os.path.dirname(p["manifest_path"]) for p in json.loads(out.stdout)["packages"]}
    sys.path.insert(0, os.path.join(pip, "PyYAML"))
    return {
        "npm": {name: os.path.join(npm, name, "package") for name in NPM},
        "pip": {name: os.path.join(pip, name) for name in PIP},
        "crate": {name: sources[(name, version)] for name, version in CRATES.items()},
    }


def join(structure, facts):
    """What `structure` has, with the limits, patterns and choices that `facts` knows of the same places."""
    out = dict(structure)
    for key, value in facts.items():
        if key in ("properties", "items", "additionalProperties", "required"):
            continue
        if key in ("oneOf", "anyOf", "not") and not mentions_only(value, structure):
            value = [v for v in value if mentions_only(v, structure)] if isinstance(value, list) else None
            if not value:
                continue
        if key == "type" and ("x-kubernetes-int-or-string" in out or "x-kubernetes-preserve-unknown-fields" in out):
            continue
        if key in ("format", "enum", "type") and key in out:
            # kopium writes int64 where a CRD has no format at all
            if key == "format" and out[key] == "int64" and "enum" not in out:
                out[key] = value
            continue
        out[key] = value
    if out.get("format") == "int64" and "format" not in facts and facts.get("type") == "integer":
        del out["format"]
    for name, child in structure.get("properties", {}).items():
        if name in facts.get("properties", {}):
            out["properties"] = {**out["properties"], name: join(child, facts["properties"][name])}
    for key in ("items", "additionalProperties"):
        if isinstance(structure.get(key), dict) and isinstance(facts.get(key), dict):
            out[key] = join(structure[key], facts[key])
    return out


def mentions_only(branch, structure):
    """Whether every field that a branch requires exists: packages of neighbouring releases differ there."""
    if isinstance(branch, list):
        return all(mentions_only(b, structure) for b in branch)
    known = structure.get("properties", {})
    return all(r in known for r in branch.get("required", [])) and all(
        mentions_only(branch[k], structure) for k in ("not", "anyOf", "oneOf", "allOf") if k in branch
    )


def extend(base, newer):
    """`base` with the properties that only `newer` has."""
    out = dict(base)
    if "properties" in newer and "properties" in base:
        out["properties"] = {k: extend(v, newer["properties"].get(k, {})) for k, v in base["properties"].items()}
        for name, child in newer["properties"].items():
            out["properties"].setdefault(name, child)
    for key in ("items", "additionalProperties"):
        if isinstance(base.get(key), dict) and isinstance(newer.get(key), dict):
            out[key] = extend(base[key], newer[key])
    return out


def custom(schema, shared):
    """A kind of a CRD in its final form: its own tree, the API server's own parts of it filled in."""
    schema = copy.deepcopy(schema)

    def visit(node, seen):
        if id(node) in seen:
            return
        name = node.get("$type")
        if name in shared and "properties" not in node:
            node.update(shared[name])
        if node.get("type") == "object" and node.get("format"):
            del node["format"]
        for child in node.get("properties", {}).values():
            visit(child, seen | {id(node)})
        for key in ("items", "additionalProperties"):
            if isinstance(node.get(key), dict):
                visit(node[key], seen | {id(node)})

    visit(schema, frozenset())
    properties = {k: v for k, v in schema.get("properties", {}).items() if k not in ("apiVersion", "kind", "metadata")}
    properties |= {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": shared["ObjectMeta"]}
    out = {**schema, "type": "object", "properties": properties}
    out["required"] = [r for r in schema.get("required", []) if r not in ("apiVersion", "kind", "metadata")]
    if not out["required"]:
        del out["required"]
    return out


def crate_kinds(folder):
    return {gvk: (scope, schema) for gvk, scope, schema in kopium.kinds(folder)}


def collect(sources, overlays):
    """Every kind: (group, version, kind, scope, product, {product version: schema})."""
    table = {}

    def put(gvk, scope, product, version, schema):
        entry = table.setdefault((product, *gvk), [scope, {}])
        entry[1][version] = schema

    scopes = {}
    for base, _, files in os.walk(os.path.join(sources["crate"]["k8s-openapi"], "src")):
        for file in files:
            with open(os.path.join(base, file), encoding="utf-8") as f:
                text = f.read()
            match = re.search(r'const GROUP: &\'static str = "([^"]*)".*?const KIND: &\'static str = "([^"]*)".*?type Scope = crate::(\w+)ResourceScope', text, re.S)
            if match:
                scopes[(match.group(1), match.group(2))] = "Cluster" if match.group(3) == "Cluster" else "Namespaced"

    shared = {}
    for version in PRODUCTS[0]["versions"]:
        definitions = kubernetes.Definitions(sources["pip"]["kubernetes-validate"], version)
        for overlay in overlays:
            if overlay.groups == ["kubernetes"]:
                overlay.apply_definitions(definitions.raw, version)
        for gvk in definitions.gvk:
            put(gvk, scopes.get((gvk[0], gvk[2]), "Namespaced"), "k8s", version, definitions.schema(gvk))
        for name in ("ObjectMeta", "LabelSelector", "Condition"):
            definition = definitions.expand(f"io.k8s.apimachinery.pkg.apis.meta.v1.{name}", [])
            shared[name] = definition if name == "ObjectMeta" else strict(definition)

    def finish(product, version, gvk, scope, schema):
        schema = custom(schema, shared)
        for overlay in overlays:
            if gvk[0] in overlay.groups:
                overlay.apply(schema, gvk[2], version, gvk[1])
        put(gvk, scope, product, version, schema)

    models = {name: dict(ajv.Package(folder).kinds()) for name, folder in sources["npm"].items()}

    # Istio: the package holds 1.29's CRDs whole; the crates' types are newer and add fields (the rule file says which
    # of them came later than 1.30).
    newer = {}
    for crate in ("networking", "security", "telemetry", "extensions"):
        newer |= crate_kinds(os.path.join(sources["crate"][f"kcr_{crate}_istio_io"], "src"))
    for gvk, schema in models["istio"].items():
        if gvk in newer:
            finish("istio", "1.29", gvk, newer[gvk][0], schema)
            for version in ("1.30", "1.31"):
                finish("istio", version, gvk, newer[gvk][0], extend(schema, newer[gvk][1]))
        else:  # IstioOperator
            for version in ("1.29", "1.30", "1.31"):
                finish("istio", version, gvk, "Namespaced", schema)

    # Cilium: the package is made from 1.19's Go types, with their markers; 1.20's CRD types say what is there now.
    newer = crate_kinds(os.path.join(sources["crate"]["kcr_cilium_io"], "src"))
    for gvk, schema in models["cilium"].items():
        if gvk not in newer:
            finish("cilium", "1.19", gvk, "Cluster" if gvk[2] in CLUSTER else "Namespaced", schema)
            finish("cilium", "1.20", gvk, "Cluster" if gvk[2] in CLUSTER else "Namespaced", schema)
            continue
        scope, structure = newer[gvk]
        later = {**schema, "properties": {**schema["properties"]}}
        for part in ("spec", "status"):
            if part in structure["properties"] and part in schema["properties"]:
                later["properties"][part] = join(structure["properties"][part], schema["properties"][part])
        if "specs" in schema["properties"]:
            specs = schema["properties"]["specs"]
            later["properties"]["specs"] = {**specs, "items": later["properties"]["spec"]}
        finish("cilium", "1.19", gvk, scope, only_descriptions(schema, structure))
        finish("cilium", "1.20", gvk, scope, later)
    for gvk, (scope, structure) in newer.items():
        if gvk not in models["cilium"]:
            for version in ("1.19", "1.20") if gvk[2] != "CiliumDatapathPlugin" else ("1.20",):
                finish("cilium", version, gvk, scope, structure)

    # Gateway API: the crate's types say what each channel has; the models say within which limits.
    source = os.path.join(sources["crate"]["gateway-api"], "src", "apis")
    for channel in ("standard", "experimental"):
        kinds = crate_kinds(os.path.join(source, channel))
        facts = models["gateway-api"]
        older = {}
        for (group, api, kind), (scope, structure) in kinds.items():
            schema = join(structure, facts[(group, api, kind)])
            older[(group, api, kind)] = (scope, schema)
            if api == "v1" and (group, "v1beta1", kind) in facts:
                older[(group, "v1beta1", kind)] = (scope, schema)
        if channel == "experimental":
            for gvk in (("gateway.networking.k8s.io", "v1", "BackendTLSPolicy"), ("gateway.networking.k8s.io", "v1alpha3", "BackendTLSPolicy"),
                        ("gateway.networking.k8s.io", "v1alpha2", "TLSRoute"), ("gateway.networking.k8s.io", "v1alpha3", "TLSRoute")):
                older[gvk] = ("Namespaced", facts[gvk])
        for version in ("1.5", "1.6", "1.7"):
            name = version if channel == "standard" else f"{version}-experimental"
            here = dict(older)
            if version != "1.5":  # these two became v1, in the standard channel as well
                for kind in ("TCPRoute", "UDPRoute"):
                    here[("gateway.networking.k8s.io", "v1", kind)] = ("Namespaced", facts[("gateway.networking.k8s.io", "v1alpha2", kind)])
            for gvk, (scope, schema) in here.items():
                finish("gateway-api", name, gvk, scope, schema)

    for gvk, (scope, schema) in crate_kinds(os.path.join(sources["crate"]["kcr_flagger_app"], "src")).items():
        finish("flagger", "1.42", gvk, scope, schema)

    # Kinds that no package carries are written out in the rule files.
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


CLUSTER = {"CiliumIdentity", "CiliumEndpointSlice"}


def only_descriptions(schema, structure):
    """The Go models leave out every field called `description`, and fields of foreign types; both are in the crate."""
    out = dict(schema)
    if "properties" in schema and "properties" in structure:
        out["properties"] = {k: only_descriptions(v, structure["properties"].get(k, {})) for k, v in schema["properties"].items()}
        if "description" in structure["properties"]:
            out["properties"].setdefault("description", structure["properties"]["description"])
    elif "properties" in structure and "type" not in schema:
        return structure
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict) and isinstance(structure.get(key), dict):
            out[key] = only_descriptions(schema[key], structure[key])
    return out


def strict(node):
    """A part of Kubernetes within a CRD: there, null is a value like any other."""
    out = {k: v for k, v in node.items() if k != "nullable"}
    if "properties" in out:
        out["properties"] = {k: strict(v) for k, v in out["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(out.get(key), dict):
            out[key] = strict(out[key])
    return out


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
        sources = fetch(folder)
        import yaml

        overlays = []
        rules = os.path.join(HERE, os.pardir, "rules")
        for name in sorted(os.listdir(rules)):
            if name.endswith(".yaml"):
                with open(os.path.join(rules, name), encoding="utf-8") as file:
                    overlays.append(Overlay(name, yaml.safe_load(file)))
        kinds = collect(sources, overlays)
        target = os.path.normpath(os.path.join(HERE, os.pardir, "bundle.bin"))
        if "--check" in sys.argv[1:]:
            made = os.path.join(folder, "bundle.bin")
            pack.write(made, PRODUCTS, kinds)
            same = contents(made) == contents(target)
            print("bundle.bin is what the packages and rules make" if same else "bundle.bin differs from what the packages and rules make")
            sys.exit(0 if same else 1)
        figures = pack.write(target, PRODUCTS, kinds)
        rules = sum(len(list_rules(s)) for *_, schemas in kinds for s in list(schemas.values())[-1:])
        print(f"{len(kinds)} kinds, {rules} rules, {os.path.getsize(target)} bytes, {figures}")
    finally:
        if not cache:
            shutil.rmtree(folder)


def list_rules(node, seen=None):
    seen = set() if seen is None else seen
    if id(node) in seen:
        return []
    out = list(node.get("x-kubernetes-validations", []))
    for child in node.get("properties", {}).values():
        out += list_rules(child)
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            out += list_rules(node[key])
    return out


main()
