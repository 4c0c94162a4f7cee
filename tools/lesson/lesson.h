/* lesson.h: a lesson is one Markdown file (docs/lessons.md). Its blocks are programs, claims about them,
 * questions and pictures; `wengert lesson` runs it, and makes a page of it.
 *
 *   lesson_read.c   the file as parts, and as the texts of its programs
 *   lesson_functions.c  the functions that several lessons use
 *   lesson_run.c    builds the programs, judges the claims, computes what the text shows
 *   lesson_print.c  the lesson in a terminal
 *   lesson_page.c   the lesson as HTML
 *   lesson_around.c  the head, the foot and the addresses of a page
 *   lesson_formula.c  lines and texts as formulas
 *   lesson_sheet.c  its questions and exercises, to print
 *   lesson_site.c   what a site has beside the pages of lessons
 *   lesson_manifest.c  the site for learning management systems
 *   lesson_map.c    the map of its lessons
 *   lesson_frames.c what a slider of the page moves
 *   lesson_parts.c  its lines, each with what it is, for scripts
 *   lesson_texts.c  the lessons of the library
 *   cmd_lesson.c    the command
 *
 * The text of a program has the lines and columns of the file, and blanks where the file has something else.
 * So an error names the place in the file. */
#ifndef LESSON_H
#define LESSON_H

#include "tool.h"

/* DRAWS, TRIES: each builds a program anew. */
enum {
    LESSON_PROGRAMS = 8,
    LESSON_AFTER = 8,
    LESSON_USES = 20,
    LESSON_CALLS = 200,
    LESSON_DRAWS = 50,
    LESSON_PLOTS = 50,
    LESSON_TRIES = 50,
    LESSON_MISTAKES = 6, /* of a question */
    LESSON_GUESSES = 3,  /* before the answer is shown */
    LESSON_MOVED = 100000,
    LESSON_DIGITS = 4,      /* of a claim's numbers on the page */
    LESSON_ALL_DIGITS = 18, /* as many as give the same number again */
    LESSON_FORMULA = 600,   /* bytes of a formula */
    LESSON_ADDRESS = 80,    /* bytes of the address of a part */
    LESSON_LETTERS = -1000  /* {EXPR:letters}: the class numbers of text() as letters */
};

typedef enum part_kind {
    PART_TEXT, /* a paragraph */
    PART_HEADING,
    PART_PROGRAM,
    PART_CHECK,
    PART_ASK,
    PART_PLOT,
    PART_DRAW,
    PART_SLIDE,
    PART_TRY,
    PART_RULE,
    PART_KINDS
} part_kind;

/* A piece of the file's text: n bytes from `at` on. */
typedef struct span {
    const char *at;
    int n;
} span;

typedef struct lesson_part {
    part_kind kind;
    int line, lines; /* its lines in the file; of a block those between its fences */
    int program;     /* of a block: its number among the programs */
    int plot;        /* of PART_PLOT: which statement of the program it is */
    int block;       /* it is the block wg of this number, from 1 on, or stands behind it */
    bool left_out;   /* by --only */
    /* of PART_ASK: lines [0, answer) are the question; those of hint (0: none), then and wrong follow */
    span answer, within, hint, then;
} lesson_part;

/* NAME from A to B: another value of the name in each of so many frames. Or `step from 0 to N`: of each path
 * the first steps. */
typedef struct lesson_slide {
    plot_range range;
    int line, frames; /* line 0: the lesson has none; frames 0: it is one of steps */
    int program;      /* whose name it is */
    int steps;
} lesson_slide;

typedef struct lesson_program {
    char name[40]; /* "": the main one */
    bool f32, eval;
    char *text, *code; /* all that stands in the file but the titles of plots, and the blocks wg alone */
    model m;
    int plots;
    claim_result *claim;
    int *claim_in; /* by line: which claim begins there, plus 1; 0: none */
    int claims, holds;
} lesson_program;

