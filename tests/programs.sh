#!/usr/bin/env bash
# Prints a PATH for tests that must not need more. The folders of links that it names are made in FOLDER.
#
#   tests/programs.sh FOLDER         the programs of a bare Debian after `make test`: those of required
#                                    packages, make, and what tools/setup.sh installs for building and
#                                    testing, with all that these need
#   tests/programs.sh FOLDER NAME    all programs of PATH but NAME
#
# Of the package of node only node is linked: some makers' packages need python3, Debian's does not.
set -eu
cd "$(dirname "$0")/.."
folder=$1
IFS=: read -ra places <<<"$PATH"

# The paths of the programs of a bare system, without /usr: /bin is a link to /usr/bin, or a package has its
# files in both.
of_bare_system() {
    local wanted required packages
    # Where no program is found, everything is missing, and the set-up names all that it would install.
    wanted=$(PATH='' "$BASH" tools/setup.sh build test 2>&1 |
        sed -n 's/.*by their Debian names: \(.*\);.*/\1/p')
    required=$(dpkg-query -W -f '${Package} ${Essential} ${Priority}\n' |
        sed -nE 's/ (yes .*|no required)$//p')
    [ -n "$wanted" ] && [ -n "$required" ] || exit 1
    packages=$(apt-cache depends --recurse --installed \
        --no-{recommends,suggests,conflicts,breaks,replaces,enhances} \
        make $required ${wanted/nodejs/} | grep -v '^[ <]' | sort -u)
    dpkg-query -L $packages 2>/dev/null | sed -nE 's,^(/usr)?(/s?bin/.*),\2,p'
}

# The programs of folders, a line each.
programs_in() { find "${@/%//}" -maxdepth 1 ! -type d -perm /111 2>/dev/null | sed 's,//,/,'; }

# Of a name the first in PATH is what a shell runs: it is linked if it, or the file that it leads to, is of a
# bare system.
link_bare() {
    of_bare_system >"$folder.bare"
    programs_in "${places[@]}" | awk -F/ '!seen[$NF]++' >"$folder.list"
    xargs -d '\n' readlink -m <"$folder.list" | paste "$folder.list" - | awk -F '\t' '
        NR == FNR { bare[$0]; next }
        {
            name = path = $1; file = $2
            sub(/.*\//, "", name); sub(/^\/usr/, "", path); sub(/^\/usr/, "", file)
        }
        name == "node" || path in bare || file in bare { print $1 }' "$folder.bare" - |
            xargs -d '\n' ln -st "$folder"
    rm "$folder.bare" "$folder.list"
    echo "$folder"
}

# A folder of PATH that has the program is replaced by one of links to its other programs.
link_all_but() {
    local place path=
    for place in "${places[@]}"; do
        if [ -e "$place/$1" ]; then
            mkdir -p "$folder$place"
            programs_in "$place" | awk -F/ -v name="$1" '$NF != name' | xargs -d '\n' ln -st "$folder$place"
            place=$folder$place
        fi
        path=$path:$place
    done
    echo "${path#:}"
}

if [ $# = 1 ]; then link_bare; else link_all_but "$2"; fi
