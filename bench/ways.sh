#!/usr/bin/env bash
# Prints what each fast way is worth: instructions a step under callgrind with all ways on, and with each one
# switched off by WG_WITHOUT. The counts are the same in every run, on a busy machine too. `make bench-ways`
# calls it. Environment: BUILD.
# valgrind does not know AVX-512: under it the library uses its AVX2 kernels.
set -u
build=${BUILD:-build}
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 1; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# count WITHOUT WORK STEPS DIVISOR
count() {
    WG_WITHOUT=$1 valgrind -q --tool=callgrind --toggle-collect=bench_profiled \
        --callgrind-out-file="$scratch/out" "$build/bench" --profile "$3" "$2" >/dev/null 2>&1 ||
        { echo '?'; return; }
    callgrind_annotate "$scratch/out" 2>/dev/null | tr -d , |
        awk -v n="$4" '/PROGRAM TOTALS/ { printf "%.0f\n", $1 / n; exit }'
}

row() {
    printf '%-22s %12s %12s %12s %12s\n' "$1" "$(count "$2" "W3s 2-4-1 fixed, batch 1" 1000 1000)" \
        "$(count "$2" "W3  2-4-1 rebuilt, batch 1" 1000 1000)" \
        "$(count "$2" "W4  1e6 nodes build+forward" 1 1000000)" \
        "$(count "$2" "W12 trees of new shapes, 1 a step" 500 500)"
}

printf '%-22s %12s %12s %12s %12s\n' "instructions" "fixed 2-4-1" "rebuilt" "chain, a node" "a new tree"
row "all on" ""
for way in bind rebuild short tape tiles join rows kinds; do row "without $way" "$way"; done
row "without all of them" "bind,rebuild,short,tape,tiles,join,rows,kinds"
