/* dot_file.c: wg_draw_file: the graph of a DOT file of anybody as a picture of ours.
 *
 *     file --read_file--> text --dot.c--> records --take_record--> boxes, links, frames --the wgi_format--> a
 *     text
 *
 * Names, labels, clusters, links and their directions are drawn. What else the file says is named in a
 * warning.
 */
#include "draw/dot_file.h"
#include "draw/svg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    MOST_BYTES = 1 << 26,
    LINKS_A_BOX = 20, /* how many times as many links as boxes there may be */
    LINE_MOST = 200,  /* characters */
    LINES_MOST = 40,
    EXPANDED = 8192, /* bytes of a label beyond which no more names are put into it */
    LABEL_MOST = 60,
    WORDS_MOST = 12 /* names of attributes in the warning */
};

/* ---- labels ---- */

typedef struct label {
    wgi_picture *p;
    wgi_strbuf b;           /* its lines */
    const char *names[256]; /* what \N, \G, \E, \T, \H stand for; NULL: nothing */
} label;

/* A text that ends its line: what came before it is trimmed. */
static void end_line(wgi_strbuf *b)
{
    while (b->length && b->at[b->length - 1] == ' ') b->at[--b->length] = 0;
    if (b->length && b->at[b->length - 1] != '\n') wgi_strbuf_put(b, "\n");
}

static void put_space(wgi_strbuf *b)
{
    if (b->length && !strchr(" \n", b->at[b->length - 1])) wgi_strbuf_put(b, " ");
}

/* A character by its number in Unicode, as UTF-8. */
static void put_character(wgi_strbuf *b, unsigned long u)
{
    char text[5] = { 0 };
    if (u < 0x80) text[0] = (char)u;
    else if (u < 0x800) text[0] = (char)(0xc0 | u >> 6), text[1] = (char)(0x80 | (u & 63));
    else if (u < 0x10000)
        text[0] = (char)(0xe0 | u >> 12), text[1] = (char)(0x80 | (u >> 6 & 63)),
        text[2] = (char)(0x80 | (u & 63));
    else if (u < 0x110000)
        text[0] = (char)(0xf0 | u >> 18), text[1] = (char)(0x80 | (u >> 12 & 63)),
        text[2] = (char)(0x80 | (u >> 6 & 63)), text[3] = (char)(0x80 | (u & 63));
    wgi_strbuf_put(b, text);
}

/* The character of an entity at s, "&lt;", "&#945;", "&#x3b1;"; the sign & if it is none that is known. How
 * many bytes that was. */
static size_t put_entity(wgi_strbuf *b, const char *s)
{
    static const char *const known[][2] = { { "&lt;", "<" },    { "&gt;", ">" },   { "&amp;", "&" },
                                            { "&quot;", "\"" }, { "&apos;", "'" }, { "&nbsp;", " " } };
    const bool hex = !strncasecmp(s, "&#x", 3);
    char *end;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strncmp(s, known[i][0], strlen(known[i][0]))) {
            wgi_strbuf_put(b, known[i][1]);
            return strlen(known[i][0]);
        }
    const unsigned long u = s[1] == '#' ? strtoul(s + 2 + hex, &end, hex ? 16 : 10) : 0;
    if (u && *end == ';') {
        put_character(b, u);
        return (size_t)(end + 1 - s);
    }
    wgi_strbuf_put(b, "&");
    return 1;
}

/* The program `dot` takes a text that is no UTF-8 for Latin 1. */
static const char *utf8_of(wgi_pool *pool, const char *text)
{
    wgi_strbuf b = { .pool = pool };
    const char *s = text;
    while (*s && wg_utf8_length(s)) s += wg_utf8_length(s);
    if (!*s) return text;
    for (; *text; text++) put_character(&b, (unsigned char)*text);
    return wgi_strbuf_keep(&b);
}

