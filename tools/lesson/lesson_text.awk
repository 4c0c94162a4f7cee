# Writes C arrays for tools/lesson/lesson_texts.c: the list of symbols, the solutions of exercises, which
# header declares which builder, the lessons' names and texts, and the text of their functions.
#
#   awk -f tools/lesson/lesson_text.awk lessons/symbols.txt include/wengert/*.h lessons/solutions.txt \
#       lessons/*.md lessons/functions.wg > lessons.h

function open_array(head) {
    if (kind) print kind == "md" ? "    },\n    { NULL, NULL }\n};" : "      ;"
    print head
}

BEGIN {
    print "#pragma GCC diagnostic ignored \"-Woverlength-strings\""
    head["symbols"] = "const char lesson_symbols[] ="
    head["solutions"] = "const char lesson_solutions[] ="
    head["h"] = "const char lesson_headers[] ="
    head["md"] = "const lesson_file lesson_files[] = {"
    head["wg"] = "const char lesson_functions_text[] ="
}
{ gsub(/\\/, "&&"); gsub(/"/, "\\\"") }
FNR == 1 {
    name = FILENAME
    sub(/.*\//, "", name)
    now = name ~ /h$/ ? "h" : name ~ /md$/ ? "md" : name ~ /wg$/ ? "wg" : name
    sub(/\.txt$/, "", now)
    if (now == "md" && kind == "md") print "    },"
    else if (now != kind) open_array(head[now])
    kind = now
    if (kind == "md") print "    { \"" substr(name, 1, length(name) - 3) "\","
}
kind == "h" {
    if (match($0, /^WG_API wg_node wg_[a-z0-9_]+_at\(/))
        print "      \"" substr($0, 19, RLENGTH - 22) " " name "\\n\""
    next
}
{ print "      \"" $0 "\\n\"" }
END { print "      ;" }
