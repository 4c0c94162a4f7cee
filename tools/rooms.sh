#!/usr/bin/env bash
# Prints the rooms of the code, the arrows between them, and every circle; `make rooms` calls it after a build, `make check` calls
# it with --check, which prints only what is broken. The room of a file is its folder. An arrow is a symbol that an object file of
# one room uses and an object file of the other defines, as the linker sees them.
#
#   tools/rooms.sh [--check]
#
# Environment: BUILD.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}

# From the lowest room to the highest: a room may use those before it, and public symbols alone (wg_) once it is an outer room.
floors='base kernel params graph ops grad run look'
# Each outer room, with the outer rooms that it may use besides.
outer='files: data:files nn: check: draw: lang:nn'
# Symbols that break the rule for a reason: ROOM SYMBOL. docs/architecture.md has the reasons.
ports='
graph wg_cast_at
graph wgi_op_registered
check wgi_parts_run
check wgi_cores
'
# The only ops that the rooms of the engine may build nodes with, and the room that may.
builders='
grad wg_addn_at
grad wg_sum_to_at
grad wg_broadcast_to_at
grad wg_cast_at
grad wg_fill_at
grad wg_reshape_at
grad wg_concat_at
'

# One line a symbol: D file symbol for a definition, U file symbol for a use. Objects of the first instruction set stand for all.
symbols() {
    local o f
    find "$build/obj/src" "$build/obj/isa0" -name '*.o' | while read -r o; do
        f=${o#"$build"/obj/}
        f=${f#isa0/}
        [ -e "${f%.o}.c" ] || continue
        nm "$o" | awk -v f="${f%.o}.c" '$2 ~ /^[TDRBV]$/ { print "D", f, $3 } $1 == "U" && $2 ~ /^wgi?_/ { print "U", f, $2 }'
    done
}

# room of a path: src/run/plan/emit.c is run, ops/arith.c is ops
symbols | awk -v check="${1:-}" -v floors="$floors" -v outer="$outer" -v ports="$ports" -v builders="$builders" '
function room(f,    p) { split(f, p, "/"); return p[1] == "src" ? p[2] : p[1] }
function broken(text) { print text; bad++ }
function may(a, b, s) {
    if (a == b || (a, s) in port) return 1
    if (a in floor) return b in floor && floor[b] < floor[a]
    return b in floor ? s ~ /^wg_/ : (a, b) in beside
}
BEGIN {
    n = split(floors, list, " ")
    for (i = 1; i <= n; i++) { floor[list[i]] = i; known[list[i]] = 1; order[i] = list[i] }
    m = split(outer, list, " ")
    for (i = 1; i <= m; i++) { split(list[i], p, ":"); known[p[1]] = 1; order[n + i] = p[1]; if (p[2] != "") beside[p[1], p[2]] = 1 }
    rooms = n + m
    k = split(ports, list, /[ \n]+/); for (i = 2; i < k; i += 2) port[list[i], list[i + 1]] = 1
    k = split(builders, list, /[ \n]+/); for (i = 2; i < k; i += 2) builder[list[i], list[i + 1]] = 1
}
{ file[$2] = 1 }
$1 == "D" { home[$3] = $2 }
$1 == "U" { user[++uses] = $2; used[uses] = $3 }
END {
    for (f in file) {
        r = room(f); size[r]++
        if (!(r in known)) broken(f ": " r " is no room: tools/rooms.sh lists them")
    }
    for (i = 1; i <= uses; i++) {
        s = used[i]
        if (!(s in home)) continue
        a = room(user[i]); b = room(home[s])
        if (a != b) { arrow[a, b]++; if (!((user[i], s) in seen)) { seen[user[i], s] = 1; if (!((a, b) in first)) first[a, b] = s } }
        if (!may(a, b, s)) broken(user[i] " uses " s " of " home[s] ": " a " may not use " b (b in floor && !(a in floor) ? " but by its public symbols (wg_)" : ""))
        if (a in floor && b == "ops" && a != "ops" && s ~ /^wg_/ && s !~ /^wg_op_|^wg_any|^wg_between/ && !((a, s) in builder) && !((a, s) in port))
            broken(user[i] " uses " s ": the engine names no op (" home[s] ")")
    }
    # circles: rooms that reach each other, ports apart
    for (i = 1; i <= uses; i++) if (used[i] in home) {
        a = room(user[i]); b = room(home[used[i]])
        if (a != b && !((a, used[i]) in port)) reach[a, b] = 1
    }
    for (k = 1; k <= rooms; k++) for (i = 1; i <= rooms; i++) for (j = 1; j <= rooms; j++)
        if (((order[i], order[k]) in reach) && ((order[k], order[j]) in reach)) reach[order[i], order[j]] = 1
    for (i = 1; i <= rooms; i++) for (j = i + 1; j <= rooms; j++)
        if (((order[i], order[j]) in reach) && ((order[j], order[i]) in reach)) { circles++; broken("circle: " order[i] " and " order[j]) }
    if (check == "") {
        print "room     files  uses (symbols used, counted by file)"
        for (i = 1; i <= rooms; i++) {
            line = ""
            for (j = 1; j <= rooms; j++) if ((order[i], order[j]) in arrow) line = line " " order[j] " " arrow[order[i], order[j]]
            printf "%-8s %5d %s\n", order[i], size[order[i]], line
        }
        print ""
        print "ports: " (length(ports) > 1 ? "" : "none")
        for (x in port) { split(x, p, SUBSEP); print "    " p[1] " may use " p[2] }
        print (circles ? circles : "no") " circles between rooms, " bad + 0 " broken rules"
    }
    exit bad > 0
}'
