#!/usr/bin/env bash
# Builds and runs the test binaries. The last line is `N passed, N failed` over all of them. The exit status
# is 0 when none failed.
#
#   tests/run.sh KIND...            plain: the build as it is
#                                   hostile: with -DWG_HOSTILE
#                                   asan: with the address and undefined-behaviour sanitizers
#                                   clang: some of them with these sanitizers of clang, where clang is
#                                   installed: it finds what gcc's do not (an offset added to NULL)
#                                   graphs: the plain build's random graphs, many more than in plain
#   tests/run.sh --long BINARY      one binary of the plain build, without a limit on its processor time
#
# Environment: BUILD; WG_SEED, the seed of everything that is random (default: 1, so that a verdict follows from
# the code alone; with --long the time of day); TESTS, the binaries to run; TMPDIR, for small files.
#
# No verdict depends on the clock. A test that runs for ever exceeds its limit of processor time. A test
# that waits for ever is found by its threads, which are looked at once a second: at PATIENCE looks in a row
# all slept and none had run. Criterion reports success for a run without tests and for a test that leaks
# under the sanitizer. Both are failures here.
set -u
cd "$(dirname "$0")/.." || exit 1

build=${BUILD:-build}
processor_seconds=900 # of one process; the longest test takes less than 60
patience=${PATIENCE:-90}
at_a_time=$(nproc 2>/dev/null || echo 2)
if [ "${1:-}" = --long ]; then
    processor_seconds=unlimited
    TESTS=$2
    WG_SEED=${WG_SEED:-$(date +%s)}
    set -- plain
fi

export WG_SEED=${WG_SEED:-1}
export OMP_NUM_THREADS=2
# The tests write thousands of files, and the library flushes each to the disk. A folder in memory saves
# that time.
[ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && export TMPDIR=/dev/shm
passed=0
failed=0
# Together they call every op, every function of the API, and every way to run a graph.
clang_tests=" test_odd_calls test_busy test_graph test_misuse test_shapes test_evaluation test_rows test_tape \
test_tiles test_extern test_jacobian test_vmap test_registry test_kernels test_optimizers test_lazy test_resume "

# ---- kinds ----

directory() {
    case "$1" in
    plain | graphs) echo "$build" ;;
    hostile) echo "$build/hostile" ;;
    asan) echo "$build/san" ;;
    clang) echo "$build/clang" ;;
    esac
}

# Processor seconds of building all and running all, and megabytes, as they were measured.
cost() {
    case "$1" in
    plain) echo 900 2900 ;;
    hostile) echo 90 40 ;;
    asan) echo 190 50 ;;
    clang) echo 150 40 ;;
    graphs) echo 50 0 ;;
    esac
}

announce() {
    local kind seconds=0 room=0 s r
    for kind; do
        read -r s r < <(cost "$kind")
        seconds=$((seconds + s)) room=$((room + r))
    done
    echo "tests ($*): about $(((seconds / at_a_time + 59) / 60)) minutes on $at_a_time free processors" \
        "when nothing is built yet, $room MB in $build/"
    echo "seed: WG_SEED=$WG_SEED"
}

# The binaries of a kind, one a line.
binaries() {
    local source name
    for source in $(find tests -name 'test_*.c' | LC_ALL=C sort); do
        name=$(basename "$source" .c)
        [ "$1" = graphs ] && [ "$name" != test_random_graphs ] && continue
        if [ "$1" = clang ] && [ -z "${TESTS:-}" ]; then case "$clang_tests" in *" $name "*) ;; *) continue ;; esac; fi
        case " ${TESTS:-$name} " in *" $name "*) echo "$(directory "$1")/${source%.c}" ;; esac
    done
}

# Of the tests that TESTS names only some need the command, the examples and the shared library.
build_kind() {
    local flags=() targets=(all tests)
    case "$1" in
    hostile) flags=(HOSTILE=1) ;;
    asan) flags=(SAN=address,undefined) ;;
    # clang has an OpenMP of its own, which may be missing.
    clang) flags=(CC=clang SAN=address,undefined OPENMP=0) ;;
    esac
    if [ -n "${TESTS:-}" ] || [ "$1" = clang ]; then
        mapfile -t targets < <(binaries "$1")
        case " ${targets[*]} " in *"/tests/tools/"* | *"/tests/pages/"* | *"/tests/languages/"* | *"/test_case "*) targets+=(all) ;; esac
    fi
    make -s --no-print-directory BUILD="$(directory "$1")" "${flags[@]}" "${targets[@]}"
}

# ---- one binary, in a session of its own ----

# A line for each thread of a session, and of the sessions that its processes have opened (Criterion opens
# one for each test): the thread's number, then its fields of /proc from the state on.
threads_of() {
    cat /proc/[0-9]*/task/[0-9]*/stat 2>/dev/null | awk -v root="$1" '
        { id = $1; sub(/.*\) /, ""); line[id] = $0; parent[id] = $2; session[id] = $4 }
        END {
            ours[root]
            do {
                more = 0
                for (id in line)
                    if (!(id in found) && (session[id] in ours || parent[id] in found)) {
                        found[id]; ours[session[id]]; more = 1
                    }
            } while (more)
            for (id in found) print id, line[id]
        }' | sort -n
}

# The processor time that each thread of a session has used; nothing where a thread runs or waits for the
# disk.
asleep() {
    threads_of "$1" |
        awk '$2 ~ /[RD]/ { awake = 1 } { all = all $1 ":" $13 ":" $14 " " } END { if (!awake) print all }'
}

