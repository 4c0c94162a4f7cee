#!/usr/bin/env bash
# Trains by several processes, as users do, and compares files; makes each of the faults of docs/scale.md and
# looks at what is printed, the status, the time, and what is left. tests/group/test_processes.c calls it; by
# hand:
#
#   tests/group/processes.sh CASE...      bits, kills, faults, apart, signals, disk, languages, mpich
#   KILLS=10 FULL=1 tests/group/processes.sh bits kills
#
# It prints what does not hold, and its exit status is 1 then. Environment: build, the folder of the build.
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
build=$(cd "${build:-build}" && pwd)
wengert=$build/wengert
work=$(mktemp -d)
bad=0
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 \
    OMPI_MCA_btl_vader_single_copy_mechanism=none
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

by() { timeout 120 mpirun.openmpi -q --oversubscribe "$@"; }
wrong() {
    printf 'wrong: %s\n' "$*"
    bad=1
}

# ---- the same bytes ----

# The hash of all that a training leaves but the seconds.
hash_of() {
    { sed 's/"seconds.*//' "$1/log.jsonl"; cat "$1/weights.safetensors" "$1/state.safetensors"; } |
        sha256sum | cut -c 1-16
}

# program, dtype, numbers of processes: each gives what --shards 8 gives without a launcher.
same_bits() {
    local program=$1 dtype=$2 n a
    shift 2
    rm -rf one by*
    a=(train "$program" --data digits --dev 0.2 --dtype "$dtype" --quiet)
    "$wengert" "${a[@]}" --shards 8 -o one >/dev/null || wrong "$program does not train"
    for n; do
        by -n "$n" "$wengert" "${a[@]}" -o "by$n" >/dev/null || wrong "$program by $n: status $?"
        [ "$(hash_of one)" = "$(hash_of "by$n")" ] ||
            wrong "$program, $dtype, by $n: other bytes than by one process"
    done
    printf '%s %s %s: 1 %s\n' "$(basename "$program")" "$dtype" "$(hash_of one)" "$*"
    rm -rf one by*
}

bits() {
    local f of
    sed 's/epochs=20/epochs=4/; s/batch=64/batch=57/' "$root/examples/digits.wg" >digits.wg
    for f in ${FULL:+f64} f32; do
        of="${FULL:+1} 2 4 ${FULL:+8}"
        same_bits digits.wg "$f" $of
        same_bits "$root/tests/group/lstm.wg" "$f" $of
        same_bits "$root/tests/group/lenet.wg" "$f" 4
        same_bits "$root/tests/group/gpt.wg" "$f" 4
    done
}

# ---- killed and resumed ----

kills() {
    local i n victim a started=$SECONDS
    a=(train "$root/examples/digits.wg" --data digits --epochs 400 --quiet)
    "$wengert" "${a[@]}" --shards 8 -o whole >/dev/null
    for i in $(seq "${KILLS:-2}"); do
        rm -rf run two one
        by -n 4 "$wengert" "${a[@]}" -o run >/dev/null 2>&1 &
        until [ -e run/state.safetensors ] || ! kill -0 $! 2>/dev/null; do sleep 0.05; done
        sleep "$((RANDOM % 2)).$((RANDOM % 1000 + 1000))" # any time does
        victim=$(pgrep -f "^$wengert train.* -o run" | shuf -n 1)
        [ -z "$victim" ] || kill -9 "$victim"
        wait $! && wrong "kill $i: the training was done before"
        cp -r run two && mv run one
        for n in two one; do
            by -n $([ $n = one ] && echo 1 || echo 2) "$wengert" "${a[@]}" -o $n >/dev/null ||
                wrong "kill $i: not resumed"
            [ "$(hash_of whole)" = "$(hash_of $n)" ] || wrong "kill $i: resumed by $n it has other bytes"
        done
    done
    echo "kills: $i in $((SECONDS - started)) s"
}

# ---- faults ----

