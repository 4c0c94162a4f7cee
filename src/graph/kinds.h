/* kinds.h: what nodes of one op, options and operand types have in common. Part of graph.h. */
#ifndef WGI_KINDS_H
#define WGI_KINDS_H

#include "graph/graph_structs.h"

/* ---- attr.c ---- */

uint64_t wgi_attr_hash(const wg_op *op, const void *attr);
bool wgi_attr_equal(const wg_op *op, const void *a, const void *b);

/* Whether the options' fields are equal. Never compare bytes: those between the fields are as the caller's
 * stack was. */
static inline bool wgi_options_same(const wg_op *op, const void *a, const void *b)
{
    return !op->attr_size || wgi_attr_equal(op, a, b);
}

/* ---- kinds.c ---- */

/* Three questions whose answers are kept for a kind: the type of a call's result (apply.c), the nodes of a
 * derivative rule (grad/kind_rules.c), a call of the kernel (run/kind_calls.c). */
typedef enum wgi_kind_answer {
    WGI_KIND_TYPE,
    WGI_KIND_RULE,
    WGI_KIND_CALL,
    WGI_KIND_ANSWERS
} wgi_kind_answer;

/* OPERANDS, OPTIONS (bytes): a kind has at most so many. WORDS: of a rule: two types, an op, and an op and a
 * type for each operand. */
enum { WGI_KIND_OPERANDS = 4, WGI_KIND_OPTIONS = 80, WGI_KIND_WORDS = 3 + 2 * WGI_KIND_OPERANDS };

/* What the answer follows from: an op of the library, its options, and as words types and ops. */
typedef struct wgi_kind {
    const wg_op *op;
    const void *attr;
    int words;
    uintptr_t word[WGI_KIND_WORDS];
} wgi_kind;

/* Records of shapes are aligned to 64 bytes, and descriptors of ops to 8: a small number fits in. */
static inline uintptr_t wgi_type_word(const wg_shape *s, unsigned dtype) { return (uintptr_t)s + dtype; }
static inline wg_type wgi_type_of_word(uintptr_t w)
{
    return (wg_type){ (const wg_shape *)(w & ~(uintptr_t)63), (wg_dtype)(w & 63) };
}
static inline void wgi_kind_add(wgi_kind *k, uintptr_t word) { k->word[k->words++] = word; }

/* The head of an answer, which stands behind it. UNKNOWN: the one who asks may fill the answer in. NEVER: the
 * general way must be taken each time. */
typedef struct wgi_kept {
    wgi_kind kind; /* op NULL: a free entry */
    enum { WGI_KIND_UNKNOWN, WGI_KIND_USABLE, WGI_KIND_NEVER } state;
    bool busy; /* may not be given to another kind now */
    _Alignas(16) char options[WGI_KIND_OPTIONS];
} wgi_kept;

static inline bool wgi_op_has_kinds(const wg_op *op)
{
    return op->library == op && op->attr_size <= WGI_KIND_OPTIONS && op->outputs <= 1;
}
/* The answer of `size` bytes that is kept for the kind; a new one is UNKNOWN. NULL: there is none, as kinds are
 * switched off, out of memory, or all places are busy. Valid until the next call. */
void *wgi_kept_of(wg_context *c, wgi_kind_answer which, size_t size, const wgi_kind *k);

#endif
