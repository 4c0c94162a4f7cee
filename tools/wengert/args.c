/* args.c: reads the flags of a command, by its tables of flags. The word for a flag's value in the table says
 * what happens if the flag is given twice: TEXT is joined by newlines, NAMES and lists that end in ",..." by
 * commas, each NAME=VALUE counts. Any other value may be given once. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

enum { MOST_FLAGS = 64 };
static const char SIZE_WORD[] = "WxH"; /* among the words of a flag's value: a size, as 740x680 */

static const flag common_flags[] = {
    { 0, "json", NULL, "one JSON object on standard output, errors too" },
    { 'q', "quiet", NULL, "no notes on standard error, only errors" },
    { 'h', "help", NULL, "this text" },
    { 0, NULL, NULL, NULL },
};

const flag model_flags[] = {
    { 'e', "expression", "TEXT",
      "the program itself, instead of FILE.wg; several are its lines; @FILE is a file, @- standard input" },
    { 0, "set", "NAME=VALUE",
      "a value for an input, parameter, size or constant: a number, [[1,2],[3,4]] or @file.npy" },
    { 0, "load", "WEIGHTS", "parameters from a safetensors file" },
    { 0, "data", "SPEC",
      "FILE.csv with named columns; or x and y of a set by name, as moons:60:noise=0.35:seed=1 (flower, "
      "moons, xor, "
      "circles, blobs, spirals, houses, temperatures, digits, text), FILE.npy or a folder of MNIST's IDX "
      "files" },
    { 0, "map", "NAME=COLUMN,...",
      "which input takes which column, or columns a:d (default: those of the same name)" },
    { 0, "rows", "N", "the first N rows of the data" },
    { 0, "seed", "N", "the seed of everything that is drawn at random (default 0)" },
    { 0, "dtype", "f32|f64", "the dtype of all floats (default f64, of train f32)" },
    { 0, "mode", "train|eval",
      "which graph is built: with dropout and the batch's averages, or for inference" },
    { 0, NULL, NULL, NULL },
};

/* Their names are those of wg_table_opts. */
const flag table_flags[] = {
    { 0, "type", "COLUMN=KIND,...",
      "what columns of a CSV file hold: number, point, comma, word, date, dmy, mdy (default: looked for)" },
    { 0, "missing", "TEXTS", "fields without a value, beside NA, NULL and the like: -9,unknown" },
    { 0, "fill", "HOW",
      "for missing values: mean, median, word, drop, keep, or by column: age=mean,rooms=0,city=drop" },
    { 0, "separator", "C", "between fields: a comma, ';', '|', tab (default: looked for)" },
    { 0, "decimal", "C", "a point or a comma (default: looked for)" },
    { 0, "header", "yes|no", "whether the first row has names (default: looked for)" },
    { 0, NULL, NULL, NULL },
};

const flag *command_flag(const command *c, int i)
{
    for (int k = 0; c->flags[k]; k++)
        for (const flag *f = c->flags[k]; f->name; f++)
            if (i-- == 0) return f;
    return i < (int)(sizeof common_flags / sizeof *common_flags) - 1 ? &common_flags[i] : NULL;
}

/* What a stream into memory writes to. */
typedef struct text_to {
    char **text;
    size_t *size, room;
} text_to;

static ssize_t text_write(void *cookie, const char *from, size_t n)
{
    text_to *to = cookie;
    if (*to->size + n >= to->room) {
        const size_t room = 2 * (*to->size + n) + 64;
        char *more = realloc(*to->text, room);
        if (!more) return 0; /* an error of the stream */
        *to->text = more, to->room = room;
    }
    memcpy(*to->text + *to->size, from, n);
    *to->size += n, (*to->text)[*to->size] = 0;
    return (ssize_t)n;
}

static int text_close(void *cookie) { return free(cookie), 0; }

