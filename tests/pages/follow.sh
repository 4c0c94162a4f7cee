#!/usr/bin/env bash
# Does what pages say, as a reader does who types everything, and compares what is printed.
#
#   tests/pages/follow.sh PAGE...
#
# A page may also be a program, NAME.c: it is compiled, and prints what stands beside it, in NAME.txt.
#
# The status is 0 if everything holds. `wengert` must be in PATH, pkg-config must find the library. A page is
# followed in a folder of its own, where examples/, data/ and docs/ are those of the sources. What a block is,
# by the words behind its ```:
#
#   (nothing)       behind a program: what it prints. Else a terminal: a line that begins with `$ ` is typed,
#                   and the lines below it are what it prints. `...` stands for any lines, or inside a
#                   line for any text.
#   about           the same, but numbers may differ by 2 %
#   c cpp python    a program: it is compiled, and run
#   WORD FILE       this file; what follows uses it
#   c               without a main, lines of a function: they are compiled with names.h; a line `...` is left
#                   out
#   text            nothing that can be tried
#
# C is compiled as C++ too, where a C++ compiler is installed. A line that needs a
# language which is not installed is skipped, and said. Environment: CC, CXX (default cc, c++), SANITIZED=1:
# no Python, because its process does not load sanitizers.
set -eu
sources=$(cd "$(dirname "$0")/../.." && pwd)
own=$sources/tests/pages
CC=${CC:-cc}
CXX=${CXX:-c++}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
warnings="-Wall -Wextra -Werror -Wno-unused-parameter"

fail() {
    echo "$page:$at: FAILED: $1"
    exit 1
}

# ---- languages ----

# Whether a line can be typed here, or the text of a program run; if not, why is in $missing.
can() {
    missing=
    case "$1" in *Rscript*) command -v Rscript >/dev/null || missing=R ;; esac
    case "$1" in *julia*) command -v julia >/dev/null || missing=julia ;; esac
    case "$1" in *gfortran*) command -v gfortran >/dev/null || missing=gfortran ;; esac
    case "$1" in *pdflatex*) command -v pdflatex >/dev/null || missing=pdflatex ;; esac
    case "$1" in *.png* | *.pdf*) command -v rsvg-convert >/dev/null || missing=rsvg-convert ;; esac
    case "$1" in *python*) [ -n "$python" ] || missing="python3 with NumPy" ;; esac
    [ -z "$missing" ]
}

# The python3 of PATH may lack NumPy while a later one has it.
find_python() {
    python=
    [ "${SANITIZED:-}" != 1 ] && python=$("$sources/tests/python.sh") || return 0
    mkdir -p "$work/bin"
    ln -s "$python" "$work/bin/python3"
    PATH=$work/bin:$PATH
}

library() { pkg-config --cflags --libs wengert; }

# Not where a struct stands in braces: C++ writes WG_STRUCT there.
as_cpp() {
    command -v ${CXX%% *} >/dev/null && ! grep -q '\.[a-z_]* = {\|&(wg_' "$1" || return 0
    cp "$1" "$work/as.cpp"
    $CXX -std=c++17 $warnings -Wno-missing-field-initializers -Wno-unused -I"$own" $(library) -fsyntax-only \
        "$work/as.cpp" || fail "this is no C++"
}

# ---- blocks ----

compare() {
    awk -v told="$2" -v about="$3" -f "$own/as_told.awk" "$1" && return
    diff "$2" "$1" || true
    fail "$4"
}

