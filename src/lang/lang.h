/* lang.h (private): the .wg language inside: text -> tokens -> tree -> names -> nodes.
 *
 *   lang_text.c     places in the source, excerpts with a caret, errors
 *   lang_lex.c      tokens
 *   lang_parse.c    the tree
 *   lang_names.c    which name means what; all that can be known without values
 *   lang_const.c    numbers, sizes and literal lists
 *   lang_leaf.c     inputs, sizes and drawn values
 *   lang_eval.c     statements and expressions into nodes
 *   lang_claim.c    claims, and what might have been meant by one
 *   lang_call.c     calls of the library's ops, by their attribute tables
 *   lang_own.c      functions of the language's own: grad, normal, one_hot, ...
 *   lang_layer.c    those that own parameters: param, dense, batch_norm
 *   lang_program.c  the public face
 *
 * A tree has bounded depth: brackets, signs and powers nest at most WGI_LANG_DEPTH deep, and what a long text can repeat
 * (terms of a sum, elements, indices) is a list walked by a loop. So every walk may recurse.
 */
#ifndef WGI_LANG_H
#define WGI_LANG_H

#include <locale.h>

#include "wengert/lang.h"
#include "wengert/op.h"
#include "wengert/params.h"

enum {
    WGI_LANG_DEPTH = 256,
    WGI_LANG_SOURCE = 1 << 20,
    WGI_LANG_NAME = 200,
    WGI_LANG_SIZE = 7,
    WGI_LANG_TENSOR = 1 << 27
};

/* ---- lang_lex.c ---- */

typedef enum wgi_token {
    TOKEN_END,
    TOKEN_NEWLINE,
    TOKEN_NUMBER,
    TOKEN_NAME,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_OPEN_LIST,
    TOKEN_CLOSE_LIST,
    TOKEN_OPEN_BLOCK,
    TOKEN_CLOSE_BLOCK,
    TOKEN_COMMA,
    TOKEN_COLON,
    TOKEN_SEMICOLON,
    TOKEN_DOT,
    TOKEN_BIND,
    TOKEN_ADD,
    TOKEN_SUB,
    TOKEN_MUL,
    TOKEN_DIV,
    TOKEN_MATMUL,
    TOKEN_POW,
    TOKEN_EQUAL,
    TOKEN_NOT_EQUAL,
    TOKEN_LESS,
    TOKEN_LESS_EQUAL,
    TOKEN_GREATER,
    TOKEN_GREATER_EQUAL
} wgi_token;

typedef struct wgi_lexer {
    wg_program *q;
    uint32_t at;     /* the next byte to read */
    int joined;      /* inside ( or [: newlines are blanks */
    wgi_token token; /* the present token and its bytes [start, end) */
    uint32_t start, end;
    uint32_t before; /* the end of the token before */
    double number;
    locale_t numbers; /* "C" */
} wgi_lexer;

uint32_t wgi_token_end(const wg_program *q, uint32_t at);
void wgi_lex_next(wgi_lexer *l); /* after an error: TOKEN_END for ever */

/* ---- the tree ---- */

typedef enum wgi_ast_kind {
    AST_NUMBER,    /* number */
    AST_BOOL,      /* number */
    AST_NAME,      /* ident; binding after lang_names.c */
    AST_LIST,      /* children: elements */
    AST_CALL,      /* ident; children: operands and AST_KEYWORDs, in the order written */
    AST_KEYWORD,   /* ident; child: the value */
    AST_NEGATE,    /* child */
    AST_CHAIN,     /* children: the first operand, then links, applied one after another */
    AST_OPERATOR,  /* a link; op; child: the right operand */
    AST_INDEX,     /* a link; children: expressions and AST_RANGEs */
    AST_TRANSPOSE, /* a link */
    AST_RANGE,     /* children: from and to, each an expression or AST_EMPTY */
    AST_EMPTY,
    AST_BLOCK, /* children: statements */
    AST_BIND,  /* a statement; ident, binding; child: the value */
    AST_VALUE, /* a statement; child */
    AST_CLAIM  /* a statement; children: left and right */
} wgi_ast_kind;

