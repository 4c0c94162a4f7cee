# Reads public headers and writes what they say of builders, the functions that make nodes:
#
#   form=python    the table of python/wengert/__init__.py. A line is "(PARAMETERS) = NAMES", or "@STRUCT OPERANDS ; OPTIONS = NAMES"
#                  for one struct of arguments
#   form=cpp       a C++ program that calls each macro with all its options by name, the last one first. some<T>()
#                  stands for an argument

# ---- rows of lists ----

function trimmed(s) { gsub(/^[ \t\n]+|[ \t\n]+$/, "", s); return s }

# The row of a list that has matched in `side`: P(type, name) or X(type, name
function note_row(type,    text, at) {
    text = substr(side, RSTART + 2, RLENGTH - 2)
    at = index(text, ", ")
    field[type, ++fields_of[type]] = substr(text, at + 2)
    kind_of[type, fields_of[type]] = substr(text, 1, at - 1)
}

# ---- Python: a field is NAME, or NAME:KIND if it is no node ----

function python_field(name, kind) {
    if (kind == "wg_node") return name
    if (kind ~ /^wg_(part|step|ode)_fn$/) return name ":" substr(kind, 4)
    if (kind == "void *" && name == "user") return "user:user"
    if (kind ~ /_fn$|_rule$|^void|_opts \*$|^const wg_nn_part|^wg_pattern|^wg_tensor/) return "!" # not in Python, or by hand
    if (kind == "const char *") kind = "text"
    else if (kind == "const double *") kind = "doubles"
    else if (kind in is_enum) kind = "int"
    sub(/_t$/, "", kind)
    sub(/^wg_(nn_)?/, "", kind)
    gsub(/ \*$/, "", kind)
    return name ":" kind
}
function python_struct(type,    i, text) {
    text = "@" substr(type, 4) " "
    for (i = 1; i <= fields_of[type]; i++) {
        text = text (i > 1 ? " " : "") (i == operands_of[type] + 1 ? "; " : "") python_field(field[type, i], kind_of[type, i])
    }
    return text (operands_of[type] == fields_of[type] ? " ;" : "")
}
# wg_node x[], int n is one list; wg_node *y is a result
function python_parameters(text,    list, n, i, out, kind, name) {
    gsub(/\n/, " ", text)
    gsub(/  +/, " ", text)
    n = split(text, list, /, /)
    for (i = 1; i <= n; i++) {
        match(list[i], /^.*[ *]/)
        kind = trimmed(substr(list[i], 1, RLENGTH))
        name = substr(list[i], RLENGTH + 1)
        if (name ~ /\[\]$/) {
            sub(/\[\]/, "", name)
            kind = kind == "const wg_node" && list[++i] == "int n" ? "list" : "void"
        }
        if (kind == "wg_node *") kind = "result"
        out = out (i > 1 && out != "" ? " " : "") python_field(name, kind)
    }
    return "(" out ")"
}
function python(signature, name, result) {
    if (signature ~ /.!/) return
    if (result == "wg_nn_states") signature = signature " -> states"
    if (!(signature in names)) order[++signatures] = signature
    names[signature] = names[signature] " " name
}
# A line that begins with a blank continues the line before it.
function python_print(    i, line, word, n, k) {
    for (i = 1; i <= signatures; i++) {
        n = split(order[i] " =" names[order[i]], word, " ")
        line = word[1]
        for (k = 2; k <= n; k++) {
            if (length(line " " word[k]) > 110) { print line; line = "   " }
            line = line " " word[k]
        }
        print line
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
    for (rest = all; next_match("typedef enum wg_[a-z0-9_]+"); ) { sub(/.* /, "", found); is_enum[found] }
    delete is_enum["wg_dtype"]
    bare = all
    gsub(/"([^"\\]|\\.)*"/, "", bare)
    for (rest = bare; next_match("#define wg_[a-z0-9_]+_args_list[^#]*"); ) {
        list_of = found
        sub(/^#define /, "", list_of)
        sub(/_list.*/, "", list_of)
        for (side = found; match(side, /P\([a-z0-9_ *]+, [A-Za-z0-9_]+/); side = substr(side, RSTART + RLENGTH)) note_row(list_of)
        operands_of[list_of] = fields_of[list_of]
        for (side = found; match(side, /X\([a-z0-9_ *]+, [A-Za-z0-9_]+/); side = substr(side, RSTART + RLENGTH)) note_row(list_of)
    }
    if (form == "cpp") {
        print "#include <wengert/wengert.h>\ntemplate <class T> T &some();"
        for (rest = all; next_match("#define wg_[a-z0-9_]+\\([^)]*\\)[ \\\\\n]*WG_NAMED\\([^,]*, [^,]*, \\([^)]*\\), [^,]*,"); ) {
            name = found
            sub(/^#define /, "", name)
            sub(/\(.*/, "", name)
            sub(/.*WG_NAMED\(/, "", found)
            sub(/\([^)]*\), /, "", found)
            split(found, word, /, */)
            cpp_call(name, word[2], word[3] + 0)
        }
    } else {
        for (rest = all; next_match("WG_API (wg_node|wg_nn_states|bool) wg_[a-z0-9_]+_at\\(wg_site here,[^)]*\\)"); ) {
            split(found, word, " ")
            name = word[3]
            sub(/^wg_/, "", name)
            sub(/_at\(.*/, "", name)
            sub(/[^(]*\(wg_site here,/, "", found)
            sub(/\)$/, "", found)
            found = trimmed(found)
            if (found ~ /^const wg_[a-z0-9_]+_args \*a$/) {
                split(found, type, " ")
                python(python_struct(type[2]), name, word[2])
            } else python(python_parameters(found), name, word[2])
        }
        python_print()
    }
}
