/* lang.h: the .wg language (private). A text becomes tokens, then a tree; a build makes nodes of the tree.
 *
 *   lang_program.c    the public functions
 *   lang_made.c       programs that are no texts: their names, and what builds them
 *   lang_memory.c     a program's memory and its identifiers
 *   lang_text.c       places in the text, excerpts with a caret, errors, call sites
 *   lang_lex.c        tokens
 *   foreign_signs.c   characters that the language does not have
 *   lang_parse.c      the tree
 *   lang_names.c      which name means what
 *   lang_suggest.c    the word that a mistyped one was meant to be
 *   lang_const.c      numbers, sizes and literal lists
 *   lang_arguments.c  operands, keywords and options of a call
 *   inputs.c          inputs, sizes and constants as nodes; random values
 *   lang_eval.c       statements and expressions into nodes
 *   lang_group.c      values of several parts
 *   lang_call.c       calls of the library's ops
 *   lang_function.c   calls of the program's functions, repeat and scan
 *   builtins.c        functions of the language itself: grad, normal, one_hot, ...
 *   lang_layer.c      calls that own parameters: param and layers
 *   lang_claim.c      claims and their variants
 *   lang_data.c       data as calls: generated sets, columns of files, splits
 *   lang_optimizer.c  optimizers and rates, as a program names them
 *   lang_train.c      the statement train
 *   lang_fit.c        trainings inside a program: fit
 *   lang_plot.c       the statement plot: how it is written
 *   plot_*.c          the statement plot: its values, series for claims, the figure (plot.h)
 *
 * A tree is at most WGI_LANG_DEPTH deep, so every function on trees may recurse. What a long text can repeat
 * without brackets (the terms of a sum, elements, indices) is a list of siblings, and is read by a loop.
 */
#ifndef WGI_LANG_H
#define WGI_LANG_H

#include "wengert/nn.h"
#include "wengert/lang.h"
#include "wengert/op.h"
#include "wengert/params.h"
#include "wgx/base.h"
#include "wgx/lang.h"

enum {
    WGI_LANG_DEPTH = 64,       /* of brackets, signs and powers inside each other: 1.3 KB of stack each */
    WGI_LANG_SOURCE = 1 << 20, /* bytes of a text */
    WGI_LANG_NAME = 200,       /* characters of a name */
    WGI_LANG_SIZE = 7,         /* the size of a symbol that nobody gave */
    WGI_LANG_CALLS = 1000,     /* of expressions inside each other, through calls of functions */
    WGI_LANG_MADE = 1000000,   /* expressions that the functions of a program may make in a build */
    WGI_LANG_STEPS = 10000000, /* of all fits of a build */
    WGI_LANG_PATH = 1000,      /* characters of a name with those of the calls around it */
    WGI_LANG_IDENTS = 1 << 14, /* lists of identifiers */
    WGI_LANG_PARTS = 64,       /* of a value of several parts */
    WGI_LANG_ITEMS = 1000,     /* lines of a plot, names behind its over or as */
    WGI_LANG_OPERANDS = 100,   /* of a function; options of a call */
    WGI_LANG_TENSOR = 1 << 27  /* elements of a literal or of a value from outside */
};

/* ---- lang_lex.c ---- */

/* The signs: the token, the text, how strongly it binds as an operator (0: it is none), what builds its node.
 * Longer texts first: = would match the start of ==. */
#define WGI_SIGNS(X)                                          \
    X(EQUAL, "==", BIND_COMPARE, wg_equal_at)                 \
    X(NOT_EQUAL, "!=", BIND_COMPARE, wg_not_equal_at)         \
    X(LESS_EQUAL, "<=", BIND_COMPARE, wg_less_equal_at)       \
    X(GREATER_EQUAL, ">=", BIND_COMPARE, wg_greater_equal_at) \
    X(LESS, "<", BIND_COMPARE, wg_less_at)                    \
    X(GREATER, ">", BIND_COMPARE, wg_greater_at)              \
    X(BIND, "=", 0, NULL)                                     \
    X(ADD, "+", BIND_SUM, wg_add_at)                          \
    X(SUB, "-", BIND_SUM, wg_sub_at)                          \
    X(MUL, "*", BIND_PRODUCT, wg_mul_at)                      \
    X(DIV, "/", BIND_PRODUCT, wg_div_at)                      \
    X(MATMUL, "@", BIND_PRODUCT, product)                     \
    X(POW, "^", BIND_POWER, wg_pow_at)                        \
    X(OPEN, "(", BIND_POSTFIX, NULL)                          \
    X(CLOSE, ")", 0, NULL)                                    \
    X(OPEN_LIST, "[", BIND_POSTFIX, NULL)                     \
    X(CLOSE_LIST, "]", 0, NULL)                               \
    X(OPEN_BLOCK, "{", 0, NULL)                               \
    X(CLOSE_BLOCK, "}", 0, NULL)                              \
    X(COMMA, ",", 0, NULL)                                    \
    X(COLON, ":", 0, NULL)                                    \
    X(SEMICOLON, ";", 0, NULL)                                \
    X(DOT, ".", BIND_POSTFIX, NULL)
#define WGI_TOKEN(name, ...) TOKEN_##name,
/* TOKEN_TEXT: in quotes */
typedef enum wgi_token {
    TOKEN_END,
    TOKEN_NEWLINE,
    TOKEN_NUMBER,
    TOKEN_TEXT,
    TOKEN_NAME,
    WGI_SIGNS(WGI_TOKEN)
} wgi_token;

