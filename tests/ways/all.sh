#!/usr/bin/env bash
# Runs all gates of this folder, over python/_c.c and over ctypes, and mypy on programs with types. The last
# line is `N passed, N failed, N skipped`.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/built_python.sh
for over in 0 1; do
    for gate in scripts mutations closures optimizers copies stepping programs signatures \
        numpy_signatures formulas "state 20000"; do
        set -- $gate
        if WENGERT_CTYPES=$over "$python" tests/ways/$1.py ${2:-} 2>/dev/null; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "FAILED ways: $1.py with WENGERT_CTYPES=$over"
        fi
    done
done
skipped=0
if ! command -v mypy >/dev/null; then skipped=1; echo 'skipped: no mypy here'
elif "$python" tests/languages/stubs.py typed; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAILED ways: stubs.py typed"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
