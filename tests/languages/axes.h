/* axes.h: what the programs that axes.py writes are made of, in C and C++. Before it stand text_of_operands,
 * OPERANDS and the elements of_NAME of each operand. Each case prints its key, a tab, and its result or
 * refusal.
 */
#include <string.h>

#define NODE(name, ...) static wg_node name;
#define INPUT(name, view, ...) \
    name = wg_input(fresh, #name, wg_view_##view(of_##name, WG_SHAPE(__VA_ARGS__)));

static wg_context *c;
static wg_graph *fresh; /* of one case */
static wg_params *layers;
static wg_node y[8]; /* parts */
OPERANDS(NODE)

static void begin(const char *key)
{
    printf("%s\t", key);
    wg_graph_free(fresh), wg_params_free(layers);
    layers = wg_params_new(c);
    wg_begin(fresh = wg_graph_new(c), WG_TRAIN);
    for (int at = 0; at < 8; at++) y[at] = wg_none;
    OPERANDS(INPUT)
}

static void bits_of(double element)
{
    unsigned long long bits;
    memcpy(&bits, &element, sizeof bits);
    printf(" %llx", bits);
}

static inline void number_of(wg_node of) { printf("[]"), bits_of(wg_item(of)); }

/* The shape and the bits of the elements. */
static void part(wg_node of)
{
    wg_tensor all;
    memset(&all, 0, sizeof all);
    if (wg_node_ok(of)) all = wg_value(of);
    if (wg_failed(c)) return;
    printf("[");
    for (int axis = 0; axis < all.shape.rank; axis++) printf(axis ? ",%d" : "%d", (int)all.shape.dim[axis]);
    printf("]");
    for (int64_t at = 0; at < wg_shape_size(all.shape); at++) bits_of(wg_tensor_item(&all, at));
}

static void end(void)
{
    char said[1000];
    snprintf(said, sizeof said, "%s", wg_failed(c) ? wg_message(c) : "");
    said[strcspn(said, "\n")] = 0;
    printf("%s%s\n", *said ? "refused: " : "", said);
    wg_recover(c);
}

static inline void seen(wg_node of) { part(of), end(); }
#ifdef WENGERT_HPP
typedef wg::value V;
template <class F> static V changed(V v, F by) { return by(v), v; }
#endif
/* each: with each number n of the operand S. each_pair: of two numbers alone. */
#define OF_S(n)        for (const double *at_##n = of_S; at_##n < of_S + sizeof of_S / sizeof *of_S; at_##n++)
#define each(...)      each_of(OF_S(n), const double n = *at_n; part(__VA_ARGS__))
#define each_pair(...) each_of(OF_S(n) OF_S(m), const double n = *at_n, m = *at_m; number_of(__VA_ARGS__))
#define each_of(loops, ...)    \
    do {                       \
        loops { __VA_ARGS__; } \
        end();                 \
    } while (0)

static inline void parts(bool made)
{
    for (int at = 0; made && at < 8 && wg_node_ok(y[at]); at++) printf(at ? " " : ""), part(y[at]);
    end();
}

/* A call of the language. */
static inline void built(const char *call)
{
    char text[60000];
    snprintf(text, sizeof text, "%s\ny = %s", text_of_operands, call);
    wg_program *all = wg_program_text(c, "axes.wg", text);
    wg_program_build(all, fresh, layers, WG_TRAIN);
    part(wg_failed(c) ? wg_none : wg_program_node(all, "y"));
    end();
    wg_program_free(all);
}
