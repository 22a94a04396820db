"""The releases that the bundle holds, and where the definitions of each are published."""

from sources import Module, Tag

GATEWAY = "sigs.k8s.io/gateway-api"
ISTIO = ("istio.io/api", "kubernetes/customresourcedefinitions.gen.yaml")
CILIUM = ("https://github.com/cilium/cilium", "pkg/k8s/apis/cilium.io/client/crds")
LINKERD = ("https://github.com/linkerd/linkerd2", "charts/linkerd-crds/templates")
FLAGGER = ("https://github.com/fluxcd/flagger", "artifacts/flagger/crd.yaml")

# A release is offered where its own definitions are at hand, at the tag or version that is named here.
PRODUCTS = [
    {"name": "k8s", "title": "Kubernetes", "versions": ["1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"]},
    {
        "name": "gateway-api", "title": "Gateway API", "groups": ["gateway.networking.k8s.io", "gateway.networking.x-k8s.io"],
        "releases": {
            minor + end: Module(GATEWAY, version, f"config/crd/{channel}")
            for minor, version in (("1.2", "v1.2.1"), ("1.3", "v1.3.0"), ("1.4", "v1.4.1"), ("1.5", "v1.5.1"), ("1.6", "v1.6.3"), ("1.7", "v1.7.0"))
            for end, channel in (("", "standard"), ("-experimental", "experimental"))
        },
    },
    {
        "name": "istio", "title": "Istio", "groups": ["istio.io"],
        "releases": {
            "1.27": Tag("https://github.com/istio/api", "v1.27.9", ISTIO[1]),
            "1.28": Tag("https://github.com/istio/api", "v1.28.10", ISTIO[1]),
            "1.29": Module(ISTIO[0], "v1.29.6", ISTIO[1]),
            "1.30": Module(ISTIO[0], "v1.30.8", ISTIO[1]),
            "1.31": Module(ISTIO[0], "v1.31.4", ISTIO[1]),
            "1.32": Module(ISTIO[0], "v1.32.0", ISTIO[1]),
        },
    },
    {
        "name": "cilium", "title": "Cilium", "groups": ["cilium.io"],
        "releases": {"1.19": Tag(CILIUM[0], "v1.19.1", CILIUM[1]), "1.20": Tag(CILIUM[0], "v1.20.0", CILIUM[1])},
    },
    {
        "name": "linkerd", "title": "Linkerd policy", "groups": ["linkerd.io"],
        "releases": {minor: Tag(LINKERD[0], f"version-{minor}", LINKERD[1]) for minor in ("2.18", "2.19", "2.20")},
    },
    {
        "name": "flagger", "title": "Flagger", "groups": ["flagger.app"],
        "releases": {minor: Tag(FLAGGER[0], f"v{minor}.0", FLAGGER[1]) for minor in ("1.40", "1.41", "1.42", "1.43", "1.44")},
    },
]
for product in PRODUCTS:
    product.setdefault("versions", list(product.get("releases", ())))
    product["default"] = [version for version in product["versions"] if "-" not in version][-1]
