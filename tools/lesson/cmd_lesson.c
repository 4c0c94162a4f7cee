/* cmd_lesson.c: the command lesson: the lessons of the course, which are built into the command, and those of
 * files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "guest.h"
#include "lesson.h"

static const flag flags[] = {
    { 0, "page", NULL, "one HTML file that loads nothing; with --all a site of all lessons" },
    { 0, "edit", NULL,
      "with --page: each program can be changed on the page. edit.js and engine.js go beside it; with --all "
      "play.html, too" },
    { 0, "engine", "FILE", "with --edit: engine.js (default: the one made or installed with this command)" },
    { 0, "only", "N", "with --page: only block wg N and what follows it, for a page that is changed" },
    { 'o', "output", "DIR", "pictures go there as SVG (default: text in the terminal)" },
    { 0, "all", NULL, "the claims of all lessons" },
    { 0, "answers", NULL, "the questions and exercises with their answers; a site has them as answers.html" },
    { 0, "source", NULL, "the lesson's file" },
    { 0, "program", NULL, "the lesson's program, to change it" },
    { 0, "parts", NULL,
      "each line with what it is, for scripts: FILE, LINE, KIND, TEXT, with tabs between them" },
    { 0, "check", "MINE.wg", "which exercises a program solves" },
    { 0, "trust", NULL, "csv() of a lesson's file reads any file, not only those beside the lesson" },
    { 0, NULL, NULL, NULL },
};

enum { MOST = 100, PATH_ROOM = 4096 };

/* ---- the lessons ---- */

typedef struct course {
    const lesson_file *file[MOST];
    int number[MOST], count;
} course;

static int number_of(const char *text)
{
    const char *s = strstr(text, "\nnumber:");
    return s ? atoi(s + 8) : MOST;
}

/* In the course's order. */
static course all_lessons(void)
{
    course k = { .count = 0 };
    for (const lesson_file *f = lesson_files; f->name && k.count < MOST; f++) {
        int i = k.count++;
        for (; i > 0 && k.number[i - 1] > number_of(f->text); i--)
            k.file[i] = k.file[i - 1], k.number[i] = k.number[i - 1];
        k.file[i] = f, k.number[i] = number_of(f->text);
    }
    return k;
}

/* The lesson behind the one of this number; NULL: it is the last. */
static const char *next_of(int number)
{
    const course k = all_lessons();
    for (int i = 0; number && i < k.count; i++)
        if (k.number[i] > number) return k.file[i]->name;
    return NULL;
}

static int no_lesson(const args *a, const char *word)
{
    const course k = all_lessons();
    const char *names[MOST];
    for (int i = 0; i < k.count; i++) names[i] = k.file[i]->name;
    const char *near = wgx_nearest(word, names, k.count);
    if (near) return tool_wrong(a, "no lesson '%s'; did you mean '%s'?", word, near);
    return tool_wrong(a, "no lesson '%s'; `wengert lesson` lists them, and a file has its ending: ./%s.md",
                      word, word);
}

/* A name of the course, or a path: it ends in .md or has a slash. False: after a message. */
static bool open_lesson(lesson *l, const args *a, const char *word)
{
    char path[200];
    const size_t n = strlen(word);
    *l = (lesson){ .a = a };
    if (strchr(word, '/') || (n > 3 && !strcmp(word + n - 3, ".md"))) return lesson_read_file(l, a, word);
    for (const lesson_file *f = lesson_files; f->name; f++) {
        if (strcmp(f->name, word) != 0) continue;
        snprintf(path, sizeof path, "lessons/%s.md", f->name);
        char *file = strdup(path);
        const bool fine = file && lesson_read(l, a, file, f->text);
        l->owned = file;
        return fine;
    }
    l->status = no_lesson(a, word);
    return false;
}

/* ---- what it does ---- */

static void print_after(const lesson *l)
{
    for (int i = 0; i < l->afters; i++) printf("%s%.*s", i ? ", " : "", l->after[i].n, l->after[i].at);
}

