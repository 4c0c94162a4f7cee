#!/usr/bin/env bash
# Builds and runs the test binaries. The last line is `N passed, N failed, N skipped` over all of them; above
# it stands why tests were skipped, each reason once. The exit status is 0 when none failed. tests/README.md
# is for those who type.
#
#   tests/run.sh                    what `make test` runs: each program once
#   tests/run.sh KIND...            kinds of the table below, one after the other
#   tests/run.sh --long BINARY      one binary of the plain build, without a limit on its processor time
#
# Environment: BUILD; WG_SEED, the seed of everything that is random (default: 1, so that a verdict follows
# from the code alone; with --long the time of day); TESTS, the binaries to run; STRICT=1: what is skipped for
# a reason that tests/README.md does not list has failed; TMPDIR, for small files.
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
# With STRICT=1 the same programs run, each once: most find no optional program in PATH, the rest run with the
# hostile library.
[ $# -gt 0 ] ||
    set -- $([ -n "${STRICT:-}" ] && [ -z "${TESTS:-}" ] && echo hidden again guarded || echo plain)

export WG_SEED=${WG_SEED:-1}
export OMP_NUM_THREADS=2
# A login shell of a bare system says nothing of UTF-8, and the command then draws with the signs of ASCII.
export LC_ALL=C.UTF-8
# The tests write thousands of files, and the library flushes each to the disk. A folder in memory saves
# that time.
[ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && export TMPDIR=/dev/shm
# malloc keeps the pages that a test frees. By default it gives them back, and the kernel must make new ones
# for the next context: in a virtual machine test_registry_memory takes 67 s instead of 12 s.
export MALLOC_MMAP_THRESHOLD_=67108864 MALLOC_TRIM_THRESHOLD_=268435456 MALLOC_TOP_PAD_=1048576
# Links to programs, and to this folder, whose path may have a blank.
folders=$(mktemp -d)
trap 'rm -rf "$folders"' EXIT
ln -s "$PWD" "$folders/here"
passed=0
failed=0
skipped=0

# ---- kinds ----

# They wait, and use little of the processor.
waits=test_check_waits

# Together they call every op, every function of the API, and every way to run a graph.
some="test_odd_calls test_busy test_graph test_misuse test_shapes test_evaluation test_plan_programs test_tape
    test_extern test_jacobian test_vmap test_registry test_kernels test_optimizers test_lazy test_resume"
some=${some//$'\n'/ }

# Scripts, and programs that run others: the plain tests have seen them, and the memory that they use is used
# by the tests of the rooms, too.
no_processes="-test_strangers -test_install -test_packages -test_setup -test_score -test_examples
    -test_cookbook -test_pages -test_cpp -test_python"
# What no sanitized build shows: limits of addresses, a malloc of the test's own, when a plan of the plain
# build is made.
no_processes="$no_processes -test_blas_loading -test_draw_memory -test_plan_cost -test_first_steps"
no_processes=${no_processes//$'\n'/ }

# Where results are made. Limits of memory and differences of values are the same in every arithmetic.
in_rooms="graph/ run/ ops/ grad/ optim/ params/ group/ -test_processes -test_registry_grad
    -test_registry_memory -test_random_reads -test_steady_memory -test_first_steps -test_plan_programs"
in_rooms=${in_rooms//$'\n'/ }

# Programs that expect a fast way: a build that is reused, a plan, its memory, a tape.
of_ways="-test_odd_calls -test_switches -test_plan_cost -test_attributes -test_vmap -test_written_paths
    -test_promises -test_tape -test_lazy -test_recompute -test_odeint"
of_ways=${of_ways//$'\n'/ }

# Pages in Chromium, and what LaTeX makes of formulas and pictures.
browser="test_page_browser test_page_use test_lesson_browser"
latex=test_latex_compiles
# The course: each mistake that is written down runs a lesson, and each lesson becomes a page. Lessons of
# strangers.
lessons="test_lesson_mistakes test_strangers_all"
graphs="test_random_graphs test_choices test_nothing_dropped test_read_back test_sequences test_late_failures
    test_formula_values test_read_edges test_command test_command_plot
    test_command_text test_c_file test_c_ops test_cpp
    test_cpp_forms"
graphs=${graphs//$'\n'/ }
many="WG_GRAPHS=${WG_GRAPHS:-4000} WG_SEQUENCES=${WG_SEQUENCES:-20000} WG_POINTS=all"
many="$many WG_LINES=${WG_LINES:-5000} WG_PICTURES=${WG_PICTURES:-1500} WG_FORMULAS=${WG_FORMULAS:-10}"
many="$many WG_NETS=${WG_NETS:-200} WG_FIGURES=${WG_FIGURES:-200} WG_TEXTS=${WG_TEXTS:-200}"
many="$many WG_FAILING=${WG_FAILING:-200} WG_STEPS=${WG_STEPS:-1000} WG_COMPILERS=all WG_OPS=all"
many="$many WG_EXAMPLES=all"
# By several processes of mpirun.
mpi=test_processes
no_others="-${browser// / -} -$latex -$waits -${lessons// / -} -$mpi -test_onnx_programs -test_onnx_steps"
no_others="$no_others -test_cpp_forms"

# The library without a wing: its rooms, and of those of show not what runs the command.
no_wing="SHOW=0 LANGUAGE=0 BUILD=$build"
without=LD_LIBRARY_PATH=$folders/here/$build/no
of_show="text/ formula/ view/ steps/ layout/ figure/ draw/"
of_small="small.sh graph/ params/ optim/ solve/ look/ data/ files/ nn/ fit/ check/ $no_others"
of_show="$of_show -test_picture_lines -test_read_edges -test_read_back -test_written $no_others"

# What is there to find writes and reads outside memory: memory that fails, hostile files, calls of all
# functions in any order, every op. With STRICT=1 these run with the hostile library, the others with the
# plain one.
guarded="test_odd_calls test_misuse test_busy test_registry test_damage test_reading_memory test_fuzz
    test_csv test_lang_errors test_by_pointer test_lazy test_shards test_onnx"
guarded=${guarded//$'\n'/ }
not_guarded=-${guarded// / -}

alone="all $no_others $no_processes"
apart="TEST_BUILD=1 CFLAGS=-O1"
none="BLAS=none OPENMP=0 GRAPHVIZ=0"
# The sanitizers of clang find what gcc's do not: an offset added to NULL, a number outside an enum. With
# OpenMP's threads its search for leaks crashes.
bare=$apart
echo 'int main(void) { return 0; }' | clang -fsanitize=address,undefined -x c -o /dev/null - 2>/dev/null &&
    bare="CC=clang SAN=address,undefined"
arm=aarch64-linux-gnu
for_arm="CC=$arm-gcc AR=$arm-ar"
qemu="QEMU=qemu-aarch64-static QEMU_LD_PREFIX=/usr/$arm"
no_parts="-test_threads -test_blas_loading"
# Programs of the plain build find the library of another one: they are compiled once.
of_gcc() { gcc -print-file-name="$1"; }
here=$folders/here/$build
of_core=LD_LIBRARY_PATH=$here/core/tests
grown="CPPFLAGS=-DWG_GROWN ISAS=1"
# Programs that give each option which the library names a value of their own.
no_listing="-test_optimizers -test_magnitudes -test_options -test_arguments"
of_later="WG_ISA=base LD_LIBRARY_PATH=$here/later/tests:$here/later"
sanitized="LD_PRELOAD=$(of_gcc libasan.so):$(of_gcc libubsan.so)"
sanitized="$sanitized LD_LIBRARY_PATH=$here/hostile/tests:$here/hostile"

# One row a kind: the folder of its build in $build; flags of make; its test programs (`all`, `room/`, names,
# or scripts in tests/; with `-` before it, one that is left out; `skipped`, below); the words before each of
# them, which set variables or name a program that runs it (@bare: a folder of tests/programs.sh); a program
# without which the kind is left out; processor seconds of building and running all, and megabytes, as
# measured. plain: the build as it is. hidden: PATH holds no program but those that `make test` promises.
# again: with all programs, the tests that the kind hidden has skipped, and no others. singly: these tests for
# each program that one of them did not find, with all programs but that one.
# browser, latex: programs that others run; graphs: its random graphs, many more; hostile: tiny arenas,
# poisoned memory and colliding hashes, under gcc's sanitizers.
# bare: without BLAS, OpenMP and Graphviz, under clang's sanitizers; aarch64, musl: another processor, another
# C library. No file asks for two of the three parts (make check), so a build without all compiles what builds
# without one do. BLAS and Graphviz are left out by aarch64, OpenMP by tsan.
# memcheck: programs of the plain build under valgrind, which finds bytes that nobody has set.
# onnx: ONNX files that others have written, and those that the library writes, run by another runtime.
# micro: a C file of a net learns on an emulated Cortex-M4, with the bits that it has here.
# tsan: threads with a context each, under ThreadSanitizer.
# core: the engine without its fast ways (make CORE=1): results, and the same bits as the plain build.
# steps: what CONTRIBUTING.md says of an op and an optimizer, done in a copy.
# later: a library to come, whose structs of options have more members, under the programs of the plain build.
# no-show, no-language, no-show-language: the library without these wings. It is made of the same objects, so
# the tests of some rooms show that nothing is missing. Programs that call what it has not are left out.
# wasm: what the engine of pages says, against a native command without the three parts.
# daz, up, down, zero: the tests of results, called in another arithmetic: subnormal numbers are zero,
# rounding up, down, towards zero.
kinds="
plain   |         | | all $no_others | | make | 400 100
hidden  |         | | all $no_others $not_guarded | PATH=@bare | make | 320 100
again   |         | | skipped | | make | 40 0
guarded | hostile | HOSTILE=1 SAN=address,undefined | $guarded | PATH=@bare $sanitized | make | 180 90
browser |         | | $browser | | chromium | 80 0
waits   |         | | $waits | | make | 5 0
latex   |         | | $latex | | pdflatex | 10 0
lessons |         | | $lessons | | make | 150 0
mpi     |         | | $mpi | | mpirun.openmpi | 120 0
graphs  |         | | $graphs | $many | make | 400 0
hostile | hostile | HOSTILE=1 SAN=address,undefined | $alone | $sanitized | make | 900 90
bare    | bare    | $bare $none | $some kernel/ base/ test_strangers_all $no_parts | | make | 150 60
musl    | musl    | $apart $none CC=musl-gcc | elsewhere.sh | | musl-gcc | 90 60
aarch64 | aarch64 | $apart BLAS=none GRAPHVIZ=0 $for_arm | elsewhere.sh | $qemu | $arm-gcc | 120 60
daz     |         | | $in_rooms | WG_FLOATS=daz | make | 200 0
up      |         | | $in_rooms | WG_FLOATS=up | make | 140 0
down    |         | | $in_rooms | WG_FLOATS=down | make | 130 0
zero    |         | | $in_rooms | WG_FLOATS=zero | make | 140 0
memcheck|         | | memcheck.sh | | valgrind | 25 0
core    | core    | CORE=1 $apart | core.sh $in_rooms solve/ $of_ways | $of_core | make | 200 60
steps   |         | | contributing.sh | | make | 250 150
later   | later   | $grown | later.sh all $no_listing $no_others $no_processes | $of_later | make | 500 60
no-show | no-show | SHOW=0 BUILD=$build | lang/ | $without-show/tests | make | 60 70
no-language | no-language | LANGUAGE=0 BUILD=$build | $of_show | $without-language/tests | make | 100 70
no-show-language | no-show-language | $no_wing | $of_small | $without-show-language/tests | make | 100 70
wasm    | alone   | $none MPI=0 ISAS=1 | wasm.sh | | emcc | 700 90
onnx    |         | | onnx/all.sh onnx/ort.sh | | node | 300 0
micro   |         | | microcontroller.sh | | arm-none-eabi-gcc | 5 0
tsan    | tsan    | SAN=thread OPENMP=0 | tsan.sh | | make | 90 30
"

# Sets folder, home (of its programs), flags, programs, before, needs, seconds and room to what the row of a
# kind says. The kind without-X is `again` with all programs but X.
read_kind() {
    local row name=$1
    case "$1" in without-*) name=again ;; esac
    row=$(sed -n "s/ *| */|/g; s/^$name|//p" <<<"$kinds")
    [ -n "$row" ] || { echo "tests/run.sh: there is no kind '$1' of tests" >&2; exit 2; }
    IFS='|' read -r folder flags programs before needs room <<<"$row"
    read -r seconds room <<<"$room"
    folder=$build${folder:+/$folder} results=$build/results/$1 home=$folder
    case "$before" in *LD_LIBRARY_PATH*) home=$build ;; esac
    case "$1" in without-*) before=PATH=@${1#without-} ;; esac
}

# Sets `before` to what is typed before the programs of the kind $1: a PATH in the place of @bare, or of @X
# for all but X.
hide_programs() {
    local name=${before#PATH=@} path
    [ "$name" != "$before" ] || return 0
    name=${name%% *}
    rm -rf "$folders/$name"
    mkdir "$folders/$name"
    path=$(tests/programs.sh "$folders/$name" ${name/#bare/}) ||
        { path=$PATH; skip "$1" <<<"nothing is hidden: this is no Debian"; }
    before=${before/@$name/$path}
}

# The names of programs that tests of the kind hidden did not find, and that are here.
not_found() {
    local name
    find "$build/results/hidden" -name '*.log' | while IFS= read -r name; do reasons "$name"; done |
        sed -nE 's/^no ([a-z0-9+-]+)( .*)? here.*/\1/p' | sort -u | while IFS= read -r name; do
        command -v "$name" >/dev/null && echo "$name"
    done
}

# Whether the compiler of the kind that was read last makes programs, with the kind's sanitizers.
compiles() {
    local cc san
    cc=$(sed -n 's/.*CC=\([^ ]*\).*/\1/p' <<<"$flags")
    san=$(sed -n 's/.*SAN=\([^ ]*\).*/-fsanitize=\1/p' <<<"$flags")
    [ -z "$cc" ] || echo 'int main(void) { return 0; }' | $cc $san -x c -o /dev/null - 2>/dev/null
}

announce() {
    local kind seconds_of_all=0 room_of_all=0
    for kind; do
        [ "$kind" != singly ] || continue
        read_kind "$kind"
        seconds_of_all=$((seconds_of_all + seconds)) room_of_all=$((room_of_all + room))
    done
    minutes=$(((seconds_of_all / at_a_time + 59) / 60))
    echo "tests ($*): about $minutes minutes on $at_a_time free processors" \
        "when nothing is built yet, $room_of_all MB in $build/"
    echo "seed: WG_SEED=$WG_SEED"
}

# The programs of the kind that was read last, one a line.
binaries() {
    local source name room_name
    for source in $(find tests -name 'test_*.c' | LC_ALL=C sort); do
        name=$(basename "$source" .c) room_name=$(basename "$(dirname "$source")")/
        [ "${TESTS:-$programs}" != skipped ] || [ -z "$(skipped_of "${source%.c}")" ] ||
            echo "$home/${source%.c}"
        case " ${TESTS:-$programs} " in *" $name "* | *" $room_name$name "*) echo \
            "$home/${source%.c}" && continue ;; esac
        case " $programs " in *" -$name "*) continue ;; esac # of another kind: only who names it runs it
        case " ${TESTS:-$programs} " in *" all "* | *" $room_name "*) echo "$home/${source%.c}" ;; esac
    done
    for name in ${TESTS:-$programs}; do case "$name" in *.sh) echo "tests/$name" ;; esac done
}

# Those of the programs on standard input that call nothing which the library of the kind has not.
able() {
    local lacks bin
    [ "$home" != "$folder" ] || { cat; return; }
    lacks=$(comm -23 <(has "$home") <(has "$folder"))
    while IFS= read -r bin; do
        case "$bin" in *.sh) ;; *) [ -z "$(comm -12 <(asks "$bin") <(echo "$lacks"))" ] || continue ;; esac
        echo "$bin"
    done
}

# The names that the library of the tests in the folder $1 has; those that the program $1 looks for.
has() { nm -D --defined-only "$1/tests/libwengert-tests.so" | awk '{ print $NF }' | LC_ALL=C sort -u; }
asks() { nm -D --undefined-only "$1" | awk '{ sub(/@.*/, "", $NF); print $NF }' | LC_ALL=C sort -u; }

# The tests that the kind hidden has skipped, of a program, as Criterion's --filter takes them; nothing: there
# are none. What a test prints stands behind the line that says that it runs.
skipped_of() {
    local log=$build/results/hidden/${1#tests/}.log
    [ ! -e "$log" ] || sed 's/\x1b\[[0-9;]*m//g' "$log" | awk '
        /^\[RUN *\]/ { test = $NF }
        (/^\[SKIP\]/ && !/Test is disabled/) || /^ *skipped: / {
            if (/^\[SKIP/) test = substr($2, 1, length($2) - 1)
            found[test]
        }
        END {
            for (t in found) { sub(/::/, "/", t); all = all "|" t }
            if (all) print "@(" substr(all, 2) ")"
        }'
}

# Of chosen tests only some need the command, the examples and the shared library. Where the programs are of
# another build, this one has the library that they find.
build_kind() {
    local targets=(tests) more=()
    case "${TESTS:-$programs}" in all* | skipped) more=(all examples) ;; *)
        mapfile -t targets < <(binaries)
        [ "${targets[*]}" ] ||
            { echo "no test is called $TESTS: a name is test_draw, draw/test_draw or, of a folder, draw/" >&2
                return 1; }
        case " ${targets[*]} " in
        *"/tsan.sh "*) more=(lib) ;;
        *"/core.sh "*) ;;
        *"/wasm.sh "*) more=("$folder/wengert") ;;
        *".sh "* | *"/tests/tools/"* | *"/tests/pages/"* | *"/tests/languages/"* | *"/test_case "*) \
            more=(all examples) ;;
        esac
        case " ${targets[*]} " in *"/memcheck.sh "*) more+=("$folder/fuzz") ;; esac ;;
    esac
    mapfile -t targets < <(printf '%s\n' "${targets[@]}" | grep -v '\.sh$')
    if [ "$home" != "$folder" ]; then
        make -s --no-print-directory BUILD="$home" SHOW=1 LANGUAGE=1 "${targets[@]}" || return
        targets=("$folder/tests/libwengert-tests.so")
    fi
    make -s --no-print-directory BUILD="$folder" $flags "${targets[@]}" "${more[@]}"
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

