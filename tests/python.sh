#!/usr/bin/env bash
# Prints the path of the first python3 in PATH that has NumPy: the first of all may lack it. The status is 1
# if none has.
while IFS= read -r python; do
    "$python" -c 'import numpy' 2>/dev/null && echo "$python" && exit
done < <(type -ap python3)
exit 1
