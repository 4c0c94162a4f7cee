#!/usr/bin/env bash
# Programs that were compiled before, with the library of a version to come: examples in C and C++ print the
# same bytes with both. The last line is as Criterion's. Environment: WG_BUILD, the folder of the later
# library; the plain build is in the folder above.
set -u
cd "$(dirname "$0")/.." || exit 1
plain=$(dirname "$WG_BUILD") tested=0 passed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# prints FOLDER PROGRAM: what it prints, and the files that it writes, with the library of this folder.
prints() {
    local at=$work/at
    rm -rf "$at" && mkdir -p "$at"
    (cd "$at" && ln -s "$OLDPWD/data" . && LD_LIBRARY_PATH=$OLDPWD/$1 WG_ISA=base OMP_NUM_THREADS=2 \
        timeout 120 "$2" 2>/dev/null) | sed "s/in [0-9.]* s//"
    (cd "$at" && find . -type f -exec sha256sum {} + | sort)
}

# same NAME PROGRAM
same() {
    local before=$work/before after=$work/after
    tested=$((tested + 1))
    prints "$plain" "$2" >"$before"
    prints "$WG_BUILD" "$2" >"$after"
    [ -s "$before" ] && cmp "$before" "$after" && passed=$((passed + 1)) && return
    echo "$1: other bytes with the later library"
    diff "$before" "$after" | head -n 5
}

make -s --no-print-directory BUILD="$WG_BUILD" CPPFLAGS=-DWG_GROWN ISAS=1 lib || exit 1
for name in accumulate activation average early_stopping kepler logistic_csv maml ode optimizer_race \
    quadratic rosenbrock wrong_rule newton_cg vae; do
    same "$name" "$PWD/$plain/examples/$name"
done
if command -v g++ >/dev/null; then
    g++ -std=c++20 -Iinclude examples/digits.cpp "$plain/libwengert.so" -o "$work/digits" &&
        same digits.cpp "$work/digits"
fi
echo "Synthesis: Tested: $tested | Passing: $passed | Failing: $((tested - passed)) | Crashing: 0"
[ "$passed" = "$tested" ]
