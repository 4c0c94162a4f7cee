# Makes a page of man from a Markdown file:
#     awk -v name=wengert -v section=7 -v title='...' -v version=0.1.0 -f tools/build/roff.awk \
#         -f tools/build/markdown_man.awk docs/language.md

# Of Markdown's marks code and links lose their signs, and code is bold.
function inline(s) {
    s = roff(s)
    while (match(s, /\[[^]]*\]\([^)]*\)/)) {
        link = substr(s, RSTART, RLENGTH)
        text = substr(link, 2, index(link, "](") - 2)
        s = substr(s, 1, RSTART - 1) text substr(s, RSTART + RLENGTH)
    }
    while (match(s, /`[^`]*`/))
        s = substr(s, 1, RSTART - 1) "\\fB" substr(s, RSTART + 1, RLENGTH - 2) "\\fR" \
            substr(s, RSTART + RLENGTH)
    while (match(s, /\*\*[^* `][^*]*\*\*/))
        s = substr(s, 1, RSTART - 1) substr(s, RSTART + 2, RLENGTH - 4) substr(s, RSTART + RLENGTH)
    return s
}

function end_table() { if (table) print ".fi\n.PP"; table = 0 }

BEGIN {
    printf ".TH %s %s \"\" \"wengert %s\" \"Miscellaneous\"\n.SH NAME\n%s \\- %s\n.SH DESCRIPTION\n",
           name, section, version, name, title
}
/^```/ { end_table(); fence = !fence; print fence ? ".PP\n.nf" : ".fi\n.PP"; next }
fence { print roff($0); next }
/^\|/ {
    if (!table) print ".PP\n.nf"
    table = 1
    if ($0 !~ /^\|[-| ]*$/) print roff($0)
    next
}
{ end_table() }
/^# / { next }
/^## / { print ".SH " toupper(inline(substr($0, 4))); next }
/^###+ / { sub(/^#+ /, ""); print ".SS " inline($0); next }
/^[-*] / { print ".IP \\(bu 2\n" inline(substr($0, 3)); next }
/^$/ { print ".PP"; next }
{ sub(/^ +/, ""); print inline($0) }
END { end_table() }
