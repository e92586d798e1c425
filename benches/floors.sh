#!/usr/bin/env bash
# Runs the linter and what it is measured against by turns on the same chats, and prints medians with the least and the greatest,
# and the ratios of the medians: benches/floors.sh [MESSAGES] [RUNS]. Needs ripgrep; everything else is built here.
set -euo pipefail
cd "$(dirname "$0")/.."

messages=${1:-1000000}
runs=${2:-7}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo build --release --quiet
cargo build --release --quiet --example corpus --example floor
bin=target/release

"$bin/examples/corpus" "$messages" 1 jsonl > "$work/chats.jsonl"
"$bin/examples/corpus" "$messages" 1 csv | iconv -f utf-8 -t gb18030 > "$work/chats.csv"
# Words of the rules' own language: those of the lists, and stretches of anything that stands in the packs.
cat lexicons/*.toml | grep -oP '"\K[\x{4e00}-\x{9fff}]{2,6}(?=")' | LC_ALL=C sort -u | head -n 5000 > "$work/words-5k"
cat lexicons/*.toml | grep -oP '[\x{4e00}-\x{9fff}]{2,6}' | LC_ALL=C sort -u | head -n 20000 > "$work/words-20k"
wc -l "$work"/words-* | sed '$d'
printf '{"conversation_id": "1", "agent_id": "a", "role": "agent", "text": "全网最低价,绝对第一"}\n' > "$work/tiny.jsonl"

# Some of these end with 1 or 3 when they found something; that they ran is all that counts here.
run() {
  case $1 in
    scan) "$bin/kefulint" scan "$work/chats.jsonl" --isolated --format json --date 2026-11-22 ;;
    scan-one-thread) "$bin/kefulint" scan "$work/chats.jsonl" --isolated --threads 1 --format json --date 2026-11-22 ;;
    scan-gb18030) "$bin/kefulint" scan "$work/chats.csv" --isolated --format json --date 2026-11-22 ;;
    start) "$bin/kefulint" scan "$work/tiny.jsonl" --isolated --format json --date 2026-11-22 ;;
    rg-5k) rg -c -F -f "$work/words-5k" "$work/chats.jsonl" ;;
    rg-20k) rg -c -F -f "$work/words-20k" "$work/chats.jsonl" ;;
    wc) wc -l "$work/chats.jsonl" ;;
    parse) "$bin/examples/floor" parse "$work/chats.jsonl" ;;
    parse-one-thread) "$bin/examples/floor" parse "$work/chats.jsonl" 1 ;;
    jieba) "$bin/examples/floor" jieba "$work/chats.jsonl" ;;
  esac > /dev/null 2>&1 || true
}

what="scan scan-one-thread scan-gb18030 start rg-5k rg-20k wc parse parse-one-thread jieba"
for _ in $(seq "$runs"); do
  for name in $what; do
    start=$(date +%s%N)
    run "$name"
    echo "$name $(( ($(date +%s%N) - start) / 1000 ))" >> "$work/times"
  done
done

sort -k1,1 -k2,2n "$work/times" | awk '
  { if ($1 != name) { flush(); name = $1; n = 0 } value[++n] = $2 / 1e6 }
  function flush() { if (n) { median[name] = value[int((n + 1) / 2)]; printf "%-18s %9.3f s  (%.3f to %.3f)\n", name, median[name], value[1], value[n] } }
  function ratio(label, a, b, goal) { printf "%-42s %8.3f  goal %s\n", label, median[a] / median[b], goal }
  END {
    flush(); print ""
    ratio("scan / rg with 5,000 words", "scan", "rg-5k", "1.0")
    ratio("scan / rg with 20,000 words", "scan", "rg-20k", "0.35")
    ratio("scan / bare parse, all threads", "scan", "parse", "4")
    ratio("scan / bare jieba cut, all threads", "scan", "jieba", "0.5")
    ratio("scan of GB18030 CSV / of JSON lines", "scan-gb18030", "scan", "1.2")
    ratio("gain by threads / that of bare parse", "scan-one-thread", "scan", "")
    printf "%-42s %8.3f\n", "bare parse gains by threads", median["parse-one-thread"] / median["parse"]
    ratio("scan / wc -l", "scan", "wc", "-")
  }'
