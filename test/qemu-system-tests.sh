#!/usr/bin/env bash
# Runs the system-mode programs of QEMU's tests/tcg/s390x: a disabled wait at address 0xfff means passed.
# QEMU_TESTS=DIR names the directory where QEMU's own build has put them; without it there is nothing to run, and that is said.
set -euo pipefail

if [[ -z "${QEMU_TESTS:-}" ]]; then
  echo "QEMU's system tests skipped: QEMU_TESTS names no directory of built programs"
  exit 0
fi

zhint=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/bin/zhint.js

# What need not pass, and why.
declare -A excepted=(
  [per]='PER is not offered; without it the program comes to its end and has shown nothing'
)

# An executable of the s390x: ELF type 2, machine 22, beside the objects and the output that a build leaves.
is_program() { [[ -f "$1" && "$(od -An -tx1 -j16 -N4 "$1" 2>/dev/null)" == ' 00 02 00 16' ]]; }

programs=0 failures=0
for file in "$QEMU_TESTS"/*; do
  is_program "$file" || continue
  programs=$((programs + 1))
  name=${file##*/}
  if [[ -n "${excepted[$name]:-}" ]]; then
    printf '%-20s EXCEPTED %s\n' "$name" "${excepted[$name]}"
  elif output=$(node "$zhint" run "$file" --limit 1000000000 2>&1 </dev/null); then
    printf '%-20s PASS\n' "$name"
  else
    printf '%-20s FAIL %s\n' "$name" "$(grep -aF "$file: " <<<"$output" | tail -1 | sed 's/^.*: //')"
    failures=$((failures + 1))
  fi
done

if ((programs == 0)); then
  echo "no s390x program in $QEMU_TESTS" >&2
  exit 2
fi
if ((failures > 0)); then exit 1; fi
