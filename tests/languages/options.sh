# options.sh: options by name as compilers see them. For test_options.c, read by a shell that has $in, $build
# and $compile (wgshell.h). $each_c: "COMPILER STANDARD", one a line, of C; $each_cpp: of C++; with sanitizers
# that of the build alone.
standards='c++11 c++14 c++17 c++20'
. tests/languages/compilers.sh
each_c= each_cpp=
case "$all" in *' '*) all_c='gcc clang' ;; clang*) all_c=clang ;; *) all_c=gcc ;; esac
for c in $all_c; do
    command -v $c >/dev/null || continue
    for s in ${sanitize:+c17} ${sanitize:-c11 c17 gnu17}; do
        case $s in -*) ;; *) each_c="$each_c $c:$s" ;; esac
    done
done
for c in $compilers; do for s in $standards; do each_cpp="$each_cpp $c:$s"; done; done
[ -n "$each_c" ] || need gcc
one_of_each() { for both in $each_c; do case $both in *:c17) echo $both ;; esac; done; }
linked="-L$build -lwengert -lm -Wl,-rpath,$(cd "$build" && pwd)"
with_all="-L$build -l:libwengert.a -Wl,--as-needed -lgomp -ldl -lm" # it has the names wgx_, too

# $cc $std $x of COMPILER:STANDARD
take() {
    cc=${1%%:*} std=${1#*:}
    case $cc in *++) x='-x c++' ;; *) x='-x c' ;; esac
}

# ---- results and sentences ----

calls() {
    for both in $each_c $each_cpp; do
        take $both
        echo "$both"
        $cc -std=$std $flags $sanitize $x tests/languages/options.c -o "$in/calls" $linked &&
            "$in/calls" "$in" || exit 1
    done
}

# ---- warnings ----

# How many warnings and errors: FLAGS FILE
warnings() {
    $cc -std=$std -Wall -Wextra -Woverride-init -Iinclude "$@" -fsyntax-only 2>&1 |
        grep -cE 'warning:|error:'
}

# A warning of the user's own stays; none comes of calls, also where the #include stands between push and pop,
# or is a precompiled header.
traps() {
    cat >"$in/own.c" <<'END'
#include <wengert/optim.h>
struct mine { int a, b; };
wg_optim *f(wg_params *p);
wg_optim *f(wg_params *p)
{
    struct mine m = { .a = 1, .b = 2, .a = 3 };
    return wg_adam(p, .lr = 0.1, .beta1 = m.a);
}
END
    cat >"$in/pushed.c" <<'END'
#pragma GCC diagnostic push
#include <wengert/optim.h>
#pragma GCC diagnostic pop
wg_optim *f(wg_params *p);
wg_optim *f(wg_params *p) { return wg_adam(p, .lr = 0.1); }
END
    for both in $(one_of_each); do
        take $both
        case $cc in gcc) [ "$(gcc -dumpversion | cut -d. -f1)" -ge 12 ] || continue ;; esac # named.h says why
        sed 's/^#include.*/#include "first.h"/' "$in/own.c" | sed '/struct mine/d; s/m[.]a/0/' >"$in/first.c"
        echo '#include <wengert/optim.h>' >"$in/first.h"
        $cc -std=$std -Wall -Wextra -Woverride-init -Iinclude -x c-header "$in/first.h" -o \
            "$in/first.h.gch" || exit 1
        case $cc in
        clang*) by="-include-pch $in/first.h.gch" && sed -i 1d "$in/first.c" ;;
        *) by=-Winvalid-pch && echo '#error not precompiled' >"$in/first.h" ;;
        esac
        echo "$both: own $(warnings "$in/own.c") pushed $(warnings "$in/pushed.c")" \
            "precompiled $(warnings $by "$in/first.c")"
        rm -f "$in/first.h.gch"
    done
}

# What stands among the options lives as long as the block of the call: an array that is kept by its address.
lives() {
    cat >"$in/lives.c" <<'END'
#include <wengert/wengert.h>
static void told(void *user, wg_status s, const char *message)
{
    (void)message;
    printf("%d%s", *(int *)user, s == WG_ERROR_USE ? "" : "?");
}
int main(void)
{
    wg_context *c = wg_start(.on_error = told, .user = &(int){ 42 }, .seed = 7);
    { volatile int over[64]; for (int i = 0; i < 64; i++) over[i] = i ? over[i - 1] : 5; }
    wg_fail(c, WG_HERE, WG_ERROR_USE, "an error");
    wg_finish(c, NULL);
    return 0;
}
END
    for both in $(one_of_each); do
        take $both
        case "$sanitize" in *thread*) set -- ;; *) set -- -fsanitize=address ;; esac
        $cc -std=$std -Wall -Wextra -Werror -Iinclude $sanitize "$@" "$in/lives.c" -o "$in/lives" $linked ||
            exit 1
        echo "$both: $("$in/lives")"
    done
}

