# One static binary in an empty image: no shell, no libc, nothing to update but guestlist itself.

# The toolchain is Cargo.toml's rust-version (tests/packaging.rs compares the two).
FROM rust:1.95-slim-bookworm AS build

# The allocator is C: musl-gcc compiles it against the libc that the binary is linked with.
RUN apt-get update \
 && apt-get install -y --no-install-recommends musl-tools \
 && rm -rf /var/lib/apt/lists/*
# The last flag takes randomness from the kernel by a system call: an empty image needs no /dev.
ENV RUSTFLAGS='--cfg getrandom_backend="linux_getrandom"' \
    CC_x86_64_unknown_linux_musl=musl-gcc \
    CC_aarch64_unknown_linux_musl=musl-gcc

# Set by BuildKit. Each platform is built on itself (natively or emulated): a cross build would
# need a C compiler for the other one.
ARG TARGETARCH
RUN case "$TARGETARCH" in \
      amd64) echo x86_64-unknown-linux-musl ;; \
      arm64) echo aarch64-unknown-linux-musl ;; \
      *) echo "no target for TARGETARCH='$TARGETARCH': build with BuildKit for linux/amd64 or linux/arm64" >&2; exit 1 ;; \
    esac > /target-triple \
 && rustup target add "$(cat /target-triple)"

WORKDIR /build
COPY . .
# The caches outlive the layer and are no part of it, hence the copy out of target/.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target,id=guestlist-target-$TARGETARCH \
    cargo build --locked --release --bin guestlist --target "$(cat /target-triple)" \
 && cp "target/$(cat /target-triple)/release/guestlist" /guestlist

FROM scratch
COPY --from=build /guestlist /guestlist

# A number, because an empty image has no /etc/passwd to find a name in; not root, because
# nothing here needs it. Both ports are above 1023 for the same reason.
USER 65532:65532
EXPOSE 8080 8081

# Loopback inside a container reaches nobody. Listening on all its addresses opens nothing by
# itself: what is published is the host's choice, `serve` knows no keys but yours, `dev` refuses
# its well-known keys here without --allow-dev-keys, and the control plane is off without a token.
ENV GUESTLIST_SERVER__LISTEN=0.0.0.0:8080 \
    GUESTLIST_CONTROL__LISTEN=0.0.0.0:8081

# The main listener, because the control plane may be off. No shell: the binary is its own probe.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["/guestlist", "healthcheck", "--url", "http://127.0.0.1:8080/readyz"]

# The image's own default is the careful one; compose.yaml asks for the mock.
ENTRYPOINT ["/guestlist"]
CMD ["serve"]