static size_t escape(label *l, const char *s)
{
    const unsigned char c = (unsigned char)s[1];
    const char *name = l->names[c];
    if (strchr("nlr", c) && c) end_line(&l->b);
    else if (name && l->b.length < EXPANDED) wgi_strbuf_put(&l->b, name);
    else if (name) return 2;
    else wgi_strbuf_add(&l->b, s + 1, c != 0);
    return c ? 2 : 1;
}

/* Fields of a record stand between | { and }; <...> before a text is the name of a port. */
static void put_plain(label *l, const char *s, bool record)
{
    while (*s) {
        if (*s == '\\') s += escape(l, s);
        else if (*s == '\n' || (record && strchr("|{}", *s))) end_line(&l->b), s++;
        else if (record && *s == '<') s += strcspn(s, ">"), s += *s == '>';
        else if (record && *s == ' ') put_space(&l->b), s++;
        else if (*s == '&') s += put_entity(&l->b, s);
        else wgi_strbuf_add(&l->b, s++, 1);
    }
}

/* Rows and breaks end lines, cells are apart, all other tags are left out. */
static void put_html(label *l, const char *s)
{
    while (*s) {
        if (!strncmp(s, "<!--", 4)) {
            const char *end = strstr(s, "-->");
            s = end ? end + 3 : s + strlen(s);
        } else if (*s == '<') {
            const char *tag = s + 1 + (s[1] == '/');
            if (!strncasecmp(tag, "br", 2) || !strncasecmp(tag, "tr", 2) || !strncasecmp(tag, "table", 5))
                end_line(&l->b);
            else if (!strncasecmp(tag, "td", 2)) put_space(&l->b);
            s += strcspn(s, ">"), s += *s == '>';
        } else if (strchr(" \t\r\n", *s)) put_space(&l->b), s++;
        else if (*s == '&') s += put_entity(&l->b, s);
        else if (*s == '\\' && l->names[(unsigned char)s[1]]) s += escape(l, s);
        else wgi_strbuf_add(&l->b, s++, 1);
    }
}

/* The lines of a label, each clean and not too long. */
static const char *lines_of(label *l, const char *attribute, bool record)
{
    wgi_pool *pool = l->p->pool;
    wgi_strbuf clean = { .pool = pool };
    l->b = (wgi_strbuf){ .pool = pool };
    const char *text = utf8_of(pool, *attribute ? attribute + 1 : "");
    if (*attribute == '<') put_html(l, text);
    else put_plain(l, text, record);
    end_line(&l->b);
    const char *rest = wgi_strbuf_keep(&l->b), *line;
    for (int i = 0; i <= LINES_MOST && (line = wgi_next_line(pool, &rest)); i++) {
        if (clean.length) wgi_strbuf_put(&clean, "\n");
        wgi_strbuf_clean(&clean, i < LINES_MOST ? line : "…", LINE_MOST);
    }
    return wgi_strbuf_keep(&clean);
}

static const char *one_line(wgi_picture *p, const char *lines, int most)
{
    return wgi_pool_clean(p->pool, lines, most);
}

/* ---- records ---- */

typedef struct maker {
    wgi_picture *p;
    const char *file, *at, *end; /* at: the next field */
    int *box;                    /* by number of a node; -1: it is not drawn */
    int64_t nodes;
    bool directed;
    const char *name;   /* of the graph */
    wg_draw_opts *o;    /* of the picture */
    int words;          /* attributes that are not drawn */
    wgi_strbuf ignored; /* their names */
    const char *kind;   /* "node": of the last of them */
    bool both;          /* there was dir=both */
} maker;

static const char *field(maker *m)
{
    const char *text = m->at < m->end ? m->at : "";
    m->at += m->at < m->end ? strlen(m->at) + 1 : 0;
    return text;
}

/* An attribute that is a word. */
static const char *word(maker *m)
{
    const char *text = field(m);
    return *text ? text + 1 : text;
}

static int64_t number(maker *m) { return strtoll(field(m), NULL, 10); }
static bool is_invisible(const char *style) { return strstr(style, "invis") != NULL; }

