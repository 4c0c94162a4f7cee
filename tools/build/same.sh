#!/usr/bin/env bash
# Whether the machine code of this tree is that of another commit: same.sh COMMIT. `make same` calls it after
# a build. What differs in the other commit is compiled in a copy, BUILD/same. Environment: BUILD, MAKE.
set -euo pipefail
cd "$(dirname "$0")/../.."
rev=${1:-}
[ "$rev" ] || { echo "make same REV=COMMIT: the commit to compare with" >&2; exit 2; }
git rev-parse -q --verify "$rev^{commit}" >/dev/null || { echo "same: no commit $rev" >&2; exit 2; }
copy=$BUILD/same
rm -rf "$copy"
mkdir -p "$copy/build"
cp -a "$BUILD/obj" "$copy/build/"
git ls-files -z -co --deduplicate include Makefile src ops tools lessons python data tests/python.sh '*.mk' |
    while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
    xargs -0 cp -a --parents -t "$copy"
{ git diff --name-only -z --no-renames --diff-filter=A "$rev" && git ls-files -oz --exclude-standard; } |
    (cd "$copy" && xargs -0 rm -f)
git diff --name-only -z --no-renames --diff-filter=a "$rev" | xargs -0 -r git archive "$rev" -- |
    tar -ximC "$copy"
"${MAKE:-make}" --no-print-directory -C "$copy" BUILD=build NO_INSTALL=1 MPI=0 PYTHON_INCLUDE= build/wengert
tools/build/same.py "$BUILD/obj" . "$copy/build/obj" "$copy"
