/* test_onnx_command.c: the command with ONNX models in the place of programs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgcommand.h"
#include "wgonnx.h"

TestSuite(onnx_command, .init = wgt_make_folder, .fini = wgt_remove_folder);

static const char *net(void)
{
    const wgt_bytes m = wgt_onnx_net();
    return wgt_saved("net.onnx", &m);
}

static const char *classes(void)
{
    const wgt_bytes m = wgt_onnx_classes();
    return wgt_saved("classes.onnx", &m);
}

Test(onnx_command, eval)
{
    EXPECT(0, "y [2,3]\n  0 5.5 4\n  0   0 3\n", NULL, "eval", net(), "--set", "x=[[1,2],[-1,0.5]]");
    EXPECT(0, NULL, "x drawn at random, batch = 7, seed 0", "eval", net());
    EXPECT(0, "fc.bias 0.25 -1 1\n", NULL, "eval", net(), "--print", "fc.bias");
    EXPECT(3, "", "'x' is declared [batch,2], the value given is [2]", "eval", net(), "--set", "x=[1,2]");
    EXPECT(2, "", "h is computed; only inputs, parameters and sizes can be set", "eval", net(), "--set",
           "h=1");
    EXPECT(2, "", "no name 'z'", "eval", net(), "--print", "z");
    EXPECT(3, "", "none.onnx: cannot be read", "eval", wgt_in_folder("none.onnx"));
    EXPECT(3, "", "no ONNX model", "eval", wgt_file("text.onnx", "x = 1", 5));
}

/* Of softmax(z) = p the loss has the derivative (p - 1 of the class) / rows by b. */
Test(onnx_command, grad_and_check)
{
    const double p = 1 / (1 + exp((0.5 * 1 + 3 * 2 - 1) - (1 - 2 * 2 + 0.25)));
    wgt_result r =
        RUN("grad", classes(), "--set", "x=[[1,2]]", "--set", "c=[0]", "--wrt", "fc.bias", "--json");
    cr_expect_eq(r.status, 0, "%s", r.err);
    const char *list = strstr(r.out, "\"fc.bias\"");
    list = list ? strchr(list, '[') : NULL;
    cr_assert(list, "%s", r.out);
    cr_expect(fabs(strtod(list + 1, NULL) - (p - 1)) < 1e-12, "%s", r.out);
    r = RUN("check", classes());
    cr_expect(r.status == 0 && strstr(r.out, "verdict PASS"), "%s%s", r.out, r.err);
}

/* Sizes by name, parameters, and no node for the shape of the reshape. */
Test(onnx_command, draw)
{
    const char *const parts[] = { "[batch,2]\n", "fc.weight  parameter", "x fc.weight\u1d40", "ReLU(",
                                  "[batch,3]\n" };
    wgt_result r = RUN("draw", net());
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) cr_expect(strstr(r.out, parts[i]), "%s", r.out);
    cr_expect(!strstr(r.out, "reshape"), "%s", r.out);
}

static double loss(const char *model, const char *weights)
{
    wgt_result r =
        weights ? RUN("eval", model, "--data", "moons", "--map", "x=x,c=y", "--json", "--load", weights)
                : RUN("eval", model, "--data", "moons", "--map", "x=x,c=y", "--json");
    cr_expect_eq(r.status, 0, "%s", r.err);
    return wgt_json_number(r.out, "\"L\"", "value");
}

Test(onnx_command, train)
{
    const char *model = classes(), *run = wgt_in_folder("run");
    wgt_result r =
        RUN("train", model, "--loss", "L", "--data", "moons", "--map", "x=x,c=y", "--epochs", "5", "-o", run);
    cr_expect_eq(r.status, 0, "%s", r.err);
    char weights[1000];
    snprintf(weights, sizeof weights, "%s/weights.safetensors", run);
    const double before = loss(model, NULL), after = loss(model, weights);
    cr_expect(after < before, "%g %g", before, after);
    EXPECT(0, NULL, NULL, "eval", wgt_in_folder("run/trained.onnx"), "--load",
           weights); /* the folder has the model */
    EXPECT(0, NULL, NULL, "plot", run);
}