typedef struct wgi_binding wgi_binding;

/* An identifier's text, once a program. */
typedef struct wgi_ident {
    const char *text;
    wgi_binding *visible; /* while names are resolved: what it means here */
    uint32_t bound_at;    /* where the program binds it outside blocks, + 1; 0: nowhere */
    bool defining;        /* while names are resolved: inside the value that it is bound to */
} wgi_ident;

typedef struct wgi_ast wgi_ast;
struct wgi_ast {
    unsigned char kind, op;
    uint32_t start, end; /* its bytes in the source */
    uint32_t mark;       /* where its caret stands: the operator, the name */
    wgi_ident *ident;
    wgi_ast *first, *next;
    union {
        double number;
        wgi_binding *binding;
    } u;
};

/* ---- lang_parse.c ---- */

wgi_ast *wgi_parse(
    wg_program *q); /* the list of statements; what it returns after an error must not be walked */

/* ---- lang_names.c ---- */

/* What a name stands for. The list q->bindings holds those outside blocks in order of first appearance. */
struct wgi_binding {
    const char *name;
    wgi_ident *ident;
    wg_meaning meaning;
    bool local;     /* inside a block */
    uint32_t start; /* of the name where it is bound */
    wgi_ast *value; /* NULL: free names and symbols */
    wgi_binding *next;
    double *set; /* values from wg_program_set, or NULL */
    wg_shape set_shape;
    int64_t size; /* of a symbol in this build; -1: not known yet */
    bool given;   /* a symbol whose size is not the standard one */
    bool drawn;   /* an input whose value was drawn in this build */
    wg_node node; /* in this build; none: not made yet */
    int layers;   /* bits of the layers that own parameters under this name */
};

bool wgi_names(wg_program *q, wgi_ast *statements);
wgi_binding *wgi_binding_find(const wg_program *q, const char *name); /* outside blocks */
bool wgi_is_literal(const wgi_ast *a);
bool wgi_named_number(const char *name, double *value); /* pi, inf, nan */

/* ---- lang_suggest.c ---- */

/* A search for the candidate that is nearest to a mistyped word. */
typedef struct wgi_nearest {
    const char *word;
    const char *best; /* of the candidates tried so far; NULL: none is near */
    int length;       /* of best */
    int limit;        /* the largest edit distance that still counts as near */
} wgi_nearest;
wgi_nearest wgi_nearest_to(const char *word);
bool wgi_nearest_try(wgi_nearest *s, const char *candidate,
                     size_t length); /* whether it is the best so far */
/* The place of a word in a list of words, separated by single spaces; -1: not there. */
int wgi_choice(const char *choices, const char *word);
wgi_nearest wgi_nearest_choice(const char *choices, const char *word);
/* "; did you mean 'x'?", or where nothing is near the text instead; written to buf, which is returned. */
const char *wgi_did_you_mean(const wgi_nearest *near, const char *instead, char *buf, size_t size);

/* ---- a program ---- */

struct wg_program {
    wg_context *c; /* NULL: memory was missing for the program itself */
    const char *name;
    const char *source;
    uint32_t length;
    const uint32_t *line_start;
    uint32_t line_count;
    struct wgi_lang_chunk *chunks;
    wgi_ident **idents; /* open addressing */
    uint32_t ident_count, ident_room;
    wgi_ast *statements;
    wgi_ast spare; /* stands for a node that memory was missing for */
    wgi_binding *bindings, **bindings_end;
    bool has_input, ready;
    int depth;

    wg_graph *g; /* of the last build */
    wg_params *p;
    wg_mode mode;
    const char *prefix; /* of parameters made in a block: "enc."; "" outside */
    uint64_t unnamed;   /* random draws without a name so far */
    wg_node last;
    const char *last_name;
    wg_claim *claims;
    wgi_ast **claim_asts;
    int claim_count, claim_room;
    const char *report; /* what wg_program_drawn returns */
    char excerpt[300];
};

