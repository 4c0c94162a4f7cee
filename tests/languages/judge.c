/* judge.c: writes programs that give each number and truth among the options of calls in several forms, in C
 * or C++, in Python and in the language. The options are those of the lists at run time, so a new option is
 * in them.
 *
 *     judge c        a program to compile with options_made.h, as C and as C++
 *     judge python   one of Python
 *     judge defaults the options and their defaults
 *
 * A program prints a line for each case, CALL.OPTION FORM: RESULT. Equal cases have equal results in every
 * language. */
#include <math.h>
#include <string.h>
#include <wengert/wengert.h>

#include "calls.h"

/* A call: what stands before its options and behind them, in C as a macro and by a struct o, and in
 * Python. */
typedef struct call {
    const char *name;
    const char *rows; /* the name of its struct */
    const char *before, *behind, *by_struct, *python;
    const char *with;     /* options that stand before */
    const char *language; /* of the language, "%s" the options */
    const char *of;       /* of a builder of that name: its operands, as a struct has them */
} call;

#define OPTIMIZER(x)                         \
    { #x,                                    \
      "wg_" #x "_opts",                      \
      "steps(wg_" #x "(p",                   \
      "))",                                  \
      "steps(wg_" #x "_at(WG_HERE, p, &o))", \
      "steps(lambda: wg." #x "(p%s))",       \
      "",                                    \
      "optimizer(\"" #x "(%s)\")",           \
      NULL },
#define MADE "made = wg_adamw(p, .lr = 0.5, .weight_decay = 0.125, .l1 = 0.03125)"

#define CALL(name, T, language, ...) { #name, #T, NULL, NULL, NULL, NULL, "", language, #__VA_ARGS__ },
static const call list[] = {
    WG_OPTIMIZERS(OPTIMIZER){ "group", "wg_group_opts", MADE ", group(made, wg_optim_group(made, \"w\"", "))",
                              MADE ", group(made, wg_optim_group_at(WG_HERE, made, \"w\", &o))", NULL, "",
                              NULL, NULL },
    { "start", "wg_start_opts", "context(wg_start(.on_warning = wg_no_warnings", "))",
      "context(wg_start_at(WG_HERE, &o))", NULL, "", NULL, NULL },
    { "csv", "wg_csv_opts", "set(wg_data_csv(c, \"options.csv\"", "))",
      "set(wg_data_csv_at(WG_HERE, c, \"options.csv\", &o))",
      "rows(lambda: wg.csv(\"options.csv\"%s, context=c))", "", NULL, NULL },
    { "make", "wg_make_opts", "set(wg_data_make(c, \"blobs\", 4", "))",
      "set(wg_data_make_at(WG_HERE, c, \"blobs\", 4, &o))", NULL, "", "generated(\"x, y = blobs(4%s)\")",
      NULL },
    { "plan", "wg_plan_opts", "plan(wg_plan_look(wg_exp(x)", "))",
      "plan(wg_plan_look_at(WG_HERE, wg_exp(x), &o))", NULL, "", NULL, NULL },
    { "average", "wg_average_opts", "average(wg_average_new(p", "))",
      "average(wg_average_new_at(WG_HERE, p, &o))", NULL, "", NULL, NULL },
    { "replay", "wg_replay_opts", "node(wg_replay(wg_add(x, 1), into", "))",
      "node(wg_replay_at(WG_HERE, wg_add(x, 1), into, &o))", NULL, "", NULL, NULL },
    { "extern", "wg_extern_opts", "node(wg_extern(x, WG_SCALAR", "))",
      "node(wg_extern_at(WG_HERE, x, WG_SCALAR, &o))", NULL, ".forward = twice", NULL, NULL },
    { "group_start", "wg_group_start_opts", "alone(wg_group_start(anew()", "))",
      "alone(wg_group_start_at(WG_HERE, anew(), &o))", "group(lambda: wg.Group(context=wg.Context()%s))", "",
      NULL, NULL },
    WGT_CALLS(CALL)
};