typedef struct wgi_lexer {
    wg_program *q;
    uint32_t at;     /* the next byte to read */
    int joined;      /* above 0 inside ( or [: there newlines are blanks */
    wgi_token token; /* the present token and its bytes [start, end) */
    uint32_t start, end;
    uint32_t before; /* the end of the token before */
    double number;
} wgi_lexer;

/* How strongly operators bind. */
enum {
    BIND_COMPARE = 10,
    BIND_SUM = 20,
    BIND_PRODUCT = 30,
    BIND_SIGN = 40,
    BIND_POWER = 50,
    BIND_POSTFIX = 60
};

typedef struct wgi_sign {
    char text[3];
    wgi_token token;
    int strength; /* 0: it is no operator */
    wg_node (*build)(wg_site here, wg_node a, wg_node b);
} wgi_sign;

const wgi_sign *wgi_sign_of(wgi_token t);                 /* the first one that has the token */
uint32_t wgi_token_end(const wg_program *q, uint32_t at); /* of the token that begins at byte at */
void wgi_lex_next(wgi_lexer *l);                          /* after an error the token is always TOKEN_END */

/* ---- the tree ---- */

typedef enum wgi_ast_kind {
    AST_NUMBER,  /* number */
    AST_BOOL,    /* number */
    AST_TEXT,    /* ident: what stands between the quotes */
    AST_NAME,    /* ident; binding, set by lang_names.c */
    AST_LIST,    /* children: elements */
    AST_TUPLE,   /* children: the parts of a value of several parts, (a, b) */
    AST_FIELD,   /* ident; child: a part of a tuple that has a name, (W = a, ...) */
    AST_PART,    /* op: which part of a value. Part 0: child: the value; number: how many parts it has. The
                  * others stand in the statements behind it, and have no child. */
    AST_CALL,    /* ident; children: operands and AST_KEYWORDs, in the order written; binding of a function */
    AST_KEYWORD, /* ident; child: the value */
    AST_NEGATE,  /* child */
    AST_CHAIN,   /* children: the first operand, then links; each link applies to the result so far */
    AST_OPERATOR,  /* a link; op; child: the right operand */
    AST_INDEX,     /* a link; children: expressions and AST_RANGEs */
    AST_TRANSPOSE, /* a link */
    AST_MEMBER,    /* a link; ident: the name of a part, p.W */
    AST_RANGE,     /* children: from and to, each an expression or AST_EMPTY */
    AST_EMPTY,
    AST_BLOCK,    /* children: statements */
    AST_BIND,     /* a statement; ident, binding; child: the value. op: WGI_BIND_FIRST, ... */
    AST_VALUE,    /* a statement; child */
    AST_FUNCTION, /* a statement; ident, binding; children: an AST_CALL with the parameters, the body */
    AST_CLAIM,    /* a statement; op: the comparison; children: left, right, and perhaps the tolerance */
    AST_TRAIN,    /* a statement; child: the call train(...) or minimize(...) */
    AST_PLOT,     /* a statement; ident: the title, or NULL; children: AST_ITEMs */
    AST_ITEM,     /* op: its row of wgi_plot_forms; ident: the text of a panel or axis, or NULL; children:
                   * operands, then AST_OVERs and an AST_AS; of an axis: AST_RANGE. number: an axis is
                   * logarithmic */
    AST_OVER,     /* ident, binding: a name, children: from and to; or no ident, child: the values of x or
                   * texts */
    AST_AS        /* children: AST_TEXTs */
} wgi_ast_kind;

/* a = ...; or the statements of (a, b) = ...: the first one, and those behind it. */
enum { WGI_BIND_ONE, WGI_BIND_FIRST, WGI_BIND_MORE };

typedef struct wgi_binding wgi_binding;

/* An identifier. A program has one for each text. */
typedef struct wgi_ident {
    const char *text;
    struct wgi_ident *next;    /* of the same hash */
    wgi_binding *visible;      /* while names are resolved: its meaning at this place; NULL: none */
    uint32_t bound_at;         /* the byte where the program binds it outside blocks, + 1; 0: nowhere */
    bool defining;             /* while names are resolved: this place is inside its own definition */
    bool is_function;          /* the program defines a function of this name */
    wgi_binding *outside;      /* its meaning outside blocks and functions; NULL: none */
    struct wgi_hiding *hidden; /* while names are resolved: what it means around this block or function */
    /* In a build: whether the name owns parameters or random numbers, and the name that was taken before
     * it. */
    bool is_owner;
    struct wgi_ident *owner_before;
} wgi_ident;

typedef struct wgi_ast wgi_ast;

/* What a name means outside a block or a function that has the name as its own. */
typedef struct wgi_hiding {
    const wgi_ast *by; /* the block, or the head of the function */
    wgi_binding *visible;
    uint32_t bound_at;
    struct wgi_hiding *around;
} wgi_hiding;

struct wgi_ast {
    unsigned char kind, op;
    uint32_t start, end; /* its bytes in the source */
    uint32_t mark;       /* where the caret of its errors stands: at the operator or the name */
    wgi_ident *ident;
    wgi_ast *first, *next;
    union {
        double number;
        wgi_binding *binding;
    } u;
};
/* The name of a node that has one. */
static inline const char *wgi_name_of(const wgi_ast *a) { return a->ident->text; }
/* A list of siblings from this one on, and the names of a program. */
#define EACH_AST(a, from)  for (const wgi_ast *a = (from); a; a = a->next)
#define EACH_BINDING(q, b) for (wgi_binding *b = (q)->bindings.first; b; b = b->next)

