FROM rust:1.95-slim-trixie AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked

# A shell is all that CI jobs need beside the binary; the allocator of musl would slow the threads down.
FROM debian:trixie-slim
COPY --from=build /src/target/release/kefulint /usr/local/bin/kefulint
COPY --from=build /src/scripts/ci-report.sh /usr/local/bin/kefulint-ci-report
USER 65532:65532
WORKDIR /chats
ENTRYPOINT ["kefulint"]
CMD ["--help"]