typedef struct form {
    const char *name;
    char c[100], python[60], language[60]; /* "": not there */
} form;

static void numbers(form *f, const wg_option *o, double v)
{
    const bool truth = o->kind == WG_OPTION_BOOL;
    snprintf(f->c, sizeof f->c, "(%s)%.17g", o->type, v);
    snprintf(f->python, sizeof f->python, truth ? v ? "True" : "False" : "%.17g", v);
    snprintf(f->language, sizeof f->language, truth ? v ? "true" : "false" : "%.17g", v);
    if (o->kind == WG_OPTION_CHOICE) {
        const char *word = o->range;
        for (int i = 0; i < v && *word; i++) word += strcspn(word, ","), word += strspn(word, ", ");
        snprintf(f->python, sizeof f->python, "\"%.*s\"", (int)strcspn(word, ","), word);
        snprintf(f->language, sizeof f->language, "%.*s", (int)strcspn(word, ","), word);
        if (!*word) *f->python = *f->language = 0;
    }
}

/* A number of the range that is neither 0 nor the default. */
static double between(const wg_option *o, double standard)
{
    static const double tried[] = { 0.25, 0.5, 2, 4, 1, 16 };
    if (o->kind == WG_OPTION_BOOL) return !standard;
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++)
        if (wg_option_in_range(o, tried[i]) && tried[i] != standard &&
            (o->kind == WG_OPTION_REAL || tried[i] >= 1))
            return tried[i];
    return standard;
}

static int forms_of(const wg_option_list *l, const wg_option *o, form f[4])
{
    const double standard = wg_option_value(o, l->standard);
    int n = 0;
    if (isnan(standard) && o->kind != WG_OPTION_REAL) return 0;
    numbers(&f[n], o, 0), f[n++].name = "0";
    numbers(&f[n], o, standard);
    snprintf(f[n].c, sizeof f[n].c, "%s", o->standard);
    /* As an axis None has NumPy's meaning. */
    if (standard == WG_AUTO || standard > 1e18)
        strcpy(f[n].python, !strcmp(o->name, "axis") ? "" : "None"), *f[n].language = 0;
    f[n++].name = "default";
    if (o->kind != WG_OPTION_CHOICE) numbers(&f[n], o, between(o, standard)), f[n++].name = "between";
    if (o->kind == WG_OPTION_REAL && *o->range) numbers(&f[n], o, -1), f[n++].name = "below";
    return n;
}

/* The operands of a builder without their names, then the options that its call needs, but o. dot: "." in C,
 * "" elsewhere. */
static const char *plain(const call *k, const wg_option *o, const char *dot)
{
    static char to[200];
    const wg_option_list *l = wg_options_of(k->rows);
    size_t n = 0;
    *to = 0;
    for (const char *of = k->of; *of; of += strcspn(of, ","), of += strspn(of, ", ")) {
        const char *is = strchr(of, '=') + 2;
        const int name = (int)strcspn(of, " ") - 1, length = (int)strcspn(is, ",");
        const wg_option *needs = NULL;
        for (int i = 0; i < l->count; i++)
            if (strlen(l->option[i].name) == (size_t)name &&
                !strncmp(l->option[i].name, of + 1, (size_t)name))
                needs = &l->option[i];
        if (!needs) n += (size_t)snprintf(to + n, sizeof to - n, "%s%.*s", n ? ", " : "", length, is);
        else if (needs != o)
            n += (size_t)snprintf(to + n, sizeof to - n, ", %s%s=%.*s", dot, needs->name, length, is);
    }
    return to;
}

