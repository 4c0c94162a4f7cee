/* eigh_loops.h: eigenvalues and eigenvectors of a symmetric matrix, for one element type T
 * (both_floats.h). */

/* Makes elements (p, q) and (q, p) of a zero. The rows of v turn with those of a. */
static void N(turn_pair)(T *a, T *v, int64_t n, int64_t p, int64_t q)
{
    const N(angle) angle = N(angle_of)((a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]));
    N(turn_rows)(a + p * n, a + q * n, angle, n);
    for (int64_t i = 0; i < n; i++) N(turn)(a + i * n + p, a + i * n + q, angle.sine, angle.half);
    a[p * n + q] = a[q * n + p] = 0;
    N(turn_rows)(v + p * n, v + q * n, angle, n);
}

/* Jacobi's method: a becomes diagonal, and the rows of v its eigenvectors. Elements that are below the
 * rounding of the largest are left. */
static void N(jacobi)(T *a, T *v, int64_t n)
{
    T most = 0;
    for (int64_t i = 0; i < n * n; i++) {
        most = ABS(a[i]) > most ? ABS(a[i]) : most;
        v[i] = i % (n + 1) == 0;
    }
    const T small = most * (sizeof(T) == 4 ? (T)0x1p-24 : (T)0x1p-53);
    bool turned = true;
    for (int sweep = 0; turned && sweep < SWEEPS; sweep++) {
        turned = false;
        for (int64_t p = 0; p < n; p++)
            for (int64_t q = p + 1; q < n; q++)
                if (ABS(a[p * n + q]) > small) {
                    N(turn_pair)(a, v, n, p, q);
                    turned = true;
                }
    }
}

/* Sorts the eigenvalues on the diagonal of a, with their vectors, which are rows of v. */
static void N(sort)(const T *a, T *v, T *w, int64_t n)
{
    for (int64_t i = 0; i < n; i++) w[i] = a[i * n + i];
    for (int64_t i = 0; i < n; i++) {
        int64_t least = i;
        for (int64_t j = i + 1; j < n; j++)
            if (w[j] < w[least]) least = j;
        N(exchange_rows)(v, i, least, n);
        const T was = w[i];
        w[i] = w[least];
        w[least] = was;
    }
}

static bool N(eigh_of)(const wg_kernel *k, int64_t u, int64_t n)
{
    const T *x = OPERAND(T, 0) + u * n * n;
    const size_t bytes = (size_t)(n * n) * sizeof(T);
    T *w = RESULT(T, 0) + u * n, *y = RESULT(T, 1) + u * n * n, *a = k->scratch, *v = a;
    int wrong = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            a[i * n + j] = (T)0.5 * x[i * n + j] + (T)0.5 * x[j * n + i];
            wrong |= !(a[i * n + j] - a[i * n + j] == 0);
        }
    if (wrong) return not_finite(k, u, n);
    if (is_small(n)) {
        v = a + n * n;
        N(jacobi)(a, v, n);
        N(sort)(a, v, w, n);
    } else if (!wgi_lapack_eigh(k->xt[0].dtype, n, a, w, (char *)a + (bytes + 63) / 64 * 64))
        return wg_fault_at(k, u * n, n, WG_FAULT_MATRIX, "has eigenvalues that LAPACK does not find");
    for (int64_t i = 0; i < n; i++) {
        const T sign = N(sign_of)(v + i * n, n, 1);
        for (int64_t j = 0; j < n; j++) y[j * n + i] = sign * v[i * n + j];
    }
    return true;
}
