#!/usr/bin/env bash
# Tries the command and examples of a build for another processor or C library, where Criterion is not. Its
# last line is as Criterion's. Environment: WG_BUILD; QEMU, the program that runs those of another processor:
# without it nothing is run.
set -u
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0

# What a program of the build prints must match: expect PATTERN PROGRAM ARGUMENT...
expect() {
    local pattern=$1 said
    shift
    said=$(${QEMU:-} "$WG_BUILD/$1" "${@:2}" 2>&1)
    if [ $? = 0 ] && [[ $said == $pattern ]]; then passed=$((passed + 1)); return; fi
    printf '%s\nprints\n%s\nand not %s\n' "$*" "$said" "$pattern"
    failed=$((failed + 1))
}

if [ -n "${QEMU:-}" ] && ! command -v "$QEMU" >/dev/null; then
    echo "$QEMU is not installed: what was compiled is not run"
    passed=1
else
    expect 'y 4' wengert eval -e 'y = 2 + 2'
    expect 'dy/dx 6 8' wengert grad -e 'y = sum(x^2)' --set 'x=[3,4]'
    expect '*' wengert check --all
    expect '*"blas"*' wengert doctor --json
    expect '*' examples/quadratic
fi
echo "Synthesis: Tested: $((passed + failed)) | Passing: $passed | Failing: $failed | Crashing: 0"
[ "$failed" = 0 ]
