/* rules.h: ops with a wrong derivative rule, each in a net of twenty nodes. An op is a copy of one of
 * the library's, whose rule calls the right one and spoils what it gives. */
#ifndef CORPUS_RULES_H
#define CORPUS_RULES_H

#include "wengert/op.h"
#include "wengert/wengert.h"

typedef struct wgt_rule wgt_rule;

/* Spoils the right gradients gx of operands x. */
typedef void (*wgt_spoiler)(const wgt_rule *r, wg_site here, wg_node y, wg_node gy, const wg_node x[],
                            wg_node gx[]);

struct wgt_rule {
    wg_op op; /* the wrong op; first, so that a node's op leads to the rest */
    wg_op_hints hints;
    const wg_op *right;
    const struct wgt_rule_case *of;
    char name[48];
};

/* Which elements of the operand get a wrong gradient. */
typedef enum wgt_where { WGT_ANYWHERE, WGT_LAST_ROW, WGT_FIRST_ROW, WGT_ONE_ELEMENT, WGT_ABOVE } wgt_where;

typedef struct wgt_rule_case {
    const char *name;                      /* of the op */
    const char *what;                      /* is wrong */
    wg_node (*make)(wg_node h, wg_node k); /* the right node, from two matrices [6,6] */
    const wg_op *own;                      /* or an op of one operand of the user's, without make */
    wgt_spoiler spoil;
    int operand, other; /* whose gradient is wrong; other: a second one, or 0 */
    wgt_where where;
    bool in_f32;   /* wrong in f32 alone: another stage finds it, by node */
    double number; /* an argument of spoil */
} wgt_rule_case;

enum { WGT_ROWS = 6, WGT_ELEMENT = 10 };
/* WGT_ABOVE: the gradient is wrong where the operand is above this. */
#define WGT_THRESHOLD 0.2

int wgt_rule_count(void);
const wgt_rule_case *wgt_rule_case_at(int i);

/* The wrong op stands at this place. */
extern const char wgt_rule_place[];

/* When the check is asked. */
typedef enum wgt_rule_time {
    WGT_UNTRAINED,
    WGT_TRAINED_WRONG, /* after 300 steps with the wrong rule */
    WGT_TRAINED_RIGHT, /* after 300 steps with the right one */
    WGT_RULE_TIMES
} wgt_rule_time;

/* What the report says of it. */
typedef struct wgt_named {
    bool fails;                  /* the verdict is FAIL */
    bool node, operand, element; /* named right */
    bool alone;                  /* no other node is named */
    char text[4096];             /* the report */
} wgt_named;
wgt_named wgt_rule_check(const wgt_rule_case *c, wgt_rule_time t, uint64_t seed); /* of weights and data */

/* ---- for the files that hold the rules ---- */

extern const wgt_rule_case wgt_rules_maps[], wgt_rules_others[]; /* the last has no name */

/* Ways to spoil the gradient of operand of->operand. */
#define WGT_SPOILER(name) \
    void name(const wgt_rule *r, wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
WGT_SPOILER(wgt_times);       /* by number */
WGT_SPOILER(wgt_swapped);     /* with that of operand `other` */
WGT_SPOILER(wgt_transposed);  /* a square matrix */
WGT_SPOILER(wgt_last_row);    /* is 0 */
WGT_SPOILER(wgt_first_row);   /* is 0 */
WGT_SPOILER(wgt_one_element); /* element WGT_ELEMENT times 1.5 */
WGT_SPOILER(wgt_one_side);    /* where the operand is above WGT_THRESHOLD: times 1.1 */
WGT_SPOILER(wgt_rolled);      /* each row is at the next one's place */
WGT_SPOILER(wgt_stale);       /* computed from operands that were 5 % smaller */
WGT_SPOILER(wgt_no_sum);      /* of a row that was broadcast: the gradient of the first row alone */
WGT_SPOILER(wgt_in_f32);      /* of nodes in f32: by number */
WGT_SPOILER(wgt_attribute);   /* computed with the option eps times number */

#endif