/* A function of the language: BUILTIN(eye) { ... }. owner: see lang_eval.c below */
#define BUILTIN(f) wgi_val f(wg_program *q, const wgi_ast *call, wgi_binding *owner)

/* ---- foreign_signs.c ---- */

/* Says what to write in place of the character, which is not of the language. Returns its length in bytes. */
int wgi_foreign_sign(const char *at, char *to, size_t room);
/* What to write in place of the word [start, end) of text, or of the word before it, if other languages have
 * it. NULL: it is none. */
const char *wgi_foreign_word(const char *text, uint32_t start, uint32_t end);

/* ---- lang_parse.c ---- */

typedef struct wgi_parser {
    wgi_lexer lex;
    wg_program *q;
    int depth;
    int items; /* of the plot that is read */
} wgi_parser;

wgi_ast *wgi_parse(wg_program *q); /* the list of statements; do not use it after an error */
/* For lang_plot.c. A fault is recorded at the present token, which is read then. */
void wgi_parse_fail(wgi_parser *p, const char *message);
wgi_ast *wgi_parse_make(wgi_parser *p, wgi_ast_kind kind, uint32_t start);
wgi_ast *wgi_parse_expression(wgi_parser *p);
wgi_ast *wgi_parse_text(wgi_parser *p);                   /* of the present TOKEN_TEXT */
wgi_ident *wgi_parse_ident(wgi_parser *p);                /* of the present TOKEN_NAME */
bool wgi_parse_accept(wgi_parser *p, wgi_token t);        /* reads the token, if it is t */
bool wgi_parse_is(const wgi_parser *p, const char *text); /* whether it is this word */
/* { one; one }: the children of a */
void wgi_parse_block(wgi_parser *p, wgi_ast *a, wgi_ast *(*one)(wgi_parser *p));

/* ---- lang_plot.c ---- */

/* The forms of an item. over: what may stand behind `over`. */
typedef enum wgi_plot_kind {
    PLOT_LINE,
    PLOT_POINTS,
    PLOT_AT,
    PLOT_PATH,
    PLOT_HISTOGRAM,
    PLOT_BARS,
    PLOT_IMAGE,
    PLOT_CONTOUR,
    PLOT_SURFACE,
    PLOT_REGIONS,
    PLOT_PANEL,
    PLOT_X,
    PLOT_Y
} wgi_plot_kind;
enum { OVER_VALUES = 1, OVER_ONE = 2, OVER_TWO = 4, OVER_TEXTS = 8, OVER_NEEDED = 16 };
enum { IMAGE_GREY = 1, IMAGE_NUMBERS = 2 }; /* the number of an item image: how it looks */
typedef struct wgi_plot_form {
    const char *word;
    int least, most; /* operands; 0: a panel or an axis */
    int over;
    const char *usage;
} wgi_plot_form;
const wgi_plot_form *wgi_plot_form_of(const wgi_ast *item);
bool wgi_plot_begins(const wgi_parser *p); /* the word plot is here: whether it begins a statement plot */
wgi_ast *wgi_parse_plot(wgi_parser *p);
/* The child of this kind, behind `after` if it is not NULL. NULL: there is none. */
const wgi_ast *wgi_plot_part(const wgi_ast *item, wgi_ast_kind kind, const wgi_ast *after);

/* ---- lang_formula.c ---- */

/* wgx_statement_formula, of statements that have been read. */
bool wgi_write_formula(const wg_program *q, const wgi_ast *statements, char *to, size_t room);

/* ---- lang_names.c ---- */

/* What a name stands for. The list q->bindings.first holds all of them in order of first appearance. */
struct wgi_binding {
    const char *name;
    wgi_ident *ident;
    wgx_meaning meaning;
    bool local;        /* inside a block */
    uint32_t start;    /* the byte where the name is bound, or first used if it is free */
    wgi_ast *value;    /* its definition; NULL for free names, symbols and parameters of functions */
    wgi_ast *function; /* the AST_FUNCTION that defines it; NULL: it is a value */
    /* A function's parameter. A function is in one call at a time: it cannot call itself, and operands are
     * evaluated before the call. */
    bool is_operand;
    const wgi_ast *operand; /* the expression in the present call; NULL: the node alone is known */
    bool known;             /* of a computed name or a parameter: it is this number, in this build or call */
    double number;
    wgi_binding *next;
    wg_tensor set;                   /* a copy of what wg_program_set was given; data NULL: nothing */
    int64_t size;                    /* of a symbol, in this build; -1: not known yet */
    bool given;                      /* a symbol whose size was given from outside */
    bool drawn;                      /* an input whose value was drawn in this build */
    int axes;                        /* an input of a program that is no text: how many sizes it has, + 1 */
    bool kept;                       /* while wgx_program_keep goes through the plots: it was there */
    bool target;                     /* of a binary cross-entropy: 0 and 1 are drawn for it */
    bool plotted;                    /* an input that plots alone use: it is never drawn at random */
    bool series;                     /* it stands for its value, a call series(...) in a claim */
    wg_node node;                    /* in this build or call; wg_none: not made yet */
    const struct wgi_parts *several; /* in this build or call; not NULL: it is a group, and has no node */
    unsigned
        layers; /* in this evaluation of its statement: the sorts of layers that have its name, as bits */
    int inner;  /* those that have a number */
};

