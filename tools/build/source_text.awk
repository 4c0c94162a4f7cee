# Writes the tables of src/show/source/source_code.c: the functions that C files of nets can need, and the
# expressions of
# ops, both as the library's kernels have them.
#
#   awk -f tools/build/source_text.awk src/engine/kernel/vdouble.h ... ops/*.c src/show/source/kernels.c99
# > source_text.h
#
# A piece is a function, a type, a constant or a macro of kernel/*.h, ops/*.h and kernels.c99, with the
# comment above it, or a
# function of ops/activation.c. `#define EXP(x) _Generic((x), float : vm_expf, default : vm_exp)(x)` names
# the function of
# each float. KERNEL(relu) { WG_MAP1_ALL(k, a <= 0 ? 0 : a); } is an expression.

function quoted(s) {
    gsub(/\\/, "\\\\", s)
    gsub(/"/, "\\\"", s)
    return "\"" s "\\n\""
}
function name_of(s,    part) {
    if (s ~ /^#define/) { sub(/^#define +/, "", s); sub(/[^A-Za-z_0-9].*/, "", s); return s }
    if (s ~ /N\(/) { sub(/^.* \**N\(/, "", s); sub(/\).*/, "", s); return s }
    sub(/\(.*/, "", s)
    sub(/^.*[ *]/, "", s)
    return s
}
function finish() {
    if (name != "") {
        both = first ~ /N\(/
        rows[++count] = "    { \"" name (both ? "_f32" : "") "\",\n" text "    },"
        if (both) rows[++count] = "    { \"" name "_f64\",\n" text "    },"
    }
    name = text = comment = first = ""
    inside = 0
}
function begin(line) {
    name = name_of(line)
    first = line
    text = comment
    comment = ""
}

FNR == 1 {
    finish()
    is_op = FILENAME ~ /^ops\/.*\.c$/
    whole = !is_op || FILENAME ~ /activation\.c$/
}
/^#define [A-Z0-9_]+\([a-z, ]*\) +_Generic/ {
    word = name_of($0)
    line = $0
    sub(/.*float : /, "", line)
    f32 = line
    sub(/[,)].*/, "", f32)
    sub(/.*(double|default) : /, "", line)
    if ($0 ~ /double : /) { line = $0; sub(/.*double : /, "", line) }
    sub(/[,)].*/, "", line)
    floats = floats "    { \"" word "\", \"" f32 "\", \"" line "\" },\n"
    next
}
is_op && match($0, /^KERNEL\([a-z0-9_]+\) \{ (WG_MAP[12](_ALL)?\(k, |COMPARE\()/) {
    op = $0
    sub(/^KERNEL\(/, "", op)
    sub(/\).*/, "", op)
    line = substr($0, RLENGTH + 1)
    sub(/\); \}.*/, "", line)
    expressions = expressions "    { \"" op "\", \"" line "\" },\n"
    next
}
/^#if defined\(__FMA__\)/ { skipped = 1 } # what the baseline has not
/^#(else|endif)/ { skipped = 0 }
skipped || !whole || /^#(if|else|endif|include|ifdef|ifndef|undef|error)/ { next }
!inside && /^\/\*/ { comment = "" }
!inside && /^(\/\*| \*|   .*\*\/$)/ { comment = comment "      " quoted($0) "\n"; next }
!inside && /^#define [A-Z_0-9]+(\(.*\))? +[^ ].*[^\\]$/ {
    begin($0)
    text = text "      " quoted($0) "\n"
    finish()
    next
}
!inside && /^(static|ALWAYS_INLINE) .*\)( \{.*\})?$/ { begin($0); inside = 1 }
!inside && /^(static|ALWAYS_INLINE) .*[,(]$/ { begin($0); inside = 1 }
!inside && /^typedef struct/ { begin($0); inside = 1; structure = 1 }
!inside { comment = ""; next }
{ text = text "      " quoted($0) "\n" }
structure && /^}/ {
    name = $2
    sub(/;/, "", name)
    if (name ~ /N\(/) name = ""
    structure = 0
    finish()
    next
}
/^}/ || (/^(static|ALWAYS_INLINE)/ && /}$/) { finish() }
END {
    finish()
    print "static const struct {\n    const char *word, *f32, *f64;\n} source_of_floats[] = {\n" floats "};"
    print "static const struct {\n    const char *op, *text;\n} source_expression[] = {\n" expressions "};"
    print "static const piece source_piece[] = {"
    for (i = 1; i <= count; i++) print rows[i]
    print "};"
}
