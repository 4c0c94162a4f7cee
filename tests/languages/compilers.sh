# compilers.sh: for tests of C++, read by a shell that has $in, $build, $compile (wgshell.h) and $standards.
# $compilers: those that can be linked with this build.
sanitize=$(echo "$compile" | grep -o -e '-fsanitize=[^ ]*')
case "$compile" in
*clang*-fsanitize*) all=clang++ ;;
*-fsanitize*) all=g++ ;;
*) all='g++ clang++' ;;
esac
compilers=
for c in $all; do command -v $c >/dev/null && compilers="$compilers $c"; done
[ -z "$sanitize" ] || standards=c++17
need_cpp() { [ -n "$compilers" ] || need "${all%% *}"; }
flags='-Wall -Wextra -Wshadow -pedantic -Werror -Iinclude'

# Makes $in/a of a file: COMPILER STANDARD FILE
built() {
    $1 -std=$2 $flags -g $sanitize "$3" -o "$in/a" -L"$build" -lwengert -Wl,-rpath,"$(cd "$build" && pwd)"
}

# Compiles a file without a warning, and runs it, by every compiler in every standard: FILE STANDARDS
each() {
    need_cpp
    for c in $compilers; do
        for s in $2; do
            echo "$c -std=$s $1"
            built $c $s "$1" && "$in/a" || exit 1
        done
    done
}

# ---- lists in the headers ----

# The names X(name) of a list of the headers.
list() {
    sed -n "/define $1(X)/,/[^\\\\]\$/p" include/wengert/*.h* |
        grep -o 'X([a-z0-9_][a-z0-9_]*)' | sed 's/X(//; s/)//' | LC_ALL=C sort -u
}

# The names of the C functions whose result and parameters after the site match.
of() {
    cat include/wengert/*.h | sed 's/^ *//' | tr '\n' ' ' |
        grep -o "WG_API ${1}wg_[a-z0-9_]*_at(wg_site here, $2" |
        sed 's/_at(.*//; s/.*wg_//' | LC_ALL=C sort -u
}

# RESULT PARAMETERS LIST
same() {
    of "$1" "$2" >"$in/c"
    list "$3" | diff "$in/c" - && [ -s "$in/c" ] || exit 1
}
