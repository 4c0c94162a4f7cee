#!/usr/bin/env bash
# Prints how much the tests try, from the sources and from the results of the last `make test` and `make test-all`. `make score`
# calls it. Environment: BUILD.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}

line() { printf '%-58s %s\n' "$1" "$2"; }
lines_of() { find "$@" -name '*.[ch]' -exec cat {} + | wc -l; }

# Adds up a number in the logs of a build: of lines that match $2, what sed's \1 is.
sum_of() { find "$1/tests" -name '*.log' -exec sed -nE "s/\x1b\[[0-9;]*m//g; s/$2/\1/p" {} + 2>/dev/null | awk '{ n += $1 } END { print n + 0 }'; }

# The same, or what has to be run first, $3.
number_of() {
    local n
    n=$(sum_of "$1" "$2")
    if [ "$n" -gt 0 ]; then echo "$n"; else echo "not run here: $3"; fi
}

passed() { number_of "$1" '.*Synthesis:.*Passing: ([0-9]+).*' "$2"; }

code=$(lines_of src ops include) tests=$(lines_of tests)
line 'lines of the library' "$code"
line 'lines of its tests' "$tests"
line 'test programs' "$(find tests -name 'test_*.c' | wc -l)"
line 'tests that passed, plain' "$(passed "$build" 'make test')"
line '  with hostile memory' "$(passed "$build/hostile" 'make hostile')"
line '  under the sanitizers of gcc' "$(passed "$build/san" 'make asan')"
line '  under the sanitizers of clang' "$(passed "$build/clang" 'make clang')"
line 'ops' "$(grep -c '^| `' docs/ops.md)"
line '  elements of their gradients, compared with differences' \
    "$(number_of "$build" '.*elements compared with differences: ([0-9]+).*' 'make test')"
line '  allocations of theirs that failed, one by one' \
    "$(number_of "$build" '.*allocations that failed: ([0-9]+).*' 'make test')"
line 'random graphs, run in every way or by differences' \
    "$(number_of "$build" '.*random graphs: ([0-9]+).*' 'make test-all')"
line 'inputs of the fuzzers that are tried again' "$(find tests/fuzz/corpus -type f | wc -l)"
for folder in tests/fuzz/corpus/*/; do line "  $(basename "$folder")" "$(find "$folder" -type f | wc -l)"; done
if [ -x "$build/corpus" ]; then
    echo 'the gradient check (make check-mutants):'
    "$build/corpus" | sed 's/^/  /'
else
    line 'wrong gradients that the gradient check finds' 'not built here: make check-mutants'
fi
