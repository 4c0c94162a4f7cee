#!/usr/bin/env bash
# The engine of pages (make wasm) says what the native command says. The last line is as Criterion's.
# Environment: WG_BUILD, the folder of the native command, which has no BLAS and one instruction set, as the
# engine has.
set -u
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0
build=$(dirname "$WG_BUILD")
run() { if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi; }
run make -s --no-print-directory BUILD="$build" wasm
run node tests/wasm.js "$build/wasm/engine.js" "$WG_BUILD/wengert" tests/lang/*.txt tests/tools/*.txt
run node tests/play.js "$build/wasm/engine.js" "$WG_BUILD/wengert"
run node tests/play_tasks.js "$build/wasm/engine.js" "$WG_BUILD/wengert" both
run node tests/play_fuzz.js "$build/wasm/engine.js" "$WG_BUILD/wengert" 2000 1
# Exercises of dear lessons take half an hour: node tests/lesson_edit.js ENGINE.js NATIVE tries all.
dear=' attention augment batch-norm bias-variance conv deep dropout early-stopping initialisation l2-l1 '
dear+='recurrent why-nonlinear '
# shellcheck disable=SC2046 # names of lessons
run node tests/lesson_edit.js "$build/wasm/engine.js" "$WG_BUILD/wengert" $(for f in lessons/*.md; do
    n=$(basename "$f" .md)
    case "$dear" in *" $n "*) ;; *) echo "$n" ;; esac
done)
echo "Synthesis: Tested: $((passed + failed)) | Passing: $passed | Failing: $failed | Crashing: 0"
[ "$failed" = 0 ]
