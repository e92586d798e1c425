#!/bin/sh
# What a CI job wants of one run: chats are judged once, and the report is written in every format that machines show.
#
#     ci-report.sh DIR PATH...
#
# DIR then holds report.json, kefulint.sarif, junit.xml, gl-code-quality.json and summary.md. On GitHub, findings also become
# annotations and the summary that of the job; on Azure, issues of the run. Exit code: that of `kefulint scan`.
set -eu

kefulint=${KEFULINT:-kefulint}
dir=$1
shift
mkdir -p "$dir"

status=0
"$kefulint" scan --quiet --format json --output "$dir/report.json" -- "$@" || status=$?
# 3: something could not be read; the reports say what.
case $status in 0 | 3) ;; *) exit "$status" ;; esac

again() {
    "$kefulint" report merge "$dir/report.json" "$@" || [ $? -eq 3 ]
}

again --format sarif --output "$dir/kefulint.sarif"
again --format junit --output "$dir/junit.xml"
again --format gitlab --output "$dir/gl-code-quality.json"
again --format markdown --output "$dir/summary.md"
if [ -n "${GITHUB_ACTIONS:-}" ]; then
    again --format github
    if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$dir/summary.md" >> "$GITHUB_STEP_SUMMARY"; fi
elif [ -n "${TF_BUILD:-}" ]; then
    again --format azure
fi
exit "$status"