stop() { kill -KILL $(threads_of "$1" | awk '{ print $1 }') 2>/dev/null; }

# Waits until all threads of a session sleep for ever. Then writes them to the file $2 and stops the session.
watch() {
    local now before='' same=0
    while sleep 1; do
        now=$(asleep "$1")
        if [ -n "$now" ] && [ "$now" = "$before" ]; then same=$((same + 1)); else same=0; fi
        before=$now
        if [ "$same" -ge "$patience" ]; then
            threads_of "$1" >"$2"
            stop "$1"
            return
        fi
    done
}

# Writes the binary's output to .log, its exit status and seconds to .status, and, when it slept for ever,
# its threads to .stuck.
run_one() {
    local kind=$1 bin=$2 started=$SECONDS session watcher='' status
    rm -f "$bin".asan.* "$bin.stuck" "$bin.status"
    (
        ulimit -t "$processor_seconds"
        [ "$kind" = graphs ] && export WG_GRAPHS=${WG_GRAPHS:-4000}
        export WG_BUILD ASAN_OPTIONS
        # Freed memory is kept from use for 16 MB, not for 256 MB: a third of the time went into new pages.
        WG_BUILD=$(directory "$kind") ASAN_OPTIONS=log_path=$PWD/$bin.asan:detect_leaks=1:quarantine_size_mb=16
        exec setsid "$bin" -j1 --verbose >"$bin.log" 2>&1 </dev/null
    ) &
    session=$!
    trap 'stop $session; kill $watcher; exit 130' INT TERM
    watch "$session" "$bin.stuck" &
    watcher=$!
    wait "$session"
    status=$?
    kill "$watcher"
    wait "$watcher"
    stop "$session" # what a test has left running
    echo "$status $((SECONDS - started))" >"$bin.status"
} 2>/dev/null

# ---- results ----

# The number after a word of Criterion's last line. Colours are removed first.
count() { sed -n 's/\x1b\[[0-9;]*m//g; s/.*Synthesis:.*'"$1"': \([0-9]*\).*/\1/p' "$2" | tail -n 1; }

# A log without the lines about tests that passed.
without_passes() { sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -vE '^\[(RUN |PASS)' | tail -n 60; }

last_test() { sed -n 's/\x1b\[[0-9;]*m//g; s/^\[RUN *\] *//p' "$1" | tail -n 1; }

# Why a run failed, where Criterion counts no failure; nothing where it did not fail.
verdict() {
    local status=$1 ok=$2 bad=$3 bin=$4
    if [ -e "$bin.stuck" ]; then
        echo "$(last_test "$bin.log") waits for ever: its threads slept at $patience looks, one a second"
    elif compgen -G "$bin.asan.*" >/dev/null; then cat "$bin".asan.*
    elif [ "$bad" != 0 ]; then return
    elif [ "$status" != 0 ]; then echo "exit status $status in $(last_test "$bin.log")"
    elif [ "$ok" = 0 ] && ! grep -q '\[SKIP\]' "$bin.log"; then echo "nothing was tested"
    fi
}

report() {
    local kind=$1 bin=$2 ok bad why status took
    read -r status took <"$bin.status"
    ok=$(count Passing "$bin.log")
    bad=$(count Failing "$bin.log")
    ok=${ok:-0} bad=${bad:-0}
    why=$(verdict "$status" "$ok" "$bad" "$bin")
    [ -n "$why" ] && [ "$bad" = 0 ] && bad=1
    [ "$bad" = 0 ] || without_passes "$bin.log"
    [ -z "$why" ] || echo "$why"
    printf '%-8s %-34s %5d passed, %d failed  (%d s)\n' "$kind" "${bin#*/tests/}" "$ok" "$bad" "$took"
    passed=$((passed + ok))
    failed=$((failed + bad))
}

# ---- as many binaries at a time as there are processors ----

running=()

# Waits until a binary ends, and reports all that have ended.
next_result() {
    local kind=$1 bin still=()
    wait -n
    if [ -z "$(jobs -pr)" ]; then
        for bin in "${running[@]}"; do [ -e "$bin.status" ] || echo "127 0" >"$bin.status"; done
    fi
    for bin in "${running[@]}"; do
        if [ -e "$bin.status" ]; then report "$kind" "$bin"; else still+=("$bin"); fi
    done
    running=("${still[@]}")
}

run_kind() {
    local kind=$1 bin
    shift
    for bin; do
        [ ${#running[@]} -lt "$at_a_time" ] || next_result "$kind"
        rm -f "$bin.status"
        run_one "$kind" "$bin" &
        running+=("$bin")
    done
    while [ ${#running[@]} -gt 0 ]; do next_result "$kind"; done
}

trap 'trap - INT TERM; kill $(jobs -p) 2>/dev/null; wait; exit 130' INT TERM
announce "$@"
for kind; do
    if [ "$kind" = clang ] && ! command -v clang >/dev/null; then
        echo 'clang is not installed: its sanitizers are left out'
        continue
    fi
    echo "building for the $kind tests"
    if ! build_kind "$kind"; then
        echo "the $kind build failed"
        failed=$((failed + 1))
        continue
    fi
    mapfile -t chosen < <(binaries "$kind")
    [ ${#chosen[@]} -gt 0 ] || { echo "no test to run"; failed=$((failed + 1)); }
    [ ${#chosen[@]} -eq 0 ] || echo "running ${#chosen[@]} test programs: a line each when it ends, after a second or up to a minute"
    run_kind "$kind" "${chosen[@]}"
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
