#!/usr/bin/env bash
# Runs tests/base/together.c under ThreadSanitizer. The library is built without OpenMP, whose threads the
# sanitizer does not know. The last line is as Criterion's. Environment: WG_BUILD, the folder of the build;
# CC.
set -u
cd "$(dirname "$0")/.." || exit 1
full=$(realpath "$WG_BUILD") || exit 1
where=$(mktemp -d) || exit 1
trap 'rm -rf "$where"' EXIT
passed=0
# Those of OpenBLAS the sanitizer does not know either.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
"${CC:-gcc}" -g -O1 -fsanitize=thread -Iinclude tests/base/together.c -o "$where/together" \
    "$full/libwengert.so" \
    -Wl,-rpath,"$full" -lpthread && "$where/together" "$where" && passed=1
echo "Synthesis: Tested: 1 | Passing: $passed | Failing: $((1 - passed)) | Crashing: 0"
[ "$passed" = 1 ]
