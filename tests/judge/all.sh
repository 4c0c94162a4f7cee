#!/usr/bin/env bash
# Runs the programs of this folder that judge the check. The last line is `N passed, N failed, N skipped`.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/built_python.sh
for gate in mistakes disguises stairs programs; do
    if [ $gate = programs ] && ! "$python" -c 'import mpmath' 2>/dev/null; then
        echo 'skipped 1: no mpmath here'
        continue
    fi
    if "$python" tests/judge/$gate.py; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAILED judge: $gate.py"
    fi
done
echo "$passed passed, $failed failed, $((4 - passed - failed)) skipped"
[ "$failed" = 0 ]
