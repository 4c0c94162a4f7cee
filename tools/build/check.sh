#!/usr/bin/env bash
# Checks the house rules that a machine can check. `make check` calls it after a build. Prints each broken
# rule with the places, and one line at the end. What ends with (make format) is mended by it. The exit status
# is 1 when a rule is broken. Environment: CC, BUILD.
set -u
shopt -s lastpipe # the last command of a pipe runs in this shell: report counts in broken
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}
read -ra cc <<<"${CC:-gcc}" # CC may have words after the program
cxx=$(command -v g++ || command -v clang++ || true)
broken=0
form=

# Prints $1 and below it the lines of standard input, and counts a broken rule. Without lines it does nothing.
report() {
    local lines
    lines=$(cat)
    [ -n "$lines" ] || return 0
    echo "$1:"
    sed 's/^/    /' <<<"$lines" | head -n 40
    broken=$((broken + 1))
    [[ $1 != *'(make format)' ]] || form='; make format mends those of form'
}

# ---- form of files ----

format() {
    tools/build/format.sh --check | report "files of C or JavaScript not in form (make format)"
    tools/build/format_try.sh 2>&1 | report "make format does not mend what it should"
}

# ---- rooms: which files and symbols a file may use ----

# Where the files $3 ... name a function that the headers in $1 have as wgx_, and those in $2 have not.
names_that_left() {
    local shared=$1 public=$2
    shift 2
    grep -rohE '\bwgx_[a-z0-9_]+' "$shared" | sed 's/wgx_/wg_/; p; s/_at$//' | sort -u |
        grep -vxFf <(grep -rohE '\bwg_[a-z0-9_]+' "$public" | sed 'p; s/_at$//' | sort -u) |
        sed 's/$/(/' | grep -rnoFf - --include='*.md' --include='*.[ch]' --include='*.cpp' "$@"
}