# What is written about a program begins with this path, in a folder of its kind.
result_of() {
    local name=${1#"$home"/}
    echo "$results/${name#tests/}"
}

# Writes the output to .log, exit status, seconds and processor seconds to .status, and, when it slept for
# ever, the threads to .stuck.
run_one() {
    local bin=$1 out=$2 started=$SECONDS session watcher='' status TIMEFORMAT='%U %S' only=
    [ "$programs" != skipped ] || only=$(skipped_of "${bin#"$home"/}")
    mkdir -p "$(dirname "$out")"
    rm -f "$out".asan.* "$out.stuck" "$out.status"
    (
        ulimit -t "$processor_seconds"
        export WG_BUILD=$folder
        # Freed memory is kept from use for 16 MB, not for 256 MB: a third of the time went into new pages.
        export ASAN_OPTIONS=log_path=$folders/here/$out.asan:detect_leaks=1:quarantine_size_mb=16
        exec setsid env $before "$bin" -j1 --verbose ${only:+--filter "$only"} >"$out.log" 2>&1 </dev/null
    ) &
    session=$!
    trap 'stop $session; kill $watcher; exit 130' INT TERM
    watch "$session" "$out.stuck" &
    watcher=$!
    { time wait "$session"; } 2>"$out.time"
    status=$?
    kill "$watcher"
    wait "$watcher"
    stop "$session" # what a test has left running
    echo "$status $((SECONDS - started)) $(awk '{ printf "%.1f", $1 + $2 }' "$out.time")" >"$out.status"
    rm -f "$out.time"
} 2>/dev/null

# ---- results ----

# The number after a word of Criterion's last line. Colours are removed first.
count() { sed -n 's/\x1b\[[0-9;]*m//g; s/.*Synthesis:.*'"$1"': \([0-9]*\).*/\1/p' "$2" | tail -n 1; }

# Why tests were skipped, a line each: Criterion's words, and those of a page that is followed.
reasons() {
    sed -n 's/\x1b\[[0-9;]*m//g; /: Test is disabled$/d; s/^\[SKIP\] [^:]*::[^:]*: //; t said
        s/^ *skipped: /skipped: /; T
        :said; s/^skipped: //; s/: \$ .*//; p' "$1"
}

# Counts the reasons on standard input, of the program $1. The first words of those that are allowed stand in
# tests/README.md.
skip() {
    local why
    while IFS= read -r why; do
        # A test may be skipped for want of what this kind hides. It runs again: kind again.
        case "$kind: $why" in
        "hidden: no "*" here"*) continue ;;
        without-*": no ${kind#without-} "*" here"* | without-*": no ${kind#without-} here"*) continue ;;
        esac
        skipped=$((skipped + 1)) skips+=("$why")
        [ -z "${STRICT:-}" ] || allowed "$why" || failed=$((failed + 1)) failures+=("$1 skipped: $why")
    done
}

