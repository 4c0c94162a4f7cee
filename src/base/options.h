/* options.h: lists of options at run time. */
#ifndef WGI_OPTIONS_H
#define WGI_OPTIONS_H

#include "wengert/base.h"

/* Defines T_rows, from the list of the header that declares T. */
#define WGI_OPTION_ROWS(T)                                                                              \
    const wg_option_list *T##_rows(void)                                                                \
    {                                                                                                   \
        typedef T listed;                                                                               \
        static const T standard = { WG_DEFAULTS_(T) };                                                  \
        static const wg_option option[] = { T##_list(WG_NO_, WGI_OPTION_ROW_) };                        \
        static const wg_option_list all = { #T, &standard, sizeof(T), WG_MARK_(T), option, T##_count }; \
        return &all;                                                                                    \
    }
#define WGI_OPTION_ROW_(type, name, standard, range, text, ...) \
    { #name, #type, #standard, range, text, WGI_OPTION_KIND_(((listed *)0)->name), offsetof(listed, name) },
#define WGI_OPTION_KIND_(x) \
    _Generic((x),                   \
        double: WG_OPTION_REAL,     \
        int: WG_OPTION_INT,         \
        int64_t: WG_OPTION_SIZE,    \
        uint64_t: WG_OPTION_SIZE,   \
        bool: WG_OPTION_BOOL,       \
        unsigned: WG_OPTION_CHOICE, \
        const char *: WG_OPTION_TEXT, default: WG_OPTION_OTHER)

/* Whether `options` begins with the mark of its list, its site names all options, and each number is the
 * default or in its range. False: an error is recorded. */
bool wgi_options_fit(wg_context *c, wg_site here, const char *what, const wg_option_list *list,
                     const void *options);
#endif
