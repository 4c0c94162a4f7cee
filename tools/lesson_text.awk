# Writes a C array of the lessons' names and texts, for tools/cmd_lesson.c.
#
#   awk -f tools/lesson_text.awk lessons/*.md > lessons.h

BEGIN {
    print "#pragma GCC diagnostic ignored \"-Woverlength-strings\""
    print "static const lesson_file files[] = {"
}
FNR == 1 {
    if (NR > 1) print "    },"
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\.md$/, "", name)
    print "    { \"" name "\","
}
{ gsub(/\\/, "&&"); gsub(/"/, "\\\""); print "      \"" $0 "\\n\"" }
END { if (NR) print "    },"; print "    { NULL, NULL }"; print "};" }