static int list(const args *a)
{
    const course k = all_lessons();
    json j;
    if (a->json) j = json_start(stdout), json_array(&j, "lessons");
    for (int i = 0; i < k.count; i++) {
        lesson l;
        char title[300];
        const bool fine = open_lesson(&l, a, k.file[i]->name);
        snprintf(title, sizeof title, "%.*s", l.title.n, l.title.at);
        if (fine && a->json) {
            json_object(&j, NULL);
            json_whole(&j, "number", l.number), json_text(&j, "name", l.name), json_text(&j, "title", title);
            json_end(&j);
        } else if (fine) {
            printf("%3d  %-17s %s", l.number, l.name, title);
            if (l.afters)
                printf("%*s  after ", 52 - text_columns(title) > 0 ? 52 - text_columns(title) : 0, ""),
                    print_after(&l);
            putchar('\n');
        }
        if (lesson_close(&l)) return l.status;
    }
    if (a->json) json_finish(&j);
    else
        puts("\nwengert lesson NAME runs one; --page -o NAME.html makes a page of it. docs/lessons.md says "
             "how to write one.");
    return EXIT_DONE;
}

/* Makes the folder of -o. */
static bool make_folder(const args *a, const char *path, int *status)
{
    if (!path || !mkdir(path, 0777) || errno == EEXIST) return true;
    *status = tool_fail(a, EXIT_OTHER, "%s: %s", path, strerror(errno));
    return false;
}

static void print_result(const lesson *l, int holds, int all, double seconds)
{
    const char *sign = holds == all ? "✓" : "✗";
    printf("%s %-17s %2d of %2d claims hold  %5.2f s\n", sign, l->name, holds, all, seconds);
    for (int i = 0; i < l->programs; i++)
        for (int k = 0; k < l->program[i].claims; k++) {
            const claim_result *r = &l->program[i].claim[k];
            if (r->verdict != WG_PASS) printf("  %s:%d: %s\n    %s\n", l->file, r->line, r->text, r->why);
        }
}

/* One line a lesson. */
static int run_all(const args *a)
{
    const course k = all_lessons();
    const double start = tool_now();
    int status = EXIT_DONE, right = 0;
    for (int i = 0; i < k.count; i++) {
        lesson l;
        const double from = tool_now();
        int holds = 0, all = 0;
        const bool fine = open_lesson(&l, a, k.file[i]->name) && lesson_build(&l) && lesson_judge(&l);
        if (fine) all = lesson_claims(&l, &holds);
        if (fine && a->json) lesson_json(&l);
        else if (fine) print_result(&l, holds, all, tool_now() - from);
        right += fine && holds == all;
        if (lesson_close(&l) || holds < all) status = l.status ? l.status : EXIT_CHECK;
        fflush(stdout);
    }
    if (!a->json) printf("%d of %d lessons, %.1f s\n", right, k.count, tool_now() - start);
    return status;
}

/* False: no page, after a message. A page whose claims do not hold shows them, and the status says so. */
static bool make_page(lesson *l, const char *path, const lesson_place *site)
{
    int holds;
    if (args_has(l->a, "edit") && !site && !edit_beside(l->a, path, &l->status)) return false;
    if (!lesson_build(l) || !lesson_judge(l) || !lesson_page(l, path, site)) return false;
    const int all = lesson_claims(l, &holds);
    printf("%s: %d of %d claims hold\n", path, holds, all);
    if (holds < all) l->status = EXIT_CHECK;
    return fflush(stdout) == 0;
}

static bool make_page_of(lesson_site *s, int i)
{
    char path[PATH_ROOM];
    const lesson_place place = { s->l, s->n, i, s->folder };
    snprintf(path, sizeof path, "%s/%s.html", s->folder, s->l[i].name);
    const bool fine = make_page(&s->l[i], path, &place) && lesson_site_add(s, i);
    lesson_forget(&s->l[i]);
    return fine;
}

/* What the pages of a site share to be changed, and the playground. */
static bool put_engine(const args *a, const char *folder, int *status)
{
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/play.html", folder);
    return edit_beside(a, path, status) && play_page(a, path, status);
}

