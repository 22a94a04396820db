"""Where the facts come from: releases of the projects themselves, each at a tag or a version that anybody can get.

A Go module comes by `go mod download`, which checks it against the public checksum database; a tag of a git repository by
`git fetch`; Kubernetes' OpenAPI documents and PyYAML by pip; the scope of Kubernetes' kinds by cargo. Nothing is built.
"""

import functools
import json
import os
import subprocess
import sys
import zipfile

PIP = {"kubernetes-validate": "1.37.0", "PyYAML": "6.0.3"}
CRATES = {"k8s-openapi": "0.29.0"}


class Module:
    """Files of a Go module."""

    def __init__(self, name, version, path):
        self.name, self.version, self.path = name, version, path

    def files(self, folder):
        work = os.path.join(folder, "go")
        os.makedirs(work, exist_ok=True)
        environment = {**os.environ, "GOMODCACHE": os.path.join(folder, "go", "cache"), "GOFLAGS": "-modcacherw"}
        out = subprocess.run(["go", "mod", "download", "-json", f"{self.name}@{self.version}"], cwd=work, capture_output=True, text=True, env=environment)
        # A module for a newer Go than the one that downloads it is an error, and is there all the same.
        zipped = json.loads(out.stdout or "{}").get("Zip")
        if not zipped:
            sys.exit(f"{self.name}@{self.version}: {out.stdout}{out.stderr}")
        with zipfile.ZipFile(zipped) as archive:
            below = f"{self.name}@{self.version}/{self.path}"
            for name in sorted(archive.namelist()):
                if name.startswith(below) and name.endswith(".yaml"):
                    yield name.partition("@")[2], archive.read(name).decode()


class Tag:
    """Files at a tag of a git repository."""

    def __init__(self, url, tag, path):
        self.url, self.tag, self.path = url, tag, path

    def files(self, folder):
        clone = os.path.join(folder, "git", self.url.rstrip("/").rpartition("/")[2])
        git = functools.partial(subprocess.run, check=True, capture_output=True, text=True, cwd=clone)
        if not os.path.isdir(clone):
            os.makedirs(clone)
            git(["git", "init", "--quiet", "--bare"])
        ref = f"refs/tags/{self.tag}"
        if subprocess.run(["git", "rev-parse", "--quiet", "--verify", ref], cwd=clone, capture_output=True).returncode:
            git(["git", "fetch", "--quiet", "--depth", "1", "--filter=blob:none", self.url, f"{ref}:{ref}"])
        for name in git(["git", "ls-tree", "-r", "--name-only", ref, self.path]).stdout.splitlines():
            if name.endswith(".yaml"):
                yield name, git(["git", "show", f"{ref}:{name}"]).stdout


def packages(folder):
    """Brings the packages of pip and cargo, each at the version named above: the folder of each."""
    pip, crates = (os.path.join(folder, x) for x in ("pip", "crates"))
    os.makedirs(crates, exist_ok=True)
    for package, version in PIP.items():
        target = os.path.join(pip, package)
        if not os.path.isdir(target):
            subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, f"{package}=={version}"], check=True)
    manifest = os.path.join(crates, "Cargo.toml")
    with open(manifest, "w", encoding="utf-8") as file:
        file.write('[package]\nname = "sources"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n[lib]\npath = "lib.rs"\n[dependencies]\n')
        for name, version in CRATES.items():
            file.write(f'{name} = {{ version = "={version}", features = ["latest"] }}\n')
    open(os.path.join(crates, "lib.rs"), "w").close()
    out = subprocess.run(["cargo", "metadata", "--format-version", "1", "--manifest-path", manifest], check=True, capture_output=True, text=True)
    sources = {(p["name"], p["version"]): os.path.dirname(p["manifest_path"]) for p in json.loads(out.stdout)["packages"]}
    sys.path.insert(0, os.path.join(pip, "PyYAML"))
    return {**{name: os.path.join(pip, name) for name in PIP}, **{name: sources[(name, version)] for name, version in CRATES.items()}}
