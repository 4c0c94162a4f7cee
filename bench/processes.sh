#!/usr/bin/env bash
# Times of a training step on this machine, in turns: one process with two threads, two with one thread each,
# the same sum by hand, PyTorch's DDP. `make bench-processes` calls it. Prints medians and the medians of
# ratios within a round. Environment: BUILD, ROUNDS (5). Needs Open MPI; with python3-torch, PyTorch too.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build} program=${BUILD:-build}/bench-processes
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
python=/usr/bin/python3
$python -c 'import torch' 2>/dev/null || python=
two="mpirun.openmpi -q --bind-to core -n 2"
one() { OMP_NUM_THREADS=2 "$@"; }

row() { # work, name, command...
    local work=$1 name=$2
    shift 2
    printf '%s %s %s\n' "$work" "$name" "$("$@" 2>/dev/null)" >>"$log"
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for round in $(seq "${ROUNDS:-5}"); do
    for work in mlp gpt; do
        for shards in 2 8; do
            row $work "one-process-2-threads-$shards-shards" one "$program" $work group $shards
            row $work "two-processes-$shards-shards" $two "$program" $work group $shards
        done
        row $work one-process-no-shards one "$program" $work group 1
        row $work by-hand $two "$program" $work hand
        [ -z "$python" ] || row $work torch-ddp $two $python bench/processes_torch.py $work 1
        [ -z "$python" ] || row $work torch-2-threads one $python bench/processes_torch.py $work 2
    done
done
awk '
function median(list, n,    i, j, t) {
    for (i = 1; i < n; i++)
        for (j = i + 1; j <= n; j++)
            if (list[j] < list[i]) { t = list[i]; list[i] = list[j]; list[j] = t }
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}
{ key = $1 " " $2; if (!(key in count)) order[++keys] = key; time[key, ++count[key]] = $3; work[key] = $1 }
END {
    printf "%-40s %10s %s\n", "step", "ms", "times that of two processes with 2 (8) shards"
    for (k = 1; k <= keys; k++) {
        n = count[order[k]]
        for (i = 1; i <= n; i++) {
            t[i] = time[order[k], i]
            r[i] = t[i] / time[work[order[k]] " two-processes-2-shards", i]
            s[i] = t[i] / time[work[order[k]] " two-processes-8-shards", i]
        }
        printf "%-40s %10.3f %8.2f %8.2f\n", order[k], median(t, n), median(r, n), median(s, n)
    }
}' "$log"
