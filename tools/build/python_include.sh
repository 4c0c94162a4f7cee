#!/usr/bin/env bash
# Prints the folder of Python's headers, 3.10 or later: of the first python3 in PATH that has them, where CC
# can read them. The status is 1 if there is none.
read -ra compiler <<<"${CC:-cc}" # CC may have words after the program
while IFS= read -r python; do
    folder=$("$python" -c \
        'import sys, sysconfig; print(sysconfig.get_path("include") if sys.version_info >= (3, 10) else "")' \
        2>/dev/null)
    [ -n "$folder" ] && echo '#include <Python.h>' |
        "${compiler[@]}" -I "$folder" -E -x c - >/dev/null 2>&1 && echo "$folder" && exit
done < <(type -ap python3)
exit 1
