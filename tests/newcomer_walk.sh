#!/usr/bin/env bash
# What a newcomer does in a clone, line by line: `make`, `make demo`, some of the tests, `make install`, then what README.md and the
# pages behind it say (tests/pages/follow.sh), then `make uninstall`. tests/newcomer.sh calls it on a bare system. The status is 0
# if everything holds.
#
#   tests/newcomer_walk.sh [short]       short: no tests are built
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
if [ "${1:-}" != short ]; then
    step make test TESTS="test_ops_values test_command"
    expect_line '^[1-9][0-9]* passed, 0 failed, [0-9]* skipped$'
fi
step make install PREFIX="$prefix"
eval "$(grep '^    export ' "$out" || true)"
wengert version >/dev/null || fail "the installed command does not run"
for page in README.md docs/guide.md docs/check-protocol.md docs/gradcheck.md docs/language.md; do
    tests/pages/follow.sh "$page" || fail "$page"
done
step make uninstall PREFIX="$prefix"
[ -z "$(find "$prefix" -iname '*wengert*' 2>/dev/null)" ] || fail "make uninstall leaves files in $prefix"