static void in_c(const call *k, const wg_option *o, const form *f)
{
    call b = *k;
    char before[200], by_struct[100], language[200];
    if (k->of) {
        const char *see = !strcmp(k->rows, "wg_nn_recurrent_args") ? "states" : "seen";
        snprintf(before, sizeof before, "%s(wg_%s(%s", see, k->name, plain(k, o, "."));
        snprintf(by_struct, sizeof by_struct, "%s(wg_%s_at(WG_HERE, &o))", see, k->name);
        if (k->language && !*k->language) *language = 0;
        else if (k->language) snprintf(language, sizeof language, "built(\"%s\")", k->language);
        else snprintf(language, sizeof language, "built(\"%s(%s%%s)\")", k->name, plain(k, o, ""));
        b.before = before, b.behind = "))", b.by_struct = by_struct, b.language = language, k = &b;
    }
    const char *join = *k->with ? ", " : "";
    char label[100];
    snprintf(label, sizeof label, "%s%s%s %s", k->name, o ? "." : "", o ? o->name : "", f->name);
    const char *fast = o && !strcmp(k->name, "plan") && strcmp(o->name, "seconds") ? ", .seconds = 0" : "";
    printf("    label(\"%s\"), %s%s%s%s", label, k->before, join, k->with, fast);
    if (o) printf(", .%s = %s", o->name, f->c);
    printf("%s, tell();\n", k->behind);
    printf("    {\n        label(\"%s\");\n        %s o = WG_OPTS(%s%s%s%s);\n", label, k->rows, k->rows,
           *k->with || k->of ? ", " : "", k->of ? k->of : k->with, fast);
    if (o) printf("        const %s v = %s;\n        o.%s = v;\n", o->type, f->c, o->name);
    printf("        %s, tell();\n    }\n", k->by_struct);
    char options[100] = "", text[300];
    if (!k->language || !*k->language || (o && !*f->language)) return;
    if (o)
        snprintf(options, sizeof options, "%s%s=%s", k->of || !strcmp(k->name, "make") ? ", " : "", o->name,
                 f->language);
    snprintf(text, sizeof text, k->language, options);
    printf("    label(\"%s\"), %s, tell();\n", label, text);
}

static void in_python(const call *k, const wg_option *o, const form *f)
{
    char options[100] = "", value[80], builder[200];
    if ((!k->python && !k->of) || (o && !*f->python)) return;
    snprintf(value, sizeof value,
             !o || (strcmp(o->name, "separator") && strcmp(o->name, "decimal")) ? "%s" : "chr(%s)",
             f->python);
    if (o) snprintf(options, sizeof options, ", **{\"%s\": %s}", o->name, value);
    printf("label(\"%s%s%s %s\"); ", k->name, o ? "." : "", o ? o->name : "", f->name);
    if (k->of) snprintf(builder, sizeof builder, "seen(lambda: wg.%s(%s%%s))", k->name, plain(k, o, ""));
    printf(k->of ? builder : k->python, options);
    printf("\n");
}

static void defaults(const call *k)
{
    const wg_option_list *l = wg_options_of(k->rows);
    form f[4];
    for (int i = 0; i < l->count; i++)
        if (forms_of(l, &l->option[i], f))
            printf("%s.%s %g\n", k->name, l->option[i].name, wg_option_value(&l->option[i], l->standard));
}

int main(int count, char **argument)
{
    const char *what = count > 1 ? argument[1] : "";
    const size_t calls = sizeof list / sizeof *list;
    if (!strcmp(what, "defaults")) {
        for (size_t i = 0; i < calls; i++) defaults(&list[i]);
        return 0;
    }
    void (*write)(const call *, const wg_option *, const form *) = !strcmp(what, "python") ? in_python : in_c;
    if (write == in_c) printf("#include \"judge.h\"\n\nstatic void cases(void)\n{\n");
    else printf("from judge import *\n");
    for (size_t i = 0; i < calls; i++) {
        const wg_option_list *l = wg_options_of(list[i].rows);
        const form absent = { "absent", "", "", "" };
        write(&list[i], NULL, &absent);
        for (int k = 0; k < l->count; k++) {
            form f[4];
            const int n = forms_of(l, &l->option[k], f);
            for (int m = 0; m < n; m++) write(&list[i], &l->option[k], &f[m]);
        }
    }
    if (write == in_c) printf("}\n\nint main(void) { return judge(cases); }\n");
    return 0;
}
