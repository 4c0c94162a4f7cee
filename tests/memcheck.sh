#!/usr/bin/env bash
# Runs programs of the plain build under valgrind's memcheck, which finds what the sanitizers do not: bytes
# that nobody has set and that decide something. The first makes sequences of calls that reach every op,
# interpreted, planned and on two threads. The last line is as Criterion's.
# Environment: WG_BUILD or BUILD, the folder of the build.
set -u
cd "$(dirname "$0")/.." || exit 1
full=$(realpath "${WG_BUILD:-${BUILD:-build}}") || exit 1
passed=0 failed=0
where=$(mktemp -d) || exit 1
trap 'rm -rf "$where"' EXIT

# valgrind knows no AVX-512. OpenBLAS would choose by what the processor says.
export WG_ISA=avx2 OPENBLAS_CORETYPE=Haswell OMP_NUM_THREADS=2
grep -qw avx2 /proc/cpuinfo || export WG_ISA=base OPENBLAS_CORETYPE=Prescott

try() {
    local name=$1 started=$SECONDS
    shift
    if (cd "$where" && valgrind -q --error-exitcode=99 --errors-for-leak-kinds=none "$@" </dev/null) \
        >"$where/log" 2>&1
    then passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$name fails:"
        grep -A 12 -m 3 '^==' "$where/log" || tail -n 5 "$where/log"
    fi
    echo "$name: $((SECONDS - started)) s"
}

try 'fuzz/calls' "$full/fuzz" calls "$PWD"/tests/fuzz/corpus/calls/*
try 'fuzz/api' "$full/fuzz" api --random 400
try 'wengert eval' "$full/wengert" eval \
    -e 'A = [[2, 1], [1, 3]]; sum(solve(A, [1, 2])) + logsumexp(A[0]) + max(cumsum(A, axis = 1))'
try 'wengert grad' "$full/wengert" grad --hessian --set x=[1,2,3] \
    -e 'sum(softmax(x) * log_softmax(x)) + norm(x)'
try 'wengert train' "$full/wengert" train --loss loss --data xor --epochs 2 -o "$where/run" \
    -e 'z = dense(x, 2); loss = mean(square(sum(z, axis = 1) - y))'
try 'wengert draw' "$full/wengert" draw -e 'sum(tanh(x * x))' --set x=[1,2] -o "$where/a.svg"
echo "Synthesis: Tested: $((passed + failed)) | Passing: $passed | Failing: $failed | Crashing: 0"
[ "$failed" = 0 ]
