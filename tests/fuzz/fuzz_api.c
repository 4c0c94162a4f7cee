/* fuzz_api.c: calls of all functions of the public API in any order, with good and odd arguments, and
 * with what earlier calls have made. No call crashes; an error has a text that any terminal can show;
 * after wg_recover the context computes; wg_finish leaves no memory. The calls are made from the headers
 * by tests/graph/odd_calls.awk.
 *
 * 16 bytes are a call: which one (2), which node is the good one, how many slots are odd, and then a slot and
 * its value for each of these. */
#include "fuzz.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "odd_world.h"
#include "wghost.h"

enum { RECORD = 16, PAIRS = 6, MOST_CALLS = 64 };

typedef struct record {
    const odd_call *k;
    int form;
    choice t;
} record;

static record decode(const uint8_t *b)
{
    static const int odd[] = { 0, 0, 1, 1, 2, 2, 3, PAIRS };
    record r = { .k = &calls[(b[0] | b[1] << 8) % LENGTH(calls)],
                 .form = b[2] % (FORMS + MADE),
                 .t = all_good() };
    for (int i = 0; i < odd[b[3] % 8] && r.k->slots; i++) {
        const int slot = b[4 + 2 * i] % r.k->slots, n = odds[r.k->slot[slot]];
        if (n) r.t.value[slot] = (int8_t)(b[5 + 2 * i] % n);
    }
    return r;
}

/* ---- promises ---- */

static bool can_be_shown(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < ' ' && *s != '\n' && *s != '\t') return false;
    return true;
}

static void look_at_message(const wg_context *c, const char *name)
{
    const char *s = wg_message(c);
    if (!s || !*s) fuzz_stop("%s: an error without a message", name);
    if (!can_be_shown(s)) fuzz_stop("%s: a message with control bytes", name);
}

static void compute(wg_context *c, const char *after)
{
    static const double three[3] = { 1, 2, 3 };
    wg_graph *g = wg_graph_new(c);
    const double sum = wg_item(wg_sum(wg_square(wg_input(g, "x", wg_view_f64(three, WG_SHAPE(3))))));
    if (sum != 14) fuzz_stop("after %s and wg_recover: 1 + 4 + 9 = %g, %s", after, sum, wg_message(c));
    wg_graph_free(g);
}

static void play(world *w, const record *r)
{
    w->form = r->form;
    r->k->call(w, &r->t);
    const char *changed = wgt_host_changed();
    if (*changed) fuzz_stop("%s has changed %s", r->k->name, changed);
    if (wg_failed(w->c)) {
        look_at_message(w->c, r->k->name);
        wg_recover(w->c);
        compute(w->c, r->k->name);
    }
    if (!wg_node_ok(w->good[0])) make_nodes(w);
    wg_recover(w->c);
}

void fuzz_api(const uint8_t *input, size_t size)
{
    const int before = fuzz_enter("api"); /* calls write files */
    size_t memory;
    if (!odd_file) odd_file = fopen("/dev/null", "w");
    for (int i = 0; i < LENGTH(odd_memory); i++) odd_memory[i] = 0x3FF0000000000000 + i;
    world w = open_world(&memory, 0);
    wgt_host_note();
    for (size_t i = 0; i + RECORD <= size && i < MOST_CALLS * RECORD; i += RECORD) {
        const record r = decode(input + i);
        play(&w, &r);
    }
    close_world(&w);
    if (memory) fuzz_stop("%zu bytes are left", memory);
    fuzz_leave(before);
}

/* ---- the calls as a program ---- */

