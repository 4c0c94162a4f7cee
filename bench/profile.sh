#!/usr/bin/env bash
# Prints where the side of Wengert spends its time in W3 and W1: instructions a step by function (callgrind,
# the same in every run), and samples of processor time by function (perf). `make bench-profile` calls it.
# Environment: BUILD.
# valgrind does not know AVX-512: under it the library uses its AVX2 kernels.
set -u
build=${BUILD:-build}
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# instructions WORK STEPS LINES
instructions() {
    echo "== $1: instructions a step"
    valgrind -q --tool=callgrind --toggle-collect=bench_profiled --callgrind-out-file="$scratch/out" \
        "$build/bench" --profile "$2" "$1" >/dev/null || return
    callgrind_annotate --threshold=100 "$scratch/out" 2>/dev/null | awk -v steps="$2" -v lines="$3" '
        function number(s) { gsub(",", "", s); return s + 0 }
        /PROGRAM TOTALS/ { total = number($1); printf "%10.0f  100.0 %%  all\n", total / steps; next }
        total && /^ *[0-9,]+ / && shown < lines {
            name = $0; sub(/^ *[0-9,]+ *(\([^)]*\))? */, "", name)
            sub(/ \[.*$/, "", name); sub(/^.*\//, "", name)
            printf "%10.1f  %5.1f %%  %s\n", number($1) / steps, 100 * number($1) / total, name; shown++
        }'
}

# samples WORK STEPS LINES
samples() {
    echo "== $1: samples of time, both threads"
    perf record -q -e cpu-clock -F 5000 -o "$scratch/perf" \
        "$build/bench" --profile "$2" "$1" >/dev/null 2>&1 || return
    perf report -q --stdio --sort symbol -i "$scratch/perf" 2>/dev/null |
        grep '%' | sed 's/ *- *- *$//' | head -n "$3"
}

if command -v valgrind >/dev/null; then
    instructions "W3  2-4-1 rebuilt, batch 1" 2000 30
    instructions "W3  2-4-1 rebuilt, batch 32" 2000 15
    instructions "W3s 2-4-1 fixed, batch 1" 2000 20
else
    echo "valgrind is not installed: no instruction counts"
fi
if command -v perf >/dev/null; then
    samples "W1" 4000 20
else
    echo "perf is not installed: no samples of time"
fi
