"""Writes schemas/bundle.bin: every schema as shared, numbered pieces, in small compressed blocks.

A piece is the compact JSON of a node in which a node that occurs elsewhere too is `{"$ref": NUMBER}`. Equal nodes are one
piece wherever they occur (kinds, versions, products), so what a new version of Kubernetes costs is what it changes.

    magic "PLUMB\\0\\0\\1" | u32 size of the index, compressed | u32 the same, inflated | index (zlib) | blocks (zlib)

The index is JSON: products, kinds, the blocks (compressed and inflated size) and the pieces (block, length, in order).
"""

import collections
import json
import struct
import zlib

MAGIC = b"PLUMB\0\0\1"
BLOCK = 16_000  # inflated; a kind is spread over a few of these, and each is inflated at most once
SMALL = 48  # a node whose JSON is shorter than a reference is worth is repeated instead


class Pieces:
    """Hash-consing: a node becomes its canonical text; a text used twice becomes a piece."""

    def __init__(self):
        self.keys, self.nodes, self.memo = {}, [], {}
        self.alive = []  # keeps memoised nodes from being collected, so that ids stay unique

    def add(self, node):
        """The number of the node with everything below it."""
        if id(node) in self.memo:
            return self.memo[id(node)]
        shape = self.shape(node)
        key = json.dumps(shape, separators=(",", ":"))
        number = self.keys.get(key)
        if number is None:
            number = self.keys[key] = len(self.nodes)
            self.nodes.append(shape)
        self.memo[id(node)] = number
        self.alive.append(node)
        return number

    def shape(self, node):
        out = {}
        for key in ORDER:
            if key in node:
                out[key] = self.value(key, node[key])
        unknown = set(node) - set(ORDER) - {"$type"}
        assert not unknown, f"keywords that the bundle does not know: {unknown}"
        return out

    def value(self, key, value):
        if key in ("properties", "$defs"):
            return {name: ["#", self.add(child)] for name, child in sorted(value.items())}
        if key in ("items", "additionalProperties", "not") and isinstance(value, dict):
            return ["#", self.add(value)]
        if key in ("oneOf", "anyOf", "allOf"):
            return [["#", self.add(child)] for child in value]
        if key == "required":
            return sorted(value)
        return value

    def children(self, number):
        """The numbers a node refers to, with repetition."""

        def within(value):
            if isinstance(value, list) and len(value) == 2 and value[0] == "#":
                yield value[1]
            elif isinstance(value, dict):
                for v in value.values():
                    yield from within(v)
            elif isinstance(value, list):
                for v in value:
                    yield from within(v)

        return list(within(self.nodes[number]))

    def text(self, number, pieces):
        """The JSON of a node; what is a piece of its own is referred to."""

        def write(value):
            if isinstance(value, list) and len(value) == 2 and value[0] == "#":
                child = value[1]
                return {"$ref": pieces[child]} if child in pieces else write(self.nodes[child])
            if isinstance(value, dict):
                return {k: write(v) for k, v in value.items()}
            if isinstance(value, list):
                return [write(v) for v in value]
            return value

        return json.dumps(write(self.nodes[number]), separators=(",", ":"), ensure_ascii=False)


ORDER = (
    "$ref", "type", "format", "nullable", "default", "enum", "pattern", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties",
    "uniqueItems", "required", "properties", "items", "additionalProperties", "oneOf", "anyOf", "allOf", "not",
    "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource",
    "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-validations", "$defs",
)


def order_of(pieces, shared, roots):
    """Pieces in the order in which the kinds reach them, so that what belongs together is stored together."""
    seen, out = set(), []

    def visit(number):
        if number in seen:
            return
        seen.add(number)
        if number in shared:
            out.append(number)

        for child in pieces.children(number):
            visit(child)

    for root in roots:
        visit(root)
    return out


def write(path, products, kinds):
    """`kinds`: (group, version, kind, scope, product, {product version: schema})."""
    pieces, table = Pieces(), []
    for group, version, kind, scope, product, schemas in kinds:
        roots = {v: pieces.add(s) for v, s in schemas.items()}
        table.append((group, version, kind, scope, product, roots))
    # The newest release of everything first: what is asked for most lies together.
    ages = [list(reversed(entry[5].values())) for entry in table]
    roots = [age[i] for i in range(max(map(len, ages))) for age in ages if i < len(age)]
    uses = collections.Counter(child for n in range(len(pieces.nodes)) for child in pieces.children(n))
    shared = {n for n in uses if uses[n] > 1 and len(json.dumps(pieces.nodes[n])) >= SMALL} | set(roots)
    order = order_of(pieces, shared, roots)
    number = {n: i for i, n in enumerate(order)}
    texts = [pieces.text(n, number) for n in order]
    blocks, lengths, current = [], [[]], b""
    for text in texts:
        data = text.encode()
        if current and len(current) + len(data) > BLOCK:
            blocks.append(current)
            lengths.append([])
            current = b""
        current += data
        lengths[-1].append(len(data))
    blocks.append(current)
    packed = [zlib.compress(block, 9) for block in blocks]
    names = [p["name"] for p in products]
    index = {
        "products": products,
        "kinds": [
            [group, version, kind, scope, names.index(product), [number[r[v]] if v in r else None
             for v in next(p for p in products if p["name"] == product)["versions"]]]
            for group, version, kind, scope, product, r in table
        ],
        "blocks": [[len(p), len(b)] for p, b in zip(packed, blocks)],
        "pieces": lengths,
    }
    text = json.dumps(index, separators=(",", ":"), ensure_ascii=False).encode()
    head = zlib.compress(text, 9)
    with open(path, "wb") as file:
        file.write(MAGIC + struct.pack("<II", len(head), len(text)) + head + b"".join(packed))
    return {"pieces": len(order), "blocks": len(blocks), "raw": sum(map(len, blocks)), "index": len(text)}
