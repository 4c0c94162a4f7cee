/* step_states.h: a picture step by step: what has a value or a gradient by each step, and what the step
 * computes, in names and in numbers.
 *
 *     state 0        the leaves have their values
 *     1 .. forward   one more box has its value
 *     then           the root's gradient is 1, and each further state adds one term to a gradient
 *
 * Whatever shows steps reads this list: a page, a film strip, slides, the terminal. */
#ifndef WGI_STEP_STATES_H
#define WGI_STEP_STATES_H

#include "draw/draw_private.h"
#include "steps/steps.h"

/* Texts are Unicode on one line, not escaped; "" if there is none. Numbers have four significant digits. */
typedef struct wgi_step_state {
    int64_t step;  /* of wgi_steps; -1: state 0 */
    int box;       /* the box whose value or gradient this is; -1: state 0 */
    int from;      /* a term: the box whose gradient is handed on; else -1 */
    int64_t *link; /* those that the step uses: of a value from its operands, of a term back */
    int links;
    int nth;             /* of a term: 1 is the first of its gradient */
    bool last;           /* of a term: the gradient is complete */
    const char *name;    /* what is computed: "z", "dz" */
    const char *rule;    /* "w·x + b", "da · a(1 − a)" */
    const char *numbers; /* the rule in numbers, if its operands are scalars and it is more than `result` */
    const char *pattern; /* of numbers: see WGI_PLACES; "" where the numbers are one alone */
    const char *where;   /* names that the rule defines; "" if there are none */
    const char *result;  /* the value, or the term: "1.1" */
    const char *sum;     /* of the second term on: "0.3 + 0.2 = 0.5" */
    const char *total;   /* of a term: the gradient so far */
    /* All of it: "dz = da · a(1 − a) = −1.333 · 0.1874 = −0.2497". Of the last of several terms: "dx
     * += dp · 0.3 = 1 · 0.3 = 0.3;  dx = 0.2 + 0.3 = 0.5". */
    const char *line;
} wgi_step_state;

typedef struct wgi_step_states {
    wgi_steps steps;
    wgi_step_state *state;
    int64_t states, forward; /* state[1 .. forward] are values */
    /* By box: the state from which its value, its gradient (complete) is known; -1: none is. A box that is
     * drawn again has those of the first one. */
    int64_t *value_at, *gradient_at;
    int64_t *links;   /* all the lists of links, one after another */
    int64_t *used_at; /* by link: the first state that uses it; of none: the last one */
} wgi_step_states;

/* The states of a picture; backward ones if its option `backward` is set and it has a root. A picture of
 * nodes that failed, of no root or of a plan has none, which is no error. An error is recorded if values
 * cannot be computed. */
wg_status wgi_step_states_make(wgi_step_states *s, const wgi_picture *p);
/* Where steps are in a picture. */
typedef struct wgi_step_places {
    const wgi_picture *p;
    int *box_of;   /* by item; -1: it has none */
    int *original; /* by box: the box that it is a copy of, or itself */
} wgi_step_places;
wg_status wgi_step_places_make(wgi_step_places *m, const wgi_picture *p);
/* The links that the step uses, at most so many, and how many they are. */
int wgi_step_links(const wgi_step_places *m, const wgi_step *t, int64_t link[], int64_t most);
/* As wgi_step_states_make; it is an error if there is nothing to compute. */
wg_status wgi_step_states_need(wgi_step_states *s, const wgi_picture *p);

/* "+=": a term of a gradient that has several; else "=". So a name is equal to one number alone. */
static inline const char *wgi_state_sign(const wgi_step_state *x)
{
    return x->nth > 1 || (x->nth == 1 && !x->last) ? "+=" : "=";
}

/* hidden_numbers.c. The line of a state, without the numbers that the option `hide` names. */
const char *wgi_state_text(const wgi_picture *p, const wgi_step_state *t);

/* ---- numbers, step_numbers.c ---- */

enum { WGI_FEW = 6 }; /* numbers of a tensor that is written in full */
/* A scalar as a number, few numbers in brackets, of more the first ones and the sizes. On one line. */
const char *wgi_numbers(wgi_pool *pool, const wg_tensor *t);

/* "0.3 + (−0.2) = 0.1" */
const char *wgi_sum_of_numbers(wgi_pool *pool, const wg_tensor *a, const wg_tensor *b, const wg_tensor *sum);

/* ---- rules, step_texts.c ---- */

/* A pattern is a rule in numbers with a character of its own, for private use, in the place of each
 * number, for writers that put other numbers there later. */
enum {
    WGI_PLACES = 0xE000,        /* that of item i is this + i; there are at most WGI_STEPS_MOST items */
    WGI_PLACE_HANDED = 0x1001,  /* this + WGI_PLACES: the gradient that is handed on */
    WGI_PLACE_LOCAL = 0x1002,   /* likewise: the term divided by it */
    WGI_PLACE_ELEMENT = 0x1020, /* likewise + i, behind the place of a tensor: its element i, one of the first
                                 * four */
    WGI_PLACE_ONE_HOT = 0x1014  /* likewise, behind the place of class numbers: as rows of 0 and 1 */
};

/* What the step computes. */
typedef struct wgi_rule {
    const char *rule;    /* "w·x + b", "da · a(1 − a)": of a value the item's, of a term what item t->from
                          * adds to the gradient of item t->to, of the start "" */
    const char *numbers; /* the same in numbers, where that is short; else "" */
    const char *where;   /* names that the rule defines: "d = γ ⊙ dz, σ = √(v + 10⁻⁵)"; else "" */
} wgi_rule;

/* value[], gradient[]: by item, the steps that have its value, and its gradient so far. pattern: numbers is
 * one. */
wgi_rule wgi_rule_of(const wgi_view *v, const wgi_step *const value[], const wgi_step *const gradient[],
                     const wgi_step *t, bool pattern);
/* "b" of c = a b by a: the rule by which an item hands on a gradient of 1, as a node of `to`; 0: it has none
 * on a line of its own. t: the term; value[], gradient[] as above. */
int wgi_local_rule(const wgi_view *v, const wgi_step *const value[], const wgi_step *const gradient[],
                   const wgi_step *t, wgi_formula *to);
/* "dz" */
const char *wgi_gradient_name(const wgi_view *v, int64_t item);

#endif
