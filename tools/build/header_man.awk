# Makes a page of section 3 of man from a public header:
#     awk -v version=0.1.0 -f tools/build/roff.awk -f tools/build/header_man.awk include/wengert/grad.h
# The opening comment becomes the description, the declarations follow as they are. With -v names=1 it prints
# the names that the page is found by instead: the functions and macros of the header, one a line.

function put_title(    file, end) {
    file = FILENAME
    sub(/.*\//, "", file)
    title = substr(comment[1], length(file) + 3)
    for (first = 2; first <= lines && title !~ /\.( |$)/ && comment[first] != ""; first++)
        title = title " " comment[first]
    end = match(title, /\.( |$)/)
    rest = end ? substr(title, end + 2) : ""
    title = end ? substr(title, 1, end - 1) : title
    sub(/\.h$/, "", file)
    printf ".TH wengert-%s 3 \"\" \"wengert %s\" \"Library Functions\"\n", file, version
    printf ".SH NAME\nwengert\\-%s \\- %s\n", file, roff(title)
    printf ".SH SYNOPSIS\n.nf\n#include <wengert/%s.h>\n\n", file
    print roff("cc program.c $(pkg-config --cflags --libs wengert)") "\n.fi"
}

# Paragraphs are filled, lines that begin with blanks are code.
function put_description(    i, code, now) {
    print ".SH DESCRIPTION"
    if (rest != "") print roff(rest)
    while (rest == "" && first <= lines && comment[first] == "") first++
    for (i = first; i <= lines; i++) {
        now = comment[i] ~ /^    / || (code && comment[i] == "")
        if (now && !code) print ".PP\n.nf"
        if (!now && code) print ".fi\n.PP"
        code = now
        if (comment[i] == "" && !code) print ".PP"
        else print roff(comment[i])
    }
    if (code) print ".fi"
}

FNR == 1 { opening = 1 }
FNR == 1 && /SPDX-License-Identifier/ { next }
opening {
    line = $0
    ended = line ~ /\*\/ *$/
    sub(/ *\*\/ *$/, "", line)
    sub(/^\/\* ?/, "", line)
    sub(/^ \* ?/, "", line)
    comment[++lines] = line
    if (ended) opening = 0
    next
}
/^WG_API|^static inline/ && match($0, /wg_[a-z0-9_]+\(/) {
    name = substr($0, RSTART, RLENGTH - 1)
    if (name !~ /_at$/) name_of[name]
}
/^#define *wg_[a-z0-9_]+\(/ { split($2, word, "("); name_of[word[1]] }
# What C++ alone reads, guards and includes of other headers are no part of the page.
/^#ifdef __cplusplus/ || /^#if.* defined\(__cplusplus\)/ { skip = 1; next }
skip && /^#(else|endif)/ { skip = 0; next }
skip || /^#ifndef WENGERT_/ || /^#define WENGERT_[A-Z]*_H/ || /^#include "/ { next }
/^#ifndef __cplusplus/ && ++plain { next }
plain && /^#else/ { plain--; skip = 1; next }
plain && /^#endif/ { plain--; next }
/^$/ && blank { next }
{ blank = /^$/; body[++count] = $0 }

END {
    if (names) {
        for (name in name_of) print name
        exit
    }
    put_title()
    put_description()
    print ".SH DECLARATIONS\n.nf"
    while (count && body[count] ~ /^(#endif)?$/) count--
    for (i = 1; i <= count; i++) print roff(body[i])
    print ".fi\n.SH SEE ALSO\n.BR wengert (3),\n.BR wengert (1)"
}
