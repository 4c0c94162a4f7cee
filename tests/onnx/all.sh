#!/usr/bin/env bash
# Runs the programs of this folder: the cases of ONNX's suite, and models that PyTorch has written. The last
# line is `N passed, N failed, N skipped`. `make whole KINDS=onnx` calls it.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/built_python.sh
skipped=0
# $1: the module of Python that the program needs; then the program and its arguments
try() {
    local module=$1
    shift
    if ! "$python" -c "import $module" 2>/dev/null; then
        echo "skipped 1: no python3-$module here"
        skipped=$((skipped + 1))
    elif "$python" -B "$@"; then passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED onnx: $*"
    fi
}
cases=/usr/share/libonnx-testdata/data
for folder in node pytorch-converted pytorch-operator simple; do
    if [ -d $cases/$folder ]; then try onnx tests/onnx/node_cases.py --folder $folder
    else
        echo 'skipped 1: no libonnx-testdata here'
        skipped=$((skipped + 1))
    fi
done
for program in models layers fine_tune pictures; do try torch tests/onnx/$program.py; done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
