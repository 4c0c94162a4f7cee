/* error.c: the first error of a context, warnings, traces, and the text of call sites.
 * Every error passes wgi_vfail: a breakpoint there sees them all. */
#include "base/base.h"

#include "wengert/op.h"
#include "wengert/plan.h"
#include "wgx/base.h"
#include "wgx/plan.h"

#include <stdio.h>
#include <time.h>

const char *wg_version(void) { return WG_VERSION; }

const char *wg_status_text(wg_status s)
{
#define ROW(name, text) text,
    static const char *const texts[] = { WG_STATUS_LIST(ROW) };
#undef ROW
    return (unsigned)s < WG_STATUS_COUNT ? texts[s] : "unknown status";
}

const char *wg_site_place(wg_site s)
{
    const char *line = s ? strchr(s, '\n') : NULL;
    return line ? line + 1 : s ? s : "";
}

/* ---- texts that a terminal can show ---- */

int wgx_utf8_length(const char *text)
{
    static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *s = (const unsigned char *)(text ? text : "\xff");
    int n = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;
    if (n < 2) return n;
    unsigned u = s[0] & (0x7Fu >> n);
    for (int i = 1; i < n; i++) {
        if (s[i] >> 6 != 2) return 0;
        u = u << 6 | (s[i] & 0x3F);
    }
    bool forbidden = u < least[n] || (u >= 0xD800 && u < 0xE000) || u > 0x10FFFF || (u & 0xFFFE) == 0xFFFE;
    return forbidden ? 0 : n;
}

/* U+0000 to U+001F, U+007F, and C1: U+0080 to U+009F. */
static bool is_control(const char *s)
{
    const unsigned char a = (unsigned char)s[0];
    return a < 0x20 || a == 0x7F || (a == 0xC2 && (unsigned char)s[1] < 0xA0);
}

char *wgx_plain_text(const char *s, char *buf, size_t size)
{
    size_t n = 0;
    if (!buf || !size) return buf;
    for (s = s ? s : ""; *s;) {
        const int length = wgx_utf8_length(s);
        const bool plain = length && (!is_control(s) || *s == '\n' || *s == '\t');
        const size_t takes = plain ? (size_t)length : 4;
        if (n + takes >= size) break;
        if (plain) memcpy(buf + n, s, takes);
        else snprintf(buf + n, 5, "\\x%02x", (unsigned char)*s);
        s += plain ? length : 1, n += takes;
    }
    return buf[n] = 0, buf;
}

/* Makes a text plain in its place. Where it has been cut within a character, the rest of that goes. */
static void make_plain(char *text, size_t size)
{
    char plain[1024];
    size_t n = strlen(text), last = n;
    while (last && n + 1 == size && ((unsigned char)text[last - 1] >> 6) == 2) last--;
    if (n + 1 == size && last && !wgx_utf8_length(text + last - 1)) text[last - 1] = 0;
    strcpy(text, wgx_plain_text(text, plain, WGI_MIN(size, sizeof plain)));
}

/* ---- the function that the user has called ---- */

static _Thread_local wg_user_call called; /* the outermost WG_USER_CALL; without a name: none */

wg_user_call wg_user_call_begin(wg_site here, const char *name)
{
    const wg_user_call before = called;
    if (!before.name) called = (wg_user_call){ here, name };
    return before;
}

void wg_user_call_end(const wg_user_call *before) { called = *before; }

const char *wgi_users_call(void) { return called.name; }

/* Behind the name with which a text begins: "slice: no axis 1". */
static const char *behind_name(const char *text)
{
    const size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n && text[n] == ':' && text[n + 1] == ' ' ? text + n + 2 : text;
}

