# op_list.awk: reads the public headers and then the sources of ops, and prints the registry's list, in the
# order of the files and of their descriptors:
#
#     DEFINE_OP(neg, ...);      makes      WGI_OP(neg, 1)
#
# and so does any macro at the start of a line whose name ends with _OP.
#
# 1: a header declares wg_neg_at, so programs can call it; 0: only other ops and derivative rules make it.
# A descriptor that is written in another way stops the build. Its op would not be in the registry, and no
# test would run it.

FILENAME ~ /\.h$/ {
    while (match($0, /wg_[a-z0-9_]+_at\(/)) {
        declared[substr($0, RSTART + 3, RLENGTH - 7)]
        $0 = substr($0, RSTART + RLENGTH)
    }
    next
}

/^[A-Z_]+_OP\(/ { macro = 1 }

macro && match($0, /[a-z][a-z0-9_]*/) {
    name = substr($0, RSTART, RLENGTH)
    print "WGI_OP(" name ", " (name in declared) ")"
    macro = 0
}

/(^|[^a-z0-9_])wg_op +[a-z0-9_]+(\[[^]]*\])* *=/ {
    printf "%s:%d: a descriptor of the library is written DEFINE_OP(NAME, ...) at the start of a line\n",
           FILENAME, FNR > "/dev/stderr"
    bad = 1
}

END { exit bad }
