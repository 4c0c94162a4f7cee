/* lesson_page.c: a lesson as a page of HTML, which says everything without its script, too. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lesson.h"

typedef struct page {
    lesson *l;
    FILE *out;
    const lesson_place *site;
    lesson_frames frames;
    FILE *moving; /* the numbers that the slider moves, as JSON */
    char *numbers;
    size_t size;
    int pictures, moved;
    bool styled;  /* the style of figures is written */
    bool changes; /* its programs can be changed on the page: <!--3--> stands before part 3 */
    bool folded;  /* the section for the author is open */
} page;

/* ---- small parts ---- */

static void put(const page *g, const char *text) { fputs(text, g->out); }

static bool put_text(const page *g, int program, span s)
{
    return lesson_text(g->l, program, s, g->out, true);
}

static bool put_tagged(const page *g, const char *open, span s, const char *close)
{
    put(g, open);
    const bool fine = put_text(g, 0, s);
    put(g, close);
    return fine;
}

/* A part of the page has an address. */
static void put_id(const page *g, const lesson_part *p)
{
    char address[LESSON_ADDRESS];
    if (lesson_address(g->l, p, address)) fprintf(g->out, " id=\"%s\"", address);
}

/* In a site it is shown, as a link to itself. */
static void put_address(const page *g, const lesson_part *p)
{
    char address[LESSON_ADDRESS];
    if (g->site && lesson_address(g->l, p, address))
        fprintf(g->out, " <a class=\"here\" href=\"#%s\" aria-label=\"address of this part\">#</a>", address);
}

/* ---- programs ---- */

/* Columns of a line, and bytes of a formula, and of one with a fraction, of a program that has its formulas
 * below it; columns that fit on a phone. */
enum { WIDE = 54, LONG = 36, LONG_FRACTION = 44, NARROW = 33 };

static bool has_formulas(const page *g, const lesson_part *p, bool *wide)
{
    char text[LESSON_FORMULA];
    const lesson *l = g->l;
    bool any = false;
    *wide = false;
    for (int i = p->line; i < p->line + p->lines; i++) {
        const bool is = lesson_is_formula(g->l, lesson_line(l, i), false, text);
        any |= is, *wide |= lesson_line(l, i).n > WIDE ||
                            (is && strlen(text) > (size_t)(strchr(text, '/') ? LONG_FRACTION : LONG));
    }
    return any;
}

static void put_program(const page *g, const lesson_part *p)
{
    bool wide;
    const bool formulas = has_formulas(g, p, &wide);
    fprintf(g->out, "<div class=\"program%s\"><pre>", formulas && !wide ? "" : " single");
    for (int i = p->line; i < p->line + p->lines; i++) {
        const span s = lesson_line(g->l, i);
        const char *comment = memchr(s.at, '#', (size_t)s.n);
        const int code = comment ? (int)(comment - s.at) : s.n;
        put(g, s.n > NARROW ? "<b>" : "");
        lesson_escape(g->out, s.at, code, true);
        if (comment) put(g, "<i>"), lesson_escape(g->out, comment, s.n - code, true), put(g, "</i>");
        put(g, s.n > NARROW ? "</b>" : "\n");
    }
    put(g, "</pre>");
    if (formulas)
        put(g, "<div class=\"formulas\" role=\"group\" tabindex=\"0\" aria-label=\"the same as formulas\">");
    for (int i = p->line; formulas && i < p->line + p->lines; i++) {
        put(g, "<div>"), lesson_put_formula(g->l, p->program, lesson_line(g->l, i), false, g->out),
            put(g, "</div>");
    }
    put(g, formulas ? "</div></div>\n" : "</div>\n");
    if (p->line != g->l->first_program || !g->l->functions) return;
    put(g, "<details class=\"functions\"><summary>Functions of the course: ");
    for (int i = 0; i < g->l->uses; i++)
        fprintf(g->out, "%s<code>%.*s</code>", i ? ", " : "", g->l->use[i].n, g->l->use[i].at);
    put(g, "</summary><div class=\"program single\"><pre>");
    for (const char *s = g->l->functions; *s; s += strcspn(s, "\n"), s += *s != 0)
        lesson_escape(g->out, s, (int)strcspn(s, "\n"), true), put(g, "\n");
    put(g, "</pre></div></details>\n");
}

/* ---- claims ---- */

/* What a column says: a list that was expected stands in one of them. */
static const char *side_of(const claim_sides *s, bool right)
{
    return !right ? s->left : *s->left == '[' && !strcmp(s->left, s->right) ? "the same" : s->right;
}

