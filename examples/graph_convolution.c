/* graph_convolution.c: graph convolution (Kipf and Welling 2017). Zachary's karate club (1977) has 34
 * members and 78 friendships; after a quarrel each went with the teacher (0) or the president (33). The
 * net knows the sides of these two, and finds those of the others along the friendships. */
#include <wengert/wengert.h>

enum { MEMBERS = 34, HIDDEN = 8, STEPS = 200 };

/* For each member the friends who have higher numbers, then a comma. A letter is a number: a 0, H 33. */
static const char friends[] = "bcdefghiklmnrtvF,cdhnrtvE,dhijnBCG,hmn,gk,gkq,q,,EGH,H,,,,H,GH,GH,,,GH,H,GH,,"
                              "GH,zBDGH,zBF,F,DH,H,FH,GH,GH,GH,H,";
static const char with_president[] = "0000000001000011001010111111111111";

int main(void)
{
    wg_context *c = wg_start(.seed = 1);
    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, .lr = 0.01, .weight_decay = 5e-4);
    wg_graph *g = wg_graph_new(c);
    float linked[MEMBERS][MEMBERS] = { { 0 } };
    int32_t side[MEMBERS];
    for (int i = 0; i < MEMBERS; i++) linked[i][i] = 1, side[i] = with_president[i] - '0';
    int i = 0;
    for (const char *s = friends; *s; s++) {
        const int j = *s >= 'a' ? *s - 'a' : *s - 'A' + 26;
        if (*s == ',') i++;
        else linked[i][j] = linked[j][i] = 1;
    }
    for (int step = 1; step <= STEPS; step++) {
        wg_begin(g, WG_TRAIN);
        wg_node A = wg_input(g, "linked", wg_view_f32(linked[0], WG_SHAPE(MEMBERS, MEMBERS)));
        wg_node s = wg_rsqrt(wg_sum(A, .axis = 1, .keepdims = true)); /* 1 / sqrt(degree) */
        A = wg_mul(wg_mul(A, s), wg_reshape(s, WG_SHAPE(1, MEMBERS)));
        wg_node h = wg_relu(wg_nn_dense(A, p, "first", HIDDEN, .bias = false)); /* of unit vectors: A I W */
        wg_node logits = wg_nn_dense(wg_matmul(A, h), p, "second", 2, .bias = false);
        wg_node y = wg_input(g, "side", wg_view_i32(side, WG_SHAPE(MEMBERS)));
        wg_node known = wg_add(wg_equal(wg_index_along(y, .axis = 0), 0),
                               wg_equal(wg_index_along(y, .axis = 0), MEMBERS - 1));
        wg_node loss = wg_softmax_cross_entropy(logits, y, .mask = known);
        wg_node right = wg_mul(MEMBERS, wg_accuracy(logits, y));
        if (step % 40 == 0)
            printf("step %3d  loss %.4f  right %.0f of %d\n", step, wg_item(loss), wg_item(right), MEMBERS);
        wg_backward(loss, p);
        wg_optim_step(adam);
    }
    return wg_finish(c, stderr);
}
