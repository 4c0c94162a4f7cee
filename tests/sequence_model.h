/* sequence_model.h: what a training by random calls must give (run/test_sequences.c), computed plainly in
 * doubles: the loss of a small net, its gradients by hand, and which of them a step uses.
 *
 *     z    = table[row] W + bias, with SECOND: + tanh(z) V
 *     u    = scale z, whose derivative counts as slope
 *     loss = mean((tanh(u) - y)^2) + terms
 */
#ifndef SEQUENCE_MODEL_H
#define SEQUENCE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum { ROWS = 7, IN = 3, OUT = 4, EXAMPLES = 40, MOST_NUMBERS = 21 };
enum { TABLE, WEIGHT, BIAS, SECOND, PARAMS, FIRST_OF_B = BIAS }; /* a.table, a.W; b.bias, b.V */
extern const int model_numbers[PARAMS];

enum {
    WITH_SECOND = 1,  /* V */
    WITH_PENALTY = 2, /* 0.01 sum(W^2) */
    WITH_OTHERS = 4,  /* 0.3 mean(tanh(other rows of the table)) */
    WITH_ALL = 8,     /* 0.001 sum(table^2): it reads the table in another way than by rows */
    ALL_TERMS = 15
};

typedef struct model_net {
    int n; /* examples */
    unsigned terms;
    double scale, slope;
    int32_t row[2][EXAMPLES]; /* negative ones count from the end */
    double y[EXAMPLES][OUT];
} model_net;

typedef struct model_values {
    double at[PARAMS][MOST_NUMBERS];
} model_values;

/* The loss. u gets that of each example; g, if it is not NULL, the gradients. */
double model_loss(const model_net *b, const model_values *p, double u[EXAMPLES][OUT], model_values *g);

typedef enum model_rule { SGD, MOMENTUM, ADAM, RULES } model_rule;

/* An optimizer of the parameters [lo, hi). */
typedef struct model_optim {
    model_rule rule;
    double lr, beta, beta1, beta2, eps, decay, scale[PARAMS];
    int lo, hi; /* lo == hi: there is none */
    bool lazy;
    bool fresh; /* gradients have come that it has not used */
    int64_t steps[PARAMS];
    model_values m, v;
} model_optim;

/* Each parameter has one of the two optimizers. */
typedef struct model {
    model_values p, g;
    bool reached[PARAMS], frozen[PARAMS];
    bool touched[ROWS], dense; /* rows that the gradient of the table has; dense: all count */
    model_optim o[2];
} model;

model_optim *model_optim_of(model *m, int parameter);
/* Whether a gradient of [lo, hi) reaches a parameter. */
bool model_reaches(const model *m, const model_net *b, int lo, int hi);
void model_backward(model *m, const model_net *b, int lo, int hi, bool add);
/* A wg_backward of [lo, hi) has failed: there are no gradients to step with. */
void model_lost(model *m, int lo, int hi);
void model_step(model *m, model_optim *o);
void model_clip(model *m, const model_optim *o, double most); /* no number is larger than `most` */
/* The norm of the gradients that a step of o would use. */
double model_norm(const model *m, const model_optim *o);

#endif
