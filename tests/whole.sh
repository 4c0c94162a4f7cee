#!/usr/bin/env bash
# Runs the kinds of tests that are named, or all, and prints a table: kind, passed, failed, skipped, seconds,
# commit. `make whole` calls it. The exit status is 0 when nothing failed. A test that is skipped for a reason
# that tests/README.md does not list has failed.
#
#   tests/whole.sh [KIND...]
#
# A kind that passed is not run again while no file changes: BUILD/whole/ has the results, in a folder for the
# names and contents of all files. So a run that was stopped goes on where it was. A kind that failed is run
# again. Environment: BUILD.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
all='check plain hidden browser latex lessons mpi waits graphs hostile bare musl aarch64 core daz up down'
all="$all zero steps later no-show no-language no-show-language memcheck tsan wasm ways judge torch onnx"
all="$all newcomer packages"

files() {
    git ls-files -z --cached --others --exclude-standard --deduplicate 2>/dev/null ||
        find . -path "./$build" -prune -o -type f -print0 | LC_ALL=C sort -z
}
tree=$(files | xargs -0 sha256sum 2>/dev/null | sha256sum | cut -c 1-16)
commit=$(git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null || echo unknown)
results=$build/whole/$tree
mkdir -p "$results"

# Runs a kind. Its last line is `N passed, N failed, N skipped`.
run() {
    case "$1" in
    check) make --no-print-directory check && echo "1 passed, 0 failed, 0 skipped" ;;
    newcomer) make -s --no-print-directory all tests examples && tests/newcomer.sh ;;
    packages) make -s --no-print-directory all && tests/packages.sh ;;
    ways) tests/ways/all.sh ;;
    judge) tests/judge/all.sh ;;
    onnx) tests/onnx/all.sh ;;
    torch) beside_torch ;;
    hidden) STRICT=1 tests/run.sh hidden again singly ;;
    *) STRICT=1 tests/run.sh "$1" ;;
    esac
}

beside_torch() {
    local log=$results/torch.said
    make -s --no-print-directory test-torch 2>&1 | tee "$log"
    if [ "${PIPESTATUS[0]}" != 0 ]; then echo "FAILED torch: $(tail -n 2 "$log" | head -n 1)"
        echo '0 passed, 1 failed, 0 skipped'
    elif grep -q '^test-torch: skipped' "$log"; then echo '0 passed, 0 failed, 1 skipped'
    else echo '5 passed, 0 failed, 0 skipped'; fi
}

# The three numbers of that line; without it the kind failed.
counts() {
    local line
    line=$(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$1" | tail -n 1)
    echo "${line:-0 1 0}"
}

table() {
    local kind passed failed skipped seconds at
    printf '%-10s %7s %7s %7s %8s  %s\n' kind passed failed skipped seconds commit
    for kind in $kinds; do
        [ -e "$results/$kind" ] || { printf '%-10s not run\n' "$kind"; bad=1; continue; }
        read -r passed failed skipped seconds at <"$results/$kind"
        printf '%-10s %7d %7d %7d %8d  %s\n' "$kind" "$passed" "$failed" "$skipped" "$seconds" "$at"
        [ "$failed" = 0 ] || { bad=1; sed -n 's/^FAILED /    /p' "$results/$kind.log"; }
    done
}

kinds=${*:-$all} bad=0
for kind in $kinds; do
    case " $all " in *" $kind "*) ;; *) echo "tests/whole.sh: there is no kind '$kind'; the kinds are: $all" \
        >&2; exit 2 ;; esac
done
trap 'table; exit 130' INT TERM
for kind in $kinds; do
    read -r _ failed _ 2>/dev/null <"$results/$kind" && [ "$failed" = 0 ] && continue
    rm -f "$results/$kind"
    echo "== $kind =="
    started=$SECONDS
    run "$kind" 2>&1 | tee "$results/$kind.log"
    echo "$(counts "$results/$kind.log") $((SECONDS - started)) $commit" >"$results/$kind"
done
table
[ "$bad" = 0 ]