bool wgi_names(wg_program *q, wgi_ast *statements); /* false: after an error */
/* Of a name bound outside blocks; NULL: none. */
wgi_binding *wgi_binding_find(const wg_program *q, const char *name);
/* Whether every free name may be an input. A file's must have been set. In other texts one that was not set
 * must not look like a bound name, and not be a word such as e. False: after an error. */
bool wgi_free_names(wg_program *q);

/* ---- lang_suggest.c ---- */

/* The op that programs call by this name; NULL: none. Ops that other ops and derivatives make have no name in
 * the language, so a program may give it to something else. */
const wg_op *wgi_language_op(const char *name);
/* The place of a word in a list of words, separated by single spaces; -1: not there. */
int wgi_choice(const char *choices, const char *word);
wgx_nearest_word wgi_nearest_choice(const char *choices, const char *word);
/* "; did you mean 'x'?", or where nothing is near the text instead; written to buf, which is returned. */
const char *wgi_did_you_mean(const wgx_nearest_word *near, const char *instead, char *buf, size_t size);

/* ---- a program ---- */

/* A call of a function that is being evaluated. */
typedef struct wgi_call_frame {
    const struct wgi_call_frame *up; /* the call around it */
    const wgi_ast *call;
    bool is_bound;  /* a name is bound to the result, so it may own parameters */
    bool is_step;   /* of a scan: names of nodes, not of parameters, have its number */
    size_t prefix;  /* of a step: the length of the prefix up to the number */
    int64_t number; /* of a step */
} wgi_call_frame;

typedef struct wgi_line_table {
    const uint32_t *start;
    uint32_t count;
} wgi_line_table;
typedef struct wgi_binding_list {
    wgi_binding *first, **end;
} wgi_binding_list;

/* What is asked for by its number. It is listed once, when the text was read. */
typedef struct wgi_numbered {
    const wgi_binding **name, **symbol;
    const wgi_ast **plot;
    int names, symbols, plots;
} wgi_numbered;

/* A name whose number stands in an option. What the call gives has no derivative by it. */
typedef struct wgi_option_use {
    struct wgi_option_use *next;
    const wgi_binding *name;
    uint32_t at;    /* the byte where the option's number is written */
    bool whole;     /* it is a size, a count or an index: a derivative leaves it alone, an axis of a plot
                     * cannot */
    wg_node result; /* of the call; wg_none: it is not there yet */
} wgi_option_use;

/* builtins.c. The line of an option that y is computed by, and whose number the name or the node x is; 0:
 * there is none. */
int wgi_option_line(const wg_program *q, const wgi_binding *name, wg_node x, wg_node y);
/* The same, of a size, a count or an index, too. */
int wgi_fixed_line(const wg_program *q, const wgi_binding *name, wg_node x, wg_node y);

typedef struct wgi_named_node {
    wg_node node;
    const char *name;
} wgi_named_node;

typedef struct wgi_placed {
    uint32_t start; /* of the statement */
    wg_node node;
} wgi_placed;
/* In the order of their places. */
typedef struct wgi_placed_list {
    wgi_placed *at;
    size_t count, room;
} wgi_placed_list;

/* What a build makes. */
typedef struct wgi_program_now {
    wg_graph *g;
    wg_params *p;
    wg_mode mode;
    wgi_binding *unnamed_value; /* of the present statement, if it binds no name: it owns its layers */
    const char *prefix; /* of the parameters that are made now: "enc." in a block enc, "" outside blocks */
    const char *open;   /* the prefix whose scope was pushed last */
    const wgi_call_frame *frame;         /* NULL: outside functions */
    int nested;                          /* expressions that are being evaluated */
    int64_t made;                        /* expressions of functions that were evaluated */
    wgi_ident *owned;                    /* the name that was taken last: wgi_own */
    uint64_t unnamed;                    /* how many unnamed random tensors were made */
    int draws;                           /* how many random tensors were made */
    int64_t steps;                       /* of the fits */
    int looks;                           /* how often a value was read that decides what is built: fit,
                                          * seeds */
    struct wgi_seed_use *seeds;          /* the seeds of those that are bound to no name */
    struct wgi_grad_call *grads;         /* the latest first */
    wgi_option_use *options;             /* the latest first */
    const struct wgi_parts *unpacked;    /* the value that AST_PARTs are taken from */
    wgi_named_node last[WGI_LANG_PARTS]; /* what the last statement gives */
    int last_count;
    wgi_placed_list placed; /* the values of statements that bind no name */
    wgx_claim *claims;
    wgi_ast **claim_asts;
    int claim_count;
    wgx_training training;       /* line 0: none */
    const char *usage;           /* of the builtin that is called; NULL: an op */
    struct wgi_fitting *fitting; /* the fit whose function or options are read; NULL: none */
    struct wgi_fit_record *fits; /* those that were carried out */
    const char *report;          /* the text of wg_program_drawn */
} wgi_program_now;

/* Where a name stands. In a plot no name is free. */
enum { WGI_OUTSIDE, WGI_IN_BLOCK, WGI_IN_FUNCTION, WGI_IN_PLOT, WGI_IN_CLAIM };

/* That of the text, and that of the last build. */
typedef struct wgi_lang_memory {
    struct wgi_lang_chunk *text, *built;
} wgi_lang_memory;

