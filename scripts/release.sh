#!/usr/bin/env bash
# Packs a release of this machine's target: binary, man page, completions, READMEs, and a checksum beside the archive. The same
# commit and toolchain give the same archive. KEFULINT=FILE packs a binary that is already built.
#
#     scripts/release.sh [DIR]        the archive goes into DIR, by default dist/
set -euo pipefail
cd "$(dirname "$0")/.."

dir=${1:-dist}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
target=$(rustc -vV | sed -n 's/^host: //p')
name=kefulint-$version-$target
if [ -z "${KEFULINT:-}" ]; then
    cargo build --release --locked
    KEFULINT=target/release/kefulint
fi

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$stage/$name/completions" "$dir"
install -m 755 "$KEFULINT" "$stage/$name/kefulint"
"$KEFULINT" man > "$stage/$name/kefulint.1"
for shell in bash zsh fish powershell; do
    "$KEFULINT" completions "$shell" > "$stage/$name/completions/kefulint.$shell"
done
install -m 644 README.md README.zh-CN.md LICENSE-MIT LICENSE-APACHE docs/config.schema.json docs/finding.schema.json "$stage/$name"

# Neither the day nor the person who packs stands in the archive.
tar --directory "$stage" --create --sort=name --owner=0 --group=0 --numeric-owner --mode=u+w,go-w \
    --mtime="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" "$name" | gzip --no-name --best > "$dir/$name.tar.gz"
(cd "$dir" && sha256sum "$name.tar.gz" > "$name.tar.gz.sha256")
cat "$dir/$name.tar.gz.sha256"
