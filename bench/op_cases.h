/* op_cases.h: what bench/ops.c times: ops of the registry, with operands and options, and the same in
 * PyTorch. */
#ifndef BENCH_OP_CASES_H
#define BENCH_OP_CASES_H

#include <wengert/wengert.h>

#include <wengert/op.h>

enum { CASE_OPERANDS = 6, CASE_COLUMNS = 1024, CASE_NAME = 64, MATRICES_MOST = 1 << 18 };

typedef enum case_form {
    CASE_PLAIN,
    CASE_NEAR_UNIT, /* matrices: the unit matrix and draws divided by their side */
    CASE_SYMMETRIC  /* likewise, with the draws of the lower triangle in the upper too */
} case_form;

/* Values are uniform in [low, high); i64: whole numbers, bool: true from 0.5 on. */
typedef struct case_operand {
    wg_shape shape;
    wg_dtype dtype;
    double low, high;
    bool wrt; /* the gradient by it is computed */
    case_form form;
    bool stream; /* a random stream, which PyTorch does not get */
} case_operand;

/* A row of the table in op_rows.c, which says what the texts mean. */
typedef struct case_row {
    const char *op, *variant, *operands, *options, *torch;
} case_row;

extern const case_row case_rows[];
extern const int case_rows_count;

typedef struct op_case {
    const wg_op *op;
    char name[CASE_NAME]; /* "sum first" */
    const char *torch;    /* an expression of operands a, b, ... and of axis; NULL: none */
    const char *axis;     /* of the expression: "0", "-1", "None" */
    _Alignas(16) unsigned char attr[256];
    int operands;
    case_operand x[CASE_OPERANDS];
    bool has_gradient;
    bool apart; /* the results are not compared */
} op_case;

/* All cases of matrices of rows x CASE_COLUMNS elements in dtype; *count of them, to be freed. Prints the ops
 * that have none to missing, if it is not NULL. */
op_case *op_cases_new(int64_t rows, wg_dtype dtype, int *count, FILE *missing);

#endif