/* A page for each lesson, and those around them. */
static int make_site(const args *a)
{
    const course k = all_lessons();
    const char *folder = args_value(a, "output");
    lesson l[MOST];
    int status = EXIT_DONE, n = 0;
    if (!folder) return tool_wrong(a, "--page: -o DIR says where the site goes");
    if (!make_folder(a, folder, &status)) return status;
    bool fine = !args_has(a, "edit") || put_engine(a, folder, &status);
    for (; n < k.count && fine; n++) fine = open_lesson(&l[n], a, k.file[n]->name);
    lesson_site s = { .l = l, .n = n, .answers = args_has(a, "answers"), .folder = folder };
    fine = fine && lesson_site_begin(&s);
    for (int i = 0; i < n && fine; i++) fine = make_page_of(&s, i);
    lesson_site_end(&s, fine);
    for (int i = 0; i < n; i++) status = lesson_close(&l[i]) ? l[i].status : status;
    return status;
}

static int run_lesson(const args *a, lesson *l)
{
    const char *folder = args_value(a, "output"), *next = next_of(l->number);
    int holds;
    if (!make_folder(a, folder, &l->status) || !lesson_build(l) || !lesson_judge(l)) return l->status;
    if (a->json) lesson_json(l);
    else if (!lesson_print(l, folder)) return l->status;
    const int all = lesson_claims(l, &holds);
    if (!a->json) {
        printf("\n%d of %d claims hold", holds, all);
        if (next) printf("; next: wengert lesson %s", next);
        putchar('\n');
    }
    return holds == all ? EXIT_DONE : EXIT_CHECK;
}

/* The lines of its wg blocks, with those of claims as statements. */
static int print_program(const lesson *l)
{
    if (l->functions) fputs(l->functions, stdout);
    for (int i = 0; i < l->parts; i++) {
        const lesson_part *p = &l->part[i];
        if (p->kind != PART_PROGRAM || p->program != 0) continue;
        for (int k = p->line; k < p->line + p->lines; k++)
            printf("%.*s\n", lesson_line(l, k).n, lesson_line(l, k).at);
        putchar('\n');
    }
    return EXIT_DONE;
}

/* ---- exercises ---- */

/* The program with a claim behind it. Returns 1: it holds, 0: it does not, -1: after a message. */
static int judge_exercise(lesson *l, const char *path, const char *text, span claim)
{
    model m;
    claim_result r;
    const lesson_program *p = &l->program[0]; /* mine takes its place, so it has its floats and its mode */
    char *both = wg_alloc(l->c, strlen(text) + (size_t)claim.n + 20, 1);
    if (!both || !model_begin(&m, l->a, p->eval ? WG_EVAL : WG_TRAIN, p->f32 ? WG_F32 : WG_F64))
        return l->status = tool_fail(l->a, EXIT_OTHER, "out of memory"), -1;
    sprintf(both, "%s\ncheck %.*s\n", text, claim.n, claim.at);
    m.q = wg_program_text(m.c, path, both);
    if (l->folder) guest_limit(m.q, l->a, l->folder); /* the claim is the lesson's */
    int holds = -1;
    if (model_ok(&m) && model_build(&m) && claim_judge(&m, wgx_program_claims(m.q) - 1, &r)) {
        const char *drawn = wg_program_drawn(m.q); /* a name that the program lacks */
        holds = r.verdict == WG_PASS && !*drawn;
        if (*drawn) tool_note(l->a, "%s does not bind %.*s", path, (int)strcspn(drawn, " "), drawn);
    }
    l->status = model_close(&m);
    return holds;
}

/* Whether the program solves one of the exercises at least. */
static int check_exercises(lesson *l, const char *path)
{
    lesson mine;
    int solved = 0, n = 0, claims = 0;
    if (!lesson_read_text(&mine, l->a, path)) return lesson_close(&mine);
    for (int i = 0; i < l->parts; i++) {
        const lesson_part *p = &l->part[i];
        for (int k = p->line; p->kind == PART_TRY && k < p->line + p->lines; k++) {
            span what, claim;
            lesson_try_of(lesson_line(l, k), &what, &claim);
            if (what.n) n++;
            if (!claim.n) continue;
            claims++;
            const int holds = judge_exercise(l, path, mine.owned, claim);
            if (holds < 0) return lesson_close(&mine), l->status;
            printf("%s exercise %d: %.*s\n", holds ? "✓" : "·", n, what.n, what.at);
            printf("    %.*s\n", claim.n, claim.at);
            solved += holds;
        }
    }
    lesson_close(&mine);
    if (!claims) return tool_fail(l->a, EXIT_TEXT, "%s has no exercise with a claim", l->name);
    return solved ? EXIT_DONE : EXIT_CHECK;
}