FILE *tool_text_begin(char **text, size_t *size)
{
    text_to *to = calloc(1, sizeof *to);
    FILE *out = NULL;
    *text = calloc(1, 1), *size = 0;
    if (to) *to = (text_to){ text, size, 1 };
    if (to && *text)
        out = fopencookie(to, "w", (cookie_io_functions_t){ .write = text_write, .close = text_close });
    if (!out) free(to), free(*text), *text = NULL;
    return out;
}

bool tool_text_end(FILE *out, char **text)
{
    const bool whole = !ferror(out), ended = !fclose(out);
    if (whole && ended && *text) return true;
    free(*text), *text = NULL;
    return false;
}

int tool_fail(const args *a, int status, const char *format, ...)
{
    char raw[2000], text[2000];
    va_list list;
    va_start(list, format);
    vsnprintf(raw, sizeof raw, format, list);
    va_end(list);
    wgx_plain_text(raw, text, sizeof text);
    fprintf(stderr, "wengert: %s\n", text);
    tool_said(text);
    if (a->json) {
        json j = json_start(stdout);
        json_object(&j, "error");
        json_whole(&j, "status", status);
        json_text(&j, "message", text);
        json_finish(&j);
    }
    return status;
}

void tool_note(const args *a, const char *format, ...)
{
    char raw[2000], text[2000];
    va_list list;
    if (args_has(a, "quiet")) return;
    va_start(list, format);
    vsnprintf(raw, sizeof raw, format, list);
    va_end(list);
    fprintf(tool_notes(), "%s\n", wgx_plain_text(raw, text, sizeof text));
}

int tool_no_operand(const args *a)
{
    return tool_wrong(a, "%s: takes no '%s'; usage: wengert %s", a->c->name, a->operand[0], a->c->usage);
}

/* ---- tables for getopt_long ---- */

typedef struct tables {
    const flag *row[MOST_FLAGS];
    struct option longs[MOST_FLAGS + 1];
    char shorts[2 * MOST_FLAGS + 4];
    int count;
} tables;

static void add_row(tables *t, const flag *f)
{
    size_t n = strlen(t->shorts);
    if (t->count == MOST_FLAGS) return;
    t->row[t->count] = f;
    t->longs[t->count] =
        (struct option){ f->name, f->value ? required_argument : no_argument, NULL, 256 + t->count };
    if (f->letter) {
        t->shorts[n++] = f->letter;
        if (f->value) t->shorts[n++] = ':';
        t->shorts[n] = 0;
    }
    t->count++;
}

static tables tables_of(const command *c)
{
    tables t = { .shorts = ":" };
    const flag *f;
    for (int i = 0; (f = command_flag(c, i)); i++) add_row(&t, f);
    return t;
}

static const flag *row_of(const tables *t, int found)
{
    if (found >= 256) return t->row[found - 256];
    for (int i = 0; i < t->count; i++)
        if (t->row[i]->letter == found) return t->row[i];
    return NULL;
}

/* "write --lr 0.01" for learning-rate, if the command has that flag; or a sentence. NULL: nothing is
 * known. */
static const char *meant_flag(const tables *t, const char *text)
{
    const char *meant = wgx_meant(text, WG_WORD_FLAG, WG_IN_WG);
    char name[64] = "";
    if (!meant || sscanf(meant, "write --%63[a-z-]", name) != 1) return meant;
    for (int i = 0; i < t->count; i++)
        if (!strcmp(t->row[i]->name, name)) return meant;
    return NULL;
}

