#!/usr/bin/env bash
# What a newcomer does in a clone, line by line: `make`, `make demo`, `make test`, `make install`, then what
# README.md says (tests/pages/follow.sh), then `make uninstall`. tests/newcomer.sh calls it on a bare system.
# The status is 0 if everything holds.
#
#   tests/newcomer_walk.sh [ROOM/...]       these rooms of tests alone; then root installs NumPy, too, as
#                                           README.md says
set -eu
cd "$(dirname "$0")/.."
out=$(mktemp)
trap 'rm -f "$out"' EXIT

say() { echo "    $*"; }
fail() {
    say "FAILED: $*"
    exit 1
}

# Runs the command, says how long it took, and keeps its output in $out.
step() {
    local started=$SECONDS
    "$@" >"$out" 2>&1 || { tail -n 20 "$out"; fail "$*"; }
    say "$* ($((SECONDS - started)) s, build/ has $(du -sm build 2>/dev/null | cut -f 1) MB)"
}

expect_line() { grep -qE -- "$1" "$out" || { tail -n 20 "$out"; fail "no line like: $1"; }; }

prefix=/usr/local
[ "$(id -u)" = 0 ] || prefix=$HOME/.local

step make
(export PATH="$PWD/build:$PATH"; wengert version >/dev/null) || fail "build/wengert does not run"
step make demo
expect_line '^gradient check after training: pass'
expect_line '^written to demo/: '
step make test ${1:+TESTS="$*"}
expect_line '^[1-9][0-9]* passed, 0 failed, [0-9]* skipped$'
grep -E '^skipped|^[0-9]+ passed' "$out" | sed 's/^/    /'
step make install PREFIX="$prefix"
eval "$(grep '^    export ' "$out" || true)"
wengert version >/dev/null || fail "the installed command does not run"
[ -z "${1:-}" ] || step apt-get install -y -qq --no-install-recommends python3-numpy
tests/pages/follow.sh README.md || fail README.md
step make uninstall PREFIX="$prefix"
[ -z "$(find "$prefix" -iname '*wengert*' 2>/dev/null)" ] || fail "make uninstall leaves files in $prefix"