# A command of all processes: its status, what it prints on standard error, each once; no process is left
# after 10 s.
fault() {
    local what=$1 status=$2 text=$3 started=$SECONDS got
    shift 3
    by "$@" >out 2>err
    got=$?
    [ "$got" = "$status" ] || wrong "$what: status $got, not $status"
    [ "$(grep -cF -e "$text" err)" = 1 ] || wrong "$what: not once: $text; but: $(cat err)"
    [ $((SECONDS - started)) -lt 10 ] || wrong "$what: it took $((SECONDS - started)) s"
    [ -z "$(pgrep -f "^$wengert train|^$work")" ] || wrong "$what: processes are left"
    printf '%-24s status %s, %s s: %s\n' "$what" "$got" $((SECONDS - started)) \
        "$(grep -F -m 1 -e "$text" err | cut -c 1-150)"
}

faults() {
    local t="$wengert train"
    printf 'a,b,y\n1,2,0\n2,3,1\n4,5,1\n' >t.csv
    sed 's/4,5,1/4,5,0/' t.csv >other.csv
    printf '%s\n' 'x = input(m, 2)' 'y = input(m, classes=2)' 'loss = softmax_cross_entropy(dense(x, 2), y)' \
        'train(loss, batch=2, epochs=3)' >c.wg
    sed 's/dense(x, 2)/dense(x, 2, bias=false)/' c.wg >other.wg
    printf '%s\n' 'x = input(m, 1)' 'w = param(init=1)' 'loss = mean(sqrt(x + w))' \
        'train(loss, batch=16, epochs=3, optimizer=sgd(lr=0.1))' >nan.wg
    { echo x; yes 3 | head -n 15; echo -7; } >n.csv
    cp "$wengert" old && printf x >>old && cp "$build"/libwengert-mpi-*.so .
    local with="--data t.csv --map x=a:b,y=y"
    fault "a file is missing" 3 "rank 1 on $(hostname): csv_names: none.csv: cannot be opened: No such file" \
        -n 1 $t c.wg $with : -n 1 $t c.wg --data none.csv --map x=a:b,y=y
    fault "another program" 3 "rank 1 on $(hostname) has another program than rank 0" -n 1 $t c.wg $with : \
        -n 1 $t other.wg $with
    fault "other data" 3 "rank 1 on $(hostname) has another data set than rank 0" \
        -n 1 $t c.wg $with : -n 1 $t c.wg --data other.csv --map x=a:b,y=y
    fault "another version" 3 "rank 1 on $(hostname) has another program than rank 0" -n 1 $t c.wg $with : \
        -n 1 ./old train c.wg $with
    fault "other options" 3 "rank 1 on $(hostname) has another set of options" -n 1 $t c.wg $with : -n 1 $t \
        c.wg $with --lr 0.5
    fault "NaN" 3 "rank 1 on $(hostname): backward: the loss is nan. The first nan is in sqrt (nan.wg:3:13)" \
        -n 2 $t nan.wg --data n.csv --map x=x -o nan
    fault "a mistake of all" 3 "-e:3:30: matmul: inner" -n 2 "$wengert" train -e 'x = input(m, 2)
y = input(m, classes=2)
loss = softmax_cross_entropy(matmul(x, x), y)
train(loss)' $with
    fault "no such flag" 2 "no flag '--epochz'; did you mean '--epochs'?" -n 2 $t c.wg --epochz 3
    fault "three processes" 2 "3 processes cannot share 8 shards evenly: start 1, 2, 4, ..." -n 3 $t c.wg \
        $with
    fault "too few shards" 2 "4 processes for 2 shards: give at least as many" -n 4 $t c.wg $with --shards 2
    rm -f libwengert-mpi-*.so
    fault "no MPI in the build" 4 \
        "but there is no libwengert-mpi-openmpi.so: install libopenmpi-dev, and make Wengert again" -n 2 \
        ./old train c.wg $with
}

