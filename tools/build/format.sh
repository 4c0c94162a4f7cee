#!/usr/bin/env bash
# Gives all files of C and JavaScript the form that the house rules ask for: what clang-format makes of them;
# of C also comments whose lines have at most 110 bytes. `make format` calls it. It leaves and prints what it
# cannot mend: a line of code that is too long, and a word of a comment that is longer than a line.
# --check: changes nothing, and prints what has not this form. `make check` calls it.
set -u
cd "$(dirname "$0")/../.." || exit 1

# Public headers are not among them: their tables are aligned by hand.
files() { find bench examples ops python src tests tools -name "$1" | LC_ALL=C sort; }

# Prints file:line for each line of more than 110 bytes. The table of digits is data.
long_lines() {
    files '*.[ch]' | grep -v digits_table | LC_ALL=C xargs -r grep -anE '^.{111}' /dev/null |
        cut -d : -f 1,2
}

command -v clang-format >/dev/null || { echo "clang-format is not installed"; exit 1; }
case "${1:-}" in
--check)
    { files '*.[ch]' && files '*.js'; } | xargs -r clang-format --dry-run -Werror -ferror-limit=1 2>&1 |
        sed -nE 's/^([^:]+):[0-9:]+ error: code should be.*/\1: not as clang-format has it/p; /^Error/p' |
            sort -u
    long_lines | sed 's/$/: more than 110 bytes/' ;;
'')
    # Comments behind code come first, since clang-format breaks the code before a comment that is too long.
    # The others come when clang-format has put them in their place. Each may move the other's, so the loop
    # ends when nothing changes.
    mapfile -t todo < <(files '*.[ch]' && files '*.js')
    for which in behind all all all; do
        mapfile -t long < <(long_lines | cut -d : -f 1 | sort -u)
        mapfile -t wrapped < <([ ${#long[@]} = 0 ] || tools/build/wrap_comments.pl "$which" "${long[@]}")
        todo+=("${wrapped[@]}")
        [ ${#todo[@]} -gt 0 ] || break
        printf '%s\0' "${todo[@]}" | xargs -0 clang-format -i || exit 1
        todo=()
    done
    long_lines | sed 's/$/: more than 110 bytes; shorten it by hand/' ;;
*) echo "usage: tools/build/format.sh [--check]" >&2; exit 2 ;;
esac
