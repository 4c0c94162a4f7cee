/* test_contract.c: products of tensors against a sum over all indices: einsum, matmul of transposes,
 * outer; and swap, permute. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgnode.h"

/* Sizes of the letters a to f; all operands of a letter agree. */
static const int64_t size_of[] = { 2, 3, 1, 4, 2, 3 };

typedef struct operand {
    const char *letters;
    double *v;
} operand;

static wg_shape shape_of(const char *letters)
{
    wg_shape s = { 0, { 0 } };
    for (; *letters; letters++) s.dim[s.rank++] = size_of[*letters - 'a'];
    return s;
}
static int64_t place(const char *letters, const int64_t at[])
{
    int64_t p = 0;
    for (; *letters; letters++) p = p * size_of[*letters - 'a'] + at[*letters - 'a'];
    return p;
}

/* The sum over all values of the six letters. Letters that stand nowhere count once. */
static void by_loops(const operand x[], int n, const char *result, double *y)
{
    int64_t at[6] = { 0 }, all = 1, last[6];
    for (int i = 0; i < 6; i++) {
        last[i] = strchr(result, 'a' + i) ? size_of[i] : 1;
        for (int k = 0; k < n; k++)
            if (strchr(x[k].letters, 'a' + i)) last[i] = size_of[i];
        all *= last[i];
    }
    for (int64_t step = 0; step < all; step++) {
        int64_t rest = step;
        double product = 1;
        for (int i = 0; i < 6; i++) at[i] = rest % last[i], rest /= last[i];
        for (int k = 0; k < n; k++) product *= x[k].v[place(x[k].letters, at)];
        y[place(result, at)] += product;
    }
}

static void compare(wg_graph *g, const char *text, int n, const char *const letters[], const char *result)
{
    wgt_random r = { 7 };
    operand x[4];
    wg_node node[4];
    for (int k = 0; k < n; k++) {
        const wg_shape s = shape_of(letters[k]);
        const int64_t m = wg_shape_size(s);
        x[k] = (operand){ letters[k], calloc((size_t)m, sizeof(double)) };
        for (int64_t i = 0; i < m; i++) x[k].v[i] = wgt_uniform(&r, -1, 1);
        node[k] = wg_input(g, "x", wg_view_f64(x[k].v, s));
    }
    const int64_t m = wg_shape_size(shape_of(result));
    double *want = calloc((size_t)m, sizeof *want);
    by_loops(x, n, result, want);
    wg_node y = wg_einsum_at(WG_HERE, text, node, n);
    wg_tensor t = wg_value(y);
    cr_assert_eq(wg_failed(wg_graph_context(g)), WG_OK, "%s: %s", text, wg_message(wg_graph_context(g)));
    cr_assert(wg_shape_equal(t.shape, shape_of(result)), "%s: shape", text);
    for (int64_t i = 0; i < m; i++)
        cr_assert(fabs(wg_tensor_item(&t, i) - want[i]) < 1e-14, "%s, element %d", text, (int)i);
    for (int k = 0; k < n; k++) free(x[k].v);
    free(want);
}
#define COMPARE(text, result, ...)                                                    \
    compare(g, text, (int)(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)), \
            (const char *const[]){ __VA_ARGS__ }, result)

Test(contract, einsum_against_loops)
{
    wg_graph *g = graph(WG_F64);
    COMPARE("ab,bd->ad", "ad", "ab", "bd");
    COMPARE("ab,bd->da", "da", "ab", "bd");
    COMPARE("ab, bd", "ad", "ab", "bd");
    COMPARE("ba,bd->ad", "ad", "ba", "bd");
    COMPARE("ab,ab->", "", "ab", "ab");
    COMPARE("abd->", "", "abd");
    COMPARE("abd->db", "db", "abd");
    COMPARE("aa->a", "a", "aa");
    COMPARE("aa", "", "aa");
    COMPARE("abab->ba", "ba", "abab");
    COMPARE("abd,aef->bdf", "bdf", "abd", "aef");
    COMPARE("fab,fbd->fad", "fad", "fab", "fbd");
    COMPARE("abf,dbf->fda", "fda", "abf", "dbf");
    COMPARE("ab,bd,de->ae", "ae", "ab", "bd", "de");
    COMPARE("ab,bd,da->", "", "ab", "bd", "da");
    COMPARE("a,b,d,e->abde", "abde", "a", "b", "d", "e");
    COMPARE("aab,b->a", "a", "aab", "b");
    COMPARE("abcdef,abcdef->abcdef", "abcdef", "abcdef", "abcdef");
    COMPARE("abcdef,fd->abce", "abce", "abcdef", "fd");
    COMPARE("ab,->ab", "ab", "ab", "");
    COMPARE("Az,zZ->AZ", "ad", "ab", "bd"); /* the ends of both alphabets */
    COMPARE("aB", "ba", "ab");              /* capital letters come first, as in NumPy and PyTorch */
    done(g);
}

Test(contract, einsum_mistakes)
{
    wg_graph *g = graph(WG_F64);
    wg_context *c = wg_graph_context(g);
    wg_node x = wg_any(g, WG_SHAPE(1, 1, 1, 1, 1));
    WGT_REFUSED(c, VALUE, "has a term of more than 8 letters", wg_einsum("abcde,fghij->abcdefghi", x, x));
    WGT_REFUSED(c, VALUE, "gives a result of more than 8 axes", wg_einsum("abcde,fghij", x, x));
    wg_einsum("abcde,fghij,jklmn->a", x, x, x); /* each letter is summed before: no axes are left over */
    cr_assert_eq(wg_failed(c), WG_OK);
    wg_node y = wg_any(g, WG_SHAPE(1, 1, 1));
    wg_einsum("abcde,fghij,abc,fgh->", x, x, y, y);
    cr_assert_eq(wg_failed(c), WG_OK);
    wg_einsum("abcde,fghij,abcde,fghij->", x, x, x, x);
    wgt_expect_error(c, WG_ERROR_SHAPE, "a product on the way would have 10 axes");
    done(g);
}
