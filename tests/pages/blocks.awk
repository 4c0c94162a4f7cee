# Writes the blocks of a page to the folder `to`: the file N holds block N. Prints a line for each:
# N, the line of the page, the first word behind the ``` (or -), the second one (or -). A block of four ` may
# hold blocks of three.
/^```/ && (!inside || /^````/ == long) {
    inside = !inside
    if (!inside) { close(file); next }
    long = /^````/
    file = to "/" ++block
    printf "" > file
    sub(/^`*/, "")
    print block, NR, (NF ? $1 : "-"), (NF > 1 ? $2 : "-")
    next
}
inside { print > file }
END { if (inside) { print FILENAME ": a block without an end" > "/dev/stderr"; exit 1 } }
