#!/usr/bin/env bash
# Random graphs have the same bits in the core, which runs one node after the other, as in the plain build.
# The last line is as Criterion's. Environment: WG_BUILD, the folder of the core's build; the plain build is
# in the folder above.
set -u
cd "$(dirname "$0")/.." || exit 1
where=$(mktemp -d) || exit 1
trap 'rm -rf "$where" "$where.log" "$where.differences"' EXIT
passed=0
export WG_ISA=base WG_GRAPHS=${WG_GRAPHS:-400} # the core has one instruction set
plain=$(dirname "$WG_BUILD")
for build in "$WG_BUILD" "$plain"; do
    WG_BITS=$where/$(basename "$build") WG_BUILD=$build LD_LIBRARY_PATH=$PWD/$build/tests \
        "$plain/tests/run/test_random_graphs" -j1 >"$where.log" 2>&1 ||
        { tail -n 20 "$where.log"; break; }
done
diff "$where"/* >"$where.differences" && passed=1
head -n 5 "$where.differences"
echo "$(cat "$where"/* 2>/dev/null | grep -c '^graph') lines of bits"
echo "Synthesis: Tested: 1 | Passing: $passed | Failing: $((1 - passed)) | Crashing: 0"
[ "$passed" = 1 ]