static void start(maker *m)
{
    wgi_picture *p = m->p;
    label l = { .p = p };
    m->nodes = number(m);
    const int64_t links = number(m);
    m->directed = number(m);
    m->name = l.names['G'] = utf8_of(p->pool, field(m));
    const char *title = one_line(p, lines_of(&l, field(m), false), LINE_MOST);
    if (!m->o->title) m->o->title = title;
    m->o->top_down = !strpbrk(word(m), "LR");
    const int most = p->o->most > 0 ? p->o->most : WGI_MOST_BOXES;
    if (m->nodes > most)
        wg_fail(p->c, p->here, WG_ERROR_VALUE, "draw: %s has %lld nodes, more than %d: raise .most", m->file,
                (long long)m->nodes, most);
    else if (links > (int64_t)most * LINKS_A_BOX)
        wg_fail(p->c, p->here, WG_ERROR_VALUE, "draw: %s has %lld links, more than %d: raise .most", m->file,
                (long long)links, most * LINKS_A_BOX);
    else if (wgi_picture_room(p, m->nodes + links, 2 * links, WGI_MOST_FRAMES))
        m->box = wgi_pool_take(p->pool, m->nodes + 1, sizeof *m->box);
    for (int64_t i = 0; m->box && i <= m->nodes; i++) m->box[i] = -1;
}

static const char *const drawn[] = { "graph label",  "graph rankdir", "graph charset", "node label",
                                     "node tooltip", "edge label",    "edge dir",      "node shape",
                                     "node style",   "edge style" };

static void note_attribute(maker *m)
{
    const char *kind = field(m), *name = field(m), *both = wgi_pool_format(m->p->pool, "%s %s", kind, name);
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++)
        if (!strcmp(both, drawn[i])) return;
    if (m->words++ >= WORDS_MOST) return;
    if (m->kind && !strcmp(m->kind, kind)) wgi_strbuf_put(&m->ignored, ", ");
    else wgi_strbuf_format(&m->ignored, "%s%s: ", m->kind ? "; " : "", kind);
    wgi_strbuf_clean(&m->ignored, name, 30);
    m->kind = kind;
}

/* Beyond WGI_MOST_FRAMES clusters are left out. */
static void take_cluster(maker *m)
{
    label l = { .p = m->p };
    const int parent = (int)number(m);
    const char *name = field(m);
    l.names['G'] = name;
    const char *text = one_line(m->p, lines_of(&l, field(m), false), LINE_MOST);
    if (m->p->frames < WGI_MOST_FRAMES)
        m->p->frame[m->p->frames++] = (wgi_frame){ .parent = parent, .name = text };
}

static void take_node(maker *m)
{
    const int64_t i = number(m), frame = number(m);
    label l = { .p = m->p };
    const char *name = utf8_of(m->p->pool, field(m)), *text = field(m), *shape = word(m), *style = word(m),
               *tip = field(m);
    const bool record = strstr(shape, "record");
    if (is_invisible(style) || i < 1 || i > m->nodes) return;
    l.names['G'] = m->name, l.names['N'] = name;
    m->box[i] = (int)m->p->boxes;
    wgi_box *b = wgi_add_box(m->p, WGI_BOX_OP, frame < m->p->frames ? (int)frame : -1);
    b->is_large = true;
    b->name = one_line(m->p, name, LINE_MOST);
    b->title = lines_of(&l, text, record);
    b->tip = tip[0] && tip[1] ? lines_of(&l, tip, false) : b->name;
}

/* Links with the same ends and arrows are one, which counts them, unless they have labels. */
static void add_link(wgi_picture *p, wgi_link k)
{
    wgi_link *known = wgi_known_link(p, k.from, k.to, k.loop);
    if (known && known->plain == k.plain && known->turned == k.turned) known->times++;
    else wgi_add_link(p, k);
}

