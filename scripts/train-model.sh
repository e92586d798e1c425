#!/bin/sh
# Trains the embedded model from training/ and writes it to the file given, by default to where the binary embeds it.
# Same data and date, same bytes: CI runs it into a temporary file and compares.
set -eu
cd "$(dirname "$0")/.."
kefulint=${KEFULINT:-target/release/kefulint}
output=${1:-lexicons/model.kfl}
chats= gold=
for labels in training/*.gold.jsonl; do
    gold="$gold $labels"
    chats="$chats ${labels%.gold.jsonl}.jsonl"
done
# The names in training/ hold no blanks, so splitting them is what is meant.
# shellcheck disable=SC2086
exec "$kefulint" train --isolated --chats $chats --gold $gold --output "$output" --date 2026-11-22 --judge ec-d,fi-d,sv-d