/* What builds a program that is no text: a file of another form. It gives the names their nodes. */
typedef struct wgi_maker {
    bool (*build)(wg_program *q, void *user);  /* false: after an error */
    void (*forget)(wg_program *q, void *user); /* when the program is freed */
    void *user;
    uint64_t code;     /* of wgx_program_code */
    const void *bytes; /* of the file */
    size_t size;
} wgi_maker;

struct wg_program {
    wgi_maker made;   /* build NULL: it is a text */
    wgx_sites *sites; /* of its nodes */
    wg_context *c;    /* NULL: there was no memory for the program itself; see no_program in lang_program.c */
    const char *name;
    const char *source;
    uint32_t length, own; /* own: the bytes before the functions of wgx_program_lesson; they have lines of
                           * their own */
    wgi_line_table lines;
    wgi_lang_memory memory;
    char *folder, *hint;               /* of wg_program_data_in; NULL: none */
    struct wgi_kept_data *data;        /* of calls of lang_data.c; NULL: there were none */
    struct wgi_kept_data **data_lists; /* WGI_LANG_IDENTS lists of these, by hash; NULL: there were none */
    wgi_ident **idents; /* WGI_LANG_IDENTS lists, by the hash of the name; NULL: none was read */
    wgi_ast *statements;
    wgi_ast spare; /* stands for a tree node for which there was no memory; its fields mean nothing */
    wgi_binding_list bindings;
    wgi_numbered numbered;
    wgi_ast *train;   /* the statement train; NULL: none */
    int claim_room;   /* how many claims it has */
    int inside;       /* while names are resolved: this place is in a function or a plot: WGI_OUTSIDE, ... */
    bool has_input;   /* it calls input(...): then a free name is an error */
    bool is_file;     /* then a free name must have been set when the program is built */
    bool ready;       /* read without error */
    bool names_first; /* what binds no name stands behind what binds one */
    wgi_program_now now; /* the build that goes on, or the last one */
    char excerpt[320];
};
static inline wg_status wgi_failed(const wg_program *q) { return wg_failed(q->c); }

/* ---- lang_program.c ---- */

wg_program *wgi_program_blank(wg_context *c, const char *name); /* a program that nothing was read into yet */
wg_site wgi_whole_text(const wg_program *q); /* the place of errors that belong to no line */
bool wgi_number_names(wg_program *q);        /* when all names are bound; false: out of memory */
/* Begins a build: what the last one made is forgotten. */
void wgi_program_begin(wg_program *q, wg_graph *g, wg_params *p, wg_mode mode);
wg_program *wgi_text_file(wg_context *c, const char *path);

/* ---- lang_made.c ---- */

/* A name of a program that is no text. NULL: out of memory, or the name is bound already. */
wgi_binding *wgi_made_name(wg_program *q, const char *name, wgx_meaning meaning);
bool wgi_made_ready(wg_program *q, wgi_maker made); /* when all names are bound; false: out of memory */
/* In a build: the name has this value. */
void wgi_made_value(wgi_binding *b, wg_node n);
/* In a build: the program gives this, too, behind what it gave so far. */
void wgi_made_result(wg_program *q, const char *name, wg_node n);
/* The value that was set for an input, or drawn: of floats normal numbers, else 0 and 1. data NULL: after an
 * error. */
wg_tensor wgi_made_input(wg_program *q, wgi_binding *b, wg_dtype t, wg_shape s);

/* ---- lang_memory.c ---- */

/* Memory for q, zeroed, freed with the program; NULL after an error. */
void *wgi_lang_alloc(wg_program *q, size_t size);
/* The same for what a build makes: freed by wgi_lang_forget_built, before the next build. */
void *wgi_lang_built(wg_program *q, size_t size);
void wgi_lang_forget_built(wg_program *q);
/* The text abc, for a build. */
char *wgi_lang_join(wg_program *q, const char *a, const char *b, const char *c);
void wgi_lang_release(wg_program *q); /* frees it all */
wgi_ident *wgi_lang_ident(wg_program *q, const char *text, size_t length);
const wgi_ident *wgi_lang_known(const wg_program *q,
                                const char *text); /* NULL: no such identifier was read */
/* Takes the name for one owner in this build. Two calls of a function under one name would share
 * parameters without notice, so that is an error. False: it is taken, or after an error. */
bool wgi_own(wg_program *q, const char *name, const char *part);
void wgi_disown(wg_program *q, const wgi_ident *since); /* gives back the names that were taken since */
/* FNV-1a: the hash of the bytes behind those whose hash is h. Begin with WGI_LANG_MIXED. */
#define WGI_LANG_MIXED UINT64_C(0xcbf29ce484222325)
static inline uint64_t wgi_lang_mix(uint64_t h, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return h;
}

/* ---- lang_text.c ---- */

bool wgi_lines(wg_program *q); /* finds where lines begin; call it before the other functions here */
int wgi_line(const wg_program *q, uint32_t at);
/* Records an error at bytes [start, end) with the line and a caret. Returns false. */
bool wgi_lang_fail(wg_program *q, uint32_t start, uint32_t end, wg_status s, const char *format, ...)
    WG_PRINTF(5, 6);
#define wgi_fail_at(q, ast, ...) wgi_lang_fail(q, (ast)->start, (ast)->end, __VA_ARGS__)
#define wgi_fail_word(q, at, ...) \
    wgi_lang_fail(q, at, wgi_token_end(q, at), __VA_ARGS__) /* the token at a byte */