/* Element i of a list as it stands in the source, without its blanks. */
static int element_of(const char *list, int i, const char **at)
{
    int depth = 0;
    bool quoted = false;
    *at = list;
    for (const char *s = list;; s++) {
        if (*s == '\\' && s[1]) s++;
        else if (*s == '"') quoted = !quoted;
        else if (!quoted && strchr("({", *s) && *s) depth++;
        else if (!quoted && strchr(")}", *s) && *s) depth--;
        else if (!*s || (*s == ',' && !depth && !quoted)) {
            if (!i-- || !*s) return (int)(s - *at);
            for (*at = s + 1; isspace((unsigned char)**at);) ++*at;
        }
    }
}

#define TEXT(word) [SLOT_##word] = TEXT_##word,
static const char *const *const texts[] = { WORDS(TEXT)[SLOT_none] = NULL };
#define WORD_NAME(word) [SLOT_##word] = #word,
static const char *const words[] = { WORDS(WORD_NAME)[SLOT_none] = "none" };

static void print_value(const record *r, int slot, bool given)
{
    const slot_word word = r->k->slot[slot];
    const int value = r->t.value[slot];
    const char *const *text = texts[word], *at;
    if (word == SLOT_struct) printf("%s", value ? "0" : "1");
    else if (word == SLOT_wg_node && value < 0 && given)
        printf("w->%s[%d]", r->form < FORMS ? "good" : "made", r->form < FORMS ? r->form : r->form - FORMS);
    else if (!text[0]) printf("PICK(%s, %d)", words[word], value);
    else if (value < 0 && !strncmp(text[1], "given ? ", 8)) {
        const int n = (int)strcspn(text[1] + 8, ":") - 1;
        printf("(%s)(%.*s)", text[0], n, text[1] + 8);
    } else if (value < 0) printf("(%s)(%s)", text[0], text[1]);
    else {
        const int n = element_of(text[2], value, &at);
        printf(*at == '{' ? "(%s)%.*s" : "(%s)(%.*s)", text[0], n, at);
    }
}

/* One statement: values stand in the places of ODD(word, slot) and GIVEN(word, slot, given). */
static void print_statement(const record *r, const char *s, int n)
{
    for (const char *end = s + n; s < end;) {
        int slot = 0, length = 0;
        char given[8] = "true";
        if (sscanf(s, "ODD(%*[a-z_A-Z0-9], %d)%n", &slot, &length) == 1 && length) print_value(r, slot, true);
        else if (sscanf(s, "GIVEN(%*[a-z_A-Z0-9], %d, %7[a-z])%n", &slot, given, &length) == 2 && length)
            print_value(r, slot, *given == 't');
        else putchar(*s), length = 1;
        s += length;
    }
}

/* Options that are left as they are need no statement. */
static bool is_default(const record *r, const char *s)
{
    int slot;
    return sscanf(s, "a%*d.%*[a-z_A-Z0-9] = GIVEN(%*[a-z_A-Z0-9], %d, false)", &slot) == 1 &&
           r->t.value[slot] < 0;
}

void fuzz_print_api(const uint8_t *input, size_t size)
{
    printf("/* cc -Iinclude -Itests -Itests/graph -Ibuild/obj/tests/graph this.c build/libwengert.a ... */\n"
           "#include \"odd_world.h\"\n"
           "#define PICK(word, v) get_##word(w, &(choice){ { v } }, 0, true)\n\n"
           "int main(void)\n{\n    size_t memory;\n    world all = open_world(&memory, 0), *w = &all;\n");
    for (size_t i = 0; i + RECORD <= size; i += RECORD) {
        const record r = decode(input + i);
        printf("    {\n        w->form = %d;\n", r.form);
        for (const char *s = r.k->code; *s;) {
            const int n = (int)strcspn(s, ";") + (strchr(s, ';') != NULL);
            if (!is_default(&r, s)) printf("        "), print_statement(&r, s, n), putchar('\n');
            for (s += n; *s == ' ';) s++;
        }
        printf("    }\n    wg_recover(w->c);\n    if (!wg_node_ok(w->good[0])) make_nodes(w);\n");
    }
    printf("    close_world(w);\n    return memory != 0;\n}\n");
}
