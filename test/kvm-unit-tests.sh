#!/usr/bin/env bash
# Runs kvm-unit-tests under its own harness and compares with what docs/kvm-unit-tests.md promises.
# KVM_UNIT_TESTS=DIR names a built checkout; without it there is nothing to run, and that is said. JOBS=N runs N at a time.
set -euo pipefail

if [[ -z "${KVM_UNIT_TESTS:-}" ]]; then
  echo 'kvm-unit-tests skipped: KVM_UNIT_TESTS names no built checkout'
  exit 0
fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export QEMU=$root/bin/zhint-qemu ACCEL=tcg MAX_SMP=8 TIMEOUT=${TIMEOUT:-600s}
cd "$KVM_UNIT_TESTS"

# What must pass. Configurations that the suite keeps for KVM are started by the suite's run script all the same.
must_pass=(
  selftest-setup selftest-migration-skip intercept emulator sieve skey diag10 diag308 pfmf cmm vector iep cpumodel diag288 stsi smp
  sclp-1g sclp-3g css sie mvpg edat mvpg-sie spec_ex-sie spec_ex firq-linear-cpu-ids-tcg firq-nonlinear-cpu-ids-tcg sck epsw tprot
  adtl-status-tcg adtl-status-no-vec-no-gs-tcg migration migration-cmm migration-sck exittime migration-skey-sequential
  migration-skey-parallel execute sie-dat stfle-sie
)
kvm_only=(selftest-migration migration-memory firq-linear-cpu-ids-kvm firq-nonlinear-cpu-ids-kvm)

declare -A file=(
  [selftest-migration]=selftest-migration [migration-memory]=memory-verify
  [firq-linear-cpu-ids-kvm]=firq [firq-nonlinear-cpu-ids-kvm]=firq
)
declare -A parameters=(
  [firq-linear-cpu-ids-kvm]='-smp 1,maxcpus=3 -device host-s390x-cpu,core-id=1 -device host-s390x-cpu,core-id=2'
  [firq-nonlinear-cpu-ids-kvm]='-smp 1,maxcpus=3 -device host-s390x-cpu,core-id=2 -device host-s390x-cpu,core-id=1'
)
declare -A migrates=([selftest-migration]=yes [migration-memory]=yes)

declare -A result summary
note() { result[$1]=$2 summary[$1]=$3; }

# The harness prints a line for each configuration: verdict, name, and in parentheses its summary or the reason.
while read -r verdict name rest; do
  verdict=$(sed 's/\x1b\[[0-9;]*m//g' <<<"$verdict")
  [[ "$verdict" =~ ^(PASS|FAIL|SKIP)$ ]] && note "$name" "$verdict" "$rest"
done < <(./run_tests.sh -j "${JOBS:-1}" "$@" 2>/dev/null)

wanted() { (($# == 1)) || [[ " ${*:2} " == *" $1 "* ]]; }

for name in "${kvm_only[@]}"; do
  wanted "$name" "$@" || continue
  status=0
  # shellcheck disable=SC2086 # the parameters are several words
  output=$(MIGRATION=${migrates[$name]:-} TESTNAME=$name ./s390x/run "./s390x/${file[$name]}.elf" ${parameters[$name]:-} 2>&1) || status=$?
  verdict=$( ((status == 0)) && echo PASS || { ((status == 77)) && echo SKIP || echo FAIL; })
  note "$name" "$verdict" "($(grep -a '^SUMMARY: ' <<<"$output" | tail -1 | sed 's/^SUMMARY: //; s/\r//'))"
done

failures=0
for name in $(printf '%s\n' "${!result[@]}" | sort); do
  printf '%-32s %s %s\n' "$name" "${result[$name]}" "${summary[$name]}"
  [[ "${result[$name]}" != FAIL ]] || failures=$((failures + 1))
done
for name in "${must_pass[@]}" "${kvm_only[@]}"; do
  wanted "$name" "$@" || continue
  if [[ "${result[$name]:-missing}" != PASS ]]; then
    echo "$name should have passed: ${result[$name]:-it did not run}"
    failures=$((failures + 1))
  fi
done
if ((failures > 0)); then exit 1; fi