/* The message "place of `here`: what: formatted text". */
static WG_PRINTF(5, 0) void compose(char *to, size_t room, wg_site here, const char *what, const char *format,
                                    va_list args)
{
    const char *place = wg_site_place(here);
    const bool named = what && *what, replaced = called.name && !strcmp(place, wg_site_place(called.here)) &&
                                                 !(named && !strcmp(what, "memory"));
    size_t n = 0;
    to[0] = 0;
    if (replaced) what = called.name;
    if (place[0]) n += (size_t)snprintf(to, room, "%s: ", place);
    if (what && what[0] && n < room) n += (size_t)snprintf(to + n, room - n, "%s: ", what);
    if (n < room) vsnprintf(to + n, room - n, format, args);
    if (n < room && replaced && !named) {
        const char *rest = behind_name(to + n);
        memmove(to + n, rest, strlen(rest) + 1);
    }
    make_plain(to, room);
}

static WG_PRINTF(5, 0) wg_status
    wgi_vfail(wg_context *c, wg_site here, const char *what, wg_status s, const char *format, va_list args)
{
    if (!c) {
        char text[sizeof c->lost.message];
        compose(text, sizeof text, here, what, format, args);
        return wgi_lose(s, text), s;
    }
    if (c->status) return c->status;
    c->status = s;
    if (c->quiet) return s;
    wgi_context_failed(c, true);
    compose(c->message, sizeof c->message, here, what, format, args);
    if (c->o.on_error) c->o.on_error(c->o.user, s, c->message);
    return s;
}

wg_status wgi_fail(wg_context *c, wg_site here, const char *what, wg_status s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    wg_status r = wgi_vfail(c, here, what, s, format, args);
    va_end(args);
    return r;
}

wg_status wg_fail(wg_context *c, wg_site here, wg_status s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    wg_status r = wgi_vfail(c, here, NULL, s ? s : WG_ERROR_USE, format, args);
    va_end(args);
    return r;
}

wg_status wgi_quiet_begin(wg_context *c)
{
    wg_status was = c->status;
    c->status = WG_OK;
    c->quiet++;
    wgi_lost_hide(true);
    return was;
}

void wgi_quiet_end(wg_context *c, wg_status was)
{
    c->quiet--;
    wgi_lost_hide(false);
    if (c->status == WG_ERROR_INTERRUPTED) c->interrupt = 1; /* nobody has been told of it */
    c->status = was;
}

void wg_no_warnings(void *user, const char *message) { (void)user, (void)message; }

static void warn(wg_context *c, wg_site here, const char *what, const char *format, va_list args)
{
    char text[1024];
    compose(text, sizeof text, here, what, format, args);
    if (c->o.on_warning) c->o.on_warning(c->o.user, text);
    else fprintf(stderr, "warning: %s\n", text);
}

void wgi_warn_at(wg_context *c, wg_site here, const char *what, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    warn(c, here, what, format, args);
    va_end(args);
}

void wg_warn(wg_context *c, wg_site here, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (c && format && wgi_warns(c, WGI_WARN_TOLD, here)) warn(c, here, NULL, format, args);
    va_end(args);
}

bool wgi_warns(wg_context *c, wgi_warning kind, wg_site here)
{
    if (c->o.on_warning == wg_no_warnings || c->quiet) return false;
    if (c->told.warnings == WGI_WARNED) return false;
    const uint64_t was = wgi_mix(wgi_text_hash(wg_site_place(here)), (uint64_t)kind + 1);
    for (uint32_t i = 0; i < c->told.warnings; i++)
        if (c->told.warned[i] == was) return false;
    c->told.warned[c->told.warnings++] = was;
    return true;
}

void wgi_say(wg_context *c, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    make_plain(text, sizeof text);
    if (c->o.on_trace) c->o.on_trace(c->o.user, text);
    else fprintf(stderr, "wengert: %s\n", text);
}

static void find(const wg_context *c)
{
    if (c && !c->fixed && !c->quiet) wgi_lost_find((wg_context *)(uintptr_t)c);
}

wg_status wg_failed(const wg_context *c)
{
    find(c);
    return c ? c->status : WG_ERROR_MEMORY;
}

const char *wg_message(const wg_context *c)
{
    find(c);
    return c ? c->message : wg_status_text(WG_ERROR_MEMORY);
}

