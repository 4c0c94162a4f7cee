#!/usr/bin/env bash
# Writes what the headers say of builders and options into python/wengert/__init__.py, and the lists of functions into
# include/wengert/values.hpp. `make docs` calls it. --check: changes nothing, and prints what would change.
set -eu
cd "$(dirname "$0")/.."
headers=(graph functions ops losses contract arrange pick makers norms conv attention linear nn recurrent transformer grad
    implicit params optim check)
table=$(cd include/wengert && awk -v form=python -f ../../tools/builders.awk "${headers[@]/%/.h}")

# The file with its table in the place of what stands between the lines that begin and end it.
between() { # FILE BEGIN END TABLE
    TABLE=$4 awk -v begin="$2" -v end="$3" '
        index($0, end) == 1 { inside = 0 }
        !inside
        index($0, begin) == 1 { inside = 1; print ENVIRON["TABLE"] }' "$1"
}

# A list #define NAME(X) X(neg) X(exp) ... of the functions whose lines in Python's table begin with the pattern.
list() {
    awk -v name="$1" -v pattern="^$2 =" '
        /^ / { if (on) names = names $0; next }
        { on = $0 ~ pattern }
        on { sub(/^.* = /, ""); names = names " " $0 }
        END {
            n = split(names, word, " ")
            line = "#define " name "(X)"
            for (i = 1; i <= n; i++) {
                if (length(line " X(" word[i] ")") > 106) { print line " \\"; line = "   " }
                line = line " X(" word[i] ")"
            }
            print line
        }' <<<"$table"
}
lists() {
    list WG_FUNCTIONS_OF_ONE '[(]x[)]'
    list WG_FUNCTIONS_OF_TWO '[(][a-z]+ [a-z]+[)]'
    list WG_REDUCTIONS '@reduce_args .*'
}

write() { # FILE BEGIN END TABLE
    local wanted
    wanted=$(between "$@")
    if [ "$mode" = --check ]; then diff "$1" - <<<"$wanted" || different=1
    elif [ "$wanted" != "$(cat "$1")" ]; then printf '%s\n' "$wanted" >"$1"; fi
}

mode=${1:-} different=0
write python/wengert/__init__.py '_TABLE = """' '"""' "$table"
write include/wengert/values.hpp '/* clang-format off: tools/tables.sh' '/* clang-format on' "$(lists)"
exit $different
