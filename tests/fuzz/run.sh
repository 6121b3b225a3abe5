#!/usr/bin/env bash
# usage: run.sh BINARY TARGET SECONDS FOLDER [libFuzzer option...]
#
# Runs a libFuzzer target from its kept corpus with its dictionary. Inputs that
# reach new code are kept in FOLDER/TARGET, what breaks a promise in
# FOLDER/findings.
set -euo pipefail
here=$(dirname "$0")
binary=$1 target=$2 seconds=$3 folder=$4
shift 4
mkdir -p "$folder/$target" "$folder/findings"
failed=0
"$binary" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
  -dict="$here/dictionaries/$target.dict" -print_final_stats=1 \
  -artifact_prefix="$folder/findings/$target-" "$@" \
  "$folder/$target" "$here/corpus/$target" || failed=$?
[ "$failed" -eq 0 ] || cat >&2 <<TEXT
fuzz: $target broke a promise. To see it again:
  $binary $folder/findings/$target-...
Mended, the input belongs into tests/fuzz/corpus/$target, under a name that says
what it broke.
TEXT
exit "$failed"
