#!/usr/bin/env bash
# Prints how much the tests try, from the sources and from the results of the last `make test` and `make
# whole`. `make score` calls it. The exit status is 1 when a figure is missing. Environment: BUILD.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}

line() { printf '%-58s %s\n' "$1" "$2"; }
lines_of() { find "$@" -name '*.[ch]' -exec cat {} + | wc -l; }

# Adds up a number in the logs of a kind of tests: of lines that match $2, what sed's \1 is.
sum_of() {
    find "$build/results/$1" -name '*.log' -exec sed -nE "s/\x1b\[[0-9;]*m//g; s/$2/\1/p" {} + \
        2>/dev/null | awk '{ n += $1 } END { print n + 0 }'
}

# A line with that number, or with what has to be run first: $4.
number() {
    local n
    n=$(sum_of "$2" "$3")
    [ "$n" -gt 0 ] || { n="not run here: $4" missing=1; }
    line "$1" "$n"
}

passed() { number "$1" "$2" '.*Synthesis:.*Passing: ([0-9]+).*' "$3"; }

missing=0

code=$(lines_of src ops include) tests=$(lines_of tests)
line 'lines of the library' "$code"
line 'lines of its tests' "$tests"
line 'test programs' "$(find tests -name 'test_*.c' | wc -l)"
passed 'tests that passed, plain' plain 'make test'
passed '  with hostile memory, under sanitizers' hostile 'make whole KINDS=hostile'
line 'ops' "$(cat docs/ops.md docs/ops/internal.md | grep -c '^| `')"
number '  elements of their gradients, compared with differences' plain \
    '.*elements compared with differences: ([0-9]+).*' 'make test'
number '  allocations of theirs that failed, one by one' plain '.*allocations that failed: ([0-9]+).*' \
    'make test'
number 'random graphs, run in every way or by differences' graphs '.*random graphs: ([0-9]+).*' \
    'make whole KINDS=graphs'
line 'inputs of the fuzzers that are tried again' "$(find tests/fuzz/corpus -type f | wc -l)"
for folder in tests/fuzz/corpus/*/
do line "  $(basename "$folder")" "$(find "$folder" -type f | wc -l)"; done
if [ -x "$build/corpus" ]; then
    echo 'the gradient check (make check-mutants):'
    "$build/corpus" | sed 's/^/  /'
else
    line 'wrong gradients that the gradient check finds' 'not built here: make check-mutants'
    missing=1
fi
[ "$missing" = 0 ] || echo 'score: a figure is missing; the lines above say what to run' >&2
exit "$missing"