# ---- wrong forms ----

# Wrong forms, one a line. Each must be an error of the compiler, without a flag and with -w, or be refused
# when it runs by words that say what to write.
forms() {
    cat <<'END'
wg_adam(p, .learning_rate = 1e-3)
wg_adam(p, .lr = 1e-3, .beta3 = 0.9)
wg_adam(p, 1e-3)
wg_adam(p, .lr = 1e-3, 0.5)
wg_adam(p, .amsgrad = true, 0.5)
wg_adam(p, NULL)
wg_adam(p, 0)
wg_adam(p, &adam)
wg_adam(p, adam)
wg_adam(p, WG_OPTS(wg_adam_opts))
wg_adam(p, .lr = "0.1")
wg_adam(p, .lr = lear)
wg_adam(p, lr = 1e-3)
wg_adam(p, { .lr = 1e-3 })
wg_adam()
wg_adam_at(WG_HERE, p, NULL)
wg_adam_at(WG_HERE, p, bare())
wg_adam_at(WG_HERE, p, older())
wg_adam_at(WG_HERE, p, &sgd)
wg_adam_at(WG_HERE, p, &adamw)
wg_adamw_at(WG_HERE, p, &nadam)
wg_adam_at(WG_HERE, p, adam)
WG_OPTS(wg_adam_opts, 0.5).lr == 0.5 ? p : p
wg_start(7)
wg_start(NULL)
wg_start(.sed = 7)
wg_optim_group(o, "*", 0.5)
wg_optim_group(o, "*", .decay = false, true)
wg_data_csv(c, "a.csv", "y")
wg_data_csv(c, "a.csv", .no_header = true)
wg_data_make(c, "moons", 9, 0.5)
wg_data_make(c, "moons", 9, .noise = 0, 3)
wg_plan_look(x, NULL)
wg_average_new(p, 0.9)
wg_replay(x, h, WG_F32)
wg_group_start(c, 4)
wg_extern(x, WG_SHAPE(1), f)
END
}

# A program of the wrong forms of these numbers: FILE NUMBERS
program() {
    {
        cat <<'END'
#include <wengert/wengert.h>
static int f(size_t n, const double *x, size_t m, double *y, void *user) { (void)n, (void)x, (void)m, (void)user; return *y = 1, 0; }
static wg_context *c;
static wg_graph *g, *h;
static wg_params *p;
static wg_optim *o;
static wg_node x;
static wg_adam_opts adam;
static wg_adamw_opts adamw;
static wg_nadam_opts nadam;
static wg_sgd_opts sgd;
static wg_adam_opts *older(void) { *(size_t *)&adam -= (size_t)1 << 20; return &adam; }
static wg_adam_opts *bare(void) { static wg_adam_opts zero; return memset(&zero, 0, sizeof zero), &zero; }
static void begin(void)
{
    adam = WG_OPTS(wg_adam_opts), adamw = WG_OPTS(wg_adamw_opts), nadam = WG_OPTS(wg_nadam_opts), sgd = WG_OPTS(wg_sgd_opts);
    c = wg_start(.on_warning = wg_no_warnings), g = wg_graph_new(c), h = wg_graph_new(c), p = wg_params_new(c);
    wg_begin(g, WG_TRAIN), wg_begin(h, WG_TRAIN);
    static const float one = 1;
    x = wg_input(g, "x", wg_view_f32(&one, WG_SHAPE(1)));
    o = wg_sgd(wg_params_new(c));
}
static void end(int form) { printf("%d %s\n", form, wg_failed(c) ? wg_message(c) : "runs silently"); wg_finish(c, NULL); }
END
        forms | awk -v numbers="$2" '
BEGIN { n = split(numbers, list, " "); for (i = 1; i <= n; i++) wanted[list[i]] = 1 }
NR in wanted {
    printf "#line %d \"forms\"\nstatic void form_%d(void) { (void)(%s); }\n", NR, NR, $0
    all = all "begin(), form_" NR "(), end(" NR "); "
}
END { print "int main(void) { " all "return 0; }" }'
    } | sed '1i #include <string.h>' >"$1"
}

# Prints the forms that run silently.
wrong() {
    numbers=$(forms | awk '{ print NR }')
    for both in $each_c $each_cpp; do
        take $both
        case $both in *:c11 | *:gnu17 | *:c++14 | *:c++17) continue ;; esac
        case $cc in gcc | g++) set -- -w -fmax-errors=0 -ftrack-macro-expansion=0 ;; *) set -- -w \
            -ferror-limit=0 ;; esac
        program "$in/forms.c" "$numbers"
        refused=$($cc -std=$std "$@" -Iinclude $x -fsyntax-only "$in/forms.c" 2>&1 | grep 'error:' |
            sed -n 's/^"*forms"*:\([0-9]*\):.*/\1/p' | sort -nu)
        left=$(for n in $numbers; do echo "$refused" | grep -qx $n || echo $n; done)
        program "$in/forms.c" "$left"
        $cc -std=$std "$@" -Iinclude $sanitize $x "$in/forms.c" -o "$in/forms" $linked || exit 1
        "$in/forms" >"$in/said" || exit 1
        echo "$both: $(echo "$refused" | wc -l) errors, $(grep -c 'write ' "$in/said") refused when run"
        grep -v 'write ' "$in/said" | while read -r n text; do echo "    $(forms | sed -n ${n}p): $text"; done
    done
}