/* The label is a box in the middle of the link: so there is room for it. */
static void add_labelled(wgi_picture *p, wgi_link k, const char *text)
{
    wgi_link first = k;
    const int frame = p->box[k.from].frame == p->box[k.to].frame ? p->box[k.from].frame : -1;
    first.to = (int)p->boxes, first.plain = true, first.loop = false;
    k.from = first.to;
    wgi_box *b = wgi_add_box(p, WGI_BOX_LABEL, frame);
    b->detail = b->tip = text, b->is_large = true;
    wgi_add_link(p, first), wgi_add_link(p, k);
}

static void take_link(maker *m)
{
    wgi_picture *p = m->p;
    label l = { .p = p };
    const int64_t from = number(m), to = number(m);
    const char *text = field(m), *dir = word(m), *style = word(m);
    if (from < 1 || to < 1 || from > m->nodes || to > m->nodes || is_invisible(style)) return;
    wgi_link k = { .from = m->box[from], .to = m->box[to], .times = 1, .loop = from == to };
    if (k.from < 0 || k.to < 0) return;
    l.names['G'] = m->name, l.names['T'] = p->box[k.from].name, l.names['H'] = p->box[k.to].name;
    l.names['E'] = wgi_pool_format(p->pool, "%s%s%s", l.names['T'], m->directed ? "->" : "--", l.names['H']);
    text = one_line(p, lines_of(&l, text, false), LABEL_MOST);
    m->both |= !strcmp(dir, "both");
    k.plain = *dir ? !strcmp(dir, "none") : !m->directed;
    if (!strcmp(dir, "back") && !k.loop) k.from = m->box[to], k.to = m->box[from], k.turned = true;
    if (*text) add_labelled(p, k, text);
    else add_link(p, k);
}

/* "Error: syntax error in line 3 near 'x'" becomes FILE:3: syntax error near 'x'. */
static void refuse(maker *m)
{
    wgi_pool *pool = m->p->pool;
    const char *all = wgi_pool_clean(pool, field(m), 200);
    size_t n = strlen(all);
    while (n && all[n - 1] == ' ') n--;
    const char *said = wgi_pool_part(pool, all, n), *line = strstr(said, " in line "), *what = said;
    int at = 0, read = 0;
    if (line) sscanf(line, " in line %d%n", &at, &read);
    for (const char *s = said; (s = strstr(s, ": ")) && (!line || s + 2 <= line);) what = s += 2;
    if (at)
        wg_fail(m->p->c, m->p->here, WG_ERROR_FORMAT, "draw: %s:%d: %.*s%s", m->file, at, (int)(line - what),
                what, line + read);
    else
        wg_fail(m->p->c, m->p->here, WG_ERROR_FORMAT, "draw: %s: %s", m->file,
                *said ? what : "there is no graph in it");
}

static bool take_record(maker *m)
{
    const char kind = *field(m);
    switch (kind) {
    case 'E': refuse(m); return false;
    case 'G': start(m); return m->box;
    case 'M':
        wg_warn(m->p->c, m->p->here, "draw: %s has more than one graph: the first is drawn", m->file);
        return true;
    case 'A': note_attribute(m); return true;
    case 'C': take_cluster(m); return true;
    case 'N': take_node(m); return true;
    case 'L': take_link(m); return true;
    default: return false;
    }
}

static wg_status take_all(maker *m)
{
    while (m->at < m->end && take_record(m)) {}
    if (wg_failed(m->p->c)) return wg_failed(m->p->c);
    if (m->both) wg_warn(m->p->c, m->p->here, "draw: %s: links with dir=both have one arrow", m->file);
    if (m->words)
        wg_warn(m->p->c, m->p->here, "draw: %s: not drawn: %s%s", m->file, wgi_strbuf_text(&m->ignored),
                m->words > WORDS_MOST ? wgi_pool_format(m->p->pool, " and %d more", m->words - WORDS_MOST)
                                      : "");
    return WG_OK;
}

/* ---- the file ---- */