static int unknown(args *a, const tables *t, const char *word)
{
    const char *names[MOST_FLAGS];
    char text[100];
    for (int i = 0; i < t->count; i++) names[i] = t->row[i]->name;
    const char *name = word + (word[1] == '-' ? 2 : 1);
    snprintf(text, sizeof text, "%.*s", (int)strcspn(name, "="), name);
    for (int i = 0; i < t->count; i++)
        if (!strcmp(names[i], text) && word[1] != '-')
            return tool_wrong(a, "%s: no flag '%s'; it has two dashes: --%s", a->c->name, word, text);
        else if (!strcmp(names[i], text)) return tool_wrong(a, "%s: '--%s' takes no value", a->c->name, text);
    double number;
    if (wgx_number_in(word, &number) != word)
        return tool_wrong(a, "%s: no flag '%s'; numbers that belong together are one word: '[1, %s]'",
                          a->c->name, word, word);
    const char *meant = meant_flag(t, text), *near = wgx_nearest(text, names, t->count);
    if (meant) return tool_wrong(a, "%s: no flag '%s': %s", a->c->name, word, meant);
    if (near) return tool_wrong(a, "%s: no flag '%s'; did you mean '--%s'?", a->c->name, word, near);
    return tool_wrong(a, "%s: no flag '%s'; 'wengert %s --help' lists them", a->c->name, word, a->c->name);
}

/* ---- reading ---- */

bool args_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (!strcmp(argv[i], "--json")) return true;
    return false;
}

/* How two values of a flag become one: by this character. 0: they do not; '=': each counts by itself. */
static char joint_of(const flag *f)
{
    const size_t n = strlen(f->value);
    if (!strcmp(f->value, "NAME=VALUE") || !strcmp(f->value, "NAME=A:B")) return '=';
    if (!strcmp(f->value, "TEXT")) return '\n';
    return !strcmp(f->value, "NAMES") || (n > 4 && !strcmp(f->value + n - 4, ",...")) ? ',' : 0;
}

static int join(args *a, struct given *g, const char *value, char joint)
{
    char *both;
    if (asprintf(&both, "%s%c%s", g->value, joint, value) < 0)
        return tool_fail(a, EXIT_OTHER, "out of memory");
    free(g->joined);
    g->value = g->joined = both;
    return -1;
}

/* Notes that the flag is there. Returns -1, or the exit status after a message. */
static int give(args *a, const flag *f, const char *value)
{
    struct given *g = a->given;
    while (g < a->given + a->given_count && g->flag != f) g++;
    const bool again = g < a->given + a->given_count;
    const char joint = f->value ? joint_of(f) : 0;
    if (again && !f->value) return -1;
    if (again && joint != '=' && joint) return join(a, g, value, joint);
    if (again && joint != '=')
        return tool_wrong(a, "%s: --%s is given twice, %s and %s: give it once", a->c->name, f->name,
                          g->value, value);
    a->given[a->given_count++] = (struct given){ .flag = f, .value = f->value ? value : "" };
    return -1;
}

/* The word that getopt_long has read last. In "-json" it stops inside the word. */
static const char *word_at(int argc, char **argv)
{
    const char *word = optind < argc ? argv[optind] : "";
    const bool inside = optopt && word[0] == '-' && word[1] != '-' && strchr(word, optopt);
    return inside
               ? word
               : argv[optind <= argc ? optind - 1 : argc - 1]; /* musl: argc + 1 where a value is missing */
}

static int read_flags(args *a, const tables *t, int argc, char **argv)
{
    int found;
    opterr = 0;
    optind = 1;
    while (optopt = 0, (found = getopt_long(argc, argv, t->shorts, t->longs, NULL)) != -1) {
        const char *word = word_at(argc, argv);
        if (found == ':') return tool_wrong(a, "%s: '%s' needs a value", a->c->name, word);
        const flag *f = row_of(t, found);
        if (found == '?' || !f) return unknown(a, t, word);
        if (!strcmp(f->name, "json")) a->json = true;
        if (!strcmp(f->name, "help")) return ARGS_HELP;
        const int status = give(a, f, optarg);
        if (status >= 0) return status;
    }
    while (optind < argc) a->operand[a->operands++] = argv[optind++];
    return -1;
}

