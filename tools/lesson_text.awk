# Writes a C array of the lessons' names and texts, for tools/cmd_lesson.c, and the text of their functions.
#
#   awk -f tools/lesson_text.awk lessons/*.md lessons/functions.wg > lessons.h

BEGIN {
    print "#pragma GCC diagnostic ignored \"-Woverlength-strings\""
    print "static const lesson_file files[] = {"
}
FNR == 1 && FILENAME ~ /\.wg$/ {
    print "    },"
    print "    { NULL, NULL }"
    print "};"
    print "const char lesson_functions_text[] ="
}
FNR == 1 && FILENAME ~ /\.md$/ {
    if (NR > 1) print "    },"
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\.md$/, "", name)
    print "    { \"" name "\","
}
{ gsub(/\\/, "&&"); gsub(/"/, "\\\""); print "      \"" $0 "\\n\"" }
END { print "      \"\";" }
