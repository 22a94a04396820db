# The program and nothing else: static, not root, 20 MB.
#
#   docker build -t mdbook-plumb .
#   docker run --rm -v "$PWD:/book" mdbook-plumb check
#   docker run --rm -v "$PWD:/book" --user "$(id -u):$(id -g)" mdbook-plumb sync
#
# A release has built its programs already, and hands them in as the stage `build` (--build-context, in release.yml).
FROM rust:1.95-alpine AS build
# What its libraries are called changes with Alpine's releases, not with ours.
# hadolint ignore=DL3018
RUN apk add --no-cache musl-dev
WORKDIR /plumb
COPY . .
ARG TARGETARCH
RUN cargo build --locked --profile dist --bin mdbook-plumb \
    && install -D target/dist/mdbook-plumb "/out/$TARGETARCH/mdbook-plumb"

FROM scratch
ARG TARGETARCH
COPY --from=build /out/${TARGETARCH}/mdbook-plumb /usr/bin/mdbook-plumb
WORKDIR /book
USER 65532:65532
ENTRYPOINT ["/usr/bin/mdbook-plumb"]