/* A list may break at its blanks. */
static const char *break_of(const char *text) { return strchr(text, '[') ? " v" : ""; }

/* A number of a claim, which the slider may move; full: with all digits. Returns whether it does. */
static bool put_side(page *g, const claim_sides *own, const claim_sides *full, const claim_sides *all,
                     bool right)
{
    const lesson_frames *f = &g->frames;
    const char *text = side_of(own, right), *digits = right ? full->right : full->left;
    bool moves = false;
    for (int k = 0; all && k < f->count; k++) moves |= strcmp(side_of(&all[k], right), text) != 0;
    put(g, *break_of(text) ? "<td class=\"v\"" : "<td");
    if (moves) {
        fprintf(g->out, " data-v=\"%d\"", g->moved);
        fputs(g->moved++ ? ",[" : "[", g->moving);
        for (int k = 0; k < f->count; k++)
            fprintf(g->moving, k ? ",\"%s\"" : "\"%s\"", side_of(&all[k], right));
        fputs("]", g->moving);
    }
    if (text == (right ? own->right : own->left) && strcmp(digits, text) != 0)
        fprintf(g->out, " title=\"%s\"", digits);
    fprintf(g->out, ">%s</td>", text);
    return moves;
}

/* A claim as it is written; 1e-7 does not break at its sign. */
static void put_code(const page *g, span s)
{
    put(g, "<code>");
    for (int i = 0, end; i < s.n; i = end) {
        for (end = i; end < s.n && s.at[end] != ' ';) end++;
        const int word = end;
        for (; end < s.n && s.at[end] == ' ';) end++;
        const bool number = s.at[i] >= '0' && s.at[i] <= '9'; /* a line ends behind it, not within it */
        put(g, number ? "<span class=\"n\">" : "");
        lesson_escape(g->out, s.at + i, word - i, true);
        put(g, number ? "</span>" : "");
        lesson_escape(g->out, s.at + word, end - word, true);
    }
    put(g, "</code>");
}

static bool put_claim(page *g, const lesson_part *p, int line)
{
    static const char *const signs[] = { "", "&lt; ", "≤ ", "&gt; ", "≥ " };
    lesson *l = g->l;
    const claim_result *r = lesson_claim(l, p, line);
    const claim_sides *all = g->frames.count && g->frames.moves[line]
                                 ? &g->frames.side[p - l->part][(line - p->line) * g->frames.count]
                                 : NULL;
    span claim, note;
    claim_sides s, full;
    lesson_claim_of(lesson_line(l, line), &claim, &note);
    if (!r) return true;
    const bool holds = r->verdict == WG_PASS;
    if (!lesson_sides(l, p, r, holds || all ? LESSON_DIGITS : 0, &s) ||
        !lesson_sides(l, p, r, LESSON_ALL_DIGITS, &full))
        return false;
    fprintf(g->out, "<tr class=\"%s\"><th scope=\"row\">", holds ? "ok" : "bad");
    span shown = claim;
    for (int i = 0; i + 8 < claim.n; i++)
        if (!memcmp(claim.at + i, " within ", 8)) shown.n = i;
    if (!lesson_put_formula(g->l, p->program, shown, true, g->out)) put_code(g, shown);
    put(g, "</th>");
    const bool left = put_side(g, &s, &full, all, false);
    bool right = false;
    if (s.relation)
        fprintf(g->out, *break_of(s.right) ? "<td class=\"v\">%s%s</td>" : "<td>%s%s</td>", signs[s.relation],
                s.right);
    else right = put_side(g, &s, &full, all, true);
    fprintf(g->out, "<td class=\"within%s\">%s</td><td class=\"holds%s\">%s</td><td class=\"note\">",
            break_of(s.within),
            *s.within    ? s.within
            : s.relation ? ""
                         : "rounding",
            left || right ? " depends" : "", holds ? "✓" : "✗ does not hold");
    const bool fine = put_text(g, p->program, note);
    put(g, "</td></tr>\n");
    return fine;
}

