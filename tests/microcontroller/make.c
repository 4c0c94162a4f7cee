/* make.c: writes net.c, a net for digits with its training step, and digits.h: rows to train on and rows to
 * try it with. */
#include <stdio.h>
#include <wengert/wengert.h>

enum { BATCH = 16, TRAIN = 640, TEST = 160 };

static wg_node model(wg_graph *g, wg_params *p, wg_node x)
{
    (void)g;
    return wg_nn_dense(wg_relu(wg_nn_dense(x, p, "hidden", 32)), p, "logits", 10);
}

static void put(FILE *f, const char *name, const wg_batch *b, int rows)
{
    fprintf(f, "static const unsigned char %s_x[%d][64] = {\n", name, rows);
    for (int i = 0; i < rows; i++) {
        fprintf(f, "    {");
        for (int j = 0; j < 64; j++) fprintf(f, " %d,", (int)(wg_tensor_item(&b->x, 64 * i + j) * 16 + 0.5));
        fprintf(f, " },\n");
    }
    fprintf(f, "};\nstatic const unsigned char %s_y[%d] = {", name, rows);
    for (int i = 0; i < rows; i++) fprintf(f, " %d,", (int)wg_tensor_item(&b->y, i));
    fprintf(f, " };\n");
}

int main(void)
{
    static float x[BATCH * 64];
    static int32_t y[BATCH];
    wg_context *c = wg_start(.seed = 1);
    wg_params *p = wg_params_new(c);
    wg_graph *eval = wg_graph_new(c), *train = wg_graph_new(c);
    wg_data *digits = wg_data_digits(c);
    wg_batch b;
    FILE *f = fopen("digits.h", "w");
    if (!f) return 1;
    if (wg_data_next(digits, &b, TRAIN)) put(f, "train", &b, TRAIN);
    if (wg_data_next(digits, &b, TEST)) put(f, "test", &b, TEST);
    fclose(f);
    wg_begin(eval, WG_EVAL), wg_begin(train, WG_TRAIN);
    wg_node logits = wg_name(model(eval, p, wg_input(eval, "x", wg_view_f32(x, WG_SHAPE(1, 64)))), "logits");
    wg_node z = model(train, p, wg_input(train, "x", wg_view_f32(x, WG_SHAPE(BATCH, 64))));
    wg_node loss = wg_softmax_cross_entropy(z, wg_input(train, "y", wg_view_i32(y, WG_SHAPE(BATCH))));
    wg_c_write(logits, "net.c", .loss = loss, .optim = wg_momentum(p, .lr = 0.1, .classical = true));
    return wg_finish(c, stderr);
}