static bool read_file(wgi_picture *p, const char *path, wgi_dot_source *to)
{
    const bool standard = !strcmp(path, "-");
    FILE *f = standard ? stdin : fopen(path, "rb");
    wgi_strbuf b = { .pool = p->pool };
    char bytes[16384];
    size_t n;
    to->name = standard ? "<stdin>" : wgi_pool_clean(p->pool, path, LINE_MOST);
    while (f && !b.failed && b.length <= MOST_BYTES && (n = fread(bytes, 1, sizeof bytes, f)) > 0)
        wgi_strbuf_add(&b, bytes, n);
    const bool bad = !f || ferror(f);
    if (bad) wg_fail(p->c, p->here, WG_ERROR_FILE, "draw: %s: cannot be read: %m", to->name);
    if (f && !standard) fclose(f);
    if (bad || b.failed) return false;
    to->length = b.length, to->text = wgi_strbuf_keep(&b);
    if (!strncmp(to->text, "\xef\xbb\xbf", 3)) to->text += 3, to->length -= 3; /* the mark of UTF-8 */
    return true;
}

/* Whether libcgraph may see it. */
static bool is_text(wgi_picture *p, const wgi_dot_source *s)
{
    const char *zero = memchr(s->text, 0, s->length);
    int line = 1;
    for (const char *t = s->text; zero && t < zero; t++) line += *t == '\n';
    if (zero)
        wg_fail(p->c, p->here, WG_ERROR_FORMAT, "draw: %s:%d: a byte is zero: this is no text", s->name,
                line);
    else if (s->length > MOST_BYTES)
        wg_fail(p->c, p->here, WG_ERROR_FORMAT, "draw: %s has more than %d MB", s->name,
                (int)MOST_BYTES >> 20);
    else return true;
    return false;
}

static wg_status make(wgi_picture *p, const char *file, wg_draw_opts *o)
{
    const int64_t most = o->most > 0 ? o->most : WGI_MOST_BOXES;
    wgi_dot_source source = { .most_nodes = most, .most_links = most * LINKS_A_BOX };
    wgi_strbuf records = { .pool = p->pool };
    if (!read_file(p, file, &source) || !is_text(p, &source)) return wg_failed(p->c);
    wg_status s = wgi_dot_read(p, &source, &records);
    if (s != WG_OK) return s;
    maker m = { .p = p, .o = o, .file = source.name, .ignored = { .pool = p->pool } };
    const size_t length = records.length;
    m.at = wgi_strbuf_keep(&records), m.end = m.at + length;
    s = take_all(&m);
    return p->pool->failed ? WG_ERROR_MEMORY : s;
}

wg_status wg_draw_file_at(wg_site here, wg_context *c, const char *file, const char *path,
                          const wg_draw_opts *o)
{
    WG_USER_CALL(here, "draw_file");
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "draw_file: the context is NULL");
    if (!file || !path)
        return wg_fail(c, here, WG_ERROR_USE, "draw_file: the %s is NULL", file ? "path" : "file");
    if (wg_failed(c)) return wg_failed(c);
    wg_draw_opts with = o ? *o : (wg_draw_opts){ 0 };
    wgi_strbuf out = { .c = c };
    wgi_pool pool = { .c = c };
    wgi_picture p = { .c = c, .pool = &pool, .here = here, .o = &with, .path = path, .is_file = true };
    wgi_locale l = wgi_locale_set_c();
    p.format = wgi_format_of(path, with.format, WG_PICTURE_LINKS);
    p.less.hidden = "";
    wg_status s = wgi_draw_fits(&p, "draw", WG_PICTURE_LINKS);
    if (s == WG_OK && !p.format)
        s = WGI_REFUSE(&p, "draw: \"%s\": the format must be %s, by the path's ending or .format", path,
                       wgi_formats_text(&pool, WG_PICTURE_LINKS));
    if (s == WG_OK) s = make(&p, file, &with);
    s = s == WG_OK ? wgi_picture_write(&p, &out) : wgi_no_memory(&p, &out, s);
    wgi_pool_free(&pool);
    wgi_locale_restore(l);
    if (s == WG_OK) s = wgi_save_whole(here, "draw", &out, path);
    wgi_strbuf_free(&out);
    return s;
}
