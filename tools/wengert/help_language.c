/* help_language.c: the page of wengert help language. docs/language.md says everything; this says enough to
 * write a program. The calls come from the language's own table. */
#include <string.h>

#include "tool.h"

static const char *const rules[] = {
    "A program gives names to values, one statement a line (or ';'). # begins a comment.",
    "A name stands for one value: it is not assigned twice. There are no loops and no conditions.",
    "f(x, n) = n * x^2 defines a function; so does f(x) = { z = x^2; z + 1 }. It comes before its calls.",
    "h = f(x) names what the call makes: h.z, and the parameter h.W of a W = param(...) in f. "
    "h = repeat(3, f, x) is f(f(f(x))), with parameters h.0.W, h.1.W, h.2.W of its own each time. "
    "h = scan(f, h0, xs) goes along axis 0 of xs: h = f(h, xs[0]), then f(h, xs[1]), ... and shares h.W.",
    "(a, b) = f(x) names the values of a function f(x) = (x^2, 2*x). (w, v) = scan(f, (w0, v0), xs) has a "
    "state of two "
    "parts, (dw, db) = grad(L, (w, b)) two derivatives. y = map(f, xs) is f of each element.",
    "From strong to weak: x.T x[i]; ^ (also **, from the right); -x; * / @; + -; == != < <= > >=.",
    "@ is the product of matrices, * that of elements, with NumPy's broadcasting. Write 2*x, not 2x.",
    "[[1, 2], [3, 4]] is a matrix. x[0] takes a row, x[:, 1:3] columns, x[-1] the last row, x[argmin(c)] the "
    "row of a computed number.",
    "Operands are given by position, options by name: sum(x, axis=1, keepdims=true). A text stands in "
    "quotes: "
    "einsum(\"ij,jk->ik\", A, B).",
    "Layers in layers get numbers: out = dense(relu(dense(x, 16)), 3) owns out.W and, inside, out.dense1.W.",
    "pi, inf, nan, true, false are words of the language. exp(1) is Euler's number.",
    "A name without a value is an error in a file. In -e it is an input: a number by --set, else drawn at "
    "random.",
    "check LEFT == RIGHT is a claim; wengert check tests it: check grad(L, z) == a - y.",
    "train(loss, metrics=[accuracy], optimizer=adam(lr=3e-3), batch=64, epochs=20) says how wengert train "
    "trains the program. minimize(J) in its place looks for a minimum, without data too. For the other "
    "commands the value of such a line is the loss before the training.",
    "x, y = moons(60, noise=0.35, seed=1) makes data; a, b = csv(\"f.csv\", \"a\", \"b\") reads columns.",
    "{ z = dense(x, 64); relu(z) } is a block; its names are not seen outside.",
};

static const char example[] = "    # logistic.wg: one neuron, one example\n"
                              "    x = [1, -2]\n"
                              "    y = 1\n"
                              "    w = [0.5, -0.3]\n"
                              "    b = 0\n"
                              "    z = w @ x + b\n"
                              "    a = sigmoid(z)\n"
                              "    L = -(y*log(a) + (1-y)*log(1-a))\n"
                              "    check grad(L, z) == a - y\n";

enum { RULES = sizeof rules / sizeof *rules };

static void print_text(void)
{
    printf("%s\n", example);
    for (int i = 0; i < RULES; i++) {
        printf("- ");
        print_wrapped(stdout, 2, rules[i]);
    }
    printf("\nCalls beside the ops of 'wengert ops':\n\n");
    for (int i = 0; i < wgx_builtin_count(); i++) {
        printf("  ");
        print_wrapped(stdout, 6, wgx_builtin_at(i).usage);
        printf("      ");
        print_wrapped(stdout, 6, wgx_builtin_at(i).summary);
    }
}

int help_language(const args *a)
{
    if (!a->json) return print_text(), EXIT_DONE;
    json j = json_start(stdout);
    json_text(&j, "example", example);
    json_array(&j, "rules");
    for (int i = 0; i < RULES; i++) json_text(&j, NULL, rules[i]);
    json_end(&j);
    json_array(&j, "calls");
    for (int i = 0; i < wgx_builtin_count(); i++) {
        const wgx_builtin b = wgx_builtin_at(i);
        json_record(&j, NULL, builtin_rows, &b);
    }
    json_finish(&j);
    return EXIT_DONE;
}
