/* test_onnx_ops.c: each op's samples, and their gradients, as ONNX files. The first sample of each op goes
 * through the checker of ONNX. With WG_ONNX_FOLDER all samples are written there, by the opset WG_OPSET:
 * tests/onnx/ort.sh has them run by another runtime. */
#include "op_case.h"

#include <stdlib.h>
#include <string.h>

#include "onnx_case.h"
#include "wgshell.h"
#include "wgx/op.h"

TestSuite(onnx_ops, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* The ops for which ONNX has nothing, as their errors name them. */
static const char *const refused[] = {
    "close_values", "eigh_parts", "extern", "extern_grad", "extern_impure", "extern_jvp",
    "inverse_gaps", "mixed",      "slopes", "svd_parts",   "svd_turns",     "turns",
};

/* The error must name one of them. */
static void expect_refusal(op_case *k, const char *name)
{
    static const char says[] = "ONNX has nothing for these nodes: ";
    const char *at = strstr(wg_message(k->c), says);
    cr_assert(at, "%s: %s", name, wg_message(k->c));
    at += strlen(says);
    bool known = false;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const size_t length = strlen(refused[i]);
        known |= !strncmp(at, refused[i], length) && at[length] == ' ';
    }
    cr_assert(known, "%s: %s", name, wg_message(k->c));
    wg_recover(k->c);
}

static void write_case(op_case *k, const char *folder, const char *end, const wg_node y[], int n)
{
    char name[200];
    const char *opset = getenv("WG_OPSET");
    snprintf(name, sizeof name, "%s.%d%s", k->op->name, k->sample, end);
    onnx_case_name_inputs(k->g, true);
    if (n && !onnx_case_write(folder, name, y, n, opset ? atoi(opset) : 17)) expect_refusal(k, name);
}

static void write_sample(op_case *k, const char *folder)
{
    wg_node y[OP_LEAVES], g[OP_LEAVES];
    int n = 0;
    write_case(k, folder, "", k->y, k->outputs);
    const wg_node loss = op_case_loss(k);
    if (wg_is_none(loss)) return;
    op_case_slope(k, loss, g);
    for (int i = 0; i < k->leaves; i++)
        if (!wg_is_none(g[i])) y[n++] = g[i];
    write_case(k, folder, ".grad", y, n);
}

static void write_samples(const char *folder, int most)
{
    for (int i = 0; i < wg_op_count(); i++) {
        op_case k;
        for (int s = 0; s < most && op_case_open(&k, wg_op_at(i), s, &(op_setup){ .dtype = WG_F32 }); s++) {
            write_sample(&k, folder);
            op_case_close(&k);
        }
    }
}

Test(onnx_ops, the_checker_takes_a_sample_of_each_op)
{
    const char *all = getenv("WG_ONNX_FOLDER");
    if (all) write_samples(all, 1000);
    else {
        write_samples(wgt_folder(), 1);
        wgt_shell_or_skip("/usr/bin/python3 -c 'import onnx' 2>/dev/null || { echo 'skipped: no python3-onnx "
                          "here'; exit 0; }\n"
                          "PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/onnx/check.py \"$in\"");
    }
}