typedef struct lesson {
    const args *a;
    wg_context *c;      /* of the memory of this struct */
    const char *file;   /* for messages */
    char *folder;       /* where its data stand; NULL: it is one of the library's, and has none */
    char name[80];      /* of the file, without folder and .md */
    const char *source; /* its text */
    char *owned;        /* the text, if it is freed with the lesson; else NULL */
    const char **line;  /* line i begins at line[i - 1], and ends before line[i] */
    int lines;
    span title, topic, notes, after[LESSON_AFTER], use[LESSON_USES];
    span graph, graph_wrt; /* the site steps through the graph of the last statement, back to these names; n
                            * 0: there is none */
    int number, afters, uses; /* number 0: it has none */
    char *functions;          /* the text of the functions that it uses; NULL: it uses none */
    lesson_part *part;
    int parts, first_program; /* the line where the first block wg begins; 0: there is none */
    lesson_program program[LESSON_PROGRAMS];
    int programs;
    int draws, plots, tries;
    int blocks, only; /* the blocks wg; the one that is asked for with what follows it, 0: all */
    lesson_slide slide;
    int status;
} lesson;

/* ---- lesson_read.c ---- */

/* Reads the text. False: after a message; the status is set. Close it in each case. */
bool lesson_read(lesson *l, const args *a, const char *file, const char *source);
bool lesson_read_text(lesson *l, const args *a, const char *path); /* the bytes of a file alone, as
                                                                    * l->owned */
bool lesson_read_file(lesson *l, const args *a, const char *path);
void lesson_forget(lesson *l);            /* frees its programs; the text stays */
int lesson_close(lesson *l);              /* returns the status */
span lesson_line(const lesson *l, int i); /* without blanks at its end */
span lesson_lines(const lesson *l, int from, int lines);
span lesson_question(const lesson *l, const lesson_part *p); /* of PART_ASK */
int lesson_find(span name, const lesson *all, int count);    /* the lesson of this name; count: there is
                                                              * none */
int lesson_line_of(const lesson *l, const char *at);         /* the number of the line with this byte */
span lesson_title_of(const lesson *l, const lesson_part *p); /* of PART_PLOT, PART_DRAW: its first line */
/* Of a line of PART_CHECK: the claim, and what it says about it. */
void lesson_claim_of(span line, span *claim, span *note);
/* Of a line of PART_TRY: what to do, and the claim behind => (n 0: none). In a line `then TEXT`, the answer
 * of the exercise before, both are empty. */
void lesson_try_of(span line, span *what, span *claim);
span lesson_then_of(const lesson *l, const lesson_part *p, int i); /* of the exercise in line i; n 0: none */
/* Of PART_ASK: usual mistake i, the guess and what to say of it. False: there are fewer. */
bool lesson_mistake(const lesson *l, const lesson_part *p, int i, span *guess, span *text);
/* The next {EXPR} or {EXPR:4} of a line from s on. Returns its first byte, NULL: there is none. */
const char *lesson_value_in(span line, const char *s, span *expression, int *digits, const char **end);
bool span_begins(span s, const char *word); /* with the word and a blank, or is the word */
span span_trim(span s);
/* Prints FILE:LINE:COLUMN and the message; at: a byte of the source. Returns false. */
bool lesson_wrong(lesson *l, const char *at, const char *format, ...) WG_PRINTF(3, 4);

/* ---- lesson_texts.c ---- */

typedef struct lesson_file {
    const char *name, *text;
} lesson_file;
extern const lesson_file lesson_files[];   /* lessons/NAME.md; the last one has no name */
extern const char lesson_functions_text[]; /* lessons/functions.wg */
extern const char lesson_symbols[];        /* lessons/symbols.txt */
extern const char lesson_solutions[];      /* lessons/solutions.txt */
extern const char lesson_headers[];        /* lines NAME HEADER: the header of C that declares wg_NAME */

/* ---- lesson_functions.c ---- */

bool lesson_use(lesson *l); /* sets l->functions; false: after a message */

/* ---- lesson_run.c ---- */