rooms() {
    local try
    tools/build/rooms.sh --check | report "the rooms (make rooms)"
    tools/build/rooms_try.sh | report "the gate of the rooms does not refuse what it should"
    includes examples/*.[ch] examples/*/*.[ch] tools/*/*.[ch] |
        grep -E '"(base|kernel|params|graph|grad|run|look|files|data|nn|check|text|figure|draw|lang|ops)/' |
        report "the command and the examples use no private headers"
    grep -nE '\bwgx_|"wgx/' examples/*.[ch] examples/*/*.c lessons/*.md include/wengert/* |
        report "public headers, examples and lessons name public functions alone, and no wgx_"
    try=$(mktemp -d)
    echo 'WGX_API int wgx_old_at(int i), wgx_both(void);' >"$try/shared"
    echo 'WG_API int wg_new(int i), wg_both(void);' >"$try/public"
    echo 'wg_old(1); wg_new(1); wg_both(); wg_older(1);' >"$try/page.md"
    names_that_left "$try/shared" "$try/public" "$try/page.md" | grep -vx '1:wg_old(' |
        report "tools/build/check.sh does not find names that have left the interface, and no others"
    [ "$(names_that_left "$try/shared" "$try/public" "$try/page.md")" ] || echo wg_old | report "is not found"
    rm -rf "$try"
    names_that_left include/wgx include/wengert README.md CONTRIBUTING.md CHANGES.md docs lessons examples |
        report "a page, lesson or example names a function that has left the interface: it is wgx_ now"
    includes include/wengert/*.h | grep -E '<' | grep -vE '<std(bool|def|int|io)\.h>' |
        report "public headers include stdbool, stddef, stdint and stdio alone"
    grep -nE 'ffast-math|Ofast|march=native' Makefile |
        report "flags that change the host process or its results"
}

includes() { grep -HnE '^ *# *include' "$@" 2>/dev/null; }

# Mathematics is written by src/show/formula alone. Apart: names of gradients, d(x + y), signs of gates, which
# are no formulas.
printer() {
    grep -nE '"\(%s\)|"[^"]*(−|⊙|ᵀ|%s \+ )' src/show/{view,steps,draw}/*.c |
        grep -vE '^src/show/(view/gate|draw/formula_texts)\.c:|^[^:]*:[0-9]*: *(/\*|\*)' |
        report "a sign, a bracket or a product that src/show/formula did not write"
}

# libcgraph writes DOT, by src/show/draw/dot.c: no other code has its words.
dot_text() {
    grep -nE '"[^"]*\b(di|sub)graph\b' src/*/*.[ch] src/*/*/*.[ch] tools/*/*.[ch] |
        report "DOT that libcgraph does not write (src/show/draw/dot.c)"
    grep -c '^#include <cgraph.h>\|lib.agwrite(' src/show/draw/dot.c | grep -vx 2 |
        report "src/show/draw/dot.c does not write DOT by libcgraph"
}

# CONTRIBUTING shows how an optimizer is added by the code of one that is there.
shown_code() {
    sed -n '/^## Add an optimizer/,/^## /p' CONTRIBUTING.md | sed -n '/^```c/,/^```/{/^```/d;p}' |
        tr -s ' ' | grep . |
        grep -vxFf <(tr -s ' ' <src/engine/optim/lion.c; tr -s ' ' <include/wengert/optim.h) |
        report "CONTRIBUTING.md, Add an optimizer: lines that the code of lion does not have"
}

op_names() {
    nm -g --defined-only "$build"/obj/isa0/ops/*.o 2>/dev/null |
        sed -n 's/.* T wg_\([a-z0-9_]*\)_at$/\1/p' | grep -vx op | sort -u
}

# ---- names of ops ----

# A user's op may have any name. The script is tried first: on a name itself, in a variable, from a function,
# compared by a function, compared in a table, and beside a condition of the library's ops.
compared_names() {
    local found
    found=$(tools/build/op_names.pl /dev/stdin <<'END' | cut -d: -f2 | paste -sd' '
static bool is(const char *a, const char *b) { return !strcmp(a, b); }
static bool is_add(const char *name) { return is(name, "add"); }
static const char *name_of(wg_node n) { return wg_node_op_name(n); }
bool f(const wg_op *op) { return strcmp(op->name, "add") == 0; }
bool g(const wg_op *op) {
    const char *s = op->name;
    return is_add(s);
}
bool h(wg_node n) { return !strcmp(name_of(n), "add"); }
bool j(wg_node n) { return is_add(wg_node_op(n)->name); }
bool k(const wg_op *one) {
    for (int i = 0; i < 3; i++)
        if (!strcmp(table[i], one->name)) return true;
}
bool m(const wg_op *op) { return !strcmp(op->name, "add") || (op->library == op && op->zero); }
bool right(const wg_op *op) { return wgx_op_is(op, "add") || wg_op_find(op->name) == op; }
END
    )
    [ "$found" = '4 7 9 10 13 15' ] || echo "lines $found" |
        report "tools/build/op_names.pl does not find what it should, and nothing else"
    find src ops tools -name '*.[ch]' ! -path ops/registry.c | sort | xargs tools/build/op_names.pl |
        report "the name of an op is compared: ask wgx_op_is, or look for a property of the descriptor"
}

# ---- generated documentation; the registry's names and the library's symbols ----

registry() {
    ! command -v python3 >/dev/null || tools/build/table.py --check 2>&1 |
        report "_table.txt is not what headers say (make format), or they leave something out"
    ! command -v python3 >/dev/null || tools/build/functions.py --check 2>&1 |
        report "docs/functions is not what headers say (make format), or they leave something out"
    [ -x "$build/wengert" ] || return 0
    tools/build/gallery.sh --check |
        report "pictures of docs/drawing/gallery.md that are not what their commands draw (make format)"
    { "$build/wengert" ops --markdown | diff - docs/ops.md
        "$build/wengert" ops --markdown --internal | diff - docs/ops/internal.md; } 2>&1 | head -n 10 |
        report "docs/ops.md or docs/ops/internal.md is not what the registry says (make format)"
    comm -13 <(registry_names) <(op_names) | grep -vxE "$(composites)" | report "builders without an op"
    comm -13 <(sed -n 's/^| `\([a-z0-9_]*\)` |.*/\1/p' docs/op-names.md | sort -u) <(op_names) |
        report "operations without a row in docs/op-names.md"
    other_names |
        report "words of docs/op-names.md for which src/language/words/names.txt has another call, or none"
}

