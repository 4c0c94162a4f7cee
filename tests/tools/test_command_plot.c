/* test_command_plot.c: `wengert plot`: the points of its curves are the values of the program. */
#include <stdlib.h>
#include <string.h>

#include "wgcommand.h"
#include "wgshell.h"

TestSuite(command_plot, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* Lines, points, bars, images, contours and regions, as SVG and as LaTeX, against Python. */
Test(command_plot, what_is_drawn_is_the_data)
{
    wgt_needs("python3");
    fprintf(stderr, "%s",
            wgt_shell("python3 -B tests/figure/read_figures.py \"$build/wengert\" "
                      "--figures ${WG_FIGURES:-9} --seed ${WG_SEED:-1}"));
}

/* ---- jumps and poles ---- */

/* An expression in t, where it is drawn, and in how many pieces by mathematics. */
static const struct {
    const char *text, *over;
    int pieces;
} in_pieces[] = {
    /* jumps, also of floats themselves; a point alone is a piece */
    { "floor(t/10)", "0:40", 5 },
    { "sign(t)", "-1:1", 3 },
    { "round(t)", "-2:2.2", 5 },
    { "grad(relu(t), t)", "-3:3", 2 },
    { "where(t > 0.3, 1, 0)", "-1:1", 2 },
    { "where(t < 1, t^2, t + 1)", "-1:3", 2 },
    { "t - floor(t)", "0:3.5", 4 },
    { "ceil(t)", "0.1:4.3", 5 },
    { "(t > 0.5) * 2.0", "0:1.03", 2 },
    { "floor(t^2)", "0:3.1", 10 },
    { "where(t > 0, exp(t), -1)", "-1:1", 2 },
    { "sign(sin(t))", "0.1:9", 3 },
    { "round(3*sin(t))", "0:6.2", 13 },
    { "where(t > 0.511, t + 0.05, t)", "0:1", 2 },
    { "1e6*floor(t) + t", "0.1:3.3", 4 },
    { "sqrt(t)*where(t > 2, 1, -1)", "0:5", 2 },
    { "atan(1/t)", "-1:1.1", 2 },
    { "where(abs(t) > 1, 0, 1)", "-3:3.1", 3 },
    { "sin(8*t) + where(t > 2, 0.3, 0)", "0:6", 2 },
    { "exp(t)*where(t > 1.5, 1.1, 1)", "0:3", 2 },
    { "where(t > 0.3, 1e-9, 2e-9)", "0:1", 2 },
    { "t/abs(t)", "-1:1.05", 2 },
    { "floor(2.5*t)", "0:40.1", 101 },
    { "maximum(floor(t), t - 0.5)", "0:4.2", 5 },
    { "atan2(sin(t), cos(t))", "0:20", 4 },
    { "(1 + t) - 1", "0:2e-15", 10 },
    { "tanh(1/t)", "-1:1.1", 2 },
    /* steep, cusps, noise, more steps than places: joined */
    { "abs(t)", "-1:1.05", 1 },
    { "relu(t)", "-3:3", 1 },
    { "sigmoid(1000*t)", "-1:1.03", 1 },
    { "sqrt(t)", "0:1", 1 },
    { "sqrt(abs(t))", "-1:1.1", 1 },
    { "tanh(1e4*t)", "-1:1.07", 1 },
    { "sin(t)", "0:100", 1 },
    { "sin(20*t)", "0:6", 1 },
    { "exp(t)", "0:20", 1 },
    { "t^3 - t", "-3:3", 1 },
    { "exp(-1000*t^2)", "-1:1.01", 1 },
    { "sign(t)*abs(t)^(1/3)", "-1:1.02", 1 },
    { "clip(t, -1, 1)", "-3:3.1", 1 },
    { "maximum(t, t^2)", "-1:2", 1 },
    { "softplus(100*t)", "-1:1", 1 },
    { "log(t)", "0.001:1", 1 },
    { "atan(1000*t)", "-1:1.03", 1 },
    { "((1 + t) - 1)/t", "1e-15:1e-13", 1 },
    { "abs(sin(5*t))", "0:6", 1 },
    { "sigmoid(1e6*(t - 0.3333))", "0:1", 1 },
    { "leaky_relu(t, slope=0.1)", "-3:3", 1 },
    { "sqrt(1 - t^2)", "-1:1", 1 },
    { "1/(1 + 1e6*t^2)", "-1:1.1", 1 },
    { "t*sign(t)", "-1:1", 1 },
    { "(t - 2)*floor(t/2)", "0.1:3.9", 1 },
    { "exp(-abs(t)/0.01)", "-1:1.013", 1 },
    { "sin(1/t)", "0.01:1", 1 },
    { "abs(t - 0.123)^0.1", "0:1", 1 },
    { "asin(sin(t))", "0:20", 1 },
    { "floor(50*t)", "0:10", 1 },
    /* poles, of one sign and of two */
    { "tan(t)", "-6:6", 5 },
    { "1/t", "-1:1", 2 },
    { "1/t", "-1:1.1", 2 },
    { "1/t^2", "-1:1.1", 2 },
    { "log(abs(t))", "-1:1.1", 2 },
    { "1/(t^2 - 1)", "-3:3.1", 3 },
    { "1/sin(t)", "0.5:10", 4 },
    { "log(abs(t - 0.5))", "0:1.013", 2 },
    { "1/(t - 0.3)^3", "-1:1", 2 },
    { "t/(t^2 - 2)", "-3:3.3", 3 },
    { "tan(3*t)", "-1:1.03", 3 },
    { "1/sqrt(abs(t))", "-1:1.1", 2 },
    { "1/(t - 1)^2 + 5", "0:3.01", 2 },
    { "1/sin(t)^2", "0.5:10", 4 },
    { "exp(1/t)", "-1:1.1", 2 },
    { "t + 1e-3/(t - 0.5)", "0:1.03", 2 },
    { "1/cos(t)", "-6:6", 5 },
};

/* The pieces of the curve in the SVG that the flags make: its path is the one that is moved most often. */
static int pieces_of(const char *flags)
{
    char command[400];
    int most = 0;
    snprintf(command, sizeof command, "\"$build/wengert\" plot %s --format svg", flags);
    for (const char *s = wgt_shell(command); (s = strstr(s, "<path stroke-linejoin")); s++) {
        int n = 0;
        for (const char *d = strstr(s, " d=\"") + 4; *d != '"'; d++) n += *d == 'M';
        most = n > most ? n : most;
    }
    return most;
}

Test(command_plot, a_jump_is_a_gap)
{
    char flags[300];
    for (size_t i = 0; i < sizeof in_pieces / sizeof *in_pieces; i++) {
        const char *text = in_pieces[i].text, *over = in_pieces[i].over;
        snprintf(flags, sizeof flags, "-e 'plot line %s over t in %s'", text, over);
        cr_expect_eq(pieces_of(flags), in_pieces[i].pieces, "%s: %d", flags, pieces_of(flags));
        snprintf(flags, sizeof flags, "-e 't = 0.1; y = %s' --over t=%s", text, over);
        cr_expect_eq(pieces_of(flags), in_pieces[i].pieces, "%s: %d", flags, pieces_of(flags));
    }
}

/* The columns of a vector jump each in its place; axes by equal factors; steps that were asked for alone. */
Test(command_plot, a_jump_of_one_column)
{
    cr_expect_eq(pieces_of("-e 'plot line [t, floor(t)] over t in 0:3.5'"), 4);
    cr_expect_eq(pieces_of("-e '[t, floor(t)]' --over t=0:3.5"), 4);
    cr_expect_eq(pieces_of("-e 'plot { line floor(t) over t in 0.6:9.5; x \"t\" log }'"), 10);
    cr_expect_eq(pieces_of("-e 'floor(t)' --over t=0.6:9.5:log"), 10);
    cr_expect_eq(pieces_of("-e 'plot { line exp(floor(t)) over t in 0.6:9.5; y \"y\" log }'"), 10);
    cr_expect_eq(pieces_of("-e 'n = 3; sum(ones(n)) + floor(n/10)' --over n=1:40:1"), 1);
}

Test(command_plot, cases_of_a_file) { wgt_run_cases("tests/tools/plot.txt", NULL); }

/* The slider opens at the program's own value, to the last digit; the ends and the steps that were asked for
 * stay. Of each row: the value, the range, how many places there are, and one that is there, too. */
Test(command_plot, a_slider_opens_at_the_programs_own_value)
{
    static const char *const row[][4] = {
        { "1", "0.1:3", "49", "3" },
        { "0.3", "0.1:3", "49", "0.1" },
        { "1", "0:3", "49", "1.062" },
        { "1", "1:3", "49", "3" },
        { "3", "1:3", "49", "1" },
        { "1.01", "1:3", "50", "1" },
        { "2.99", "1:3", "50", "3" },
        { "0.3", "1:3", "50", "1" },
        { "4", "1:3", "50", "3" },
        { "1", "0:3:1", "4", "2" },
        { "1.5", "0:3:1", "5", "2" },
        { "0.3", "0:1:0.1", "11", "0.4" },
        { "1", "0.1:3:log", "49", "0.1073" },
        { "0.05", "0.1:3:log", "50", "3" },
        { "0.3", "-1:0.5", "49", "0" },
        { "-2", "-1:0.5", "50", "-1" },
        { "0.1234567", "0:1", "49", "0.5" },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char command[400], count[80], own[80], other[80];
        int first = 0;
        snprintf(
            command, sizeof command,
            "\"$build/wengert\" plot -e 'a = %s; plot line a*z over z in 0:1' --slide a=%s --format html",
            row[i][0], row[i][1]);
        snprintf(count, sizeof count, "\"range\" min=\"1\" max=\"%s\" value=", row[i][2]);
        snprintf(own, sizeof own, "\"a = %s\"", row[i][0]);
        snprintf(other, sizeof other, "\"a = %s\"", row[i][3]);
        const char *said = wgt_shell(command), *range = strstr(said, count),
                   *name = strstr(said, "\"names\":[");
        cr_expect(range, "%s %s: not %s places", row[i][0], row[i][1], row[i][2]);
        cr_expect(strstr(said, other), "%s %s: %s is not there", row[i][0], row[i][1], row[i][3]);
        cr_assert(name && sscanf(strstr(said, "value=\""), "value=\"%d", &first) == 1);
        for (name += 9; --first > 0; name = strchr(name, ',') + 1) {}
        cr_expect(!strncmp(name, own, strlen(own)), "%s %s: opens at %.20s", row[i][0], row[i][1], name);
    }
}

/* Each program of the examples draws one figure in at most five lines, and with a slider if its first line
 * says so. */
Test(command_plot, programs_of_the_examples)
{
    const char *said = wgt_shell(
        "PATH=$(cd $build && pwd):$PATH; mkdir $in/plots && cp examples/plots/*.wg $in/plots && cd $in/plots "
        "|| exit 1\n"
        "for f in *.wg; do\n"
        "    [ $(grep -vc '^#' $f) -le 5 ] || { echo \"$f: more than five lines\"; exit 1; }\n"
        "    wengert plot $f -o ${f%.wg}.svg || exit 1\n"
        "    command=$(sed -n '1s/^#.*wengert/wengert/p' $f)\n"
        "    [ -z \"$command\" ] || { $command && grep -q type=.range ${f%.wg}.html && echo slider; } || "
        "exit 1\n"
        "done; ls *.svg | wc -l");
    cr_expect_eq(atoi(strrchr(said, 'r') + 1), 14, "%s", said);
}

/* The confusion matrix counts what eval says: the rows whose class is the greatest score. A program and data
 * that are not there take nothing from the rest. */
Test(command_plot, the_folder_of_a_training)
{
    const char *said = wgt_shell(
        "PATH=$(cd $build && pwd):$PATH; cd $in || exit 1\n"
        "printf 'x = input(m, 2); y = input(m, classes=2)\\nlogits = dense(tanh(dense(x, 8)), 2)\\n"
        "loss = softmax_cross_entropy(logits, y); hits = sum(argmax(logits, axis=-1) == y)\\n"
        "train(loss, metrics=[mean(argmax(logits, axis=-1) == y)], epochs=4)' >net.wg\n"
        "wengert train net.wg --data moons:120 -o run >/dev/null 2>&1 || exit 1\n"
        "wengert plot run -o out --format tex 2>/dev/null || exit 1\n"
        "right=$(wengert eval net.wg --data moons:120 --load run/weights.safetensors --print hits "
        "2>/dev/null)\n"
        "grep -c \"Confusion: ${right#hits } of 120 rows are right\" out/confusion.tex\n"
        "rm run/trained.wg; wengert plot run --json -o out 2>/dev/null; echo status $?\n"
        "printf 'x1,x2,label\\n0,0,a\\n1,1,b\\n0,1,a\\n' >t.csv; sed 's/epochs=4/epochs=1, batch=2/' net.wg "
        ">csv.wg\n"
        "wengert train csv.wg --data t.csv --map x=x1:x2,y=label -o words >/dev/null 2>&1 || exit 1\n"
        "wengert plot words -o out --format svg >/dev/null 2>&1 || exit 1; grep -c '>a<' out/regions.svg\n"
        "rm t.csv; wengert plot words -o left --format svg 2>&1; echo status $?; wengert plot run | wc -l");
    cr_expect(strstr(said, "out/curves.tex\nout/weights.tex\nout/confusion.tex\nout/regions.tex\n1\n"), "%s",
              said);
    cr_expect(strstr(said, "\"files\":[\"out/curves.svg\",\"out/weights.svg\"]}\nstatus 0\n1\n"), "%s", said);
    cr_expect(strstr(said, "t.csv"), "%s", said);
    cr_expect(strstr(said, "left/curves.svg\nleft/weights.svg\nstatus "), "%s", said);
}