allowed() {
    local words
    while IFS= read -r words; do case "$1" in "$words"*) return 0 ;; esac
    done < <(sed -n '/^## What may be skipped/,/^## /s/^- `\([^`]*\)`.*/\1/p' tests/README.md)
    return 1
}

# The first 60 lines of a log without those about tests that passed. Criterion's own lines come before what a
# test printed, which may be more.
without_passes() {
    local lines
    lines=$(sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -vE '^\[(RUN |PASS)|: Test is disabled$')
    { grep '^\[' <<<"$lines"; grep -v '^\[' <<<"$lines"; } | head -n 60
}

# The first lines about failures, in one line, and why a run failed.
essence() {
    local first
    first=$(without_passes "$1" | grep -vE '^\[====|Criterion v' | sed 's/^\[----\] *//' | head -n 8)
    echo "$(cut -c 1-200 <<<"$first") $2" |
        tr -s '\n ' ' ' | cut -c 1-500
}

last_test() { sed -n 's/\x1b\[[0-9;]*m//g; s/^\[RUN *\] *//p' "$1" | tail -n 1; }

# Why a run failed, where Criterion counts no failure; nothing where it did not fail.
verdict() {
    local status=$1 ok=$2 bad=$3 out=$4
    if [ -e "$out.stuck" ]; then
        echo "$(last_test "$out.log") waits for ever: its threads slept at $patience looks, one a second"
    elif compgen -G "$out.asan.*" >/dev/null; then cat "$out".asan.*
    elif [ "$bad" != 0 ]; then return
    elif [ "$status" != 0 ]; then echo "exit status $status in $(last_test "$out.log")"
    elif [ "$ok" = 0 ] && [ -z "$(reasons "$out.log")" ]; then echo "nothing was tested"
    fi
}

