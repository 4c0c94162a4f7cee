#!/usr/bin/env bash
# What the library writes as ONNX, run by onnxruntime-web: samples of each op and their gradients, programs of
# examples, pictures and lessons, steps of training. The last line is `N passed, N failed, N skipped`.
# ORT_WEB (default build/ort): a folder that has node_modules/onnxruntime-web; npm install --prefix makes it.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/built_python.sh
skipped=0
export ORT_WEB=${ORT_WEB:-$PWD/$build/ort}
if [ ! -d "$ORT_WEB/node_modules/onnxruntime-web" ]; then
    echo "FAILED onnx: no onnxruntime-web here: npm install --prefix $ORT_WEB onnxruntime-web"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
programs="test_onnx_ops test_onnx_again test_onnx_programs test_onnx_steps"
make -s BUILD="$build" $(printf "$build/tests/onnx/%s " $programs) || exit 1

# $1: what is written; $2: the program that writes; $3: the tolerance; $4...: variables
try() {
    local what=$1 program=$2 tolerance=$3
    shift 3
    mkdir "$folder/$what"
    if env WG_ONNX_FOLDER="$folder/$what" "$@" "$build/tests/onnx/$program" >"$folder/log" 2>&1 &&
        "$python" -B tests/onnx/check.py "$folder/$what" &&
        node tests/onnx/ort.js "$folder/$what" "$tolerance"
    then passed=$((passed + 1))
    else
        failed=$((failed + 1))
        tail -n 5 "$folder/log"
        echo "FAILED onnx: $what"
    fi
    rm -rf "${folder:?}/$what"
}

# Left out: numbers that are what rounding leaves, and trainings that became thousands of nodes.
left_out=' gradient-check decay vectorise mini-batches optimizers search initialisation early-stopping '
mkdir "$folder/texts"
for lesson in lessons/*.md; do
    name=$(basename "$lesson" .md)
    case "$left_out" in *" $name "*) continue ;; esac
    "$build/wengert" lesson "$name" --program >"$folder/texts/$name.wg" 2>/dev/null
done
list="$(echo examples/*.wg) $(echo docs/drawing/*.wg)"
for opset in 17 16 15 14 13; do try "ops of set $opset" test_onnx_ops 1e-5 "WG_OPSET=$opset"; done
try steps test_onnx_steps 1e-4
try programs test_onnx_programs 1e-5 "WG_ONNX_PROGRAMS=$list"
try lessons test_onnx_programs 1e-8 WG_F64=1 "WG_ONNX_PROGRAMS=$(echo "$folder"/texts/*.wg)"
if WG_ONNX_FOLDER=$folder "$build/tests/onnx/test_onnx_again" >/dev/null 2>&1; then passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "FAILED onnx: what is written and read again"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
