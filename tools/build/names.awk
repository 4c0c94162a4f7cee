# names.awk: reads the calls of C, python/wengert/_table.txt, and src/language/words/names.txt, which says how
# it is written, and prints the rows of the table in src/language/words/meant.c.

function is_name_char(c) { return c ~ /[A-Za-z0-9_]/ }

# A name, and what stands behind it: a call gets its prefix, an option its dot.
function named(name, rest, before, language,    call) {
    call = rest ~ /^\(/ && (name ~ /^[a-z]/ || language == "py") && before !~ /[.>:\\]/
    if (call && language == "py") return "wg." name
    if (call && language == "cpp" && (name in native)) return native[name]
    if (call && language != "wg") return "wg_" name
    if (language == "py" && name ~ /^(true|false)$/) return toupper(substr(name, 1, 1)) substr(name, 2)
    return name
}

# The text of a field in a language.
function written(text, language,    out, c, name, before, in_c, quoted, list, depth, opens, deep, of,
                 starts) {
    in_c = language == "c" || language == "cpp"
    if (text ~ /^: write /) {
        print FILENAME ":" FNR ": a sentence that begins as a line does" > "/dev/stderr"
        bad = 1
    }
    if (text ~ /^: /) return substr(text, 3)
    out = ""; before = " "; list = "WG_SHAPE("; depth = 0; deep = 0; of[0] = 0
    while (text != "") {
        c = substr(text, 1, 1)
        if (c == "\"") quoted = !quoted
        if (!quoted && match(text, /^[A-Za-z_][A-Za-z0-9_]*/) && !is_name_char(before)) {
            name = substr(text, 1, RLENGTH)
            text = substr(text, RLENGTH + 1)
            if (in_c && text ~ /^=[^= ]/ && before ~ /[ (]/) {
                list = name ~ /^ax[ei]s$/ ? "WG_AXES(" : "WG_SHAPE("
                if (name == "axis" && text ~ /^=\[/) name = "axes"
                if (of[deep] == "native") { out = out "{ "; of[deep] = "opened" }
                out = out "." name " = "
                text = substr(text, 2)
                if (name ~ /^(size|stride|padding)$/ && !of[deep] && match(text, /^[0-9]+/)) {
                    out = out "WG_SHAPE(" substr(text, 1, RLENGTH) ")"
                    text = substr(text, RLENGTH + 1)
                }
                before = " "
                continue
            }
            c = named(name, text, before, language)
            if (text ~ /^\(/ && c ~ /^wg::/) starts = "native"
            out = out c
            before = substr(name, length(name))
            continue
        }
        text = substr(text, 2)
        if (!quoted && c == "." && of[deep] == "native" && text ~ /^[a-zA-Z_]+ = /) {
            of[deep] = "opened"
            c = "{ ."
        }
        if (!quoted && c == "(") { of[++deep] = starts; starts = 0 }
        if (!quoted && c == ")" && of[deep--] == "opened") c = " })"
        if (!quoted && in_c && c == "[" && before ~ /[ (]/) {
            opens[++depth] = of[deep] ? " }" : ")"
            c = of[deep] ? "{ " : list
            list = "WG_SHAPE("
        }
        else if (!quoted && in_c && c == "[") opens[++depth] = "]"
        else if (!quoted && in_c && c == "]") c = opens[depth--]
        else if (!quoted && language == "py" && c == "^") c = " ** "
        before = substr(c, length(c))
        if (c != "\\") out = out c
    }
    return "write " out
}

function quote(text) {
    if (text == "") return "NULL"
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return "\"" text "\""
}

# A call in C, as a string; -: there is none.
function call(text, language) { return text == "-" ? "NULL" : quote(written(text, language)) }

function field(i, otherwise) { return i in part ? part[i] : otherwise }

# A call that gives nodes is one of C++, too: wg::NAME or wg::nn::NAME. fill and eye have no graph there.
FILENAME !~ /names\.txt$/ {
    name = $1
    if (sub(/@.*/, "", name) && $2 ~ /^(node|states)$/ && name !~ /^(fill|eye)$/) {
        native[name] = "wg::" name
        sub(/^wg::nn_/, "wg::nn::", native[name])
    }
    next
}

/^\[/ { kind = toupper(substr($0, 2, length($0) - 2)); next }
/^#/ || !NF { next }

{
    at = index($0, " = ")
    split("", part)
    n = split(substr($0, at + 3), part, / \| /)
    wg = part[1]; c = field(2, wg); py = field(3, n > 1 ? c : wg); cpp = field(4, c)
    if (py == "=") py = wg
    if (c == "=") { c = wg; if (!(4 in part)) cpp = c }
    row = "{ " call(wg, "wg") ", " call(c, "c") ", " call(cpp, "cpp") ", " call(py, "py") " }"
    words = split(substr($0, 1, at - 1), word, / +/)
    for (i = 1; i <= words; i++) print "{ \"" word[i] "\", WG_WORD_" kind ", " row " },"
}

END { exit bad }