# The words of NumPy and PyTorch that docs/op-names.md has for an op, and that are no names here: what is said
# of them names the op. A word of several ops stands for one of them. add.at is no word that anybody types.
other_names() {
    awk -F'|' '/^\| `/ { op = $2; gsub(/[` ]/, "", op)
        for (i = 3; i <= 4; i++) for (t = $i; match(t, /`[^`]*`/); ) {
            w = substr(t, RSTART + 1, RLENGTH - 2); t = substr(t, RSTART + RLENGTH)
            sub(/\(.*/, "", w); sub(/.*\./, "", w)
            if (w ~ /^[A-Za-z_0-9]+$/ && w != "at") print w, op } }' docs/op-names.md | sort -u |
        while read -r word op; do
            "$build/wengert" help "$word" 2>/dev/null | grep -qE "^$word  |^$word {3}|\b(wg_)?$op\(" &&
                echo "$word right"
            echo "$word $op"
        done | awk \
            '$2 == "right" { right[$1] } { ops[$1] = ops[$1] " " $2 }
            END { for (w in ops) if (!(w in right)) print w ":" ops[w] }'
}

# Builders that take a graph and no node, or make several nodes (and return a bool), have no op of their own.
composites() { printf 'linspace|' &&
    sed -nE 's/.*\bwg_([a-z0-9_]+)_at\(wg_site here, wg_graph .*/\1/p
        s/.*\bbool wg_([a-z0-9_]+)_at\(wg_site here, .*/\1/p' include/wengert/*.h | paste -sd'|'
}

registry_names() {
    { "$build/wengert" ops --markdown && "$build/wengert" ops --markdown --internal; } |
        sed -n 's/^| *`\{0,1\}\([a-z0-9_]*\)`\{0,1\} *|.*/\1/p' | grep -vxE 'op|name|' | sort -u
}

exported() {
    nm -D --defined-only "$build"/libwengert.so | awk '{ sub(/@.*/, "", $3); print $3 }' |
        grep -v '^WENGERT_' | sort -u
}

# Public is what a user needs. The page says how many functions that may be at most.
page=docs/inside/architecture.md
most_functions=$(sed -n 's/.*refuses more than \([0-9]*\) public functions.*/\1/p' $page)

symbols() {
    [ -e "$build/libwengert.so" ] || return 0
    exported | grep -vE '^wgx?_' | report "the shared library exports what is not wg_"
    public=$(exported | grep -c '^wg_')
    [ "$public" -le "${most_functions:-0}" ] || echo "$public; at most $most_functions may be" |
        report "public functions: what the command, Python or tests alone need is wgx_ (include/wgx/api.h)"
    exported | grep '^wg_' |
        grep -vxFf <(grep -ohE '\bwg_[a-z0-9_]+' include/wengert/*.h | sort -u) |
        report "exported, and in no public header"
    exported | grep '^wgx_' |
        diff - <(sed -nE 's/^ +(wgx_[a-z0-9_]+);$/\1/p' tools/build/libwengert.map | sort -u) |
        report "what tools/build/libwengert.map has for Python, and the library has not"
    ! command -v python3 >/dev/null || tools/build/table.py --exported | LC_ALL=C sort |
        diff - <(exported | LC_ALL=C sort) |
        report "exported, and not in the table of public calls; or the other way round"
}

# The public functions that the headers declare, without the ending _at; but not those under a heading that
# marks them: `for bindings`, `what NAME expands to`.
public_functions() {
    cat "$@" | awk '/^\/\* ---- / { marked = / for bindings| expands to / } /^#if/ { marked = 0 }
        /^WG_API / { text = "" } { text = text " " $0 } /^WG_API / || open {
            open = !match(text, /wg_[a-z0-9_]+\(/)
            if (!open && !marked) print substr(text, RSTART, RLENGTH - 1)
        }' | sed 's/_at$//' | sort -u
}

# The functions that the first cells of the tables of pages call, without the ending _at.
functions_with_a_row() {
    sed -n 's/^| \(`[^`]*`\) |.*/\1/p' "$@" | grep -oE '\bwg_[a-z0-9_]+\(' | sed -E 's/(_at)?\($//' | sort -u
}

# Nobody finds a function that no page has. The scripts are tried first, on a function of each kind.
in_pages() {
    public_functions - <<<'
/* ---- for bindings: one ---- */
WG_API int wg_marked(void);
/* ---- graphs ---- */
WG_API const char *
wg_name_at(int wg_here);
WG_API void wg_begin(int (*f)(void), int g); /* wg_other() */' | paste -sd' ' | grep -vx 'wg_begin wg_name' |
        report "tools/build/check.sh does not find the public functions of headers"
    functions_with_a_row - <<<'
| `wg_roll(x)` | `wg_no(x)` | |
| `wg_data *d = wg_op_at(i)` | of wg_no(x) | |
`wg_no(x)`' | paste -sd' ' | grep -vx 'wg_op wg_roll' |
        report "tools/build/check.sh does not find the rows of functions"
    public_functions include/wengert/*.h | comm -23 - <(functions_with_a_row docs/functions/*.md) |
        report "public functions without a row in docs/functions (make docs), or without a heading of the \
header that says for whom they are"
}

# ---- names ----

# A type that begins with wg has its members in one place. Types of one file alone, without wg, are its own.
homonyms() {
    find src ops tools include -name '*.[ch]' -exec awk '
        /^(typedef )?(struct|enum|union) wg[ix]?_[a-z0-9_]+ \{/ { sub(/^typedef /, ""); print $2, FILENAME }
        /^\} wg[ix]?_[a-z0-9_]+;/ { sub(/;.*/, "", $2); print $2, FILENAME }' {} + | sort -u |
        awk '{ files[$1]++; list[$1] = list[$1] " " $2 }
            END { for (name in files) if (files[name] > 1) print name ":" list[name] }' |
        report "two types of one name"
}

# A function that no other object uses, and no other source names: assertions of some builds and tests use a
# few. Lists of options (named.h) are for bindings.
unused() {
    find "$build"/obj/{src,isa0,tools} -name '*.o' | while read -r object; do
        file=${object#"$build"/obj/}
        file=${file#isa0/}
        [ ! -e "${file%.o}.c" ] || printf '%s\0' "$object" # not the object of a deleted file
    done | xargs -r0 nm |
        awk '$2 == "T" { defined[$3] } $1 == "U" { used[$2] }
            END { for (f in defined) if (!(f in used) && f !~ /_base$|^main$|^wg_.*_rows$/) print f }' |
        grep -vxFf <(grep -ohE '\bwgx?_[a-z0-9_]+' include/wengert/*.h tools/build/libwengert.map) |
        while read -r name; do
        [ "$(grep -rlw "$name" src ops tools tests --include='*.c' | wc -l)" -gt 1 ] || echo "$name"
    done | report "a function that no other file uses: remove it, or make it static"
}

# ---- what is defined stands in its table ----

# A name that is defined in a file, and is not in the table that makes it known, would be reached by nobody.
in_tables() {
    grep -ohE '\bwgi_format_[a-z]+ =' src/show/draw/*.c | sed 's/wgi_format_//; s/ =//' |
        while read -r name; do
        grep -q "FORMAT($name," include/wengert/draw.h ||
            echo "$name: WG_DRAW_FORMATS in include/wengert/draw.h"
    done | report "a format of pictures without a row"
    grep -ohE '\bcmd_[a-z]+ = \{' tools/*/*.c | sed 's/ = {//' | while read -r name; do
        grep -q "&$name\b" tools/wengert/wengert.c || echo "$name: commands[] in tools/wengert/wengert.c"
    done | report "a command without a place"
    tr -d '\n' <src/language/lang/builtins.c | grep -oE '\bLAYER\( *[a-z_]+, +"' | sed 's/.*( *//; s/,.*//' |
        while read -r name; do
        tr -d '\n' <src/models/nn/layers.c | grep -qE "LAYER\\( *$name," ||
            echo "$name: kinds in src/models/nn/layers.c"
    done | report "a layer of the language without a row"
    sed -n '/define WG_OPTIMIZERS/,/^$/p' include/wengert/optim.h | grep -oE 'X\([a-z]+\)' | tr -d 'X()' |
        LC_ALL=C sort -c 2>&1 |
        report "WG_OPTIMIZERS is not in alphabetical order"
    sed -n '/define WG_OPTIMIZERS/,/^$/p' include/wengert/optim.h | grep -oE 'X\([a-z]+\)' | tr -d 'X()' |
        grep -vx lbfgs | while read -r name; do
        grep -qE "\"$name\"|wg_$name\(" tests/optim/test_formulas.c || echo "$name"
    done | report "an optimizer whose published formula is not in tests/optim/test_formulas.c"
}

# ---- what a new op compiles again ----

# A new op is a prototype in a header of ops, and a row of op_list.h. Kernels, which take most of the time of
# a build, see neither. Of the rest the registry alone sees the list, and what names an op includes ops.h
# itself.
new_op() {
    local of_ops
    of_ops=$(sed -nE 's/^#include "(.*)\.h"$/\1/p' include/wengert/ops.h | grep -vxE 'graph|named' |
        paste -sd'|')
    depending "/wengert/(ops|$of_ops)\.h|/op_list\.h" isa1 isa2 |
        report "a kernel is compiled again for a new op: its object depends on a header of ops"
    depending '/op_list\.h' isa0 src tools | grep -v '^ops/registry\.c ' |
        report "compiled again for a new op: the registry alone includes op_list.h, others say EXTERN(NAME)"
    includes include/wengert/op.h src/*/*.h src/*/*/*.h src/*/*/*/*.h tools/*/*.h |
        grep -E '"(wengert/)?(ops|wengert)\.h"' |
        report "a header brings ops.h to files that name no op"
}

# The sources whose objects in the folders $2 ... of the build depend on a file that matches $1, each with one
# such file.
depending() {
    local pattern=$1 isa d file
    shift
    for isa; do
        [ -d "$build/obj/$isa" ] || continue
        find "$build/obj/$isa" -name '*.d' | sort | while read -r d; do
            file=${d#"$build/obj/"}
            file=${file#isa[0-9]/}
            file=${file%.d}.c
            [ -e "$file" ] || continue # the object of a deleted file
            grep -oE "[^ ]*($pattern)" "$d" | head -n 1 | sed "s|^|$file ($isa): |"
        done
    done
}

# ---- merges; parts that can be left out; licences ----

merges() { git grep -nE '^(<{7}|>{7}) ' | report "a merge that was not finished"; }

# tests/run.sh builds without all parts at once: a file that asked for two could fail where one is missing.
parts() {
    local part
    for part in WG_WITH_BLAS WG_WITH_OPENMP WG_WITH_GRAPHVIZ; do
        grep -rlw "$part" --include='*.[ch]' src ops tools tests include
    done |
        sort | uniq -d | report "files that ask for two parts that can be left out"
}

licences() {
    grep -L 'SPDX-License-Identifier: MIT' include/wengert/* python/_c.c \
        $(git ls-files "python/*.py" "python/*.pyi" "python/*.txt") |
        report "installed sources without an SPDX line"
}

# ---- every public header alone ----

# All at the same time; cat keeps their order.
headers() {
    local flags=(-Wall -Wextra -Wpedantic -Werror -DWG_OWN_HEADERS -fsyntax-only -Iinclude)
    cat <(as_c c11) <(as_c c17) <(as_cxx c++11 h) <(as_cxx c++17 h) <(as_cxx c++17 hpp) |
        grep -v 'pragma once' |
        report "a public header does not compile alone"
    [ -n "$cxx" ] || echo "g++ or clang++" | report "not installed: the headers are not tried as C++"
}

as_c() { "${cc[@]}" -x c "-std=$1" "${flags[@]}" include/wengert/*.h 2>&1; }
as_cxx() { [ -z "$cxx" ] || "$cxx" -x c++ "-std=$1" "${flags[@]}" include/wengert/*."$2" 2>&1; }

# ---- pages: their length, their links, the files that they name, answers of docs/inside/questions.md ----

pages_of_docs() { find docs -name '*.md' | LC_ALL=C sort; }

# Prints those of the pages $2 ... that have more than $1 lines.
long_pages() {
    local most=$1
    shift
    awk -v most="$most" 'FNR == most + 1 { print FILENAME ": more than " most " lines" }' "$@"
}

# Each gate is tried first, on pages of which some are to be refused.
length_and_links() {
    local try all
    try=$(mktemp -d)
    mkdir "$try/inside"
    seq 250 >"$try/right.md"
    seq 251 >"$try/long.md"
    cat >"$try/a.md" <<'END'
# A `b` of C++, d
[a](inside/in.md) [a](inside) [a](#a-b-of-c-d) [a](none.md) ![a](x.svg)
`[a](none.md)` [a](https://none.md) [a](#none) [a](inside/in.md#e)
```
# none
[a](none.md)
```
END
    printf '%s\n' '## E' '## E' '[a](../a.md#none) [a](#e-1) [a](../in.md)' >"$try/inside/in.md"
    (cd "$try" && long_pages 250 right.md long.md a.md) | paste -sd' ' |
        grep -vx 'long.md: more than 250 lines' |
        report "tools/build/check.sh does not find the pages that are too long"
    (cd "$try" && "$OLDPWD/tools/build/links.pl" a.md inside/in.md) | sed 's/:[^:]* / /' | paste -sd' ' |
        grep -vx 'a.md:2 none.md a.md:2 x.svg a.md:3 #none inside/in.md:3 ../a.md#none .*:3 ../in.md' |
        report "tools/build/links.pl does not find the links that lead nowhere, and no others"
    rm -rf "$try"
    mapfile -t all < <(pages_of_docs)
    long_pages 130 README.md | report "the front page is one screen, and three doors"
    long_pages 250 "${all[@]}" |
        report "a page of docs is too long: split it by subject, into a folder of its name"
    git ls-files -co --exclude-standard '*.md' | xargs tools/build/links.pl | report "a link leads nowhere"
}

pages() {
    pages_of_docs | xargs grep -noE \
        '`(src|ops|tests|tools|bench|include|examples|docs)/[A-Za-z0-9_./-]+`' ./*.md bench/*.md | tr -d '`' |
        while IFS=: read -r page line path; do [ -e "$path" ] || echo "$page:$line: $path"; done |
        report "a page names a file that does not exist"
    [ -e docs/inside/questions.md ] || { echo docs/inside/questions.md | report "is missing"; return; }
    sed -n 's/^`\([^`]*\)` `\([^`]*\)`.*/\1 \2/p' docs/inside/questions.md | while read -r path text; do
        grep -qF -e "$text" "$path" || echo "$path has no \"$text\""
    done | report "docs/inside/questions.md: an answer is not what the file says"
}

# ---- lessons ----

# The tables of the page $1 quote lessons: a row names one, `NAME`, and has pieces of lessons/NAME.md in
# quotation marks, perhaps over the end of a line. Prints the rows that quote what is not there; below the
# last heading also those that quote nothing.
quotations() {
    awk '
        function text(name, line) {
            if (!(name in texts))
                while ((getline line < ("lessons/" name ".md")) > 0) texts[name] = texts[name] " " line
            gsub(/  +/, " ", texts[name])
            return texts[name]
        }
        /^## / { all = /^## What the notes say/ }
        !/^\|/ { rows = 0 }
        /^\|/ && rows++ > 1 && (all || /`[a-z0-9-]+`.*"/) {
            name = match($0, /`[a-z0-9-]+`/) ? substr($0, RSTART + 1, RLENGTH - 2) : "?"
            n = split($0, part, "\"")
            if (n < 3) print FNR ": no quotation of a lesson"
            for (k = 2; k <= n; k += 2)
                if (!index(text(name), part[k])) print FNR ": lessons/" name ".md has no \"" part[k] "\""
        }' "$1"
}

# The quotations are tried first on a page where two of them are wrong and one is missing.
teaching() {
    quotations \
        <(printf '%s\n' '| lesson | where |' '|---|---|' \
        '| `decay` | "the target, large corrections are good" |' \
        '| `decay` | "none such", then "throw darts" |' \
        '## What the notes say' '| lesson | where |' '|---|---|' '| `tape` | "throw darts" |' \
            '| `decay` | not shown |') | cut -d: -f1 | paste -sd' ' |
        grep -vx '4 8 9' | report "tools/build/check.sh does not find the quotations that no lesson has"
    for page in docs/teaching.md docs/notes.md; do
        [ -e $page ] || { echo $page | report "is missing"; continue; }
        quotations $page | sed "s|^|$page:|" | report "a quotation is not what the lesson says"
    done
}

lessons() {
    local file
    [ -x "$build/wengert" ] || return 0
    for file in lessons/*.md; do "$build/wengert" lesson "$file" --parts; done 2>&1 |
        LC_ALL=C awk -f tools/lesson/lesson_rules.awk \
            lessons/{course,symbols,mutations,solutions,wide}.txt - |
        report "lessons that cannot be taught from"
}

# ---- tests without a clock: tests/run.sh finds those that wait or compute for ever ----

clocks() {
    { grep -rnE '\.timeout *=|\balarm\(|\b(nano|u)?sleep\(' tests --include='*.c' | grep -v 'any time does'
        grep -rnE -e '--run.*--timeout"?,? "?(0\.[0-9]|[0-9]( |$|"))' -e 'sleep [0-9.]+; *touch' tests \
            --include='*.c' --include='*.txt' |
            grep -v '^tests/tools/waits.txt'; } | grep -v -e '--timeout 0$' |
        report "a test depends on the clock: wait for an event, or write on the line why any time does"
}

# ---- shape ----

shape() {
    find src ops tools -name '*.[ch]' | sort |
        xargs awk \
        'FNR == 1 { n = FILENAME; sub(/.*\//, "", n); if (index($0, "/* " n) != 1) print FILENAME }' |
        report "a file whose first line does not begin with its name and say what it is"
    find src ops tools -name '*.[ch]' | sort | xargs tools/build/shape.pl |
        report "a function that is too long, or lines that stand twice"
}

budget() { tools/build/budget.pl --check | report "the budget of tokens (make budget)"; }

# ---- the shape of Python ----

# The script is tried first, on files each of which is to be refused, and one that is right.
shape_of_python() {
    command -v python3 >/dev/null || return 0
    local try
    try=$(mktemp -d)
    python3 - "$try" <<'END'
import os, sys
os.chdir(sys.argv[1])
os.mkdir("ring")
six = "    a = 1\n    b  =  2\n    c = 3\n\n    d = 4\n    e = 5 # z\n    return a, b\n"
ring = {"ring/m%d.py" % k: "def f():\n    from . import m%d\n    return m%d\n" % (n, n)
        for k, n in ((k, (k + 1) % 9) for k in range(9))}
files = {"function.py": "def f():\n" + "".join("    x = %d\n" % k for k in range(60)),
         "file.py": "\n" * 801, "line.py": "#" * 111 + "\n",
         "unused.py": "import os, re\nre.compile('a')\n",
         "inside.py": "def f():\n    import os\n    return 1\n",
         "twice.py": "import os\ndef f():\n    import os\n    return os\n",
         "one.py": "def f():\n" + six.replace("  =  ", " = "),
         "other.py": 'def g():\n    "a"\n' + six.replace("3", "3 # y"),
         "ring/__init__.py": "from .m1 import f\n", **ring,
         "right.py": "import os, re\nx = os.path, 're.compile(1)'\ndef f():\n" + six.replace("a", "A")}
for name, text in files.items():
    with open(name, "w") as f:
        f.write(text)
END
    (cd "$try" && "$OLDPWD/tools/build/shape.py" ./*.py ring/*.py) |
        grep -oE '^\./[a-z]+|^a ring of 9|^6 equal|not used|twice|a (function|file|line) of [0-9]+' |
        sed 's/^a //' | paste -sd' ' | diff - <(echo ./file file of 801 ./function function of 61 \
        ./inside not used ./line line of 111 ./twice twice ./unused not used 6 equal ring of 9) |
        report "tools/build/shape.py does not refuse what it should, and nothing else"
    rm -rf "$try"
    # tests/ways/scripts: as others write
    find python tools tests bench -name '*.py' -not -path '*/ways/scripts/*' | sort |
        xargs tools/build/shape.py 2>&1 |
        report "Python that is too long, imports that nobody uses, lines that stand twice"
}

# ---- the shape of JavaScript, awk and shell ----

# The script is tried first, on files each of which is to be refused for one thing, and one of each language
# that is right.
shape_of_scripts() {
    local try
    try=$(mktemp -d)
    perl - "$try" <<'END'
chdir shift;
my $six = "  a = 1;\n  b = 2;\n\n  c = 3;\n  d = 4;\n  e = 5;\n  f = 6;\n";
my %files = (
    'function.sh' => "f() {\n" . ":\n" x 59 . "}\nf\n", 'function.awk' => "END {\n" . ";\n" x 59 . "}\n",
    'function.js' => "f((a,\n  b) => {\n" . "();\n" x 59 . "});\n",
    'file.sh' => "\n" x 801, 'file.js' => "\n" x 801,
    'wide.sh' => ": " . "é" x 109 . "\n", 'wide.awk' => "# " . "a" x 109 . "\n",
    'wide.js' => "// " . "a" x 108 . "\n",
    'program.sh' => "perl - <<'END'\n# " . "a" x 109 . "\nEND\n",
    'comma.js' => "f(a, {b, c}), g();\n", 'unused.sh' => "one() { :; } # one\none=1\n# one\n",
    'unused.awk' => "function two(a) { return a }\n{ two = 1 }\n",
    'unused.js' => "function three() {}\nx.three = '`';\n",
    'inside.js' => "{\n  const a = 1, four = 2;\n  a.four(/z/);\n}\nfour();\n",
    'equal.sh' => $six, 'equal.js' => $six =~ s/^ +//gmr . "// f\n", 'equal.awk' => $six =~ s/6/7/r,
    'right.sh' => "five() { :; }\ncat <<'END'\nsix() {\n" . ("a" x 111 . "\n") x 99 .
        "}\n$six\nEND\n\"fiv\$e\" || five\n",
    'right.awk' => "function seven(a) { return a }\n{ seven(1) } # \"\n",
    'right.js' => "const [a] = [b / c / d, 1], e = /[/\"]{/, g = `\${a}`;\nif (e) {\n" . "  ();\n" x 60 .
        "  f(...g);\n}\nfor (const x of [1]) {\n  f(x);\n}\n",
);
for (keys %files) { open my $out, '>', $_; print $out $files{$_} }
END
    (cd "$try" && "$OLDPWD/tools/build/shape.pl" *.*) |
        sed -E 's/: a ([a-z]+ of [0-9]+).*/ \1/; s/: (.*) is (declared and )?not used/ \1/' | LC_ALL=C sort |
        diff - <(
        cat <<'END'
6 equal lines: equal.js:1 equal.sh:1
comma.js:1: two statements, between them a comma
file.js:1 file of 801
file.sh:1 file of 801
function.awk:1 function of 61
function.js:2 function of 61
function.sh:1 function of 61
inside.js:2 four
program.sh:2 line of 111
unused.awk:1 two
unused.js:1 three
unused.sh:1 one
wide.awk:1 line of 111
wide.js:1 line of 111
wide.sh:1 line of 111
END
    ) | report "tools/build/shape.pl does not refuse what it should, and nothing else"
    rm -rf "$try"
    git ls-files '*.js' '*.awk' '*.sh' .ci/run | xargs tools/build/shape.pl |
        report "a script that is too long or too wide, names that nobody uses, lines that stand twice"
}

format
rooms
printer
compared_names
dot_text
registry
symbols
in_pages
homonyms
unused
in_tables
new_op
merges
parts
licences
headers
length_and_links
pages
lessons
teaching
clocks
shape
budget
shown_code
shape_of_python
shape_of_scripts
case $broken in
0) echo "the house rules hold${public:+; $public public functions, at most $most_functions}" ;;
1) echo "1 house rule is broken$form" ;;
*) echo "$broken house rules are broken$form" ;;
esac
[ "$broken" = 0 ]
