#!/usr/bin/env bash
# The engine of pages (make wasm) says what the native command says. The last line is as Criterion's.
# Environment: WG_BUILD, the folder of the native command, which has no BLAS and one instruction set, as the engine has.
set -u
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0
build=$(dirname "$WG_BUILD")
run() { if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi; }
run make -s --no-print-directory BUILD="$build" wasm
run node tests/wasm.js "$build/wasm/engine.js" "$WG_BUILD/wengert" tests/lang/*.txt tests/tools/*.txt
run node tests/play.js "$build/wasm/engine.js" "$WG_BUILD/wengert"
run node tests/lesson_edit.js "$build/wasm/engine.js" "$WG_BUILD/wengert"
echo "Synthesis: Tested: $((passed + failed)) | Passing: $passed | Failing: $failed | Crashing: 0"
[ "$failed" = 0 ]