bool lesson_build(lesson *l); /* its programs; false: after a message */
bool lesson_judge(lesson *l); /* and its claims; false: after a message, and not because one fails */
int lesson_claims(const lesson *l, int *holds); /* how many, and how many hold */
const claim_result *lesson_claim(const lesson *l, const lesson_part *p,
                                 int line); /* in that line; NULL: none */
bool lesson_value(lesson *l, int program, const char *at,
                  wg_tensor *t); /* of the expression that begins there */
bool lesson_item(lesson *l, int program, span expression, double *v); /* that is one number */
/* The usual mistake i of a question: its number, also as text, and what to say. False: there are fewer, or
 * after a message, and then the status is set. */
bool lesson_guess(lesson *l, const lesson_part *p, int i, double *v, char number[100], span *text);
/* The usual mistake of a question that the guess is; LESSON_MISTAKES: none. */
bool lesson_find_mistake(lesson *l, const lesson_part *p, double guess, int *i);
void lesson_escape(FILE *out, const char *s, int n, bool html); /* line ends become blanks */
/* Writes text with its {values}, in HTML or plain. Line ends become blanks. */
bool lesson_text(lesson *l, int program, span s, FILE *out, bool html);
/* The sides of a claim and its tolerance ("": none) as text. */
typedef struct claim_sides {
    char left[300], right[300], within[100];
    wgx_relation relation;
} claim_sides;
/* digits: as of lesson_number; 0: as many as it takes to see the tolerance. */
bool lesson_sides(lesson *l, const lesson_part *p, const claim_result *r, int digits, claim_sides *to);
/* "3.0301", "3·10⁻⁷", "[1, 2, 3, ...]", with so many digits (0: as many as it takes, at most 6). */
void lesson_number(double v, int digits, char *to, size_t room);
/* As in a sentence: "12,288", "NaN", "1, 2 and 3". A matrix stands in brackets. */
void lesson_say(const wg_tensor *t, int digits, char *to, size_t room);
/* Adds a frame to f; NULL: a new figure with the block's title. NULL: after a message. */
wg_figure *lesson_figure(lesson *l, const lesson_part *p, wg_figure *f);
wg_figure *lesson_new_figure(lesson *l, const lesson_part *p,
                             bool titled); /* empty; else the title is its description */
/* Writes a picture of PART_DRAW. id: of an SVG, as of wg_draw; narrow: for a phone, if it turns. */
bool lesson_draw(lesson *l, const lesson_part *p, const char *path, const char *id, bool narrow);
bool lesson_turns(const lesson *l, const lesson_part *p); /* it can be drawn from top to bottom, which is
                                                           * narrow */
bool lesson_stepper(lesson *l, const char *path); /* the page of draw of l->graph, with its gradients */

/* ---- lesson_formula.c ---- */

/* A line of a program as a formula of formula.h: an equation, or without it a claim. */
bool lesson_is_formula(lesson *l, span line, bool is_claim, char to[LESSON_FORMULA]);
bool lesson_put_formula(lesson *l, int program, span line, bool is_claim, FILE *out); /* false: it is none */
/* A formula of formula.h, in HTML or in one line. False: after a message. */
bool lesson_typeset(lesson *l, int program, span formula, FILE *out, bool html);
span lesson_formula_in(span text, const char *from); /* the next $FORMULA$ from a byte on; at NULL: none */
void lesson_tex(span formula, FILE *out);            /* a line of LaTeX, for HTML */

/* ---- lesson_print.c ---- */

bool lesson_print(lesson *l, const char *folder); /* folder: where pictures go; NULL: into the terminal */
void lesson_json(lesson *l);
/* Writes a text with its {values}, with lines broken at blanks, from a column on that is reached already. */
bool lesson_wrapped(lesson *l, int program, FILE *out, int column, span s);

/* ---- lesson_parts.c ---- */

/* Prints FILE, LINE, KIND and TEXT of each line, with tabs between them. */
void lesson_put_parts(const lesson *l);

/* ---- lesson_frames.c ---- */

