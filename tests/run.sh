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
if [ "${1:-}" = --long ]; then
    limit=0
    TESTS=$2
    set -- plain
fi

export WG_SEED=${WG_SEED:-$(date +%s)}
export OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive
# Files that are written whole are flushed to the disk: thousands of them, unless the folder is in memory.
[ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && export TMPDIR=/dev/shm
passed=0
failed=0
echo "seed: WG_SEED=$WG_SEED"

directory() {
    case "$1" in
    plain) echo "$build" ;;
    hostile) echo "$build/hostile" ;;
    asan) echo "$build/san" ;;
    esac
}

build_kind() {
    local flags=()
    case "$1" in
    hostile) flags=(HOSTILE=1) ;;
    asan) flags=(SAN=address,undefined) ;;
    esac
    make -s --no-print-directory BUILD="$(directory "$1")" "${flags[@]}" all tests
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

# Runs a binary with its output in its log and its exit status, 124 when it did not end in time, and seconds in a file.
start() {
    local kind=$1 bin=$2 limit=$3 started=$SECONDS
    rm -f "$bin".asan.*
    WG_BUILD=$(directory "$kind") ASAN_OPTIONS=log_path=$PWD/$bin.asan:detect_leaks=1 \
        timeout -k 5 "$limit" "$bin" -j1 >"$bin.log" 2>&1
    echo "$? $((SECONDS - started))" >"$bin.status"
}

# Criterion forks in a process with threads, where the address sanitizer's malloc may be locked for ever in the child: there a
# binary that does not end is tried once more.
start_twice() {
    start "$1" "$2" 90
    grep -q '^124 ' "$2.status" || return
    echo "$2: no end after 90 seconds, once more"
    start "$1" "$2" "$limit"
}

# As many binaries at a time as there are cores.
start_all() {
    local kind=$1 bin running=0
    shift
    for bin; do
        if [ "$running" -ge "$(nproc)" ]; then
            wait -n
            running=$((running - 1))
        fi
        case "$kind" in
        asan) start_twice "$kind" "$bin" & ;;
        *) start "$kind" "$bin" "$limit" & ;;
        esac
        running=$((running + 1))
    done
    wait
}

# Why a run is a failure that Criterion does not count; nothing where all is well.
verdict() {
    local status=$1 ok=$2 bad=$3 bin=$4
    if [ "$status" = 124 ]; then echo "no end after $limit seconds"
    elif [ -n "$(reports "$bin")" ]; then cat $(reports "$bin")
    elif [ "$bad" != 0 ]; then return
    elif [ "$status" != 0 ] && ! compgen -G "$bin.asan.*" >/dev/null; then echo "exit status $status"
    elif [ "$ok" = 0 ]; then echo "nothing was tested"
    fi
}

report() {
    local kind=$1 bin=$2 ok bad why status took
    read -r status took <"$bin.status"
    ok=$(count Passing "$bin.log")
    bad=$(count Failing "$bin.log")
    ok=${ok:-0} bad=${bad:-0}
    why=$(verdict "$status" "$ok" "$bad" "$bin")
    if [ -n "$why" ]; then
        echo "$why" >>"$bin.log"
        [ "$bad" = 0 ] && bad=1
    fi
    [ "$bad" = 0 ] || tail -n 60 "$bin.log"
    printf '%-8s %-26s %5d passed, %d failed  (%d s)\n' "$kind" "$(basename "$bin")" "$ok" "$bad" "$took"
    passed=$((passed + ok))
    failed=$((failed + bad))
}

for kind; do
    if ! build_kind "$kind"; then
        echo "the $kind build failed"
        failed=$((failed + 1))
        continue
    fi
    binaries=()
    for source in tests/*/test_*.c; do
        name=$(basename "$source" .c) path=${source%.c}
        case " ${TESTS:-$name} " in *" $name "*) binaries+=("$(directory "$kind")/$path") ;; esac
    done
    [ ${#binaries[@]} -gt 0 ] || { echo "no test to run"; failed=$((failed + 1)); }
    start_all "$kind" "${binaries[@]}"
    for binary in "${binaries[@]}"; do report "$kind" "$binary"; done
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
