# Reads public headers and writes a C++ program that calls each macro of a builder with all its options by
# name, the last one first. some<T>() stands for an argument.

# ---- rows of lists ----

# The row of a list that has matched in `side`: P(type, name) or X(type, name
function note_rows(pattern, type,    side, text, at) {
    for (side = found; match(side, pattern); side = substr(side, RSTART + RLENGTH)) {
        text = substr(side, RSTART + 2, RLENGTH - 2)
        at = index(text, ", ")
        field[type, ++fields_of[type]] = substr(text, at + 2)
        kind_of[type, fields_of[type]] = substr(text, 1, at - 1)
    }
}

# ---- C++ ----

function cpp_call(name, type, operands,    i, text) {
    for (i = 1; i <= operands; i++) text = text (i > 1 ? ", " : "") "some<" kind_of[type, i] ">()"
    for (i = fields_of[type]; i > operands; i--)
        text = text ", ." field[type, i] " = some<" kind_of[type, i] ">()"
    printf "void call_%s() { (void)%s(%s); }\n", name, name, text
}

# ---- the headers ----

function next_match(pattern) {
    if (!match(rest, pattern)) return 0
    found = substr(rest, RSTART, RLENGTH)
    rest = substr(rest, RSTART + RLENGTH)
    return 1
}

{ all = all $0 "\n" }
END {
    gsub(/\/\*[^*]*\*+([^\/*][^*]*\*+)*\//, "", all)
    bare = all
    gsub(/"([^"\\]|\\.)*"/, "", bare)
    for (rest = bare; next_match("#define WG_[A-Z_]+_\\(X\\) [^\n]*"); ) { # rows that lists have in common
        name = found
        sub(/^#define /, "", name)
        sub(/\(X\).*/, "", name)
        sub(/^[^)]*\) */, "", found)
        common[name] = found
    }
    for (turn = 0; turn < 2; turn++) for (name in common) gsub(name "\\(X\\)", common[name], bare)
    for (rest = bare; next_match("#define wg_[a-z0-9_]+_args_list[^#]*"); ) {
        list_of = found
        sub(/^#define /, "", list_of)
        sub(/_list.*/, "", list_of)
        note_rows("P\\([a-z0-9_ *]+, [A-Za-z0-9_]+", list_of)
        operands_of[list_of] = fields_of[list_of]
        note_rows("X\\([a-z0-9_ *]+, [A-Za-z0-9_]+", list_of)
    }
    print "#include <wengert/wengert.h>\ntemplate <class T> T &some();"
    named = "#define wg_[a-z0-9_]+\\([^)]*\\)[ \\\\\n]*WG_NAMED\\([^,]*, [^,]*, \\([^)]*\\), [^,]*,"
    for (rest = all; next_match(named); ) {
        name = found
        sub(/^#define /, "", name)
        sub(/\(.*/, "", name)
        sub(/.*WG_NAMED\(/, "", found)
        sub(/\([^)]*\), /, "", found)
        split(found, word, /, */)
        cpp_call(name, word[2], word[3] + 0)
    }
}