/* What the page shows at each place of the slider. */
typedef struct lesson_frames {
    int count, home;    /* 0: no slider of a name. The frame with the program's own value */
    wg_figure **figure; /* by part: of PART_PLOT; NULL: of others */
    claim_sides **side; /* by part: of PART_CHECK, count sides for each of its lines */
    bool *moves;        /* by line: of a claim that the slider moves; the sides of others are not set */
} lesson_frames;
bool lesson_frames_make(lesson *l, lesson_frames *f); /* false: after a message. The programs are as
                                                       * before. */

/* ---- lesson_page.c ---- */

/* What stands around a lesson in a site; NULL: the page is alone, and holds its style and script. */
typedef struct lesson_place {
    const lesson *all; /* in the course's order; they are read */
    int count, at;
    const char *folder; /* of the site */
} lesson_place;
bool lesson_page(lesson *l, const char *path, const lesson_place *site);
/* Writes the file whole, or not at all. False: after a message. */
bool lesson_save(lesson *l, const char *path, const char *text, size_t n);

/* ---- lesson_around.c ---- */

/* The address of a part within its page: of a heading its words with hyphens, ask-3, figure-2, rule,
 * exercises. False: it has none. */
bool lesson_address(const lesson *l, const lesson_part *p, char to[LESSON_ADDRESS]);
void lesson_slug(span heading, char to[LESSON_ADDRESS]); /* its words with hyphens */
void lesson_topic(FILE *out, const lesson *l);           /* with a capital */
/* Up to the start of the text. A lesson of the library names its licence. False: after a message. */
bool lesson_head(FILE *out, lesson *l, const lesson_place *site);
void lesson_site_head(FILE *out, const char *title); /* of a page of the site that is no lesson; NULL:
                                                      * the course's own page */
void lesson_foot(FILE *out, const lesson *l, const lesson_place *site);
void lesson_licence(FILE *out, bool in_site);
void lesson_script(FILE *out, bool slider); /* of a page that is alone */
void lesson_link(FILE *out, const char *open, const lesson *to, const char *close);
void lesson_named(FILE *out, span name, const lesson *all,
                  int count); /* a link to a lesson of the site, or its name */
void lesson_afters(FILE *out, const lesson *l, const lesson *all, int count); /* the lessons to know before */
bool lesson_shared(lesson *l, const char *folder); /* writes the style and the script of a site */
void lesson_index_start(FILE *out);                /* what the course's own page says first */
void lesson_about(FILE *out);                      /* licence, citation, accessibility */

/* ---- lesson_sheet.c ---- */

typedef struct lesson_sheet_opts {
    bool html, answers;
    const char *solutions; /* lines NAME N | TEXT | OTHER TEXT, lessons/solutions.txt; NULL: there are none */
} lesson_sheet_opts;
/* Questions and exercises alone, numbered. The programs are built. */
bool lesson_sheet(lesson *l, FILE *out, const lesson_sheet_opts *o);

/* ---- lesson_map.c ---- */

void lesson_map(FILE *out, const lesson *l, int n); /* an SVG of links: what leads to what */

/* ---- lesson_site.c ---- */

/* What the programs of a lesson call, by name: ops, and calls of the language. */
typedef struct lesson_calls {
    char name[LESSON_CALLS][40];
    int count;
} lesson_calls;
void lesson_find_calls(const lesson *l, lesson_calls *to);

/* The pages of a site that are of no one lesson. Begin, add each lesson when its programs are built, end.
 * False: after a message. */
typedef struct lesson_site {
    lesson *l; /* n, in the course's order; they are read */
    int n;
    bool answers; /* answers.html, too */
    const char *folder;
    FILE *sheet[2], *sections; /* sections: what search.js has */
    char *text[2], *found;
    size_t size[2], found_size;
    json search;
} lesson_site;

/* ---- lesson_manifest.c ---- */

void lesson_manifest(FILE *out, const lesson_site *s); /* imsmanifest.xml: the site as a package of SCORM
                                                        * 1.2 */
bool lesson_site_begin(lesson_site *s);
bool lesson_site_add(lesson_site *s, int i);
bool lesson_site_end(lesson_site *s, bool fine); /* fine: all went well so far; else it frees alone */

#endif