/* The same for an error of the text. */
#define wgi_syntax_at(q, ast, ...)  wgi_fail_at(q, ast, WG_ERROR_SYNTAX, __VA_ARGS__)
#define wgi_syntax_word(q, at, ...) wgi_fail_word(q, at, WG_ERROR_SYNTAX, __VA_ARGS__)
/* Writes "\n  line\n  ^~~". */
void wgi_excerpt(const wg_program *q, uint32_t start, uint32_t end, char *to, size_t room);
bool wgi_offset(const wg_program *q, int line, int column, uint32_t *at); /* false: no such place */
/* Bytes [start, end) on one line, without comments; "..." if they do not fit into room. */
void wgi_quote(const wg_program *q, uint32_t start, uint32_t end, char *to, size_t room);
/* A call site for the library: the texts of operands, and the place of the caret. */
wg_site wgi_site(wg_program *q, const wgi_ast *a, const wgi_ast *const operands[], int n);
wg_site wgi_site_text(wg_program *q, const char *operands, uint32_t mark);

/* ---- lang_const.c ---- */

bool wgi_named_number(const char *name, double *value); /* pi, inf, nan */
/* Whether repeat(...) is the op, of each element so many times, and not a function applied so many times. */
bool wgi_repeats_elements(const wgi_ast *call);
/* The value of an expression that needs no nodes. False, without an error: it needs nodes. */
bool wgi_constant(const wgi_ast *a, double *value);
/* A number, or from least to most a whole one. False: after an error, which calls it `what`. */
bool wgi_number_of(wg_program *q, const wgi_ast *a, const char *what, double *value);
bool wgi_integer(wg_program *q, const wgi_ast *a, const char *what, int64_t least, int64_t most,
                 int64_t *value);
/* A number or nested list of constants as doubles (wg_free them), or NULL after an error. */
double *wgi_list(wg_program *q, const wgi_ast *a, wg_shape *shape);
bool wgi_list_constant(const wgi_ast *a); /* whether wgi_list can read it */
/* Whether it can, and names nothing. A name is a node in a list of values, even if its number is known: the
 * list has a derivative by it. */
bool wgi_list_is_written(const wgi_ast *a);
double wgi_arithmetic(wgi_token op, double a, double b);
/* The number of elements; more than WGI_LANG_TENSOR are an error, at the expression `at`. */
bool wgi_count_of(wg_program *q, const wgi_ast *at, wg_shape s, size_t *count);

/* The value of an expression: a node, or a number. A number adopts the dtype of the node that it is combined
 * with; it becomes a node only where an op needs one. */
typedef struct wgi_val {
    bool is_number;
    double number;
    wg_node node;
    const struct wgi_parts *several; /* a value of several parts, which is the only member then; else NULL */
} wgi_val;
typedef struct wgi_parts {
    int count;
    const char **name; /* of each part, NULL: it has none; or NULL: no part has a name */
    wgi_val part[];
} wgi_parts;
#define WGI_NOTHING ((wgi_val){ 0 })
/* Keeps a function's buffers out of the frames of functions that call themselves: a program that nests 64
 * deep is evaluated on a stack of 128 KB. */
#define WGI_OWN_FRAME __attribute__((noinline))
static inline wgi_val wgi_node_val(wg_node n) { return (wgi_val){ .node = n }; }

/* ---- lang_group.c ---- */

enum { WGI_GROUP_OPERANDS = 8 };
/* The value of parts that are put together anew; WGI_NOTHING after an error. It refuses more than
 * WGI_LANG_PARTS nodes, so that arrays of this size hold those of any value. */
wgi_val wgi_group(wg_program *q, const wgi_ast *at, const wgi_parts *p);
int wgi_leaves(wgi_val v);                                                /* how many nodes it has */
int wgi_flatten(wg_program *q, const wgi_ast *a, wgi_val v, wg_node *to); /* returns how many */
wgi_val wgi_unflatten(wg_program *q, wgi_val like, const wg_node *leaf);  /* the structure of `like` */
wgi_val wgi_of_nodes(wg_program *q, const wgi_ast *a, wgi_val v);         /* numbers become scalar nodes */
bool wgi_same_structure(wgi_val a, wgi_val b);
/* "p.W", or "p.0" of a part without a name */
void wgi_part_label(const wgi_parts *p, int k, const char *name, char *to, size_t room);
/* The path of leaf *k: "p.net.W". False: it has fewer. */
bool wgi_leaf_path(wgi_val v, const char *name, int *k, char *to, size_t room);
/* The names of the parts as the tuple writes them: (W = a, b) has W and b. */
void wgi_written_names(wg_program *q, const wgi_ast *tuple, wgi_parts *to);
void wgi_lend_names(wgi_parts *to, const wgi_parts *from); /* where `to` has none; of the same structure */
wgi_val wgi_part_of(wgi_val v, const char *name, size_t length); /* WGI_NOTHING: there is none */
wgi_val wgi_member(wg_program *q, wgi_val v, const char *name, const char **missing); /* *missing: why not */
const char *wgi_structure(wgi_val v, char *to, size_t room);                          /* "([64,10], [10])" */
/* Applies one() to the operands, if some are groups part by part. at: where errors stand. */
typedef wgi_val wgi_by_part(wg_program *q, void *user, const wgi_val x[]);
wgi_val wgi_by_parts(wg_program *q, const wgi_ast *at, const wgi_val x[], int n, wgi_by_part *one,
                     void *user);
wg_node wgi_of_all(wg_program *q, const wgi_ast *call, wgi_val v,
                   bool norm); /* the norm or sum of all parts */

