#!/usr/bin/env bash
# Prints the wings and rooms of the code, the arrows between them, and every circle. `make rooms` calls it
# after a build. `make check` calls it with --check, and then it prints broken rules alone. The exit status is
# 1 when a rule is broken.
#
#   tools/build/rooms.sh [--check]
#
# The wing of a file is the folder in src/, its room the folder in that: src/engine/run/plan/emit.c is in the
# wing engine and the room run. ops/arith.c is in the room ops, which belongs to the engine, and the wing
# check has one room. There is an arrow from one room to another when an object file of the first uses a
# symbol that an object file of the second defines, as the linker sees it. The same directions hold for
# #include.
#
# A knot is a set of files of one room that use each other in a ring: to read one of them is to read them all.
# An address that is handed over (a callback, a row of a table) is a use as a call is, since the linker sees
# no difference. Public builders, which any op may call in its rules, are left out in ops. Of a knot that is
# too large the symbol is named that holds it: without its arrows the fewest files would be left in a ring.
# Environment: BUILD.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}

# The wings, and behind a colon those that each may use; `make wings` links by the same line.
wings=$(sed -n 's/^WING_USES *:= *//p' Makefile)
# The engine, from its lowest room to its highest. A room may use the rooms before it.
engine='base kernel params optim graph ops grad run solve group look'
# The rooms around the engine; after a colon, with commas, the other rooms around the engine that a room may
# use. Of the engine they may use public symbols (wg_) and shared ones (wgx_) alone, and their headers.
around='files: data:files fit:data nn: update: check: text: formula:text view:text,formula steps:view,text'
around+=' layout:text figure:text draw:view,steps,text,formula,layout source:text words: lang: onnx:lang'
# The public headers that the engine may not include, since they belong to the rooms around it.
around_headers='nn data fit check formula figure draw export lang onnx wengert'
# Exceptions, called ports: a room, and a symbol or header that it may use against the rule.
# docs/inside/architecture.md says why.
ports='
graph wg_cast_at
ops wg_jvp_at
ops wg_vmaps_at
group wgx_saved_list
group wgx_saved_restore_at
data kernel/vdouble.h
'
# Builders of ops that a room of the engine may call. The engine may call no others.
builders='
grad wg_addn_at
grad wg_sum_to_at
grad wg_broadcast_to_at
grad wg_cast_at
grad wg_fill_at
grad wg_reshape_at
grad wg_concat_at
grad wg_slice_at
grad wg_gather_at
grad wg_where_at
grad wg_logical_and_at
grad wg_logical_or_at
grad wg_logical_not_at
grad wg_greater_at
grad wgx_rows_aligned
grad wgx_rows_repeated
grad wg_transpose_at
solve wg_add_at
solve wg_mul_at
solve wg_stack_at
solve wg_sub_at
solve wg_eye_at
solve wg_solve_at
solve wg_cast_at
solve wg_reshape_at
solve wg_transpose_at
solve wg_settled_at
solve wg_select_at
solve wg_sum_to_at
'
# How many files a knot may have.
knot_files=8
# Libraries that one file alone may include, and the pragma of OpenMP.
libraries='
src/engine/kernel/blas.c cblas.h
tests/picture.c cgraph.h
src/show/draw/dot.c cgraph.h
examples/graphviz.c graphviz/gvc.h
src/engine/base/threads.c omp.h
src/engine/group/mpi.c mpi.h
'