void wg_recover(wg_context *c)
{
    find(c);
    if (!c || c->fixed) return;
    if (!c->patient) c->interrupt = 0;
    if (!c->status) return;
    wgi_context_failed(c, false);
    c->status = WG_OK;
    c->message[0] = 0;
    c->last.recovery++;
}

/* The end of an argument's text: the first comma outside brackets and quotes, or the end of the line. */
static const char *argument_end(const char *s)
{
    int depth = 0;
    char quote = 0;
    for (; *s && *s != '\n'; s++) {
        if (quote) {
            if (*s == '\\' && s[1] && s[1] != '\n') s++;
            else if (*s == quote) quote = 0;
        } else if (*s == '"' || *s == '\'') {
            quote = *s;
        } else if (strchr("([{", *s)) {
            depth++;
        } else if (strchr(")]}", *s)) {
            depth--;
        } else if (*s == ',' && depth <= 0) {
            break;
        }
    }
    return s;
}

const char *wgx_site_arguments(wg_site s)
{
    return s && strchr(s, '\n') ? s + (wgi_before_options(s) > 0) : "";
}

/* Where argument k begins in a text of arguments; NULL: there are fewer. */
static const char *argument_at(const char *s, int k)
{
    for (; k > 0; k--) {
        s = argument_end(s);
        if (*s++ != ',') return NULL;
    }
    while (*s == ' ') s++;
    return s;
}

const char *wgx_site_argument(wg_site here, int k, char *buf, size_t size)
{
    if (!buf || !size) return buf ? buf : "";
    buf[0] = 0;
    const char *s = argument_at(wgx_site_arguments(here), k);
    if (!s) return buf;
    const char *end = argument_end(s);
    while (end > s && end[-1] == ' ') end--;
    size_t n = (size_t)(end - s);
    if (n >= size || n > 60) /* a long expression is cut */
        snprintf(buf, size, "%.*s...", (int)WGI_MIN(WGI_MIN(n, size - 4), 40), s);
    else snprintf(buf, size, "%.*s", (int)n, s);
    return buf;
}

/* ---- options by name ---- */

bool wg_options_named(wg_context *c, wg_site here, const char *what)
{
    const int operands = wgi_before_options(here) - 1;
    if (operands < 0 || !c) return true;
    wg_site *known = &c->told.named[(uint64_t)(uintptr_t)here * 0x9E3779B97F4A7C15u >> 58];
    if (*known == here) return true;
    const char *s = argument_at(wgx_site_arguments(here), operands);
    for (int k = operands; s; s = argument_at(s, 1), k++) {
        char who[80];
        if (*s == '.' || *s == '\n' || !*s) continue;
        wgx_site_argument(here, k, who, sizeof who);
        wgi_fail(c, here, what, WG_ERROR_USE, "%s is an option without its name: write .NAME = %s", who, who);
        return false;
    }
    if (!c->fixed) *known = here;
    return true;
}

/* ---- interrupts ---- */

enum { POLL_MS = 50 };

void wg_interrupt(wg_context *c)
{
    if (c && !c->fixed) c->interrupt = 1;
}

/* on_poll: whether it wants to go on. It is called at most every POLL_MS milliseconds. */
static bool goes_on(wg_context *c)
{
    struct timespec t;
    if (!c->o.on_poll || clock_gettime(CLOCK_MONOTONIC, &t)) return true;
    const int64_t now = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    if (now - c->polled < POLL_MS) return true;
    c->polled = now;
    return c->o.on_poll(c->o.user);
}

bool wgx_interrupts_wait(wg_context *c, bool on)
{
    if (!c) wg_fail(NULL, NULL, WG_ERROR_USE, "interrupts_wait: the context is NULL");
    if (!c || c->fixed) return false;
    const bool was = c->patient;
    c->patient = on;
    return was;
}

bool wgi_is_interrupted(wg_context *c, wg_site here)
{
    if (c->patient || (!c->interrupt && goes_on(c))) return false;
    c->interrupt = 0;
    wgi_fail(c, here, "interrupt", WG_ERROR_INTERRUPTED, "the work was interrupted");
    return true;
}
