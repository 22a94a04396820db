"""Compares the bundle with CRDs or OpenAPI documents: `python3 crates/plumb-kube/schemas/generate/compare.py PRODUCT VERSION FOLDER [--all]`.

For judging the bundle only: nothing is taken from the folder. Needs PyYAML.
"""

import collections
import glob
import json
import os
import sys
import zlib

KEYS = (
    "type", "format", "nullable", "default", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems",
    "maxItems", "minProperties", "maxProperties", "required", "oneOf", "anyOf", "allOf", "not", "x-kubernetes-int-or-string",
    "x-kubernetes-preserve-unknown-fields", "x-kubernetes-list-type", "x-kubernetes-list-map-keys",
)


def bundle(product, version):
    with open(os.path.join(os.path.dirname(__file__), os.pardir, "bundle.bin"), "rb") as file:
        data = file.read()
    size = int.from_bytes(data[8:12], "little")
    index = json.loads(zlib.decompress(data[16 : 16 + size]))
    at, pieces = 16 + size, []
    for (packed, _), lengths in zip(index["blocks"], index["pieces"]):
        text, start = zlib.decompress(data[at : at + packed]), 0
        at += packed
        for length in lengths:
            pieces.append(json.loads(text[start : start + length]))
            start += length

    def whole(value):
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), int):
                return whole(pieces[value["$ref"]])
            return {k: whole(v) for k, v in value.items()}
        return [whole(v) for v in value] if isinstance(value, list) else value

    which = next(i for i, p in enumerate(index["products"]) if p["name"] == product)
    column = index["products"][which]["versions"].index(version)
    return {(k[0], k[1], k[2]): whole(pieces[k[5][column]]) for k in index["kinds"] if k[4] == which and k[5][column] is not None}


def crds(folder):
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    out = {}
    for path in sorted(glob.glob(os.path.join(folder, "**", "*.yaml"), recursive=True)):
        with open(path, encoding="utf-8") as file:
            for document in yaml.load_all(file, loader):
                if document and document.get("kind") == "CustomResourceDefinition":
                    spec = document["spec"]
                    for version in spec["versions"]:
                        if version.get("served", True):
                            out[(spec["group"], version["name"], spec["names"]["kind"])] = version["schema"]["openAPIV3Schema"]
    return out


def flat(schema, path="", out=None, depth=0):
    out = {} if out is None else out
    out[path] = schema
    if depth < 30:
        for name, child in schema.get("properties", {}).items():
            if path or name not in ("apiVersion", "kind", "metadata", "status"):
                flat(child, (path + "." + name).lstrip("."), out, depth + 1)
        for key, sign in (("items", "[]"), ("additionalProperties", "{}")):
            if isinstance(schema.get(key), dict):
                flat(schema[key], path + sign, out, depth + 1)
    return out


def plain(keyword, value):
    if keyword in ("enum", "required", "x-kubernetes-list-map-keys") and isinstance(value, list):
        return sorted(map(str, value))
    if keyword in ("oneOf", "anyOf") and value:  # some generators repeat the property beside `required`
        return sorted(json.dumps(x.get("required") or x, sort_keys=True) for x in value)
    if keyword == "x-kubernetes-list-type" and value == "atomic":
        return None
    return value


def main():
    product, version, folder = sys.argv[1:4]
    ours, theirs = bundle(product, version), crds(folder)
    print("kinds they have and we lack:", [k for k in theirs if k not in ours])
    fields = collections.Counter()
    words = collections.defaultdict(list)
    rules, without = 0, []
    for kind in sorted(set(ours) & set(theirs)):
        a, b = flat(ours[kind]), flat(theirs[kind])
        for path in b:
            fields["common" if path in a else "missing"] += 1
            if path not in a:
                words[("field", "missing")].append((*kind[1:], path))
            else:
                for word in KEYS:
                    x, y = plain(word, a[path].get(word)), plain(word, b[path].get(word))
                    if y is not None:
                        fields[word] += 1
                    if x != y:
                        words[(word, "missing" if x is None else "extra" if y is None else "differs")].append((*kind[1:], path, x, y))
            if b[path].get("x-kubernetes-validations"):
                rules += 1
                if not a.get(path, {}).get("x-kubernetes-validations"):
                    without.append((*kind[1:], path))
        for path in a:
            if path not in b:
                words[("field", "extra")].append((*kind[1:], path))
    print(f"{len(set(ours) & set(theirs))} kinds in common, {fields['common']} fields in both")
    print(f"places with rules: {rules} there, {len(without)} of them without a rule here")
    for place in without:
        print("    ", str(place))
    for (word, how), places in sorted(words.items()):
        print(f"{word} {how}: {len(places)} of {fields[word]}")
        for place in places if "--all" in sys.argv else places[:6]:
            print("    ", str(place)[:240])


if __name__ == "__main__":
    main()
