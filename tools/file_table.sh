#!/usr/bin/env bash
# Prints docs/files.md: a row for each source file, from the first sentence of its first comment, which begins with the
# file's name:
#     /* tape.c: programs of scalars, run without a plan. ... */
# `make docs` calls it. The exit status is 1 when a file has no such comment.
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C
awk '
# Up to a full stop, colon or semicolon outside brackets.
function first_sentence(s,    i, c, deep) {
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (c == "(") deep++
        else if (c == ")") deep--
        else if (!deep && index(".:;", c) && (i == length(s) || substr(s, i + 1, 1) == " ")) return substr(s, 1, i - 1)
    }
    return s
}
function row(    name, room) {
    name = room = file
    sub(/.*\//, "", name)
    sub(/[^\/]*$/, "", room)
    gsub(/[ \t]+/, " ", text)
    if (index(text, name ": ") != 1) {
        print file ": its first comment does not begin with \"" name ":\"" >"/dev/stderr"
        wrong = 1
        return
    }
    text = first_sentence(substr(text, length(name) + 3))
    gsub(/\|/, "\\|", text)
    if (room != last) printf "\n## %s\n\n| file | what |\n|---|---|\n", last = room
    printf "| `%s` | %s |\n", name, text
}
BEGIN { print "# Files\n\nWritten by `make docs` from the first comment of each file. [architecture.md](architecture.md) says how the rooms fit together." }
FNR == 1 {
    if (file) row()
    file = FILENAME
    text = ""
    inside = /^\/\*/
}
inside {
    line = $0
    inside = line !~ /\*\//
    gsub(/^[ \t]*\/?\*+[ \t]*|\*\/.*/, "", line)
    if (line == "") inside = 0
    text = text (text == "" ? "" : " ") line
}
END { row(); exit wrong }' ops/*.[ch] src/*/*.[ch] src/*/*/*.[ch] tools/*.[ch]