int args_read(args *a, const command *c, int argc, char **argv)
{
    tables t = tables_of(c);
    *a = (args){ .c = c, .json = args_json(argc, argv) };
    a->given = calloc((size_t)argc + 1, sizeof *a->given);
    a->operand = calloc((size_t)argc + 1, sizeof *a->operand);
    if (!a->given || !a->operand) return tool_fail(a, EXIT_OTHER, "out of memory");
    return read_flags(a, &t, argc, argv);
}

void args_free(args *a)
{
    for (int i = 0; i < a->given_count; i++) free(a->given[i].joined);
    free(a->given);
    free(a->operand);
}

/* ---- asking ---- */

const char *args_next(const args *a, const char *name, int *from)
{
    while (*from < a->given_count) {
        const struct given *g = &a->given[(*from)++];
        if (!strcmp(g->flag->name, name)) return g->value;
    }
    return NULL;
}

const char *args_value(const args *a, const char *name)
{
    const char *last = NULL, *v;
    for (int i = 0; (v = args_next(a, name, &i));) last = v;
    return last;
}

bool args_has(const args *a, const char *name) { return args_value(a, name) != NULL; }

bool args_double(const args *a, const char *name, double *to)
{
    const char *text = args_value(a, name);
    if (!text) return true;
    const char *end = wgx_number_in(text, to);
    if (end != text && !*end && isfinite(*to)) return true;
    tool_wrong(a, "--%s %s: not a %snumber", name, text, !isfinite(*to) && end != text ? "finite " : "");
    return false;
}

bool args_long(const args *a, const char *name, long long least, long long *to)
{
    const char *text = args_value(a, name);
    char *end;
    if (!text) return true;
    errno = 0;
    *to = strtoll(text, &end, 10);
    if (end != text && !*end && *to >= least && !errno) return true;
    if (errno) return tool_wrong(a, "--%s %s: a number of more than 64 bits", name, text), false;
    tool_wrong(a, "--%s %s: not a whole number from %lld on", name, text, least);
    return false;
}

bool args_size(const char *text, int *w, int *h)
{
    const size_t n = strspn(text, "0123456789");
    if (!n || text[n] != 'x' || !text[n + 1] || text[n + 1 + strspn(text + n + 1, "0123456789")])
        return false;
    const long most = 100000, wide = strtol(text, NULL, 10), high = strtol(text + n + 1, NULL, 10);
    *w = (int)(wide < most ? wide : most), *h = (int)(high < most ? high : most);
    return true;
}

/* The word WxH of a table stands for a size. False: after a message that it is too small or too large. */
static bool size_fits(const args *a, const char *name, int w, int h)
{
    enum { LEAST = 200, MOST = 20000 };
    if (w >= LEAST && w <= MOST && h >= LEAST && h <= MOST) return true;
    return tool_wrong(a, "--%s %s: W and H are %d to %d", name, args_value(a, name), LEAST, MOST), false;
}

bool args_choice(const args *a, const char *name)
{
    const char *given = args_value(a, name);
    const flag *f = NULL;
    int w, h;
    char words[200] = "";
    for (int i = 0; i < a->given_count && !f; i++)
        if (!strcmp(a->given[i].flag->name, name)) f = a->given[i].flag;
    if (!f || !f->value || (!strchr(f->value, '|') && strcmp(f->value, SIZE_WORD) != 0)) return true;
    for (const char *at = f->value; *at;) {
        const size_t n = strcspn(at, "|"), used = strlen(words);
        if (strlen(given) == n && !strncmp(at, given, n)) return true;
        if (n == strlen(SIZE_WORD) && !strncmp(at, SIZE_WORD, n) && args_size(given, &w, &h))
            return size_fits(a, name, w, h);
        snprintf(words + used, sizeof words - used, "%s%.*s", !used ? "" : at[n] ? ", " : " or ", (int)n, at);
        at += n + (at[n] == '|');
    }
    tool_wrong(a, "--%s %s: no such choice: %s", name, given, words);
    return false;
}
