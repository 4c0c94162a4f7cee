#!/usr/bin/env bash
# Writes a file that is not in form into a new folder, and says where tools/build/format.sh is wrong about it:
# what it does not name, mends in another way, or changes a second time. `make check` calls it. Without a
# difference it prints nothing.
set -u
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch"/{bench,examples,ops,python,src,tests,tools/build}
cp .clang-format "$scratch"
cp tools/build/{format.sh,wrap_comments.pl} "$scratch/tools/build"
tried=src/tried.c

cat >"$scratch/$tried" <<'END'
/* tried.c: a first sentence. This line goes on for so long that its last words must move to the next line, which is there.
 * It goes on here, and ends.
 *
 *     a table   of two columns
 * - a row of a list, whose letters éééééééééééééééééééé have two bytes each: less columns than bytes
 * - another row */
int  one( int x ){ return x; }
    /* A comment of one line, before a function that stands too far at the right. Only its end has no room there. */
    int two(void) {
    int y = 2; /* behind code there is less room, and this comment has so many words that it needs another line */
    return y; }
// The other kind of comment is wrapped, too: it goes on in a line of its own, before which the two strokes stand.
const char *four = "/* no comment */";
/* A word without blanks that is longer than a line stays as it is, and is named: https://a.b/cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc. */
END
echo 'const f = ( a ) => { g( a ); h( a ); };' >"$scratch/tests/tried.js"
printf '%s\n' 'const f = (a) => {' '  g(a);' '  h(a);' '};' >"$scratch/mended.js"
cat >"$scratch/mended" <<'END'
/* tried.c: a first sentence. This line goes on for so long that its last words must move to the next line,
 * which is there. It goes on here, and ends.
 *
 *     a table   of two columns
 * - a row of a list, whose letters éééééééééééééééééééé have two bytes each: less columns
 *   than bytes
 * - another row */
int one(int x) { return x; }
/* A comment of one line, before a function that stands too far at the right. Only its end has no room
 * there. */
int two(void)
{
    int y = 2; /* behind code there is less room, and this comment has so many words that it needs another
                * line */
    return y;
}
// The other kind of comment is wrapped, too: it goes on in a line of its own, before which the two strokes
// stand.
const char *four = "/* no comment */";
/* A word without blanks that is longer than a line stays as it is, and is named:
 * https://a.b/cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc. */
END

cd "$scratch" || exit 1
# says WHEN LINES: what the check says must be these lines.
says() { tools/build/format.sh --check | diff - <(printf '%s\n' "${@:2}") | sed "s,^,$1 mending: ,"; }

form=': not as clang-format has it'
says before $tried"$form" tests/tried.js"$form" $tried:{1,5,8,10,12,14}': more than 110 bytes'
tools/build/format.sh | diff - <(echo "$tried:21: more than 110 bytes; shorten it by hand")
diff $tried mended | sed "s/^/mended (< is, > should be): /"
diff tests/tried.js mended.js | sed "s/^/mended (< is, > should be): /"
says after "$tried:21: more than 110 bytes"
touch before
tools/build/format.sh >/dev/null
find . -newer before | sed "s/^/changed a second time: /"
