#!/usr/bin/env bash
# Writes the table of builders and options into python/wengert.py, from the headers. `make docs` calls it.
# --check: changes nothing, and prints what would change.
set -eu
cd "$(dirname "$0")/.."
headers=(graph functions ops losses contract arrange pick makers norms conv attention linear nn recurrent transformer grad
    implicit params optim check draw)
table=$(cd include/wengert && awk -v form=python -f ../../tools/builders.awk "${headers[@]/%/.h}")
wanted=$(TABLE=$table awk '
    /^"""$/ { inside = 0 }
    !inside
    /^_TABLE = """$/ { inside = 1; print ENVIRON["TABLE"] }' python/wengert.py)
if [ "${1:-}" = --check ]; then
    diff python/wengert.py - <<<"$wanted"
else
    printf '%s\n' "$wanted" >python/wengert.py
fi