signals() {
    local what signal status started a=(train "$root/examples/digits.wg" --data digits --epochs 5000 -o run)
    for what in "rank KILL 137" "mpirun INT 1"; do
        read -r what signal status <<<"$what"
        rm -rf run
        by -n 2 "$wengert" "${a[@]}" >out 2>err &
        until [ -e run/state.safetensors ] || ! kill -0 $! 2>/dev/null; do sleep 0.05; done
        started=$SECONDS
        if [ "$what" = rank ]; then kill -9 "$(pgrep -f "^$wengert train" | shuf -n 1)"
        else pkill -INT -f "^mpirun.openmpi -q"
        fi
        wait $!
        [ $? = "$status" ] || wrong "$signal to $what: another status than $status"
        [ $((SECONDS - started)) -lt 10 ] || wrong "$signal to $what: it took $((SECONDS - started)) s"
        [ -z "$(pgrep -f "^$wengert train")" ] || wrong "$signal to $what: processes are left"
        [ "$what" = rank ] || [ "$(grep -c 'the same command goes on from here' err)" = 1 ] ||
            wrong "INT: $(cat err)"
        [ -z "$(find run -name '*.new*')" ] || wrong "$signal: $(ls run)"
        printf '%s to %-15s status %s, %s s: %s\n' "$signal" "$what" "$status" $((SECONDS - started)) \
            "$(tail -n 1 err)"
    done
}

# Needs root, for a small disk.
disk() {
    mkdir small && mount -t tmpfs -o size=64k none small 2>/dev/null ||
        { echo "skipped: no small disk can be mounted"; return; }
    path=small/run/weights.safetensors
    fault "a full disk" 6 \
        "rank 0 on $(hostname): wengert: params_save: $path: cannot be written: No space left" \
        -n 2 "$wengert" train "$root/examples/digits.wg" --data digits --epochs 400 --quiet -o small/run
    "$wengert" train "$root/examples/digits.wg" --data digits --quiet -o small/one >/dev/null 2>&1
    [ $? = 6 ] || wrong "a full disk: one process has another status"
    umount small
}

# ---- Python and C ----

languages() {
    local n python
    python=$("$root/tests/python.sh") || { wrong "no python3 with NumPy: make deps installs it"; return; }
    export PYTHONPATH=$root/python WENGERT_LIBRARY=$build/libwengert.so
    for n in 1 2 4; do
        by -n $n $python "$root/tests/group/net.py" "py$n" || wrong "net.py by $n"
        cmp py1 "py$n" || wrong "net.py by $n"
    done
    BAD=1 by -n 2 $python "$root/tests/group/net.py" bad 2>err && wrong "net.py has no error"
    [ "$(grep -c 'KeyError: .x.' err)/$(head -n 1 err)" = "1/rank 1 on $(hostname):" ] ||
        wrong "net.py: $(cat err)"
    "${CC:-cc}" -I"$root/include" "$root/examples/processes.c" "$build/libwengert.so" -Wl,-rpath,"$build" \
        -lm -o net || wrong "C"
    ./net 8 >c0 || wrong "processes.c"
    for n in 2 4; do by -n $n ./net | tail -n 2 | cmp - <(tail -n 2 c0) || wrong "processes.c by $n"; done
    tail -n 1 c0
    "${CC:-cc}" -I"$root/include" "$root/tests/group/turns.c" "$build/libwengert.so" -Wl,-rpath,"$build" -lm \
        -o turns || wrong "turns.c"
    by -n 4 ./turns >out || wrong "turns.c: status $?"
    [ "$(cat out)" = "$(printf '6 of 4\n6 of 4')" ] || wrong "turns.c: $(cat out)"
    fault "a process stops" 4 \
        "rank 1 on $(hostname), or a process that it waits for, did not come within 1 s" -n 2 ./turns 1
    for n in 0 3; do
        by -n 4 ./turns $n >out 2>err && wrong "turns.c $n: no error"
        grep -q "did not come within 1 s" err || wrong "turns.c $n: $(cat err)"
    done
}

