/* params_save.c: writes the parameters and states of a set to a safetensors file, in the order in which they
 * were made. */
#include "files/safetensors.h"
#include "wengert/params.h"

wg_status wg_params_save_at(wg_site here, const wg_params *p, const char *path)
{
    if (!p) return wg_fail(NULL, here, WG_ERROR_USE, "params_save: the parameter set is NULL");
    wg_context *c = wg_params_context(p);
    if (!p || wg_failed(c)) return wg_failed(c);
    const int n = wg_params_count(p);
    wg_saved *list = wg_alloc(c, (size_t)n + 1, sizeof *list);
    for (int i = 0; i < n && list; i++)
        list[i] = (wg_saved){ wg_params_name(p, i), wg_params_tensor(p, i), wg_params_is_state(p, i) };
    if (list) wgi_safetensors_write(c, here, "params_save", path, list, n);
    wg_free(c, list);
    return wg_failed(c);
}
