/* onnx_names.c: names that nodes and parameters can have. In files they hold slashes, colons and numbers
 * alone. */
#include "onnx/onnx.h"

#include "wgx/base.h"

#include <ctype.h>
#include <string.h>

enum { LONGEST = 120 };

/* Copies what a name can have; slashes become dots. */
static void cleaned(const char *from, char *to)
{
    size_t n = 0;
    for (const char *s = from; *s && n < LONGEST; s++) {
        const bool keeps = isalnum((unsigned char)*s) || *s == '_' || *s == '-' || (*s & 0x80);
        const char sign = keeps ? *s : *s == '/' || *s == '.' ? '.' : '_';
        if (sign != '.' || (n && to[n - 1] != '.')) to[n++] = sign;
    }
    while (n && to[n - 1] == '.') n--;
    to[n] = 0;
}

/* PyTorch's names of results end so. */
static void without_output(char *name)
{
    char *end = strstr(name, "_output_0");
    if (end && !end[9]) *end = 0;
}

const char *wgi_onnx_name(const wg_program *q, const char *from, const char *op, char *to)
{
    char base[LONGEST + 1];
    cleaned(from, base);
    if (op) without_output(base);
    const bool is_number = !base[strspn(base, "0123456789")];
    if (!wgx_is_name(base) || (op && is_number)) {
        size_t n = (size_t)snprintf(to, WGI_ONNX_NAME, "%.40s_%.40s", op ? op : "p", is_number ? base : "");
        for (size_t i = 0; i < n; i++) to[i] = (char)tolower((unsigned char)to[i]);
        if (to[n - 1] == '_') to[n - 1] = 0;
    } else snprintf(to, WGI_ONNX_NAME, "%s", base);
    snprintf(base, sizeof base, "%s", to);
    for (int i = 2; wgi_binding_find(q, to); i++) snprintf(to, WGI_ONNX_NAME, "%s_%d", base, i);
    return to;
}
