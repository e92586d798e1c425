#!/usr/bin/env bash
# Fills fuzz/corpus from the fixtures, so that fuzzing begins from files that are read.
set -euo pipefail
cd "$(dirname "$0")"
inputs=../fixtures/inputs
seed() { # TARGET PREFIX FILE... : PREFIX is the byte that chooses, as printf writes it
    local target=$1 prefix=$2 file
    shift 2
    mkdir -p "corpus/$target"
    for file in "$@"; do
        { printf '%b' "$prefix"; cat "$file"; } > "corpus/$target/${file##*/}${prefix//\\/}"
    done
}
seed detect '' "$inputs"/*
seed jsonl '' "$inputs"/*.jsonl
seed json '' "$inputs"/*.json
for choice in '\x00' '\x01' '\x02' '\x03'; do seed table "$choice" "$inputs"/*.csv "$inputs"/*.tsv; done
seed blocks '\x00' "$inputs"/qianniu.txt
seed blocks '\x01' "$inputs"/qq.txt
seed blocks '\x02' "$inputs"/bot.log
seed blocks '\x03' "$inputs"/speakers.txt
seed subtitles '' "$inputs"/call.*
seed presets '\x00' "$inputs"/*.json "$inputs"/*.jsonl "$inputs"/*.txt "$inputs"/*.tsv
for choice in '\x00' '\x01' '\x02' '\x03' '\x04' '\x05'; do seed encoding "$choice" "$inputs"/*.csv "$inputs"/utf16*; done
for choice in '\x00' '\x01'; do seed archive "$choice" "$inputs"/*.zip "$inputs"/*.gz "$inputs"/*.zst; done
seed workbook '' "$inputs"/*.xlsx "$inputs"/*.xls "$inputs"/*.ods
seed personal '' "$inputs"/*.txt "$inputs"/utf8.csv "$inputs"/flat.jsonl
seed fold '' "$inputs"/*.txt "$inputs"/utf8.csv