/* Keeps the values of names outside blocks that the expression uses, by itself or in a function that it
 * calls. Between two calls of wgi_keep_none each name is kept once. */
void wgi_keep_names(wg_program *q, const wgi_ast *a);
void wgi_keep_none(wg_program *q);
void wgi_keep(wg_node n);
/* The sides l and r of the claim s, of which one is a group or both are. False: after an error. */
bool wgi_group_sides(wg_program *q, const wgi_ast *s, wgi_val l, wgi_val r, wgx_claim *k);

/* ---- lang_arguments.c ---- */

const wgi_ast *wgi_named(const wgi_ast *call, const char *name);   /* an AST_KEYWORD; NULL: not given */
const wgi_ast *wgi_keyword(const wgi_ast *call, const char *name); /* its value; NULL: not given */
const wgi_ast *wgi_operand(const wgi_ast *call, int k);            /* NULL: there are fewer */
static inline int wgi_operand_count(const wgi_ast *call)
{
    int n = 0;
    for (const wgi_ast *x = call->first; x && x->kind != AST_KEYWORD; x = x->next) n++;
    return n;
}
/* The expression that is meant: of a parameter of a function the operand of the present call. */
const wgi_ast *wgi_meant(const wgi_ast *a);
/* A word for an option, which may stand in quotes: reduction=sum, reduction="sum". NULL: it is none. */
const char *wgi_word(const wgi_ast *a);
/* Checks a call: from least to most operands, and no keywords but those listed, separated by spaces. */
bool wgi_signature(wg_program *q, const wgi_ast *call, int least, int most, const char *keywords);
bool wgi_truth(wg_program *q, const wgi_ast *a,
               bool *value); /* true or false; returns false after an error */
/* Reads a number or a truth for an option into the options that it is one of, within its range. */
bool wgi_option_read(wg_program *q, const wgi_ast *a, const wg_option *option, void *options);
/* Reads the number that the keyword `name` has in the call. Without that keyword *value stays as it is. */
bool wgi_number_option(wg_program *q, const wgi_ast *call, const char *name, double *value);
/* Whether the call is the whole value that a name is bound to: x = input(3), not x = 1 + input(3). */
static inline bool wgi_is_named(const wgi_ast *call, const wgi_binding *owner)
{
    return owner && owner->value == call;
}

/* ---- inputs.c ---- */

/* n random numbers: standard normal, uniform in [0, 1), or class numbers below classes. Free by wg_free. */
typedef enum wgi_drawing { DRAW_NORMAL, DRAW_UNIFORM, DRAW_CLASS } wgi_drawing;
double *wgi_draw_values(wg_program *q, wgi_drawing kind, int64_t classes, uint64_t seed, uint64_t stream,
                        size_t n);
/* An input node of the context's dtype with these values. Frees them (from wg_alloc). values NULL, after an
 * error: wg_none. */
wg_node wgi_new_leaf(wg_program *q, wg_site here, const char *name, double *values, wg_shape s);
wg_node wgi_free_input(wg_program *q, wgi_binding *b);    /* of a name that the text never binds */
wg_node wgi_symbol_node(wg_program *q, wgi_binding *b);   /* the size as a number */
wg_node wgi_constant_leaf(wg_program *q, wgi_binding *b); /* of the value that was set, else of the literal */
/* The sizes that were set; the others are -1. False: one is no size. wgi_symbols_rest gives those
 * WGI_LANG_SIZE. */
bool wgi_symbols_set(wg_program *q);
void wgi_symbols_rest(wg_program *q);
/* Finds the size of every symbol: as it was set, else from the values of inputs, else WGI_LANG_SIZE. */
bool wgi_symbols(wg_program *q);
/* Reads the operands of a call as sizes. */
bool wgi_shape_of(wg_program *q, const wgi_ast *call, wg_shape *s);
/* Records that the value set for b has not the declared shape. Returns false. */
bool wgi_misfit(wg_program *q, const wgi_binding *b);
BUILTIN(wgi_eval_input);

/* ---- lang_eval.c ---- */

/* owner: the binding that the statement makes, or NULL. Layers, inputs, random tensors get its name. */
void wgi_name_parts(wg_program *q, wgi_val v, const char *name); /* the leaves of a group: p.0, p.1.0 */
wgi_val wgi_evals(wg_program *q, const wgi_ast *a, wgi_binding *owner); /* the value may have several parts */
wgi_parts *wgi_parts_new(wg_program *q, int count);                     /* NULL: out of memory */
wg_node wgi_eval_node(wg_program *q, const wgi_ast *a, wgi_binding *owner); /* numbers become scalar nodes */
wg_node wgi_as_node(wg_program *q, const wgi_ast *a, wgi_val v);
wg_node wgi_as_operand(wgi_val v); /* a number stays a number, in the library's form (wg_number) */
bool wgi_statement(wg_program *q, wgi_ast *s, wgi_val *v); /* any but a training, which is in no block */
size_t wgi_placed_before(const wgi_placed_list *l, uint32_t start); /* how many stand before that byte */
/* What the statement gives is what the program gives, if no other one follows. */
void wgi_note_last(wg_program *q, const wgi_ast *s, const wgi_binding *b, wgi_val v);
/* The statements of a block, with this prefix. Its last expression has the prefix outside, and is owner's. */
wgi_val wgi_block(wg_program *q, const wgi_ast *block, const char *inside, wgi_binding *owner);

/* ---- lang_function.c ---- */

