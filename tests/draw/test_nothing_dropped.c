/* Nothing of a graph is missing in its picture. Random programs are drawn in each style and format. Each
 * picture is read back by its letters and its geometry, and compared with the text of the program: each op,
 * each number, and each use of each name. Or the graph is refused: then the message has a line of the program
 * and a style to take. WG_GRAPHS says how many programs, WG_GRAPH=number draws that one alone and prints
 * it. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "picture.h"
#include "random_graph.h"
#include "wengert/draw.h"
#include "wglang.h"

enum { STATEMENTS = 40, RESULTS = 12, SHAPES = 120, LINKS = 240 };

/* Each function stands at most once in a program, and each number: so each has one place in a picture. The
 * last two are parts of a layer. */
static const char *const functions[][2] = { { "relu", "ReLU" }, { "tanh", "tanh" },
                                            { "sigmoid", "σ" }, { "atan", "arctan" },
                                            { "sin", "sin" },   { "erf", "erf" },
                                            { "cos", "cos" },   { "exp", "e" },
                                            { "gelu", "gelu" }, { "layer_norm", "layer_norm" },
                                            { "dropout", "m" } };
enum { WORDS = sizeof functions / sizeof *functions, FUNCTIONS = WORDS - 2, NORM = FUNCTIONS, DROPOUT };

typedef struct statement {
    char name[8], text[400], ops[300]; /* ops: " dense relu " */
    bool needed;
} statement;

typedef struct program {
    wgt_random random;
    statement s[STATEMENTS];
    int statements, numbers, functions, first_function, layers, weights, extra;
    bool is_chain;         /* of layers alone, and a loss */
    char made[RESULTS][8]; /* the input and results of layers */
    int results;
    char text[6000];
    uint64_t index;
} program;

static int below(program *p, int n) { return (int)wgt_below(&p->random, n); }
static bool chance(program *p, int percent) { return below(p, 100) < percent; }

/* ---- a program ---- */

static bool is_letter(char c) { return isalnum((unsigned char)c) || c == '_' || c == '.'; }

/* How often the word is in the text, as a whole word. */
static int words_in(const char *text, const char *word)
{
    int n = 0;
    const size_t length = strlen(word);
    for (const char *s = text; (s = strstr(s, word)); s += length)
        n += (s == text || !is_letter(s[-1])) && !is_letter(s[length]);
    return n;
}

static const char *put_statement(program *p, const char *name, const char *text, const char *ops)
{
    statement *s = &p->s[p->statements++];
    snprintf(s->name, sizeof s->name, "%s", name);
    snprintf(s->text, sizeof s->text, "%s", text);
    snprintf(s->ops, sizeof s->ops, "%s", ops);
    return s->name;
}

/* An expression that grows from inside, and the ops in it. */
typedef struct expression {
    char text[400], ops[300];
} expression;

/* "#" in the form is what there is so far. */
static void wrap(expression *e, const char *op, const char *form)
{
    char inner[400];
    size_t length = 0;
    snprintf(inner, sizeof inner, "%s", e->text);
    for (const char *s = form; *s; s++)
        if (*s == '#') length += (size_t)snprintf(e->text + length, sizeof e->text - length, "%s", inner);
        else e->text[length++] = *s, e->text[length] = 0;
    snprintf(e->ops + strlen(e->ops), sizeof e->ops - strlen(e->ops), " %s ", op);
}

static void wrap_number(program *p, expression *e, const char *op, const char *before, const char *behind)
{
    char form[80];
    snprintf(form, sizeof form, "(%s%d.25%s)", before, 13 + p->numbers++, behind);
    wrap(e, op, form);
}

static void wrap_function(program *p, expression *e)
{
    char form[40];
    const int at = p->functions++;
    if (at >= p->first_function + FUNCTIONS) return wrap_number(p, e, "mul", "#*", "");
    snprintf(form, sizeof form, "%s(#)", functions[at % FUNCTIONS][0]);
    wrap(e, functions[at % FUNCTIONS][0], form);
}

static void wrap_pair(expression *e, const char *op, const char *sign, const char *other)
{
    char form[40];
    snprintf(form, sizeof form, "(# %s %s)", sign, other);
    wrap(e, op, form);
}