/* ---- lang_program.c ---- */

void *wgi_lang_alloc(wg_program *q, size_t size); /* zeroed, freed with the program; NULL after an error */
char *wgi_lang_text(wg_program *q, const char *text, size_t length);
char *wgi_lang_join(wg_program *q, const char *a, const char *b, const char *c); /* abc */
void wgi_lang_release(wg_program *q);                                            /* frees all of it */
wgi_ident *wgi_lang_ident(wg_program *q, const char *text, size_t length);

/* ---- lang_text.c ---- */

bool wgi_lines(wg_program *q); /* finds where lines begin; before all others */
int wgi_line(const wg_program *q, uint32_t at);
int wgi_column(const wg_program *q, uint32_t at);
/* Records an error at bytes [start, end) with the line and a caret. Returns false. */
bool wgi_lang_fail(wg_program *q, uint32_t start, uint32_t end, wg_status s, const char *format, ...)
    WG_PRINTF(5, 6);
#define wgi_fail_at(q, ast, ...) wgi_lang_fail(q, (ast)->start, (ast)->end, __VA_ARGS__)
#define wgi_fail_word(q, at, ...) \
    wgi_lang_fail(q, at, wgi_token_end(q, at), __VA_ARGS__) /* the token at a byte */
void wgi_excerpt(const wg_program *q, uint32_t start, uint32_t end, char *to,
                 size_t room); /* "\n  line\n  ^~~" */
bool wgi_offset(const wg_program *q, int line, int column, uint32_t *at);
/* Bytes [start, end) on one line without comments; "..." if longer than room allows. */
void wgi_quote(const wg_program *q, uint32_t start, uint32_t end, char *to, size_t room);

/* ---- lang_const.c ---- */

/* What an expression without nodes is worth; false (no error recorded) if it has nodes in it. */
bool wgi_constant(const wgi_ast *a, double *value);
/* The same, with an error that says what is wanted. */
bool wgi_integer(wg_program *q, const wgi_ast *a, const char *what, int64_t least, int64_t most,
                 int64_t *value);
/* A number or nested list of constants as doubles (wg_free them), or NULL after an error. */
double *wgi_list(wg_program *q, const wgi_ast *a, wg_shape *shape);
bool wgi_list_constant(const wgi_ast *a);
double wgi_fold(wgi_token op, double a, double b);
bool wgi_count_of(wg_program *q, const wgi_ast *at, wg_shape s,
                  size_t *count); /* refuses what no machine can hold */

/* A value on the way: a number (weak until an op needs a node) or a node. */
typedef struct wgi_val {
    bool is_number;
    double number;
    wg_node node;
} wgi_val;
#define WGI_NOTHING ((wgi_val){ 0 })
static inline wgi_val wgi_node_val(wg_node n) { return (wgi_val){ .node = n }; }

/* ---- lang_leaf.c ---- */

/* Random numbers of a stream of their own: standard normal, uniform in [0, 1), or class numbers below classes. */
typedef enum wgi_drawing { DRAW_NORMAL, DRAW_UNIFORM, DRAW_CLASS } wgi_drawing;
double *wgi_draw_values(wg_program *q, wgi_drawing kind, int64_t classes, uint64_t seed, uint64_t stream,
                        size_t n);
wg_node wgi_leaf(wg_program *q, wg_site here, const char *name, wg_dtype t, const double *values, wg_shape s);
/* The same in the context's dtype of values from wg_alloc, which are freed. NULL, after an error: wg_none. */
wg_node wgi_new_leaf(wg_program *q, wg_site here, const char *name, double *values, wg_shape s);
wg_node wgi_free_input(wg_program *q, wgi_binding *b); /* a name never bound */
wg_node wgi_symbol_node(wg_program *q, wgi_binding *b);
wg_node wgi_constant_leaf(wg_program *q, wgi_binding *b); /* of what was set, else of the literal */
bool wgi_symbols(wg_program *q);                          /* sizes: from what was set, else WGI_LANG_SIZE */
bool wgi_shape_of(wg_program *q, const wgi_ast *call, wg_shape *s); /* a call's operands as sizes */
bool wgi_misfit(wg_program *q, const wgi_binding *b); /* an error: the value set has not the declared shape */
wgi_val wgi_eval_input(wg_program *q, const wgi_ast *call, wgi_binding *owner);