report() {
    local kind=$1 out=$2 ok bad why status took used name=${2#"$results"/}
    read -r status took used <"$out.status"
    ok=$(count Passing "$out.log")
    bad=$(count Failing "$out.log")
    ok=${ok:-0} bad=${bad:-0}
    why=$(verdict "$status" "$ok" "$bad" "$out")
    [ -n "$why" ] && [ "$bad" = 0 ] && bad=1
    [ "$bad" = 0 ] || without_passes "$out.log"
    [ -z "$why" ] || echo "$why"
    printf '%-8s %-34s %5d passed, %d failed  (%d s)\n' "$kind" "$name" "$ok" "$bad" "$took"
    skip "$kind $name" < <(reasons "$out.log")
    spent+=("$used $kind $name")
    [ "$bad" = 0 ] || failures+=("$kind $name: $(essence "$out.log" "$why")")
    passed=$((passed + ok))
    failed=$((failed + bad))
}

# A line of $spent is: processor seconds, kind, program.
print_spent() {
    echo 'processor seconds, of each kind and of the slowest twenty:'
    printf '%s\n' "${spent[@]}" | awk '{ sum[$2 " " ($3 == "build" ? $3 : "run")] += $1 }
        END { for (k in sum) printf "%8.1f  %s\n", sum[k], k }' | LC_ALL=C sort -k2
    printf '%s\n' "${spent[@]}" | grep -v ' build$' | LC_ALL=C sort -rn | head -n 20 |
        awk '{ printf "%8.1f  %s %s\n", $1, $2, $3 }'
}

# ---- as many binaries at a time as there are processors ----

running=()
spent=()
skips=()
failures=() # what is needed of each to find it again: the last lines are often all that is kept

# Waits until a program ends, and reports all that have ended.
next_result() {
    local kind=$1 out still=()
    wait -n
    if [ -z "$(jobs -pr)" ]; then
        for out in "${running[@]}"; do [ -e "$out.status" ] || echo "127 0 0" >"$out.status"; done
    fi
    for out in "${running[@]}"; do
        if [ -e "$out.status" ]; then report "$kind" "$out"; else still+=("$out"); fi
    done
    running=("${still[@]}")
}

run_kind() {
    local kind=$1 bin out
    shift
    for bin; do
        while [ ${#running[@]} -ge "$at_a_time" ]; do next_result "$kind"; done
        out=$(result_of "$bin")
        rm -f "$out.status"
        run_one "$bin" "$out" &
        running+=("$out")
    done
    while [ ${#running[@]} -gt 0 ]; do next_result "$kind"; done
}

trap 'trap - INT TERM; kill $(jobs -p) 2>/dev/null; wait; exit 130' INT TERM
announce "$@"
while [ $# -gt 0 ]; do
    kind=$1
    shift
    [ "$kind" != singly ] || { set -- $(not_found | sed 's/^/without-/') "$@"; continue; }
    read_kind "$kind"
    if ! command -v "$needs" >/dev/null; then
        skip "$kind" <<<"the $kind tests: $needs is not installed (make deps)"
        continue
    fi
    compiles || { skip "$kind" <<<"the $kind tests: $needs makes no programs here"; continue; }
    case "${TESTS:+chosen} $programs" in "chosen "*.sh) echo \
        "$kind runs no chosen test: left out"; continue ;; esac
    hide_programs "$kind"
    echo "building for the $kind tests"
    TIMEFORMAT='%U %S'
    mkdir -p "$results"
    # Not by 3 or 4: these are make's own, for those that build at the same time.
    exec {errors}>&2
    { time build_kind 2>&"$errors"; } 2>"$results/build_time"
    built=$?
    exec {errors}>&-
    spent+=("$(awk '{ print $1 + $2 }' "$results/build_time") $kind build")
    if [ "$built" != 0 ]; then
        echo "the $kind build failed"
        failed=$((failed + 1)) failures+=("the $kind build")
        continue
    fi
    mapfile -t chosen < <(binaries | able)
    [ ${#chosen[@]} -gt 0 ] ||
        { echo "no test to run"; failed=$((failed + 1)) failures+=("$kind: no test to run"); }
    [ ${#chosen[@]} -eq 0 ] ||
        echo "running ${#chosen[@]} test programs: a line each when it ends, after a second or up to a minute"
    run_kind "$kind" "${chosen[@]}"
done

print_spent
[ "$skipped" = 0 ] || printf '%s\n' "${skips[@]}" | LC_ALL=C sort | uniq -c |
    sed 's/^ *\([0-9]*\) /skipped \1: /'
[ "$failed" = 0 ] || printf 'FAILED %s\n' "${failures[@]}"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
