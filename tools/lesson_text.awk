# Writes a C array of the lessons' names and texts, for tools/cmd_lesson.c, the list of symbols, and the text of the lessons'
# functions.
#
#   awk -f tools/lesson_text.awk lessons/symbols.txt lessons/*.md lessons/functions.wg > lessons.h

BEGIN {
    print "#pragma GCC diagnostic ignored \"-Woverlength-strings\""
    print "static const char symbols[] ="
}
{ gsub(/\\/, "&&"); gsub(/"/, "\\\"") }
FILENAME ~ /symbols.txt$/ { print "    \"" $0 "\\n\""; next }
FNR == 1 && FILENAME ~ /\.wg$/ {
    print "    },"
    print "    { NULL, NULL }"
    print "};"
    print "const char lesson_functions_text[] ="
}
FNR == 1 && FILENAME ~ /\.md$/ {
    print lessons++ ? "    }," : "    ;\nstatic const lesson_file files[] = {"
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\.md$/, "", name)
    print "    { \"" name "\","
}
{ print "      \"" $0 "\\n\"" }
END { print "      ;" }
