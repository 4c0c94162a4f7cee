/* test_check_json.c: the members of check --json are those that docs/gradcheck/second.md promises. */
#include <stdlib.h>
#include <string.h>

#include "picture.h"
#include "wgcheck.h"
#include "wgcommand.h"

/* Whether some row of the table promises the member: "| `a`, `b` | meaning: `c` |". */
static bool is_promised(const char *table, const char *member)
{
    char quoted[80];
    snprintf(quoted, sizeof quoted, "`%.70s`", member);
    return strstr(table, quoted);
}

/* Calls see for each member of the object at s, by name, at depth 1; of what it holds, too, at 2 and more. */
static void each_member(const char *s, void (*see)(void *user, const char *name, int depth), void *user)
{
    int depth = 0;
    for (; *s; s++) {
        depth += (*s == '{') - (*s == '}');
        if (*s != '"') continue;
        const char *end = s + 1;
        while (*end != '"') end += 1 + (*end == '\\');
        if (end[1] == ':') {
            char name[80];
            snprintf(name, sizeof name, "%.*s", (int)(end - s - 1), s + 1);
            see(user, name, depth);
        }
        s = end;
    }
}

typedef struct promises {
    char *table, seen[4000];
} promises;

static void see_member(void *user, const char *name, int depth)
{
    promises *p = user;
    if (depth == 1) cr_expect(is_promised(p->table, name), "\"%s\" is not in docs/gradcheck/second.md", name);
    char word[84];
    snprintf(word, sizeof word, " %s ", name);
    if (!strstr(p->seen, word)) strncat(p->seen, word, sizeof p->seen - strlen(p->seen) - 1);
}

Test(check_json, the_json_is_that_of_the_documents)
{
    char *all = pic_read("docs/gradcheck/second.md"), *begin = strstr(all, "| member of `--json`"),
         *end = begin ? strstr(begin, "\n## ") : NULL;
    cr_assert(begin);
    if (end) *end = '\0';
    promises p = { .table = begin };
    static const char *const programs[] = {
        "W = [[1,2],[3,4.5]]; y = sum(tanh(W)); check grad(y,W) == 1 - tanh(W)**2",
        "x = 2; y = x^3; check grad(y, x) == 3"
    };
    for (int k = 0; k < 2; k++) {
        const wgt_result r = RUN("check", "-e", programs[k], "--json");
        cr_expect_eq(r.status, k);
        each_member(r.out, see_member, &p);
    }
    const wgt_result wrong = RUN("check", "--run", "while read x; do echo 1 5; done", "--at", "2", "--json");
    cr_expect_eq(wrong.status, 1);
    each_member(wrong.out, see_member, &p);
    for (const char *s = strchr(begin, '\n'); (s = strchr(s, '`')); s = strchr(s + 1, '`') + 1) {
        char word[84];
        const int length = (int)strcspn(s + 1, "`");
        snprintf(word, sizeof word, " %.*s ", length, s + 1);
        const bool is_value = strstr(" pass fail inconclusive rule frontier run slope second ", word);
        cr_expect(is_value || strstr(p.seen, word), "docs/gradcheck/second.md promises \"%.*s\"", length,
                  s + 1);
    }
    free(all);
}

/* The components of a matrix are at all its places, in their order. */
Test(check_json, the_places_of_components)
{
    const wgt_result r = RUN("check", "-e", "W = [[1,2,3],[4,5,6]]; y = sum(W^2)", "--json");
    const char *s = r.out;
    int n = 0, row, column;
    for (; (s = strstr(s, "\"at\":[")); s++, n++) {
        cr_assert_eq(sscanf(s, "\"at\":[%d,%d]", &row, &column), 2, "%.20s", s);
        cr_expect(row == n / 3 && column == n % 3, "component %d is at %d, %d", n, row, column);
    }
    cr_expect_eq(n, 6, "%s", r.out);
}
