#!/usr/bin/env bash
# Prints how much the tests try and find, and compares it with tests/score.txt. `make score` calls it;
# tests/README.md is for those who type. The exit status is 1 when a figure is missing or has fallen.
# Environment: BUILD; RUN, long parts to run before: mutants, branches; KEEP=1: the figures are written into
# tests/score.txt; SCORE, another file than that.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build} kept=${SCORE:-tests/score.txt}
missing=0
figures='' # name, tab, value: those that are compared

line() { printf '%-58s %s\n' "$1" "$2"; }
figure() { line "$1" "$2"; figures+=$1$'\t'$2$'\n'; }
lines_of() { find "$@" -name '*.[ch]' -exec cat {} + | wc -l; }

# Adds up a number in the logs of a kind of tests: of lines that match $2, what sed's \1 is.
sum_of() {
    find "$build/results/$1" -name '*.log' -exec sed -nE "s/\x1b\[[0-9;]*m//g; s/$2/\1/p" {} + \
        2>/dev/null | awk '{ n += $1 } END { print n + 0 }'
}

# A line with that number, or with what has to be run first: $4.
number() {
    local n
    n=$(sum_of "$2" "$3")
    if [ "$n" -gt 0 ]; then figure "$1" "$n"; else line "$1" "not run here: $4"; missing=1; fi
}

passed() { number "$1" "$2" '.*Synthesis:.*Passing: ([0-9]+).*' "$3"; }

# What a long part has written, if it has run.
long_part() {
    local name value
    [ -e "$build/score/$1.txt" ] || { line "$2" "not run here: make score RUN=$1"; return; }
    echo "$2:"
    while IFS=$'\t' read -r name value; do figure "$name" "$value"; done <"$build/score/$1.txt"
}

# The figures of the file that have fallen: of each value the numbers are compared with which it begins.
fallen() {
    awk -F '\t' 'NR == FNR { now[$1] = $2; next }
        $1 in now {
            n = split($2, old, " "); split(now[$1], new, " ")
            for (i = 1; i <= n && old[i] ~ /^[0-9.]+$/; i++)
                if (new[i] + 0 < old[i] + 0) { print "fallen: " $1 ": " $2 "; now " now[$1]; next }
        }' <(printf %s "$figures") "$kept"
}

# The figures of now, and those of the file that were not measured now.
keep() {
    local file=$kept
    [ -e "$file" ] || file=/dev/null
    printf %s "$figures" | awk -F '\t' '{ print; known[$1] }
        END { while ((getline <file) > 0) if (!($1 in known)) print }' file="$file" >"$build/score.new" &&
        mv "$build/score.new" "$kept"
}

for part in ${RUN:-}; do
    mkdir -p "$build/score"
    case $part${CHANGED:+ of lines} in
    'mutants of lines') exec tests/score/mutants.py "$build/changed" ;;
    mutants | branches)
        (set -o pipefail
            tests/score/"$part".py "$build/$part" 2>&1 | tee "$build/score/$part.log") || exit 1 ;;
    *) echo "score: RUN=$part: the long parts are mutants and branches" >&2; exit 2 ;;
    esac
done

line 'lines of the library' "$(lines_of src ops include)"
line 'lines of its tests' "$(lines_of tests)"
figure 'test programs' "$(find tests -name 'test_*.c' | wc -l)"
passed 'tests that passed, plain' plain 'make test'
passed '  with hostile memory, under sanitizers' hostile 'make whole KINDS=hostile'
figure 'ops' "$(cat docs/ops.md docs/ops/internal.md | grep -c '^| `')"
number '  elements of their gradients, compared with differences' plain \
    '.*elements compared with differences: ([0-9]+).*' 'make test'
number 'allocations that failed, one by one' plain '.*allocations that failed: ([0-9]+).*' 'make test'
number 'writes that failed' plain '.*writes that failed: ([0-9]+).*' 'make test'
number 'random graphs, run in every way or by differences' graphs '.*random graphs: ([0-9]+).*' \
    'make whole KINDS=graphs'
number 'inputs of the fuzzers that were tried' plain '.*inputs of fuzzers: ([0-9]+).*' 'make test'
for folder in tests/fuzz/corpus/*/
do figure "  $(basename "$folder"), kept in tests/fuzz/corpus" "$(find "$folder" -type f | wc -l)"; done
if [ -x "$build/corpus" ]; then
    echo 'the gradient check (make check-mutants):'
    "$build/corpus" | sed 's/^/  /'
else
    line 'wrong gradients that the gradient check finds' 'not built here: make check-mutants'
    missing=1
fi
long_part mutants 'mistakes that tests of the room find, that any test finds'
long_part branches 'branches taken and lines run, in percent'
[ "$missing" = 0 ] || echo 'score: a figure is missing; the lines above say what to run' >&2
if [ "${KEEP:-}" = 1 ]; then keep; elif [ -e "$kept" ]; then fallen | grep . >&2 && exit 1; fi
exit "$missing"