static bool put_claims(page *g, const lesson_part *p)
{
    int claims = 0, hold = 0;
    for (int i = p->line; i < p->line + p->lines; i++) {
        const claim_result *r = lesson_claim(g->l, p, i);
        claims += r != NULL, hold += r && r->verdict == WG_PASS;
    }
    const bool all = hold == claims;
    fprintf(g->out, "<details class=\"claims\"%s><summary>%s %d of %d hold%s</summary>\n", all ? "" : " open",
            all ? "✓" : "✗", hold, claims, claims == 1 ? "s" : "");
    put(g, "<table><thead><tr><th>claim</th><th>came "
           "out</th><th>expected</th><th>within</th><th>holds</th><th>what it "
           "says</th></tr></thead><tbody>\n");
    for (int i = p->line; i < p->line + p->lines; i++)
        if (!put_claim(g, p, i)) return false;
    put(g, "</tbody></table></details>\n");
    return true;
}

/* ---- questions and exercises ---- */

static bool put_mistakes(const page *g, const lesson_part *p)
{
    char number[100];
    span text;
    double v;
    int n = 0;
    for (; lesson_guess(g->l, p, n, &v, number, &text); n++) {
        fprintf(g->out, "%s<li data-guess=\"%.17g\"><b>%s</b>: <span>", n ? "" : "<ul class=\"wrong\">", v,
                number);
        if (!put_text(g, p->program, text)) return false;
        put(g, "</span></li>");
    }
    put(g, n ? "</ul>" : "");
    return !g->l->status;
}

static bool put_ask(const page *g, const lesson_part *p)
{
    wg_tensor answer, within;
    char number[400];
    lesson *l = g->l;
    if (!lesson_value(l, p->program, p->answer.at, &answer) ||
        !lesson_value(l, p->program, p->within.at, &within))
        return false;
    put(g, "<form class=\"ask\""), put_id(g, p);
    fprintf(g->out, " data-answer=\"%.17g\" data-within=\"%.17g\"><p><b>Predict.</b> ",
            wg_tensor_item(&answer, 0), wg_tensor_item(&within, 0));
    if (!put_text(g, p->program, lesson_question(l, p))) return false;
    put_address(g, p);
    put(g, "</p>\n<p class=\"row\"><label>Your guess <input inputmode=\"decimal\" "
           "autocomplete=\"off\"></label> <button class=\"first\">Compare</button> "
           "<button type=\"button\" class=\"show\">Show</button></p>\n<p class=\"said\" "
           "role=\"status\"></p>\n");
    if (p->hint.at && !put_tagged(g, "<details><summary>Hint</summary><p>", p->hint, "</p></details>\n"))
        return false;
    lesson_say(&answer, 0, number, sizeof number);
    fprintf(g->out, "<details class=\"answer\"><summary>Answer</summary><p><b>%s</b>. ", number);
    const bool fine = put_text(g, p->program, p->then);
    put(g, "</p>");
    if (!fine || !put_mistakes(g, p)) return false;
    put(g, "</details></form>\n");
    return true;
}

static bool put_tries(const page *g, const lesson_part *p)
{
    span what, claim;
    put(g, "<section class=\"try\""), put_id(g, p), put(g, "><h2>Change a line");
    put_address(g, p), put(g, "</h2><ol>\n");
    for (int i = p->line; i < p->line + p->lines; i++) {
        lesson_try_of(lesson_line(g->l, i), &what, &claim);
        if (!what.n) continue;
        const span then = lesson_then_of(g->l, p, i);
        if (!put_tagged(g, "<li>", what, "") ||
            (then.n && !put_tagged(g, "<details><summary>Answer</summary><p>", then, "</p></details>")))
            return false;
        put(g, "</li>\n");
    }
    put(g, "</ol></section>\n");
    return true;
}

/* What a lesson is for, to copy. Behind it the formulas as LaTeX. */
static bool put_rule(const page *g, const lesson_part *p)
{
    bool any = false;
    put(g, "<aside class=\"copy\""), put_id(g, p), put(g, ">");
    for (int i = p->line; i < p->line + p->lines; i++) {
        put(g, i == p->line ? "<h3>" : "<p>");
        if (!put_text(g, p->program, lesson_line(g->l, i))) return false;
        if (i == p->line) put_address(g, p);
        put(g, i == p->line ? "</h3>\n" : "</p>\n");
    }
    const span all = lesson_lines(g->l, p->line, p->lines);
    for (span f = lesson_formula_in(all, all.at); f.at; f = lesson_formula_in(all, f.at + f.n + 1)) {
        put(g, any ? "" : "<details><summary>LaTeX</summary><pre>");
        lesson_tex(f, g->out), any = true;
    }
    put(g, any ? "</pre></details></aside>\n" : "</aside>\n");
    return true;
}

/* ---- pictures ---- */