# Prints D file symbol for a definition, U file symbol for a use. ops/ is compiled for several instruction
# sets; the objects of the first are read.
symbols() {
    local object file
    find -L "$build/obj/src" "$build/obj/isa0" "$build/obj/tools" -name '*.o' | while read -r object; do
        file=${object#"$build"/obj/}
        file=${file#isa0/}
        [ ! -e "${file%.o}.c" ] || printf '%s\0' "$object" # not the object of a deleted file
    done | xargs -r0 nm -A | awk -v objects="$build/obj/" '
        {
            $0 = substr($0, length(objects) + 1)
            file = $1
            sub(/^isa0\//, "", file)
            sub(/\.o:.*/, ".c", file)
            kind = $(NF - 1)
        }
        kind ~ /^[TDRBV]$/ { print "D", file, $NF }
        kind == "U" && ($NF ~ /^wg[ix]?_/ || file ~ /^tools/) { print "U", file, $NF }'
}

# Prints F file for each file, I file header for each #include, P file for each pragma of OpenMP that makes
# threads.
texts() {
    find src ops tools examples -name '*.[ch]' | awk '{ print "F", $0 }'
    find src ops tools examples -name '*.[ch]' -exec grep -HE '^ *# *(include|pragma +omp)' {} + |
        sed -nE 's/^([^:]*): *# *include *[<"]([^>"]*)[>"].*/I \1 \2/p; /omp +simd/d
            s/^([^:]*): *# *pragma +omp.*/P \1/p'
}

{ texts; symbols; } |
    awk -v check="${1:-}" -v engine="$engine" -v around="$around" -v around_headers="$around_headers" \
    -v wings="$wings" -v ports="$ports" -v builders="$builders" -v libraries="$libraries" \
    -v knot_files="$knot_files" '
function pairs(text, into,    p, n, i) {
    n = split(text, p, /[ \n]+/)
    for (i = 2; i < n; i += 2) into[p[i], p[i + 1]] = 1
}
function room(f,    p, n) { n = split(f, p, "/"); return p[1] == "src" ? p[n > 3 ? 3 : 2] : p[1] }
function broken(text) { print text; bad++ }
function close_arrows(to,    i, j, k) {
    for (k = 1; k <= rooms; k++) for (i = 1; i <= rooms; i++) for (j = 1; j <= rooms; j++)
        if ((order[i], order[k]) in to && (order[k], order[j]) in to) to[order[i], order[j]] = 1
}
# The rooms that use each other through the ports: graph grad ops, look group.
function rings(    i, j, line, text, told) {
    for (i = 1; i <= rooms; i++) {
        line = ""
        for (j = 1; j <= rooms; j++)
            if (!(order[j] in told) && (order[i], order[j]) in ring && (order[j], order[i]) in ring) {
                line = line " " order[j]
                told[order[j]]
            }
        if (line ~ / .* /) text = text (text ? "," : "") line
    }
    return text ? substr(text, 2) : "none"
}
# Whether room a may use a symbol or header of room b; public: users may use it too.
function may(a, b, public) {
    if (a == b) return 1
    if (a in floor) return b in floor && floor[b] < floor[a]
    if (wing[a] != wing[b] && !((wing[a], wing[b]) in below)) return 0
    return (b in floor || b in outer) && (public || (a, b) in beside)
}
function one_file(f, library,    k, p) {
    for (k in library_file) { split(k, p, SUBSEP); if (p[2] == library) return (f, library) in library_file }
    return 1
}

# Walks from file f along the arrows of its room, but for those of the symbol `without`, and finds its knot
# (Tarjan 1972). In knot[f] is the file that stands for it, in files[] how many it has. While a symbol is left
# out, the walk stays within a knot.
function walk(f,    p, n, i) {
    low[f] = seen[f] = ++walked; stack[++top] = f
    n = split(uses[f], p, " ")
    for (i = 1; i < n; i += 2) {
        if (p[i + 1] == without || knot[p[i]] != knot[f]) continue
        if (!(p[i] in seen)) walk(p[i])
        if (!(p[i] in found) && low[p[i]] < low[f]) low[f] = low[p[i]]
    }
    if (low[f] < seen[f]) return
    do { found[stack[top]] = f; files[f]++ } while (stack[top--] != f)
    if (files[f] > largest) largest = files[f]
}
function forget() { split("", seen); split("", found); split("", files); largest = 0 }

# The symbol that holds the knot of f, and how many files would be left.
function holder(f,    k, n, p, s, arrows, best, least) {
    for (k in knot)
        if (knot[k] == f)
            for (n = split(uses[k], p, " "); n > 1; n -= 2) if (knot[p[n - 1]] == f) arrows[p[n]]++
    for (s in arrows) {
        without = s
        forget()
        for (k in knot) if (knot[k] == f && !(k in seen)) walk(k)
        if (!best || largest < least || (largest == least && arrows[s] < arrows[best])) {
            best = s
            least = largest
        }
    }
    return best " (" home[best] ") holds it: without its uses (" arrows[best] ") the largest would have " \
           least
}

# Prints the knots of more than one file. With --check those alone that are too large.
function tell_knots(    k, line, size) {
    for (k in uses) if (!(k in seen)) walk(k)
    for (k in found) { knot[k] = found[k]; size[found[k]]++; line[found[k]] = line[found[k]] " " k }
    for (k in size) {
        if (size[k] > knot_files)
            broken("knot of " size[k] " files, at most " knot_files " may be. " holder(k) ". Files:" line[k])
        else if (size[k] > 1 && check == "") print "knot of " size[k] " files:" line[k]
    }
}

BEGIN {
    n = split(engine, list, " ")
    for (i = 1; i <= n; i++) { floor[list[i]] = i; order[++rooms] = list[i] }
    m = split(around, list, " ")
    for (i = 1; i <= m; i++) {
        split(list[i], p, ":")
        outer[p[1]] = 1; order[++rooms] = p[1]
        k = split(p[2], others, ",")
        for (j = 1; j <= k; j++) beside[p[1], others[j]] = 1
    }
    m = split(wings, list, " ")
    for (i = 1; i <= m; i++) {
        split(list[i], p, ":")
        wings_here[p[1]]
        k = split(p[2], others, ",")
        for (j = 1; j <= k; j++) below[p[1], others[j]] = 1
    }
    wing["ops"] = "engine"
    m = split(around_headers, list, " ")
    for (i = 1; i <= m; i++) header_around["wengert/" list[i] ".h"] = header_around["wgx/" list[i] ".h"] = 1
    header_around["wgx/wgx.h"] = 1
    pairs(ports, port); pairs(builders, builder); pairs(libraries, library_file)
}

$1 == "F" {
    r = room($2)
    if (r == "ops" && $2 ~ /\.c$/) size[r]++
    if ($2 !~ /^src\//) next
    split($2, p, "/")
    if ($2 !~ /\/.*\// || !(r in floor || r in outer) || !(p[2] in wings_here))
        broken($2 ": stands in no room; tools/build/rooms.sh lists the rooms")
    else if ((r in wing ? wing[r] : wing[r] = p[2]) != p[2] || (r in floor) != (p[2] == "engine"))
        broken($2 ": the room " r " stands in another wing")
    else if ($2 ~ /\.c$/) size[r]++
    base = $2; sub(/.*\//, "", base)
    if (base ~ /\.c$/ && base in named) broken($2 ": " named[base] " has the same name")
    named[base] = $2
}
$1 == "P" && $2 != "src/engine/base/threads.c" { broken($2 ": OpenMP belongs to src/engine/base/threads.c") }
$1 == "I" {
    a = room($2); h = $3
    if (!one_file($2, h) || (h ~ /^graphviz\// && !(($2, h) in library_file)))
        broken($2 ": " h " belongs to another file: tools/build/rooms.sh")
    if ((a in floor) && (h in header_around))
        broken($2 " includes " h ": it belongs to a room around the engine")
    b = h; sub(/\/.*/, "", b)
    if (h ~ /\// && (b in floor || b in outer) && !((a, h) in port) && !may(a, b, 0))
        broken($2 " includes " h ": " a " may not use " b)
}
$1 == "D" { home[$3] = $2 }
$1 == "U" { user[++n_used] = $2; used[n_used] = $3 }

END {
    for (i = 1; i <= n_used; i++) {
        s = used[i]
        if (!(s in home)) continue
        a = room(user[i]); b = room(home[s])
        if (a == b && user[i] != home[s] && !(a == "ops" && s ~ /^wg_.*_at$/))
            uses[user[i]] = uses[user[i]] " " home[s] " " s
        if (a == "tools" && s ~ /^wgi_/)
            broken(user[i] " uses " s ": the command uses public symbols (wg_) and shared ones (wgx_) alone")
        if (a == "tools" || a == b) continue
        ring[a, b] = 1 # the ports, too
        if ((a, s) in port) continue
        arrow[a, b]++; reach[a, b] = 1
        if (!may(a, b, s ~ /^wgx?_/ && !(a in floor)))
            broken(user[i] " uses " s " of " home[s] ": " a " may not use " b)
        else if (a in floor && b == "ops" && s ~ /^wg_.*_at$/ && s != "wg_op_at" && !((a, s) in builder))
            broken(user[i] " uses " s ": the engine names no op")
    }
    close_arrows(reach); close_arrows(ring)
    for (i = 1; i <= rooms; i++) for (j = i + 1; j <= rooms; j++)
        if ((order[i], order[j]) in reach && (order[j], order[i]) in reach) {
            circles++
            broken("circle: " order[i] " and " order[j])
        }
    if (check != "") { tell_knots(); exit bad > 0 }
    printf "%-8s %5s  %s\n", "room", "files", "arrows: room, and how many (file, symbol) pairs"
    for (i = 1; i <= rooms; i++) {
        line = ""
        for (j = 1; j <= rooms; j++)
            if ((order[i], order[j]) in arrow) line = line "  " order[j] " " arrow[order[i], order[j]]
        printf "%-8s %5d%s\n", order[i], size[order[i]], line
    }
    print ""
    for (x in port) { split(x, p, SUBSEP); print "port: " p[1] " may use " p[2] }
    tell_knots()
    print ""
    print (circles ? circles : "no") " circles between rooms without the ports; with them: " rings() "; " \
          bad + 0 " broken rules"
    exit bad > 0
}'
