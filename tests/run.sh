#!/usr/bin/env bash
# Builds and runs the test binaries; the last line is `N passed, N failed` over all of them, the exit status accordingly.
#
#   tests/run.sh KIND...            plain: the build as it is; hostile: -DWG_HOSTILE; asan: address and undefined-behaviour
#                                   sanitizers
#   tests/run.sh --long BINARY      one binary of the plain build, without a time limit
#
# Environment: BUILD; WG_SEED, the seed of what is drawn at random (default: the time of day); TESTS, the binaries to run;
# TMPDIR, for small files.
# Criterion calls a run without tests, and a test that leaks under the sanitizer, a success: both are failures here.
set -u
cd "$(dirname "$0")/.." || exit 1

build=${BUILD:-build}
limit=150
long=
case "${1:-}" in
--long) long=$2; limit=0; TESTS=$2; set -- plain ;;
esac

export WG_SEED=${WG_SEED:-$(date +%s)}
export OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive
# Files that are written whole are flushed to the disk: thousands of them, unless the folder is in memory.
[ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && export TMPDIR=/dev/shm
passed=0
failed=0
echo "seed: WG_SEED=$WG_SEED"

build_kind() {
    case "$1" in
    plain) make -s --no-print-directory BUILD="$build" all tests ;;
    hostile) make -s --no-print-directory BUILD="$build/hostile" HOSTILE=1 lib tests ;;
    asan) make -s --no-print-directory BUILD="$build/san" SAN=address,undefined lib tests ;;
    esac
}

directory() {
    case "$1" in
    plain) echo "$build" ;;
    hostile) echo "$build/hostile" ;;
    asan) echo "$build/san" ;;
    esac
}

# The number behind a word of Criterion's last line, which colours it.
count() { sed -n 's/\x1b\[[0-9;]*m//g; s/.*Synthesis:.*'"$1"': \([0-9]*\).*/\1/p' "$2" | tail -n 1; }

# The sanitizers' reports on a binary's tests. Criterion's own process leaks where a test has a time limit: a leak that no
# frame of ours stands in is not counted.
reports() {
    local f
    for f in "$1".asan.*; do
        [ -e "$f" ] || continue
        if grep -qE 'ERROR: AddressSanitizer|runtime error' "$f" ||
            grep -E '^ +#[0-9]+ ' "$f" | grep -qvE '__interceptor_|libcriterion|libasan'; then
            echo "$f"
        fi
    done
}

run_binary() {
    local kind=$1 bin=$2 name log status ok bad found started=$SECONDS
    name=$(basename "$bin")
    log=$bin.log
    rm -f "$bin".asan.*
    WG_BUILD=$build ASAN_OPTIONS=log_path=$bin.asan:detect_leaks=1 timeout -k 5 "$limit" "$bin" -j"$(nproc)" >"$log" 2>&1
    status=$?
    ok=$(count Passing "$log")
    bad=$(count Failing "$log")
    ok=${ok:-0}
    bad=${bad:-0}
    found=$(reports "$bin")
    [ -z "$found" ] && compgen -G "$bin.asan.*" >/dev/null && status=0
    if [ "$status" = 124 ]; then
        echo "no end after $limit seconds" >>"$log"
        bad=$((bad + 1))
    elif [ "$bad" = 0 ] && [ "$status" != 0 ]; then
        echo "exit status $status" >>"$log"
        bad=1
    elif [ "$bad" = 0 ] && [ "$ok" = 0 ]; then
        echo "nothing was tested" >>"$log"
        bad=1
    fi
    if [ -n "$found" ]; then
        cat $found >>"$log"
        [ "$bad" = 0 ] && bad=1
    fi
    [ "$bad" = 0 ] || tail -n 60 "$log"
    printf '%-8s %-26s %5d passed, %d failed  (%d s)\n' "$kind" "$name" "$ok" "$bad" $((SECONDS - started))
    passed=$((passed + ok))
    failed=$((failed + bad))
}

for kind; do
    if ! build_kind "$kind"; then
        echo "the $kind build failed"
        failed=$((failed + 1))
        continue
    fi
    found=
    for source in tests/test_*.c; do
        name=$(basename "$source" .c)
        case " ${TESTS:-$name} " in *" $name "*) ;; *) continue ;; esac
        found=1
        run_binary "$kind" "$(directory "$kind")/tests/$name"
    done
    [ -n "$found" ] || { echo "no test to run"; failed=$((failed + 1)); }
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
