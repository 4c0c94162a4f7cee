/* test_picture_lines.c: how easy the lines of a picture are to follow, and what has no box, by its
 * geometry. */
#include "wgshell.h"
#include "wgtest.h"

TestSuite(picture_lines, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* A shell's function that draws a program for a slide. */
#define SLIDE                                                                                      \
    "slide() { echo \"$2\" > $in/$1.wg; \"$build/wengert\" draw $in/$1.wg --for slide --quiet -o " \
    "$in/$1.svg; };"
#define MEASURE "python3 -B tests/draw/measure_pictures.py text=24 "

/* Leaves and a few others are drawn again in the rows that use them. */
Test(picture_lines, at_most_two_go_on_in_another_row)
{
    wgt_needs("python3");
    wgt_shell(SLIDE "gate() { echo \"$1 = $2(dense(concat(h0, x, axis=1), 4))\"; };"
                    "slide lstm \"x = input(m, 3); h0 = input(m, 4); c0 = input(m, 4); $(gate f sigmoid); "
                    "$(gate i sigmoid); $(gate o "
                    "sigmoid); $(gate g tanh); c = f*c0 + i*g; h = o*tanh(c); J = mean(h^2)\";"
                    "slide vae 'x = input(m, 8); e = relu(dense(x, 5)); mu = dense(e, 2); s = dense(e, 2);"
                    "z = mu + exp(s/2)*normal(m, 2); r = dense(relu(dense(z, 5)), 8);"
                    "KL = -0.5*mean(1 + s - mu^2 - exp(s)); J = mse(r, x) + KL';" MEASURE
                    "parallel=2 unboxed=0 crossings=6 $in/lstm.svg:$in/lstm.wg $in/vae.svg:$in/vae.wg");
}

/* A picture of more rows has larger letters, and is harder to follow. */
Test(picture_lines, rows_are_few)
{
    wgt_needs("python3");
    wgt_shell(SLIDE "slide conv 'x = input(m, 12, 12, 1); y = input(m, classes=4); K = param(5, 5, 1, 3);"
                    "h = max_pool(relu(conv(x, K, padding=2)), size=2); z = dense(reshape(h, [m, 108]), 4);"
                    "J = softmax_cross_entropy(z, y)';"
                    "slide att 'x = input(5, 6); Wq = param(6, 4); Wk = param(6, 4); Wv = param(6, 4);"
                    "Q = x @ Wq; K = x @ Wk; V = x @ Wv; A = softmax(Q @ K.T / sqrt(4), axis=-1);"
                    "Z = A @ V; J = sum(Z^2)';" MEASURE
                    "rows=1 unboxed=0 crossings=1 $in/conv.svg:$in/conv.wg $in/att.svg:$in/att.wg");
}

/* While there is room. Three blocks have none. */
Test(picture_lines, the_parts_of_a_call_are_shown)
{
    wgt_needs("python3");
    wgt_shell(
        SLIDE
        "slide block 'x = input(m, 8, 16); h = transformer_block(x, heads=2); J = mean(h^2)';"
        "slide lstm 'x = input(m, 5, 3); h = lstm(x, 4); o = h[:, -1]; J = mean(o^2)';" MEASURE
        "parallel=2 unboxed=0 crossings=2 boxes=9 $in/block.svg:$in/block.wg $in/lstm.svg:$in/lstm.wg && "
        "grep -q 'i₁ = σ(z₁' $in/lstm.svg && grep -q 'o = h\\[:, −1\\]' $in/lstm.svg");
    wgt_shell(
        SLIDE
        "slide blocks 'x = input(m, 8, 16); h = transformer_block(x, heads=2); k = transformer_block(h, "
        "heads=2); l = transformer_block(k, heads=2); J = mean(l^2)';" MEASURE
        "unboxed=0 $in/blocks.svg:$in/blocks.wg && "
        "grep -q 'h = transformer_block(x' $in/blocks.svg");
}

Test(picture_lines, those_of_the_pages_are_so)
{
    wgt_needs("python3");
    wgt_shell(MEASURE "parallel=2 docs/logistic.svg docs/drawing/*.svg");
}
