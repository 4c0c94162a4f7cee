#!/usr/bin/env bash
# Prints what each fast way is worth: by how many per cent the time of each work rises when WG_WITHOUT
# switches the way off. Both are timed in turn, in one process, and the least time of each counts. A dot: less
# than 5 % either way. Threads and instruction sets are ways, too: their switches are OMP_NUM_THREADS and
# WG_ISA, which a process reads once, so they are measured in turn by whole processes.
# `make bench-ways` calls it. Environment: BUILD; WAYS, the ways to measure; ROUNDS.
set -u
bench=${BUILD:-build}/bench rounds=${ROUNDS:-3}
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
ways=${WAYS:-$(sed -n '/define WG_WAY_LIST/,/^$/s/^ *X([A-Z]*, "\([a-z]*\)".*/\1/p' include/wengert/base.h)}

# The rows of a table of the bench: name, time with, time without, in one unit.
rows() {
    sed -n '/^work /,/^$/p' "$1" |
        awk '!/^work/ && length > 60 {
            print substr($0, 1, 45) "|" substr($0, 46, 13) "|" substr($0, 59, 13)
        }'
}

for way in $ways; do
    echo "without $way" >&2
    "$bench" --no-torch --rounds "$rounds" --reps 3 --rep-ms 30 --without "$way" "$@" >"$scratch/$way"
    rows "$scratch/$way" >"$scratch/$way.rows"
done
awk -F '|' -v ways="$ways" '
    FNR == 1 { way = FILENAME; gsub(/.*\/|\.rows/, "", way) }
    { split($2, a, " "); split($3, b, " "); if (!($1 in seen)) { seen[$1]; name[++n] = $1 }
      if (a[1] > 0 && b[1] > 0) loss[$1, way] = 100 * (b[1] / a[1] - 1) }
    END {
        m = split(ways, w, " ")
        printf "%-45s", "per cent more time without"
        for (j = 1; j <= m; j++) printf " %8s", w[j]
        print ""
        for (i = 1; i <= n; i++) {
            printf "%-45s", name[i]
            for (j = 1; j <= m; j++) {
                v = loss[name[i], w[j]]
                if (v == "") printf " %8s", "?"
                else if (v > -5 && v < 5) printf " %8s", "."
                else printf " %8.0f", v
            }
            print ""
        }
    }' $(for way in $ways; do echo "$scratch/$way.rows"; done)