BUILTIN(wgi_eval_function);
BUILTIN(wgi_eval_repeat);
BUILTIN(wgi_eval_scan);
BUILTIN(wgi_eval_map);
wg_node wgi_operand_node(wg_program *q, wgi_binding *b); /* of a parameter of the present call, as a node */
/* The prefix inside a block or call of this name. NULL: after an error. */
const char *wgi_inside(wg_program *q, const wgi_ast *at, const char *name);
/* The name of a node: with the names of the calls and blocks around it, and the numbers of their steps. */
const char *wgi_node_path(wg_program *q, const char *name);

/* ---- lang_claim.c ---- */

bool wgi_claim_sides(wg_program *q, const wgi_ast *s, wgx_claim *k); /* evaluates them; false: after an
                                                                     * error */

BUILTIN(wgi_eval_fit);

/* ---- lang_fit.c ---- */

typedef struct wgi_capture {
    wg_node was, now; /* a node of the program's graph; what stands for it in an own graph, or wg_none */
} wgi_capture;
/* A call of fit that is being carried out. */
typedef struct wgi_fitting {
    const wgi_ast *call;
    struct wgi_fitting *outer; /* what q->now.fitting was */
    wg_graph *whole, *own[2];  /* the program's graph; for the loss, and for dev */
    wg_params *p;              /* the leaves of the start */
    wg_node start[WGI_LANG_PARTS], element[WGI_LANG_PARTS];
    wg_tensor rows[WGI_LANG_PARTS]; /* the batches */
    int leaves, elements;
    int64_t batches, steps, patience; /* batches and patience 0: none */
    bool all;                         /* the leaves after each step are wanted, stacked */
    wgx_optim_choice optimizer;
    wg_node loss, dev;    /* in own[0] and own[1]; dev may be wg_none */
    wgi_capture *capture; /* all that the result is found from */
    int captures, room;
    wgi_option_use *options; /* the first one before the call */
    wg_params *outer_p;      /* of q->now, while an own graph is open; and these two */
    wg_mode outer_mode;
    const char *outer_open;
    wg_node found[WGI_LANG_PARTS + 2]; /* the leaves, the costs, and what dev was */
    int founds;
} wgi_fitting;

void wgi_fit_begin(wg_program *q, wgi_fitting *t, const wgi_ast *call); /* and always wgi_fit_end */
void wgi_fit_end(wg_program *q, wgi_fitting *t);
/* The value of the node x, which is an option of the fit. */
bool wgi_fit_number(wg_program *q, const wgi_ast *a, const char *what, wg_node x, double *value);
/* Makes x a parameter of this name. */
bool wgi_fit_start(wg_program *q, wgi_fitting *t, wg_node x, const char *name);
bool wgi_fit_open(wg_program *q, wgi_fitting *t, int k); /* what is built from here on stands in own[k] */
void wgi_fit_shut(wg_program *q, wgi_fitting *t);
wg_node wgi_fit_param(wg_program *q, const wgi_fitting *t, int k); /* leaf k of the start, in the open
                                                                    * graph */
wg_node wgi_fit_element(wg_program *q, wgi_fitting *t, wg_node xs, const char *name);
wgi_val wgi_captured(wg_program *q, wgi_val v); /* a value of the program, in the open graph */
bool wgi_fit_run(wg_program *q, wgi_fitting *t);
/* The name of what a fit found from x, that y is computed from; NULL: there is none. *line: of the fit. */
const char *wgi_fit_between(wg_program *q, wg_node x, wg_node y, int *line);

/* ---- lang_optimizer.c ---- */

typedef bool wgi_number_reader(wg_program *q, const wgi_ast *a, const char *what, double *value);
bool wgi_read_optimizer(wg_program *q, const wgi_ast *a, wgi_number_reader *number, wgx_optim_choice *to);

/* ---- lang_train.c ---- */

/* Checks the form of the statement when it has been read, and sets q->train. */
bool wgi_note_training(wg_program *q, wgi_ast *s, bool inside_a_block);
bool wgi_keep_training(wg_program *q, wgi_ast *s); /* in a build: sets q->now.training */

/* ---- lang_call.c ---- */

BUILTIN(wgi_eval_call);
/* The same for an op of the library, even if a builtin has its name. */
BUILTIN(wgi_eval_op);
/* Reads the value of an option into the field of attr that the row names. */
bool wgi_attribute(wg_program *q, const wgi_ast *a, const wg_attr_row *row, void *attr);

/* ---- builtins.c ---- */

typedef BUILTIN(wgi_builtin_eval);
typedef struct wgi_builtin {
    const char *name;
    wgi_builtin_eval *eval;
    const char *usage, *summary;
    int least, most;     /* operands */
    const char *options; /* NULL: eval checks the call itself */
} wgi_builtin;
/* The node x of an expression; as integers, if it is a list of whole numbers. */
wg_node wgi_as_indices(wg_program *q, const wgi_ast *a, wg_node x);
const wgi_builtin *wgi_builtin_find(const char *name);

/* ---- lang_data.c ---- */

wgi_builtin_eval wgi_eval_generated, wgi_eval_csv, wgi_eval_split, wgi_eval_fold;
void wgi_data_forget(wg_program *q); /* when the program is freed */

/* ---- lang_layer.c ---- */

wgi_builtin_eval wgi_eval_param, wgi_eval_layer;

/* ---- plot_series.c ---- */

/* Makes the nodes of the calls series(...) of a claim. */
void wgi_series(wg_program *q, const wgi_ast *claim);

#endif