static void name_it(program *p, expression *e, const char *name)
{
    char made[8] = "qa";
    if (!*e->ops) return; /* it has a name */
    made[1] = (char)('a' + p->statements);
    put_statement(p, name ? name : made, e->text, e->ops);
    *e = (expression){ 0 };
    snprintf(e->text, sizeof e->text, "%s", p->s[p->statements - 1].name);
}

/* The input or the result of a layer that is not the expression itself. */
static const char *other_than(program *p, const expression *e)
{
    const char *other = p->made[below(p, p->results)];
    return words_in(e->text, other) ? "za" : other;
}

/* What is no layer. */
static void put_more(program *p, expression *e)
{
    const char *other = other_than(p, e);
    const int what = below(p, 8);
    p->is_chain = false;
    if (what == 0) wrap_number(p, e, "mul", "", "*#");
    else if (what == 1) wrap_number(p, e, "sub", "# - ", "");
    else if (what == 2) wrap_number(p, e, "div", "#/", "");
    else if (what == 3) wrap_function(p, e);
    else if (what == 4) wrap_pair(e, "add", "+", other);
    else if (what == 5) wrap_pair(e, "mul", "*", other);
    else if (what == 6) wrap(e, "pow", "((#)^2)");
    else wrap_pair(e, "add", "+", "za");
}

static void put_product(program *p, expression *e)
{
    char form[60];
    p->layers++;
    if (chance(p, 70)) return wrap(e, "dense", "dense(#, 4)");
    snprintf(form, sizeof form, "(# @ w%c)", 'a' + p->weights++);
    if (p->extra && chance(p, 30))
        snprintf(form + 3, sizeof form - 3, "@ (%d.25*w%c))", 13 + p->numbers++, 'a' + p->weights - 1),
            strcat(e->ops, " mul "), p->is_chain = false;
    wrap(e, "matmul", form);
}

static void name_result(program *p, expression *e)
{
    name_it(p, e, NULL);
    if (p->results < RESULTS) snprintf(p->made[p->results++], sizeof p->made[0], "%.7s", e->text);
}

static void put_layer(program *p, expression *e, bool first, bool last)
{
    if (chance(p, p->extra / 3)) put_more(p, e);
    if (first && chance(p, 50)) name_it(p, e, NULL);
    put_product(p, e);
    if (chance(p, 15)) name_result(p, e);
    if (chance(p, p->extra / 3)) put_more(p, e);
    if (last && chance(p, 25)) wrap(e, "layer_norm", "layer_norm(#)");
    if (!last || chance(p, 70)) wrap_function(p, e);
    if (last && chance(p, 20)) wrap(e, "dropout", "dropout(#, keep_prob=0.5)");
    if (chance(p, p->extra)) put_more(p, e);
    if (chance(p, 50)) name_result(p, e);
}

enum {
    TENSOR,
    MEAN,
    SUMMAND,
    SCALED_LABEL,
    DIFFERENCE,
    SCALED,
    OTHER_LABEL,
    TRANSPOSED,
    PENALTY,
    TWO,
    LOSSES
};

/* What stands between the last layer and the loss, and on the label. */
static void put_before_loss(program *p, expression *e, expression *label, int what, const char *other)
{
    if (what == SUMMAND) wrap_pair(e, "add", "+", other);
    if (what == SCALED) wrap_number(p, e, "mul", "", "*#"), name_it(p, e, NULL);
    if (what == SCALED_LABEL) wrap_number(p, label, "mul", "", "*#"), name_it(p, label, NULL);
    if (what == DIFFERENCE) wrap_pair(e, "sub", "-", "ya"), name_it(p, e, NULL);
    if (what == OTHER_LABEL) snprintf(label->text, sizeof label->text, "%s", other);
    if (what == TRANSPOSED)
        wrap(e, "transpose", "(#).T"), wrap(label, "transpose", "#.T"), strcat(e->ops, label->ops);
    p->is_chain &=
        what != SUMMAND && what != SCALED && what != TWO && (what != OTHER_LABEL || strcmp(other, "xa") == 0);
}