/* ---- lang_eval.c ---- */

/* owner: the binding that the statement makes, for what takes its name; NULL: none. */
wgi_val wgi_eval(wg_program *q, const wgi_ast *a, wgi_binding *owner);
wg_node wgi_eval_node(wg_program *q, const wgi_ast *a, wgi_binding *owner); /* numbers become scalar nodes */
wg_node wgi_as_node(wg_program *q, const wgi_ast *a, wgi_val v);
wg_node wgi_as_operand(wgi_val v);
bool wgi_statement(wg_program *q, wgi_ast *s, wgi_val *v);
wgi_val wgi_node_value(wg_node n);
/* A call site for the library: operand texts and the place of the caret. */
wg_site wgi_site(wg_program *q, const wgi_ast *a, const wgi_ast *const operands[], int n);
wg_site wgi_site_text(wg_program *q, const char *operands, uint32_t mark);

/* ---- lang_claim.c ---- */

bool wgi_keep_claim(wg_program *q, wgi_ast *s);

/* ---- lang_call.c ---- */

wgi_val wgi_eval_call(wg_program *q, const wgi_ast *a, wgi_binding *owner);
wgi_val wgi_eval_op(wg_program *q, const wgi_ast *call, wgi_binding *owner); /* never a builtin */
/* The value of a keyword, NULL if it is not there. */
const wgi_ast *wgi_keyword(const wgi_ast *call, const char *name);
const wgi_ast *wgi_operand(const wgi_ast *call, int k); /* NULL: fewer */
int wgi_operand_count(const wgi_ast *call);
/* Refuses keywords outside a space-separated list of names, and operands outside [least, most]. */
bool wgi_signature(wg_program *q, const wgi_ast *call, int least, int most, const char *keywords);
bool wgi_truth(wg_program *q, const wgi_ast *a, bool *value);
bool wgi_number_of(wg_program *q, const wgi_ast *a, const char *what, double *value);
/* The number that a keyword gives; without the keyword *value stays as it is. */
bool wgi_number_option(wg_program *q, const wgi_ast *call, const char *name, double *value);
/* The same for a field of an options struct: 0 becomes WG_ZERO, since a field of 0 means the default. */
bool wgi_real_option(wg_program *q, const wgi_ast *call, const char *name, double *value);
/* Whether the call is the whole value that a name is bound to: x = input(3), not x = 1 + input(3). */
static inline bool wgi_is_named(const wgi_ast *call, const wgi_binding *owner)
{
    return owner && owner->value == call;
}

/* ---- lang_own.c ---- */

typedef wgi_val (*wgi_builtin_fn)(wg_program *q, const wgi_ast *call, wgi_binding *owner);
typedef struct wgi_builtin {
    const char *name;
    wgi_builtin_fn eval;
} wgi_builtin;
const wgi_builtin *wgi_builtin_find(const char *name);
int wgi_builtin_count(void);
const wgi_builtin *wgi_builtin_at(int i);

/* ---- lang_layer.c ---- */

wgi_val wgi_eval_param(wg_program *q, const wgi_ast *call, wgi_binding *owner);
wgi_val wgi_eval_dense(wg_program *q, const wgi_ast *call, wgi_binding *owner);
wgi_val wgi_eval_batch_norm(wg_program *q, const wgi_ast *call, wgi_binding *owner);
wgi_val wgi_eval_layer_norm(wg_program *q, const wgi_ast *call, wgi_binding *owner);

#endif