# ---- the judge ----

# Where no result shows a 0: a sign alone, or how long and how much at most.
unseen='squeeze.axis cosine_similarity.eps group_start.timeout lbfgs.evaluations lbfgs.history lion.beta1
    lion.beta2 nn_attention.bias nn_batch_norm.momentum nn_conv.bias nn_conv_transpose.bias nn_dense.bias
    start.plan_bytes'

# Equal cases have equal results in C, C++, Python and the language; a default that is written out is that
# which is left out, but for wrt_count, whose cases say .seconds = 0; and a 0 is not the default, unless that
# is 0. Prints what differs.
judge() {
    here=$PWD
    [ -n "$sanitize" ] || tests/python.sh >/dev/null ||
        { echo 'skipped: no python3 with NumPy here'; exit 0; }
    take $(one_of_each | head -1)
    $cc -std=$std $flags $sanitize tests/languages/judge.c -o "$in/judge" $linked || exit 1
    cp tests/languages/operands.wg "$in" && rm -f "$in/all"
    for form in c python defaults; do "$in/judge" $form >"$in/$form" || exit 1; done
    for both in $cc:$std ${each_cpp##* }; do
        take $both
        $cc -std=$std -w -Iinclude -Itests/languages $sanitize $x "$in/c" -o "$in/cases" $with_all ||
            exit 1
        (cd "$in" && ./cases 2>err) >>"$in/all" || { cat "$in/err"; exit 1; }
    done
    if python=$(tests/python.sh) && [ -z "$sanitize" ]; then
        (cd "$in" && PYTHONPATH="$here/python:$here/tests/languages" PYTHONDONTWRITEBYTECODE=1 \
            WENGERT_LIBRARY="$(cd "$here/$build" && pwd)/libwengert.so" $python python 2>err) >>"$in/all" ||
                { cat "$in/err"; exit 1; }
    fi
    awk -v unseen="$unseen plan.wrt_count" '
    BEGIN { n = split(unseen, list, " "); for (i = 1; i <= n; i++) hidden[list[i]] = 1 }
    function wrong(text) { print text; wrongs++ }
    # Messages alike: .axis of C is axis= in Python.
    function plain(text) { gsub(/ [.]/, " ", text); gsub(/=/, "", text); return text }
    FNR == NR { standard[$1] = $2; next }
    {
        at = index($0, ": "); key = substr($0, 1, at - 1); result = substr($0, at + 2)
        sub(/^[^ ]*:[0-9]+: /, "", result); said++
    }
    result ~ / has no option / { next }
    key in of && plain(of[key]) != plain(result) { wrong("two results of " key ": " of[key] "; " result) }
    { of[key] = result }
    END {
        for (o in standard) {
            call = o; sub(/[.].*/, "", call); options++
            if (!((o " default") in of)) wrong(o ": no result")
            if (of[o " default"] ~ /say its axis|is needed/) continue
            if (of[o " default"] != of[call " absent"] && o != "plan.wrt_count")
                wrong(o ": by its default " of[o " default"] ", without it " of[call " absent"])
            if (standard[o] != 0 && of[o " 0"] == of[o " default"] && !(o in hidden))
                wrong(o ": 0 is the default; write a case in options.c that shows it, or put it into unseen")
        }
        print options " options, " said " results, " wrongs + 0 " wrong"
    }' "$in/defaults" "$in/all"
}

# ---- slips ----

# The calls of slips.txt, each with a slip: how many gcc says more of than 12 lines and 8 a message, then "N
# of N", the calls that it says something of.
slips() {
    [ -n "$(command -v gcc)" ] || need gcc
    {
        echo '#include <wengert/wengert.h>'
        awk -v takes='(wg_node w, wg_graph *g, wg_params *p, wg_context *c)' \
            '{ print "void f" NR takes "\n{ (void)" $0 "; }" }' \
            tests/languages/slips.txt
    } >"$in/slips.c"
    LC_ALL=C gcc -std=c17 -Iinclude -fsyntax-only "$in/slips.c" 2>&1 |
        awk -v "calls=$(wc -l <tests/languages/slips.txt)" '
        function end() {
            if (at && lines > 12 && lines > 8 * messages) print "more than 12 lines: " at, lines
        }
        /In function/ { end(); at = $NF; lines = messages = 0; seen++; next }
        at { lines++; messages += /: (error|warning):/ }
        END { end(); print seen " of " calls + 0 }'
}
