#!/usr/bin/env bash
# The engine of pages (make wasm) says what the native command says. The last line is as Criterion's.
# Environment: WG_BUILD, the folder of the native command, which has no BLAS and one instruction set, as the engine has.
set -u
cd "$(dirname "$0")/.." || exit 1
passed=0
build=$(dirname "$WG_BUILD")
make -s --no-print-directory BUILD="$build" wasm && node tests/wasm.js "$build/wasm/engine.js" "$WG_BUILD/wengert" tests/lang/*.txt tests/tools/*.txt && passed=1
echo "Synthesis: Tested: 1 | Passing: $passed | Failing: $((1 - passed)) | Crashing: 0"
[ "$passed" = 1 ]
