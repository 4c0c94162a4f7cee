#!/usr/bin/env bash
# A C file of a net learns digits on an emulated microcontroller, a Cortex-M4 with 256 KB of memory: the
# losses have the bits that they have here. The last line is as Criterion's. Environment: BUILD or
# WG_BUILD, the folder of the build.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$(realpath "${WG_BUILD:-${BUILD:-build}}") files=$PWD/tests/microcontroller include=$PWD/include
where=$(mktemp -d) || exit 1
trap 'rm -rf "$where"' EXIT
cd "$where" || exit 1
arm=(arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16)
arm+=(--specs=rdimon.specs -nostartfiles -std=gnu99 -O2 -ffp-contract=off -I.)
fail() {
    echo "FAILED microcontroller: $1"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
}
for tool in arm-none-eabi-gcc qemu-system-arm; do
    command -v $tool >/dev/null || fail "no $tool: tools/setup.sh whole installs it"
done
cc -I"$include" "$files/make.c" -L"$build" -lwengert -Wl,-rpath,"$build" -o make &&
    WG_ISA=base ./make || fail "the net was not written"
cc -std=c99 -O2 -ffp-contract=off -I. "$files/train.c" -lm -o here && ./here >here.txt ||
    fail "it does not run here"
"${arm[@]}" -T "$files/cortex_m4.ld" "$files/start.c" "$files/train.c" -lm -o there ||
    fail "it does not compile for the Cortex-M4"
arm-none-eabi-size there
timeout 300 qemu-system-arm -M mps2-an386 -nographic -semihosting -kernel there </dev/null >there.txt ||
    fail "it does not run there"
cat there.txt
cmp here.txt there.txt || fail "the bits differ from those here"
right=$(sed -n 's/ of 160 right//p' there.txt)
[ "${right:-0}" -gt 130 ] || fail "it has not learnt: $right of 160"
echo "1 passed, 0 failed, 0 skipped"
