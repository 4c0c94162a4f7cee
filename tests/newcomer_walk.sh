#!/usr/bin/env bash
# What a newcomer does in a clone, line by line: `make demo`, some of the tests, `make install`, then what README.md says, then
# `make uninstall`. tests/newcomer.sh calls it on a bare system. The status is 0 if everything holds.
#
#   tests/newcomer_walk.sh [short]       short: no tests are built
#
# Of README.md: a line that begins with `$ ` in a block is typed, and the lines below it are what it must print; `...` stands for
# any lines, or at the end of a line for any text. A block of C with a main is compiled by pkg-config and run; the block after it
# is what it must print, with any digits in the place of digits.
set -eu
cd "$(dirname "$0")/.."
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { echo "    $*"; }
fail() {
    say "FAILED: $*"
    exit 1
}

# Runs the command, says how long it took, and keeps its output in $work/out.
step() {
    local started=$SECONDS
    "$@" >"$work/out" 2>&1 || { tail -n 20 "$work/out"; fail "$*"; }
    say "$* ($((SECONDS - started)) s)"
}

expect_line() { grep -qE -- "$1" "$work/out" || { tail -n 20 "$work/out"; fail "no line like: $1"; }; }

# ---- comparing ----

# Whether the file $2 is what $1 says, where `...` stands for any lines or any end of a line.
as_told() {
    awk -v told="$1" '
        BEGIN { while ((getline line < told) > 0) want[++n] = line }
        { got[++m] = $0 }
        # Whether the lines i.. of want are the lines j.. of got.
        function same(i, j,    k, cut) {
            for (; i <= n; i++, j++) {
                if (want[i] ~ /^ *\.\.\.$/) {
                    for (k = j; k <= m + 1; k++) if (same(i + 1, k)) return 1
                    return 0
                }
                if (j > m) return 0
                cut = want[i]
                if (sub(/ *\.\.\.$/, "", cut) ? index(got[j], cut) != 1 : cut != got[j]) return 0
            }
            return j == m + 1
        }
        END { exit !same(1, 1) }' "$2"
}

# ---- what README.md says ----

# Writes the blocks of README.md to N.c (a program), N.out (what it prints) and N.sh with N.1, N.2, ... (lines to type and what they
# print).
blocks() {
    awk -v to="$work/" '
        function name(ending) { return sprintf("%s%03d.%s", to, block, ending) }
        /^```/ {
            inside = !inside
            if (inside) { block++; kind = $0 == "```c" ? "c" : "out"; commands = 0 }
            else { close(file); file = "" }
            next
        }
        !inside { next }
        kind == "out" && /^\$ / { kind = "sh" }
        kind == "sh" && /^\$ / {
            print substr($0, 3) > name("sh")
            if (file != "") close(file)
            file = name(++commands)
            printf "" > file
            next
        }
        { file = kind == "sh" ? name(commands) : name(kind); print > file }' README.md
}

type_lines() {
    local line n=0
    while IFS= read -r line <&3; do
        n=$((n + 1))
        (eval "$line") >"$work/out" 2>&1 </dev/null || true # some of the commands report an error
        as_told "${1%.sh}.$n" "$work/out" || {
            diff "${1%.sh}.$n" "$work/out" || true
            fail "$line"
        }
        say "\$ $line"
    done 3<"$1"
}

compile_and_run() {
    local out
    out=$(printf '%s%03d.out' "$work/" $((10#$(basename "$1" .c) + 1)))
    mkdir -p "$work/run"
    cc -O2 "$1" $(pkg-config --cflags --libs wengert) -o "$work/run/program" || fail "compiling the program of README.md"
    (cd "$work/run" && ./program) >"$work/out" 2>&1 || { tail "$work/out"; fail "the program of README.md"; }
    [ ! -e "$out" ] || {
        sed -E 's/[0-9]+/9/g; s/ +/ /g' "$out" >"$work/told"
        sed -i -E 's/[0-9]+/9/g; s/ +/ /g' "$work/out"
        as_told "$work/told" "$work/out" || { diff "$work/told" "$work/out"; fail "what the program of README.md prints"; }
    }
    say "the program of README.md is compiled and run"
}

follow_readme() {
    local file
    blocks
    for file in "$work"/*.sh "$work"/*.c; do
        case "$file" in
        *.sh) type_lines "$file" ;;
        *) if grep -q '^int main' "$file"; then compile_and_run "$file"; fi ;;
        esac
    done
}

# ---- the way ----

prefix=/usr/local
[ "$(id -u)" = 0 ] || prefix=$HOME/.local

step make
step make demo
expect_line '^gradient check after training: great'
expect_line '^written to demo/: '
if [ "${1:-}" != short ]; then
    step make test TESTS="test_ops_values test_command"
    expect_line '^[1-9][0-9]* passed, 0 failed$'
fi
step make install PREFIX="$prefix"
eval "$(grep '^    export ' "$work/out" || true)"
wengert version >/dev/null || fail "the installed command does not run"
follow_readme
cd "$here"
step make uninstall PREFIX="$prefix"
[ -z "$(find "$prefix" -iname '*wengert*' 2>/dev/null)" ] || fail "make uninstall leaves files in $prefix"