# Rank 1 does something else.
apart() {
    local at="rank 1 on $(hostname)" other launcher mode
    "${CC:-cc}" -I"$root/include" "$root/tests/group/apart.c" "$build/libwengert.so" -Wl,-rpath,"$build" -lm \
        -o apart || wrong "apart.c"
    other="$at has other values of parameters, or another optimizer"
    for launcher in openmpi mpich; do
        command -v mpirun.$launcher >/dev/null ||
            { wrong "no mpirun.$launcher: make deps installs it"; continue; }
        [ $launcher = openmpi ] || by() { timeout 120 mpirun.mpich "$@"; }
        by -n 2 ./apart >out 2>err || wrong "apart by $launcher: $(cat err)"
        by -n 2 ./apart none >out 2>err || wrong "a program without wg_finish by $launcher: $(cat err)"
        fault "other values" 4 "$other" -n 2 ./apart values
        fault "another optimizer" 4 "$other" -n 2 ./apart kind
        fault "another rate" 4 "$other" -n 2 ./apart rate
        fault "no step" 4 "$other" -n 2 ./apart no-step
        fault "assigned" 4 "$other" -n 2 ./apart between
        fault "other names" 4 "$at has other parameters or states than rank 0" -n 2 ./apart names
        fault "another batch" 4 "$at has another batch than rank 0" -n 2 ./apart skip
        fault "no backward" 4 "wg_backward was called in some shards and not in others" -n 2 ./apart \
            no-backward
        fault "a loop is left" 4 "$at: " -n 2 ./apart leave
        fault "written in a shard" 4 "parameters were changed between two shards" -n 2 ./apart assign
        fault "finished" 4 \
            "rank 0 on $(hostname) is at the end of a batch, $at is at the end of the program" -n 2 ./apart \
            finish
        for mode in return exit; do
            by -n 2 ./apart $mode >out 2>err && wrong "$mode by $launcher: status 0"
            grep -q "$at is at the end of the program" err || wrong "$mode by $launcher: $(cat err)"
        done
    done
}

# Launchers that are not what they seem.
launchers() {
    "${CC:-cc}" -I"$root/include" "$root/tests/group/apart.c" "$build/libwengert.so" -Wl,-rpath,"$build" -lm \
        -o apart || wrong "apart.c"
    OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=0 timeout 60 ./apart >out 2>err &&
        wrong "four are launched, one is there: status 0"
    why="mpirun of Open MPI has started 4 processes, but Open MPI v.* sees one: it is another MPI's launcher"
    grep -q "$why" err || wrong "$(cat err)"
    "${CC:-cc}" -I"$root/include" "$root/tests/group/apart.c" "$build/libwengert.so" -Wl,-rpath,"$build" \
        -Wl,--no-as-needed \
        $(pkg-config --libs ompi-c) -lm -o other || wrong "apart.c with Open MPI"
    timeout 60 mpirun.mpich -n 2 ./other >out 2>err && wrong "two MPIs: status 0"
    grep -q "mpirun of MPICH has started 2 processes, but the program is linked with another MPI, .*libmpi" \
        err || wrong "$(cat err)"
    "${CC:-cc}" -I"$root/include" "$root/tests/group/apart.c" "$build/libwengert.a" -fopenmp -ldl -lm -o \
        static || wrong "apart.c, static"
    LD_LIBRARY_PATH=$build by -n 2 ./static >out 2>err || wrong "with libwengert.a: $(cat err)"
}

mpich() {
    command -v mpirun.mpich >/dev/null || { wrong "no mpirun.mpich: make deps installs it"; return; }
    by() { timeout 120 mpirun.mpich "$@"; }
    same_bits "$root/tests/group/lstm.wg" f32 2
}

for one; do "$one"; done
exit $bad
