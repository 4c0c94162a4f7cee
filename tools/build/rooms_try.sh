#!/usr/bin/env bash
# Breaks the rule of the rooms in several ways, each in a copy of the tree, and says which break
# tools/build/rooms.sh does not refuse. `make check` calls it: a gate that nobody tries may have been open for
# long. Environment: CC, BUILD.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(cd "${BUILD:-build}" && pwd) || exit 1
read -ra cc <<<"${CC:-gcc}"
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/obj"
cp -r src ops tools examples include Makefile "$scratch"
ln -s "$build"/obj/isa0 "$scratch/obj"
cp -rs "$build/obj/src" "$build/obj/tools" "$scratch/obj"

expected=()

# break_by FILE TEXT WORDS: FILE holds TEXT, for which the gate must say a line with FILE and WORDS. A .c file
# is compiled.
break_by() {
    local object="$scratch/obj/${1%.c}.o"
    mkdir -p "$scratch/$(dirname "$1")" "$(dirname "$object")"
    printf '%s\n' "$2" >"$scratch/$1"
    "${cc[@]}" -w -D_GNU_SOURCE -I"$scratch/include" -I"$scratch"/src/{engine,models,show,language} -c -o \
        "$object" "$scratch/$1"
    expected+=("$1|$3")
}

ops='#include "wengert/ops.h"
'
break_by src/engine/run/plan/tried1.c "$ops wg_node f1(wg_node a) { return wg_mul_at(\"\", a, a); }" \
    "the engine names no op"
break_by src/engine/graph/tried2.c '#include "wengert/nn.h"' "belongs to a room around the engine"
break_by src/engine/base/tried3.c \
    "$ops wg_node f3(wg_site s, wg_graph *g) { return wg_scalar_at(s, g, 2); }" "base may not use graph"
break_by src/engine/base/tried4.c '#include "graph/graph.h"' "base may not use graph"
break_by src/tried5.c 'int f5(void) { return 0; }' "stands in no room"
break_by src/attic/tried6.c 'int f6(void) { return 0; }' "stands in no room"
break_by src/show/files/tried10.c 'int f10(void) { return 0; }' "stands in another wing"
break_by src/models/nn/tried11.c \
    'void *wgx_program_node_at(); void *f11(void) { return wgx_program_node_at(); }' "nn may not use lang"
break_by src/show/text/tried12.c 'int wgi_out_close(void *); int f12(void) { return wgi_out_close(0); }' \
    "text may not use files"
break_by src/show/draw/tried7.c 'void wgi_arena_reset(void *); void f7(void) { wgi_arena_reset(0); }' \
    "draw may not use base"
break_by src/engine/graph/arena.c 'int f8(void) { return 0; }' "has the same name"
break_by src/check/tried9.c '#include <omp.h>' "belongs to another file"

# Nine files in a ring: by calls, and in the command by addresses of functions.
for i in 1 2 3 4 5 6 7 8 9; do
    next=$((i % 9 + 1))
    break_by src/models/data/ring$i.c "void wgi_ring$next(void); void wgi_ring$i(void) { wgi_ring$next(); }" \
        "knot of 9 files"
    break_by tools/wengert/ring$i.c "void ring$next(void); void *ring$i(void) { return ring$next; }" \
        "knot of 9 files"
done

BUILD=$scratch "$scratch/tools/build/rooms.sh" --check >"$scratch/said" 2>&1
for line in "${expected[@]}"; do
    file=${line%%|*} words=${line#*|}
    [ "$file" = src/engine/graph/arena.c ] && file=arena.c # the gate names the one or the other
    grep -F -- "$file" "$scratch/said" | grep -qF -- "$words" ||
        echo "not refused: ${line%%|*}, which should be: $words"
done