# A terminal: the file of the block, whether numbers are about.
type_lines() {
    local line typed='' told=$work/told out=$work/out
    while IFS= read -r line || [ -n "$line" ]; do
        if [ "${line#\$ }" != "$line" ]; then
            finish_line "$2"
            typed=${line#\$ }
            : >"$told"
        elif [ "${typed%\\}" != "$typed" ] && [ ! -s "$told" ]; then
            typed=${typed%\\}$line
        else
            echo "$line" >>"$told"
        fi
    done <"$1"
    finish_line "$2"
}

# Types the line in $typed, whose output must be that in $told.
finish_line() {
    [ -n "$typed" ] || return 0
    if can "$typed"; then
        (eval "$typed") >"$out" 2>&1 </dev/null || true # some lines of pages report an error
        compare "$out" "$told" "$1" "$typed"
        echo "    \$ $typed"
    else
        echo "    skipped: no $missing here: \$ $typed"
    fi
}

# Runs a program; its output waits for the next block.
runs() {
    "$@" >"$work/printed" 2>&1 </dev/null || {
        cat "$work/printed"
        fail "the program does not run"
    }
    printed=yes
    echo "    a program: line $at"
}

c_program() {
    $CC -O2 $warnings "$1" $(library) -lm -o "$work/program" || fail "the program is not compiled"
    as_cpp "$1"
    runs "$work/program"
}

c_lines() {
    { echo '#include "names.h"'; echo 'void lines(void); void lines(void) {'; sed 's/^ *\.\.\. *$/;/' \
        "$1"; echo '}'; } >"$work/lines.c"
    $CC $warnings -Wno-unused -I"$own" $(library) -fsyntax-only "$work/lines.c" ||
        fail "these lines are not compiled"
    as_cpp "$work/lines.c"
}

# What the program would print stands in the next block.
leave_out() {
    left_out=yes
    [ "${SANITIZED:-}" = 1 ] || echo "    skipped: no $missing here: \$ the program in line $at"
}

c_block() {
    cp "$1" "$work/block.c"
    if grep -q '^int main' "$1"; then c_program "$work/block.c"; else c_lines "$1"; fi
}

cpp_program() {
    command -v ${CXX%% *} >/dev/null || { missing=$CXX && leave_out; return; }
    cp "$1" "$work/block.cpp"
    $CXX -std=c++20 $warnings "$work/block.cpp" $(library) -o "$work/program" ||
        fail "the program is not compiled"
    runs "$work/program"
}

# What a program or a file of the page is, as FILE: it is kept, and C is compiled as C++.
file() {
    cp "$2" "$3"
    [ "$1" != c ] || as_cpp "$3"
}

follow_block() { # FILE WORD NAME
    local about=
    [ "$2" != about ] || about=1
    case "$2 $3" in
    "text -") ;;
    "- -" | "about -")
        if grep -q '^\$ ' "$1"; then type_lines "$1" "$about"
        elif [ -n "$printed" ]; then compare "$work/printed" "$1" "$about" "what the program prints"
        else fail \
            "this block is no terminal, and no program is above it: if nothing can be tried, call it text"; fi
        printed=
        ;;
    "c -") c_block "$1" ;;
    "cpp -") cpp_program "$1" ;;
    "python -")
        if can "python $(cat "$1")"; then cp "$1" "$work/block.py"; runs python3 "$work/block.py"
        else leave_out; fi ;;
    *" -") fail "a block of no known kind: $2" ;;
    *) file "$2" "$1" "$3" ;;
    esac
}

# A picture that the page makes and docs/ has under the same name is the same.
compare_pictures() {
    local picture
    for picture in *.svg; do
        [ ! -e "docs/$picture" ] || cmp "$picture" "docs/$picture" || fail "docs/$picture is another picture"
    done
}

follow_program() {
    cd "$work/at"
    cp "$page" .
    c_program "$(basename "$page")"
    compare "$work/printed" "${page%.c}.txt" '' "what the program prints"
    echo "$page: holds"
}

follow_page() {
    local number word name
    page=$1 # a path in the sources, or beginning with /
    case "$page" in /*) ;; *) page=$sources/$page ;; esac
    at=0 printed='' left_out=
    rm -rf "$work/at" "$work/blocks"
    mkdir -p "$work/blocks" "$work/at"
    ln -s "$sources"/{examples,data,docs} "$work/at/"
    case "$page" in *.c) follow_program; return ;; esac
    awk -v to="$work/blocks" -f "$own/blocks.awk" "$page" >"$work/list"
    cd "$work/at"
    while read -r number at word name <&3; do
        if [ -n "$left_out" ] && [ "$word" = - ]; then left_out='' && continue; fi
        follow_block "$work/blocks/$number" "$word" "$name"
    done 3<"$work/list"
    compare_pictures
    echo "$page: $(grep -vc ' text -$' "$work/list") blocks hold"
}

find_python
for page; do follow_page "$page"; done
