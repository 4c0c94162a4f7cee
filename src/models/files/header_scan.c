/* header_scan.c: reads the texts in the headers of .npy and safetensors files: brackets, keys, numbers,
 * texts in quotes. */
#include "files/formats.h"

#include <string.h>

bool wgi_scan_bad(const wgi_scan *s, const char *what)
{
    return wgi_file_bad(s->f, (size_t)(s->text - (const char *)s->f->bytes) + s->at, "the header: %s", what);
}

static void skip_space(wgi_scan *s)
{
    while (s->at < s->size && strchr(" \t\r\n", s->text[s->at]) && s->text[s->at]) s->at++;
}

bool wgi_scan_char(wgi_scan *s, char c)
{
    skip_space(s);
    if (s->at >= s->size || s->text[s->at] != c) return false;
    s->at++;
    return true;
}

bool wgi_scan_number(wgi_scan *s, uint64_t *value)
{
    skip_space(s);
    size_t first = s->at;
    *value = 0;
    for (; s->at < s->size && s->text[s->at] >= '0' && s->text[s->at] <= '9'; s->at++) {
        uint64_t digit = (uint64_t)(s->text[s->at] - '0');
        if (*value > (INT64_MAX - digit) / 10) return false;
        *value = *value * 10 + digit;
    }
    return s->at > first;
}

bool wgi_scan_string(wgi_scan *s, size_t *from, size_t *length)
{
    skip_space(s);
    char quote = s->at < s->size ? s->text[s->at] : 0;
    if (quote != '"' && !(s->python && quote == '\'')) return false;
    for (size_t i = *from = s->at + 1; i < s->size; i++) {
        if (s->text[i] == quote) {
            *length = i - *from, s->at = i + 1;
            return true;
        }
        if (s->text[i] == '\\') i++;
    }
    return false;
}

bool wgi_scan_is(const wgi_scan *s, size_t from, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(s->text + from, word, length) == 0;
}

bool wgi_scan_open(wgi_scan *s, char open, char close, bool *more)
{
    if (!wgi_scan_char(s, open)) return false;
    *more = !wgi_scan_char(s, close);
    return true;
}

bool wgi_scan_more(wgi_scan *s, char close, bool *more)
{
    bool comma = wgi_scan_char(s, ','), end = (!comma || s->python) && wgi_scan_char(s, close);
    *more = comma && !end;
    return comma || end;
}

bool wgi_scan_key(wgi_scan *s, const char *const keys[], unsigned *seen, int *key)
{
    size_t from, length;
    int k = 0;
    if (!wgi_scan_string(s, &from, &length)) return wgi_scan_bad(s, "a key was expected");
    while (keys[k] && !wgi_scan_is(s, from, length, keys[k])) k++;
    if (!keys[k]) return wgi_scan_bad(s, "an unknown key before here");
    if (*seen >> k & 1) return wgi_scan_bad(s, "the key before here stands twice");
    *seen |= 1u << k, *key = k;
    return wgi_scan_char(s, ':') || wgi_scan_bad(s, "no colon after a key");
}