static bool print_answers(lesson *l)
{
    const lesson_sheet_opts o = { .answers = true, .solutions = l->folder ? NULL : lesson_solutions };
    return lesson_build(l) && lesson_sheet(l, stdout, &o);
}

static int print_all_answers(const args *a)
{
    const course k = all_lessons();
    int status = EXIT_DONE;
    for (int i = 0; i < k.count && !status; i++) {
        lesson l;
        if (i) putchar('\n');
        if (open_lesson(&l, a, k.file[i]->name)) print_answers(&l);
        status = lesson_close(&l);
    }
    return status;
}

/* ---- the command ---- */

static int run_one(const args *a)
{
    lesson l;
    const char *mine = args_value(a, "check"), *path = args_value(a, "output");
    if (open_lesson(&l, a, a->operand[0])) {
        if (args_has(a, "source")) fputs(l.source, stdout);
        else if (args_has(a, "program")) print_program(&l);
        else if (args_has(a, "parts")) lesson_put_parts(&l);
        else if (mine) l.status = check_exercises(&l, mine);
        else if (args_has(a, "answers") && args_has(a, "page"))
            l.status = tool_wrong(
                a, "--answers: a lesson's page has its answers; with --all the site has them apart");
        else if (args_has(a, "answers")) print_answers(&l);
        else if (!args_has(a, "page")) l.status = run_lesson(a, &l);
        else if (!path) l.status = tool_wrong(a, "--page: -o NAME.html says where the page goes");
        else if (args_has(a, "edit") && !is_page(path))
            l.status = tool_wrong(a, "-o %s: a page ends in .html", path);
        else make_page(&l, path, NULL);
    }
    return lesson_close(&l);
}

static int run(const args *a)
{
    if (a->operands > 1) return tool_wrong(a, "lesson: one lesson at a time; --all runs all");
    static const char *const others[] = { "source", "program", "parts", "check" };
    for (int i = 0; i < 4; i++)
        if (args_has(a, "page") && args_has(a, others[i]))
            return tool_wrong(a, "--page and --%s: one of the two", others[i]);
    for (int i = 0; i < 2; i++) {
        const char *flag_name = i ? "only" : "edit";
        if (args_has(a, flag_name) && !args_has(a, "page"))
            return tool_wrong(a, "--%s goes with --page", flag_name);
    }
    if (args_has(a, "only") && !a->operands) return tool_wrong(a, "--only goes with one lesson");
    if (args_has(a, "engine") && !args_has(a, "edit")) return tool_wrong(a, "--engine goes with --edit");
    if (args_has(a, "all") && a->operands) return tool_wrong(a, "%s: no lesson with --all", a->operand[0]);
    if (args_has(a, "all") && args_has(a, "page")) return make_site(a);
    if (args_has(a, "all")) return args_has(a, "answers") ? print_all_answers(a) : run_all(a);
    if (a->operands) return run_one(a);
    if (a->given_count > a->json)
        return tool_wrong(a, "lesson: no lesson given; `wengert lesson` lists them");
    return list(a);
}

const command cmd_lesson = {
    "lesson",
    "lesson [NAME | FILE.md] [flags]",
    "The lessons of a course in deep learning: text, programs, questions, pictures, and claims about the "
    "numbers\n"
    "that must come out. Without a name: the list. Exit status 1: a claim does not hold.",
    { flags },
    "  wengert lesson\n"
    "  wengert lesson gradient-check\n"
    "  wengert lesson gradient-check --page -o gradient-check.html\n"
    "  wengert lesson gradient-check --program > mine.wg\n"
    "  wengert lesson gradient-check --check mine.wg\n"
    "  wengert lesson ./mine.md -o pictures/\n"
    "  wengert lesson --all\n",
    run,
};