static void put_loss(program *p, expression *e)
{
    char form[420];
    const int what = *e->ops ? below(p, LOSSES) : 1 + below(p, LOSSES - 1);
    const char *other = other_than(p, e);
    expression label = { .text = "ya" };
    put_before_loss(p, e, &label, what, other);
    snprintf(form, sizeof form, "mse(#, %s)", label.text);
    if (what == MEAN || what == DIFFERENCE) wrap(e, "pow  mean", "mean((#)^2)");
    else if (what != TENSOR) wrap(e, "mse", form);
    snprintf(form, sizeof form, "# + sum(wa^2)*%d.25", 13 + p->numbers);
    if (what == PENALTY && p->weights) wrap(e, "pow  sum  mul  add", form), p->numbers++;
    snprintf(form, sizeof form, "# + mse(%s, ya)", other);
    if (what == TWO) name_it(p, e, NULL), wrap(e, "mse  add", form);
    name_it(p, e, "J");
}

/* ---- what of it the root needs ---- */

static void find_needed(program *p)
{
    p->s[p->statements - 1].needed = true;
    for (int i = p->statements - 1; i >= 0; i--)
        for (int k = 0; k < i && p->s[i].needed; k++)
            p->s[k].needed |= words_in(p->s[i].text, p->s[k].name) > 0;
}

static void join_text(program *p)
{
    size_t length = 0;
    for (int i = 0; i < p->statements; i++)
        length += (size_t)snprintf(p->text + length, sizeof p->text - length, "%s = %s\n", p->s[i].name,
                                   p->s[i].text);
}

static program *draw_program(uint64_t index)
{
    program *p = calloc(1, sizeof *p);
    expression e = { .text = "xa" };
    p->index = index, p->random.state = wgt_seed() * 1000003 + index, p->is_chain = true;
    p->first_function = p->functions = below(p, FUNCTIONS);
    p->extra = chance(p, 25) ? 0 : 30;
    for (int i = 0; i < 6; i++) {
        const char name[] = { "xyzwww"[i], "aaaabc"[i], 0 };
        put_statement(p, name, i < 3 ? "input(m, 4)" : "param(4, 4)", i < 3 ? " input " : " param ");
    }
    snprintf(p->made[p->results++], sizeof p->made[0], "xa");
    const int layers = 1 + below(p, 3);
    for (int i = 0; i < layers; i++) put_layer(p, &e, !i, i == layers - 1);
    put_loss(p, &e);
    find_needed(p), join_text(p);
    return p;
}

/* How often needed statements use the name. */
static int uses_of(const program *p, const char *name)
{
    int n = 0;
    for (int i = 0; i < p->statements; i++) n += p->s[i].needed ? words_in(p->s[i].text, name) : 0;
    return n;
}

/* ---- what is wrong with a picture ---- */

static char found[300];

static bool missing(const char *what, const char *of, int wanted, int drawn)
{
    if (drawn >= wanted) return false;
    snprintf(found, sizeof found, "%s %s: %d in the program, %d in the picture", what, of, wanted, drawn);
    return true;
}

/* ---- pictures with a box for each op: boxes and links, by their geometry ---- */

typedef struct shape {
    char op[20], name[60];
    int line, in, out;
    double x, y, w, h, from_x, from_y; /* from: where wires leave it */
} shape;

typedef struct picture {
    shape s[SHAPES];
    int shapes, links, loose; /* loose: ends of links that meet no box */
    double link[LINKS][4];
} picture;

static bool near(double a, double b) { return fabs(a - b) < 1; }

/* Links end at the left of a box, within a round gate, and begin at its right. */
static void join_links(picture *k)
{
    for (int i = 0; i < k->links; i++) {
        const double *l = k->link[i];
        int from = 0, to = 0;
        for (int j = 0; j < k->shapes; j++) {
            shape *s = &k->s[j];
            const bool begins = near(l[0], s->from_x) &&
                                (s->from_y < 0 ? l[1] > s->y && l[1] < s->y + s->h : near(l[1], s->from_y));
            const bool ends = l[2] > s->x - 1 && l[2] < s->x + fmin(s->w / 2, 20) && l[3] > s->y - 1 &&
                              l[3] < s->y + s->h + 1;
            s->out += begins, from += begins, s->in += ends, to += ends;
        }
        k->loose += from != 1 || to != 1;
    }
}

