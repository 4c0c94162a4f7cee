#!/usr/bin/env bash
# Python with a library that lacks wings says so when one is needed, and not before; with the engine alone
# it loads the wing that lies beside it. The last line is as Criterion's. Environment: WG_BUILD, the folder of
# the small library; the plain build is in the folder above.
set -u
cd "$(dirname "$0")/.." || exit 1
plain=$(dirname "$WG_BUILD")
passed=0 python=$(tests/python.sh) || { echo "skipped: no python3 with NumPy here"; python=; }

# says LIBRARY WORDS...: what the program below prints of pictures and programs with this library.
says() {
    local library=$1
    shift
    diff <(printf '%s\n' "[2. 4. 6.]" pass "$@") <(
        WENGERT_LIBRARY=$PWD/$library PYTHONPATH=python "$python" -B - 2>&1 <<'END'
import wengert as wg
x = wg.input("x", [1, 2, 3])
y = (x * x).sum()
print(wg.grad(y, x).numpy())
print(wg.check(lambda v: (v * v).sum(), [1, 2]).verdict)
for f in lambda: y.draw(format="txt") and "drawn", lambda: wg.plot("line z over z in 0:1") and "plotted", \
        lambda: wg.newaxis:
    try:
        print(f())
    except (NotImplementedError, AttributeError) as e:
        print(type(e).__name__, *[w for w in str(e).split() if "wg_" in w or "=0" in w or "expand_dims" in w])
END
    )
}

[ -z "$python" ] || {
    make -s --no-print-directory BUILD="$plain" "$plain/wings/wengert" &&
        says "$WG_BUILD/libwengert.so" "NotImplementedError wg_draw_opts: SHOW=0 LANGUAGE=0)" \
            "NotImplementedError wg_program_text: SHOW=0 LANGUAGE=0)" AttributeError &&
        says "$plain/wings/libwengert-engine.so" drawn plotted "AttributeError wg.expand_dims(x," && passed=1
}
echo "Synthesis: Tested: 1 | Passing: $passed | Failing: $((1 - passed)) | Crashing: 0"
[ "$passed" = 1 ]
