#!/usr/bin/env bash
# Builds the fuzzers and runs them one after the other: with libFuzzer if clang has it, else with gcc and
# changes of bytes at random. Both have the sanitizers of addresses and undefined behaviour. Prints the file
# of the input that breaks a promise. Put that file into tests/fuzz/corpus with the repair.
#
#   tests/fuzz/fuzz.sh SECONDS TARGET...
set -u
cd "$(dirname "$0")/../.." || exit 1
seconds=$1
shift

libfuzzer=$(clang -print-file-name="libclang_rt.fuzzer_no_main-$(uname -m).a" 2>/dev/null)
if [ -e "$libfuzzer" ]; then
    build=build/libfuzzer
    make -s --no-print-directory BUILD=$build CC=clang SAN=fuzzer-no-link,address,undefined OPENMP=0 \
        $build/fuzz || exit 1
else
    build=build/san
    make -s --no-print-directory SAN=address,undefined $build/fuzz || exit 1
fi
export ASAN_OPTIONS=allocator_may_return_null=1:abort_on_error=1 \
    UBSAN_OPTIONS=abort_on_error=1:print_stacktrace=1

status=0
for target; do
    seeds=tests/fuzz/corpus/$target found=$build/corpus/$target
    mkdir -p "$found"
    [ -d "$seeds" ] || seeds=$found
    echo "$target: $seconds seconds, from the $(find "$seeds" -type f | wc -l) inputs of $seeds"
    if [ -e "$libfuzzer" ]; then
        $build/fuzz "$target" "$found" "$seeds" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=4096 \
            -max_len=4096 \
            -artifact_prefix="$build/fuzz-$target-" -print_final_stats=1 -verbosity=0 -close_fd_mask=1 ||
                status=1
        echo "$(find "$found" -type f | wc -l) inputs that reach new code are in $found"
    else
        $build/fuzz "$target" "$seeds" "$seconds" || status=1
    fi
done
exit $status