/* Whether a line of the block begins with the word. */
static bool has_line(const lesson *l, const lesson_part *p, const char *word)
{
    for (int i = p->line + 1; i < p->line + p->lines; i++)
        if (span_begins(span_trim(lesson_line(l, i)), word)) return true;
    return false;
}

/* The end of the figure's tag, and its caption. */
static bool put_caption(const page *g, const lesson_part *p)
{
    put_id(g, p), put(g, "><figcaption>");
    if (!put_text(g, 0, lesson_title_of(g->l, p))) return false;
    put_address(g, p);
    put(g, "</figcaption>\n");
    return true;
}

static bool put_plot(page *g, const lesson_part *p)
{
    char id[100];
    lesson *l = g->l;
    wg_figure *f = g->frames.count ? g->frames.figure[p - l->part] : NULL;
    const bool moves = f;
    if (!f && !(f = lesson_figure(l, p, lesson_new_figure(l, p, false)))) return false;
    if (!moves && l->slide.steps && has_line(l, p, "path")) wgx_figure_steps(f, l->slide.steps);
    snprintf(id, sizeof id, "%s-%d", l->name, ++g->pictures);
    const wg_figure_save_opts o = WG_OPTS(wg_figure_save_opts, .format = WG_FIGURE_HTML, .id = id,
                                          .part = true, .frame = moves ? g->frames.home + 1 : WG_AUTO);
    char *text = wg_figure_text_at("", f, NULL, &o);
    if (!text) return model_ok(&l->program[p->program].m), l->status = EXIT_OTHER, false;
    put(g, has_line(l, p, "panel") ? "<figure class=\"plot wide\"" : "<figure class=\"plot\"");
    if (!put_caption(g, p)) return false;
    char *style = strstr(text, "<style>"), *behind = style ? strstr(style, "</style>") : NULL;
    if (g->styled && behind) *style = 0;
    put(g, strchr(text, '\n') + 1);
    if (g->styled && behind) put(g, behind + strlen("</style>\n"));
    g->styled = true;
    wg_free(l->program[p->program].m.c, text);
    return true;
}

/* The start of an SVG, with the width of its canvas for the style. */
static const char *put_canvas(const page *g, const char *svg)
{
    const char *box = strstr(svg, "viewBox=\"");
    double width;
    if (!box || sscanf(box, "viewBox=\"%*f %*f %lf", &width) != 1) return svg;
    fprintf(g->out, "<svg style=\"--w:%.0f\"", width);
    return svg + strlen("<svg");
}

/* The file, without what belongs before an element of a page. */
static bool put_file(const page *g, const char *path)
{
    FILE *f = fopen(path, "rb");
    char line[4096];
    bool begun = false;
    while (f && fgets(line, sizeof line, f)) {
        const char *s = begun ? line : strstr(line, "<svg");
        if (s) put(g, begun ? s : put_canvas(g, s)), begun = true;
    }
    if (f) fclose(f);
    return begun;
}

/* One drawing of the block. */
static bool put_drawing(const page *g, const lesson_part *p, const char *id, bool narrow)
{
    char path[] = "/tmp/wengert-XXXXXX.svg";
    lesson *l = g->l;
    const int fd = mkstemps(path, 4);
    if (fd < 0) return l->status = tool_fail(l->a, EXIT_OTHER, "/tmp: %s", strerror(errno)), false;
    close(fd);
    const bool fine = lesson_draw(l, p, path, id, narrow) && put_file(g, path);
    unlink(path);
    return fine;
}

static bool put_draw(page *g, const lesson_part *p)
{
    char id[100];
    const bool turns = lesson_turns(g->l, p);
    const int n = snprintf(id, sizeof id, "%s-%d", g->l->name, ++g->pictures);
    put(g, turns ? "<figure class=\"wide turns draw\" tabindex=\"0\""
                 : "<figure class=\"wide draw\" tabindex=\"0\"");
    if (!put_caption(g, p) || !put_drawing(g, p, id, false)) return false;
    snprintf(id + n, sizeof id - (size_t)n, "n");
    if (turns && !put_drawing(g, p, id, true)) return false;
    put(g, "</figure>\n");
    return true;
}

/* ---- the page ---- */

static bool is_picture(const lesson_part *p) { return p->kind == PART_PLOT || p->kind == PART_DRAW; }

/* The section that holds programs and claims which the text does not need. */
static bool is_for_the_author(span heading)
{
    static const char also[] = "## Also checked";
    return heading.n == (int)strlen(also) && !memcmp(heading.at, also, strlen(also));
}