static void read_link(picture *k, const char *line)
{
    double *l = k->link[k->links];
    const char *tip = strstr(line, "points=\"");
    if (!tip || sscanf(line, "<g class=\"forward\"><path d=\"M%lf %lf", &l[0], &l[1]) != 2) return;
    k->links += sscanf(tip, "points=\"%lf %lf", &l[2], &l[3]) == 2;
}

/* A box is a group with a title, "op · relu NAME, t.wg:3:5". */
static void read_title(shape *s, const char *line)
{
    const char *title = strstr(line, "<title>") + strlen("<title>"), *at = strstr(title, "t.wg:"),
               *dot = strstr(title, " · ");
    if (dot && dot < at) title = dot + strlen(" · ");
    *s = (shape){ .from_x = NAN, .from_y = -1 };
    sscanf(title, "%19s %59[^\n]", s->op, s->name);
    if (strstr(s->name, ", t.wg:")) *strstr(s->name, ", t.wg:") = 0;
    if (at) s->line = atoi(at + strlen("t.wg:"));
}

static void read_svg_line(picture *k, const char *line)
{
    shape *s = k->shapes ? &k->s[k->shapes - 1] : NULL;
    double x, y, w, h;
    if (strstr(line, "\"><title>") && strncmp(line, "<g class=", 9) == 0 && strstr(line, " id="))
        read_title(&k->s[k->shapes++], line);
    else if (s &&
             sscanf(line, "<rect x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"", &x, &y, &w, &h) == 4) {
        s->x = x, s->y = y, s->w = w, s->h = h;
        if (isnan(s->from_x)) s->from_x = x + w;
    } else if (s && !strstr(line, "polygon") &&
               sscanf(line,
                      "<g class=\"forward\"><path d=\"M%*f %*f"
                      "L%lf %lf",
                      &x, &y) == 2)
        s->from_x = x, s->from_y = y;
    else read_link(k, line);
}

static void read_tex_line(picture *k, const char *line)
{
    char behind[10] = "";
    double x, y, x2, y2, *l = k->link[k->links];
    const char *box = strstr(line, ") rectangle ("), *op = strstr(line, " $\\cdot$ "),
               *tip = strstr(line, "\\fill[wgline] (");
    if (tip && sscanf(line, "{\\draw[wgline,line width=0.8pt] (%lf,%lf)", &l[0], &l[1]) == 2)
        k->links += sscanf(tip, "\\fill[wgline] (%lf,%lf)", &l[2], &l[3]) == 2;
    if (!box || strncmp(line, "\\draw", 5) != 0) return;
    while (box[-1] != '(') box--;
    if (sscanf(box, "%lf,%lf) rectangle (%lf,%lf)", &x, &y, &x2, &y2) != 4) return;
    shape *s = &k->s[k->shapes++];
    *s = (shape){ .x = x, .y = y, .w = x2 - x, .h = y2 - y, .from_x = x2, .from_y = -1 };
    if (op) sscanf(op, " $\\cdot$ %9[a-z]\\%9[a-z_]", s->op, behind), strncat(s->op, behind, 9);
}

static picture *read_boxes(const char *text, void (*read)(picture *, const char *))
{
    picture *k = calloc(1, sizeof *k);
    for (const char *line = text; line && k->shapes < SHAPES && k->links < LINKS;) {
        const char *end = strchr(line, '\n');
        char *copy = strndup(line, end ? (size_t)(end - line) : strlen(line));
        read(k, copy);
        free(copy);
        line = end ? end + 1 : NULL;
    }
    join_links(k);
    return k;
}

static int count_in(const picture *k, const char *op, int line)
{
    int n = 0;
    for (int i = 0; i < k->shapes; i++) n += strcmp(k->s[i].op, op) == 0 && (!line || k->s[i].line == line);
    return n;
}

static bool ops_lack(const program *p, const picture *k, bool opened, bool by_line)
{
    for (int i = 0; i < p->statements; i++) {
        char ops[300], *rest = ops, *op;
        snprintf(ops, sizeof ops, "%s", p->s[i].needed ? p->s[i].ops : "");
        while ((op = strtok_r(rest, " ", &rest))) {
            if ((opened && strstr(" dense gelu layer_norm dropout mse mean sum pow transpose ", op)) ||
                (!by_line && strstr("input param", op)))
                continue;
            int wanted = 0;
            for (int j = 0; j < p->statements; j++)
                wanted += p->s[j].needed && (!by_line || j == i) ? words_in(p->s[j].ops, op) : 0;
            const char *kind = strcmp(op, "param") ? op : "parameter";
            if (missing("boxes of", op, wanted, count_in(k, kind, by_line ? i + 1 : 0))) return true;
        }
    }
    return false;
}

/* Each op with its line, or opened ones with none; each use of a name leaves its box; each box is used. */
static bool boxes_lack(const program *p, const picture *k, bool opened, bool by_line)
{
    int unused = 0;
    if (missing("wires", "that meet no box", 0, -k->loose)) return true;
    for (int i = 0; i < p->statements - 1 && by_line; i++) {
        int out = 0;
        const statement *s = &p->s[i];
        for (int j = 0; j < k->shapes; j++) out += strcmp(k->s[j].name, s->name) ? 0 : k->s[j].out;
        if (s->needed && missing("wires from", s->name, uses_of(p, s->name), out)) return true;
    }
    for (int j = 0; j < k->shapes; j++) unused += !k->s[j].out;
    return missing("boxes", "without a consumer", 1 - unused, 0) || ops_lack(p, k, opened, by_line);
}

/* ---- a line for each op, as text and in DOT ---- */

/* A layer has two parameters of its own. In DOT each use of a name is an edge that begins with it. */
static bool lines_lack(const program *p, const char *text, bool dot)
{
    int ops = 0;
    for (int i = 0; i < p->statements; i++) {
        char edge[20], list[300], *rest = list;
        snprintf(list, sizeof list, "%s", p->s[i].needed ? p->s[i].ops : "");
        ops += 2 * (words_in(list, "dense") + words_in(list, "layer_norm"));
        while (strtok_r(rest, " ", &rest)) ops++;
        snprintf(edge, sizeof edge, "\t%s:e -> ", p->s[i].name);
        if (dot && p->s[i].needed && i < p->statements - 1 &&
            missing("edges from", p->s[i].name, uses_of(p, p->s[i].name), pic_count(text, edge)))
            return true;
    }
    return missing("lines", "", ops, pic_count(text, dot ? "\twg_site=" : "\n"));
}

/* ---- pictures of layers: by their letters ---- */

enum { TEXTS = 400 };

typedef struct letters {
    char *text[TEXTS], *class[TEXTS]; /* a blank in the place of each tag */
    int texts, counts, repeated;      /* counts: texts n = 4; repeated: layers that share a block with another
                                  * one */
    char *last;                       /* the last line, put together again */
} letters;

static char *without_tags(const char *from, const char *end)
{
    char *text = malloc((size_t)(end - from) + 3), *to = text;
    bool tag = false;
    for (*to++ = ' '; from < end; from++)
        if (*from == '<') tag = true, *to++ = ' ';
        else if (*from == '>') tag = false;
        else if (!tag) *to++ = *from;
    *to++ = ' ', *to = 0;
    return text;
}

static bool is_count(const char *text)
{
    return strstr(text, " n ") && strstr(text, " = ") && strspn(text, " n=0123456789") == strlen(text);
}

static void read_layers(letters *k, const char *svg)
{
    for (const char *s = svg; (s = strstr(s, "<text ")) && k->texts < TEXTS; s++) {
        const char *inner = strchr(s, '>') + 1, *end = strstr(s, "</text>"), *class = strstr(s, "class=\"");
        k->class[k->texts] =
            class && class < inner ? strndup(class + 7, strcspn(class + 7, "\"")) : strdup("");
        k->text[k->texts++] = without_tags(inner, end);
    }
    k->last = calloc(1, 4000);
    for (int i = 0; i < k->texts; i++) {
        const char *t = k->text[i], *times = strstr(t, "×");
        k->counts += is_count(t);
        if (times && strstr(t, ": l = ")) k->repeated += atoi(times + strlen("×")) - 1;
        if (*k->last || strstr(t, "width: |w|") || strstr(t, "a line for each weight") ||
            strstr(t, "above: forward"))
            strncat(k->last, t, 3900 - strlen(k->last));
    }
}

static bool is_whole(const char *text, const char *word)
{
    while (*text == ' ') text++;
    return strncmp(text, word, strlen(word)) == 0 &&
           strspn(text + strlen(word), " ") == strlen(text) - strlen(word);
}

/* How often right sides of equations of the forward way have the word: in blocks those of gradients begin
 * with d. */
static int words_right(const letters *k, const char *word)
{
    int n = 0;
    char line[4000], *rest = line, *part;
    snprintf(line, sizeof line, "%s", k->last);
    while ((part = strtok_r(rest, ";", &rest)))
        if (strstr(part, " = ")) n += words_in(strstr(part, " = "), word);
    for (int i = 0; i < k->texts; i++)
        if (strcmp(k->class[i], "ink") == 0 && strstr(k->text[i], " = ") &&
            k->text[i][strspn(k->text[i], " ")] != 'd')
            n += words_in(strstr(k->text[i], " = "), word);
    return n;
}

/* How many columns but the last have the name. */
static int columns_before(const letters *k, const char *name)
{
    int n = 0;
    for (int i = 0; i < k->texts; i++) {
        int columns = 0;
        for (int j = i; j < k->texts; j++) columns += is_count(k->text[j]);
        n += columns > 1 && is_whole(k->text[i], name) && strcmp(k->class[i], "ink") == 0;
    }
    return n;
}

static int parts_below(const letters *k, const char *word)
{
    int n = 0;
    for (int i = 0; i < k->texts; i++) n += is_whole(k->text[i], word) && strcmp(k->class[i], "outside") == 0;
    return n;
}

/* Whether the use of a name is drawn as a column's part: relu(qa). */
static int part_uses(const program *p, const letters *k, const char *name)
{
    int n = 0;
    char call[40];
    for (int f = 0; f < WORDS; f++) {
        snprintf(call, sizeof call, "%s(%s%s", functions[f][0], name, f == DROPOUT ? "," : ")");
        if (parts_below(k, functions[f][1]) || parts_below(k, functions[f][0]))
            n += strstr(p->text, call) != NULL;
    }
    return n;
}

static bool functions_lack(const program *p, const letters *k)
{
    for (int f = 0; f < WORDS; f++) {
        const char *word = functions[f][1];
        for (int i = 0; i < p->statements; i++)
            if (p->s[i].needed && words_in(p->s[i].ops, functions[f][0]) && !words_right(k, word) &&
                !words_right(k, functions[f][0]) && !parts_below(k, word) && !parts_below(k, functions[f][0]))
                return missing("function", functions[f][0], 1, 0);
    }
    return false;
}

static bool numbers_lack(const program *p, const letters *k)
{
    for (int i = 0; i < p->numbers; i++) {
        char number[20];
        snprintf(number, sizeof number, "%d.25", 13 + i);
        if (missing("number", number, uses_of(p, number), words_right(k, number))) return true;
    }
    return false;
}

static bool names_lack(const program *p, const letters *k, bool neurons)
{
    for (int i = 0; i < p->statements - 1; i++) {
        const char *name = p->s[i].name;
        char product[20];
        snprintf(product, sizeof product, "@ %s)", name);
        const int wanted = uses_of(p, name) - (neurons && strstr(p->text, product)),
                  drawn =
                      words_right(k, name) + (neurons ? columns_before(k, name) + part_uses(p, k, name) : 0);
        if (p->s[i].needed && missing("uses of", name, wanted, drawn)) return true;
    }
    return false;
}

static bool layers_lack(const program *p, const letters *k, bool neurons)
{
    int squares = 0, drawn = 0;
    const int layers = k->counts + (neurons ? -1 : k->repeated);
    for (int i = 0; i < p->statements; i++)
        squares += p->s[i].needed ? words_in(p->s[i].ops, "mse") + words_in(p->s[i].ops, "pow") : 0;
    for (const char *s = k->last; (s = strstr(s, "²")); s++) drawn++;
    for (int i = 0; i < k->texts; i++)
        if (strstr(k->text[i], " dxa ") || strstr(k->text[i], " dza "))
            return missing("gradient", "of an input, as of a parameter", 0, -1);
    return missing("layers", "", p->layers, layers) || missing("layers", "too many", layers, p->layers) ||
           missing("squares", "", squares, drawn) || functions_lack(p, k) || numbers_lack(p, k) ||
           names_lack(p, k, neurons);
}

/* ---- all programs ---- */

enum { CARDS, CIRCUIT, TIKZ, TEXT, DOT, NEURONS, BLOCKS, STYLES };
static const char *const styles[] = { "cards", "circuit", "TikZ", "text", "DOT", "neurons", "blocks" };

typedef struct tally {
    int drawn[STYLES], refused[STYLES], wrong[STYLES];
} tally;

/* A chain of layers is drawn. Another refusal has a line of the program, an op, and says what to do. */
static bool is_clear(const program *p, const char *message, int style)
{
    int line = 0;
    const bool placed = sscanf(message, "t.wg:%d:", &line) == 1 && line >= 1 && line <= p->statements;
    if (style >= NEURONS && placed && !p->is_chain && strstr(message, " is no layer: it ") &&
        strstr(message, "draw it in style cards or circuit"))
        return true;
    snprintf(found, sizeof found, "refused: %s", message);
    return false;
}

static bool lacks(const program *p, const char *text, int style)
{
    letters k = { 0 };
    if (style == TEXT || style == DOT) return lines_lack(p, text, style == DOT);
    if (style < NEURONS) {
        picture *boxes = read_boxes(text, style == TIKZ ? read_tex_line : read_svg_line);
        const bool bad = boxes_lack(p, boxes, style == CIRCUIT, style != TIKZ);
        free(boxes);
        return bad;
    }
    read_layers(&k, text);
    const bool bad = layers_lack(p, &k, style == NEURONS);
    for (int i = 0; i < k.texts; i++) free(k.text[i]), free(k.class[i]);
    free(k.last);
    return bad;
}

static void draw_one(const program *p, wgt_run *r, int style, tally *t, bool show)
{
    static const char *const formats[] = { "svg", "svg", "tex", "txt", "dot", "svg", "svg" };
    char *text = wg_draw_text(wg_program_last(r->q), .format = formats[style],
                              .style = style == CIRCUIT || style >= NEURONS ? styles[style] : NULL,
                              .fold = style == TEXT ? WG_AUTO : false);
    const bool bad = text ? lacks(p, text, style) : !is_clear(p, wg_message(r->c), style);
    if (show) printf("%s\n%s\n", styles[style], text ? text : wg_message(r->c));
    if (bad) t->wrong[style]++;
    else if (text) t->drawn[style]++;
    else t->refused[style]++;
    wg_free(r->c, text);
    wg_recover(r->c);
    cr_expect(!bad, "%s, %s: %s\n%s", random_name("WG_GRAPH", p->index), styles[style], found, p->text);
}

/* TikZ has the boxes of cards. A child process writes DOT, which takes its time. */
static const int every[] = { 1, 1, 4, 1, 25, 1, 1 };

static void draw_all(uint64_t index, tally *t, bool show)
{
    program *p = draw_program(index);
    WGT_ENDS wgt_run r = wgt_build(p->text, WG_TRAIN);
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s\n%s", wg_message(r.c), p->text);
    if (show) printf("%s", p->text);
    for (int style = 0; style < STYLES; style++)
        if (index % every[style] == 0 && (WG_WITH_GRAPHVIZ || style != DOT)) draw_one(p, &r, style, t, show);
    free(p);
}

Test(nothing_dropped, random_programs)
{
    const int64_t one = wgt_number_from("WG_GRAPH", -1), most = wgt_number_from("WG_GRAPHS", 1000);
    tally t = { 0 };
    for (int64_t i = one < 0 ? 0 : one; i < (one < 0 ? most : one + 1); i++)
        draw_all((uint64_t)i, &t, one >= 0);
    for (int k = 0; k < STYLES; k++)
        printf("%s: %d drawn, %d refused, %d wrong\n", styles[k], t.drawn[k], t.refused[k], t.wrong[k]);
    cr_expect(one >= 0 || t.drawn[NEURONS] > most / 3, "%d are drawn as neurons", t.drawn[NEURONS]);
}
