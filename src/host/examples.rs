//! What `--help` and the manual show of a command at work. Each line is a command that can be typed, and its comment; 72 columns
//! at most, so that the manual doesn't fold it.

pub(super) const INIT: &str = "\
Examples:
  mdbook-plumb init ../my-book              # asks what to begin with
  mdbook-plumb init --start manifests --start facts
  mdbook-plumb init --dry-run               # writes nothing";

pub(super) const CHECK: &str = "\
Examples:
  mdbook-plumb check                        # the book in this folder
  mdbook-plumb check guide --deny warnings  # fails on warnings too
  mdbook-plumb check README.md docs/        # pages of a plumb.toml
  mdbook-plumb check --fix                  # makes mechanical changes
  mdbook-plumb check --baseline known.toml  # only what is new
  mdbook-plumb check --changed-since main   # what a branch has brought
  mdbook-plumb check --k8s 1.31..1.37       # what differs between them
  mdbook-plumb check --format github --output sarif=plumb.sarif";

pub(super) const SYNC: &str = "\
Examples:
  mdbook-plumb sync                         # after the model changed
  mdbook-plumb sync docs/a.md               # one page of the project
  mdbook-plumb sync --dry-run               # code 1 if it would write";

pub(super) const VALIDATE: &str = "\
Examples:
  mdbook-plumb validate docs README.md      # Markdown and manifests
  mdbook-plumb validate deploy --together   # as if applied together
  mdbook-plumb validate deploy --k8s 1.36 --with istio=1.30
  mdbook-plumb validate deploy --platform aks-1.36
  mdbook-plumb validate . --schemas crds    # kinds of your own
  mdbook-plumb validate deploy --shard 1/4  # the first of four jobs
  helm template chart | mdbook-plumb validate -";

pub(super) const EXPLAIN: &str = "\
Examples:
  mdbook-plumb explain                      # all names
  mdbook-plumb explain schema-enum          # a finding
  mdbook-plumb explain calculator           # a directive
  mdbook-plumb explain docs/web.md:8        # how a line is read and why";

pub(super) const EXTRACT: &str = "\
Examples:
  mdbook-plumb extract --out manifests      # a file for each manifest
  mdbook-plumb extract guide --out out --fails";

pub(super) const SCHEMAS: &str = "\
Examples:
  mdbook-plumb schemas list                 # what there is
  mdbook-plumb schemas add crds/            # kinds of your own
  mdbook-plumb schemas verify               # as the lock file says";

pub(super) const MODEL: &str = "\
Examples:
  mdbook-plumb model list figures           # values and sources
  mdbook-plumb model eval tax.cpu --set pods=500
  mdbook-plumb model table --sweep pods:100..500..100 tax.cpu
  mdbook-plumb model diff main              # what pages will say";