static bool put_heading(const page *g, const lesson_part *p, bool folds)
{
    const span line = lesson_line(g->l, p->line);
    put(g, folds ? "<summary><h2" : "<h2"), put_id(g, p), put(g, ">");
    if (!put_text(g, 0, span_trim((span){ line.at + 2, line.n - 2 }))) return false;
    if (!folds) put_address(g, p); /* a link within what opens by a click is none */
    put(g, folds ? "</h2></summary>\n" : "</h2>\n");
    return true;
}

static bool put_part(page *g, const lesson_part *p)
{
    const span all = lesson_lines(g->l, p->line, p->lines);
    const bool left_out = p->left_out || (g->l->only && p->block != g->l->only);
    if (left_out) { /* the others are numbered and styled as they are in the whole page */
        g->pictures += is_picture(p), g->styled |= p->kind == PART_PLOT;
        return true;
    }
    const bool folds = p->kind == PART_HEADING && is_for_the_author(all);
    if (p->kind == PART_HEADING && g->folded) put(g, "</details>\n"), g->folded = false;
    if (folds) put(g, "<details class=\"also\">\n"), g->folded = true;
    if (g->changes) fprintf(g->out, "<!--%d-->", (int)(p - g->l->part));
    switch (p->kind) {
    case PART_TEXT: return put_tagged(g, "<p>", all, "</p>\n");
    case PART_HEADING: return put_heading(g, p, folds);
    case PART_PROGRAM: return put_program(g, p), true;
    case PART_CHECK: return put_claims(g, p);
    case PART_ASK: return put_ask(g, p);
    case PART_PLOT: return put_plot(g, p);
    case PART_DRAW: return put_draw(g, p);
    case PART_TRY: return put_tries(g, p);
    case PART_RULE: return put_rule(g, p);
    case PART_SLIDE:
    case PART_KINDS: break;
    }
    return true;
}

static bool has_slider(const lesson *l)
{
    for (int i = 0; i < l->parts; i++)
        if (l->part[i].kind == PART_SLIDE) return true;
    return false;
}

static bool write_page(page *g)
{
    lesson *l = g->l;
    if (!lesson_head(g->out, l, g->site)) return false;
    for (int i = 0; i < l->parts; i++)
        if (!put_part(g, &l->part[i])) return false;
    if (g->changes) fprintf(g->out, "<!--%d-->", l->parts);
    put(g, g->folded ? "</details>\n" : "");
    lesson_foot(g->out, l, g->site);
    fflush(g->moving);
    if (g->moved)
        fprintf(g->out,
                "<script type=\"application/json\" "
                "id=\"values\">{\"home\":%d,\"frames\":%d,\"values\":[%s]}</script>\n",
                g->frames.home, g->frames.count, g->numbers);
    if (!g->site) lesson_script(g->out, has_slider(l));
    if (g->changes) {
        const char *const source[] = { "name", l->name, "text", l->source, NULL };
        put(g, "<script type=\"application/json\" id=\"source\">");
        if (!json_in_page(g->out, source)) return false;
        put(g, "</script>\n<script src=\"edit.js\" defer></script>\n");
    }
    put(g, "</body>\n</html>\n");
    return true;
}

bool lesson_save(lesson *l, const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "wb");
    bool fine = f && fwrite(text, 1, n, f) == n;
    if (f) fine &= fclose(f) == 0;
    if (!fine) l->status = tool_fail(l->a, EXIT_OTHER, "%s: %s", path, strerror(errno));
    if (!fine && f) remove(path); /* half a page */
    return fine;
}

bool lesson_page(lesson *l, const char *path, const lesson_place *site)
{
    const bool changes = args_has(l->a, "edit") || l->only;
    page g = { .l = l, .site = site, .changes = changes };
    char *text = NULL;
    size_t n = 0;
    if (!lesson_frames_make(l, &g.frames)) return false;
    g.out = tool_text_begin(&text, &n), g.moving = tool_text_begin(&g.numbers, &g.size);
    bool fine = g.out && g.moving && write_page(&g) && !wg_failed(l->c);
    fine = (!g.out || tool_text_end(g.out, &text)) && fine;
    fine = (!g.moving || tool_text_end(g.moving, &g.numbers)) && fine;
    if (!fine && !l->status) l->status = tool_fail(l->a, EXIT_OTHER, "out of memory");
    fine = fine && lesson_save(l, path, text, n);
    free(text), free(g.numbers);
    return fine;
}
