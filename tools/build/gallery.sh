#!/usr/bin/env bash
# Makes the pictures of docs/drawing/gallery.md: runs each command `wengert draw ... -o docs/drawing/NAME.svg`
# that stands there. --check: makes them elsewhere, and names those that differ.
# Environment: BUILD.
set -eu
cd "$(dirname "$0")/../.."
wengert=${BUILD:-build}/wengert
to=docs/drawing
[ "${1:-}" != --check ] || { to=$(mktemp -d) && trap 'rm -rf "$to"' EXIT; }

grep -o '`wengert draw [^`]* -o docs/drawing/[^` ]*`' docs/drawing/gallery.md | tr -d '`' |
    while read -r _ arguments; do
    name=${arguments##*/}
    # The arguments are words without quotes.
    # shellcheck disable=SC2086
    "$wengert" ${arguments% -o *} --quiet -o "$to/$name" < /dev/null
    [ "$to" = docs/drawing ] || cmp -s "$to/$name" "docs/drawing/$name" || echo "docs/drawing/$name"
done
