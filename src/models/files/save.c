/* save.c: a whole training in a file: wg_save and wg_resume. */
#include "files/formats.h"
#include "wengert/group.h"
#include "wgx/group.h"
#include "wgx/state.h"

#include <errno.h>
#include <sys/stat.h>

wg_status wg_save_at(wg_site here, wg_context *c, const char *path)
{
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "save: the context is NULL");
    int n;
    wgx_saved *list = wgx_saved_list(c, &n);
    if (list) wgi_safetensors_write(c, here, "save", path, list, n);
    wg_free(c, list);
    return wg_failed(c);
}

/* The tensors of the file in its order, so that parameters are made in the order of the program that
 * wrote it. Their data are copies in one block of memory. False: an error is recorded. */
static bool list_of(wgi_safetensors *s, wgx_saved *list, char *data)
{
    wgi_safetensors_in_file_order(s);
    for (size_t i = 0; i < s->count; i++) {
        const wgi_entry *e = &s->entry[i];
        const wgi_array a = wgi_safetensors_array(s, e);
        const wg_dtype t = wgi_elements[a.element].dtype;
        char name[100];
        if (!t || wgi_element_of(t) != a.element)
            return wgi_file_fail(&s->f, WG_ERROR_FORMAT, "\"%s\" is %s, which wg_save does not write",
                                 wgi_entry_text(e, name, sizeof name), wgi_elements[a.element].safetensors);
        list[i] = (wgx_saved){ e->name, { t, a.shape, data }, e->state };
        if (!wgi_array_copy(&a, 0, a.count, data)) return false;
        data += (a.count * wg_dtype_size(t) + 7) & ~(size_t)7;
    }
    return true;
}

static void restore(wgi_safetensors *s)
{
    wg_context *c = s->f.c;
    wgx_saved *list = wg_alloc(c, s->count + 1, sizeof *list);
    char *data = wg_alloc(c, s->f.size + 8 * s->count + 8, 1);
    if (list && data && list_of(s, list, data))
        wgx_saved_restore_at(s->f.here, c, list, (int)s->count, s->f.who, s->f.path);
    wg_free(c, data);
    wg_free(c, list);
}

static bool is_there(const char *path)
{
    struct stat st;
    return path && (stat(path, &st) == 0 || errno != ENOENT);
}

bool wg_resume_at(wg_site here, wg_context *c, const char *path)
{
    if (!c) return wg_fail(NULL, here, WG_ERROR_USE, "resume: the context is NULL"), false;
    wg_group *all = wgx_group_of(c);
    const bool there = wg_group_rank(all) == 0 && !wg_failed(c) && is_there(path);
    wgi_safetensors s;
    if (there) {
        if (wgi_safetensors_read(&s, c, here, "resume", path)) restore(&s);
        wgi_safetensors_free(&s);
    }
    return all ? wgx_group_share_at(here, all, there) : there && !wg_failed(c);
}
