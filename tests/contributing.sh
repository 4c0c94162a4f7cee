#!/usr/bin/env bash
# Does in a copy of the sources what CONTRIBUTING.md says of an op and an optimizer, with the lines that stand
# there: cube, and Lion under the name of tiger. Then both must work in C, in Python and in the command, and
# tiger must make Lion's steps. The last line is as Criterion's. Environment: BUILD.
set -eu
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | xargs -0 cp --parents -t "$copy"
cd "$copy"
export CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache}

# block HEADING WORD: the first block of C below this heading in which a line has WORD.
block() {
    awk -v heading="## $1" -v word="$2" '
        /^## / { inside = $0 == heading }
        inside && /^```c/ { reads = 1; text = ""; next }
        reads && /^```/ { if (index(text, word)) { printf "%s", text; exit } reads = 0 }
        reads { text = text $0 "\n" }' CONTRIBUTING.md
}

# before FILE LINE: standard input, in front of the first line of the file that begins with LINE.
before() {
    awk -v line="$2" -v new="$(cat)" '!done && index($0, line) == 1 { print new; done = 1 } { print }
        END { exit !done }' "$1" >"$1.new"
    mv "$1.new" "$1"
}

block "Add an op" "KERNEL(cube)" | before ops/unary.c "#if WG_BASE"
block "Add an op" "UNARY_OP(cube" >rule
awk -v rule="$(cat rule)" '{ line[NR] = $0 } /^#endif/ { last = NR }
    END { for (i = 1; i <= NR; i++) { if (i == last) print rule; print line[i] } }' ops/unary.c >new
mv new ops/unary.c
block "Add an op" "wg_cube_at(wg_site here, wg_node x); /*" |
    before include/wengert/functions.h "WG_END_DECLS"

tiger() { sed 's/lion/tiger/g; s/LION/TIGER/g; s/Lion/Tiger/g'; }
block "Add an optimizer" "wg_lion_opts_list" | tiger | before include/wengert/optim.h "/* Adagrad (Duchi"
{
    echo "/* tiger.c: Lion under another name. */"
    block "Add an optimizer" "UPDATE(lion)" | tiger
    echo "#if WG_BASE"
    block "Add an optimizer" "OPTIMIZER(lion" | tiger
    echo "#endif"
} >src/engine/optim/tiger.c
sed -i 's/X(sgd)$/X(sgd) X(tiger)/' include/wengert/optim.h

make -s -j2 ISAS=1 NO_INSTALL=1 >log 2>&1 && make -s ISAS=1 docs >>log 2>&1 || { tail -n 20 log; exit 1; }

cat >x.c <<'END'
#include <wengert/wengert.h>

static double trained(wg_context *c, bool lion)
{
    const double first[] = { 2, -3 };
    wg_params *p = wg_params_new(c);
    wg_graph *g = wg_graph_new(c);
    wg_optim *o = lion ? wg_lion(p, .lr = 0.1, .beta1 = 0.5, .weight_decay = 0.25)
                       : wg_tiger(p, .lr = 0.1, .beta1 = 0.5, .weight_decay = 0.25);
    for (int i = 0; i < 10; i++) {
        wg_begin(g, WG_TRAIN);
        wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_values(first));
        wg_backward(wg_sum(wg_mul(w, wg_cube(w))), p);
        wg_optim_step(o);
    }
    double w[2];
    wg_params_get(p, w);
    return w[0] + 1000 * w[1];
}
int main(void)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    wg_node x = wg_scalar(g, 2), y = wg_cube(x);
    printf("%g %g %g\n", wg_item(y), wg_item(wg_grad(y, x)), wg_item(wg_grad(wg_grad(y, x), x)));
    const double a = trained(c, true), b = trained(c, false);
    puts(a == b && a != 2 - 3000 ? "the same" : "others");
    return wg_finish(c, stderr);
}
END
cc -Iinclude x.c build/libwengert.so -Wl,-rpath,"$PWD/build" -o x
{
    ./x
    build/wengert grad -e 'y = cube(x)' --set x=2
    build/wengert check --op cube | sed -n 's/^cube *\(pass\) .*/\1/p'
    build/wengert train -e 'w = param(init=3); J = w^2; train(J)' --optimizer tiger --lr 0.5 --epochs 6 \
        --quiet |
        sed -n 's/^w /w /p'
    ! python=$(tests/python.sh) || WENGERT_LIBRARY=$PWD/build/libwengert.so PYTHONPATH=python "$python" -c '
import wengert as wg
print(wg.cube(wg.tensor([2.0])), wg.tiger(wg.Params()).lr)'
} >got
cat >expected <<'END'
8 12 12
the same
dy/dx 12
pass
w 0
[8.] 0.0001
END
[ -n "${python:-}" ] || sed -i '$d' expected
passed=1
diff expected got || passed=0
echo "Synthesis: Tested: 1 | Passing: $passed | Failing: $((1 - passed)) | Crashing: 0"
[ "$passed" = 1 ]
