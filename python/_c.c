/* SPDX-License-Identifier: MIT */
/* _c.c: what Python does at every operation, in C: a value, operators, calls of builders, inputs, reads.
 *
 * Python can do all of this by itself, over ctypes, and does where this module is not built
 * (wengert/_way.py chooses).
 * Here the common calls are made without it: operands that are values and numbers, options that are numbers,
 * truths, texts, axes and sizes. Whatever else is given, a list of values, an array, a wrong option, goes to
 * the function of Python that does the same. So only Python knows what is refused, and in which words.
 *
 * `make` builds it where the headers of a Python are, in build/python/_c.abi3.so, for all versions from 3.10
 * on. It is not linked with the library: start() gets the addresses of the library that Python has
 * loaded.
 *
 * While nodes are made the lock of Python is held. While values are computed it is released.
 */
#define Py_LIMITED_API 0x030A0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <structmember.h>

#include <wengert/params.h>
#include "wgx/graph.h"

/* In the limited API since 3.11 (buffers) and 3.12 (vectorcall). In 3.10 they are the same. */
typedef struct wg_buffer {
    void *data;
    PyObject *owner;
    Py_ssize_t bytes, item;
    int readonly, rank;
    char *format;
    Py_ssize_t *shape, *strides, *suboffsets;
    void *internal;
} wg_buffer;
typedef PyObject *(*vector_call)(PyObject *, PyObject *const *, size_t, PyObject *);
#if Py_LIMITED_API < 0x030B0000
PyAPI_FUNC(int) PyObject_GetBuffer(PyObject *, wg_buffer *, int);
PyAPI_FUNC(void) PyBuffer_Release(wg_buffer *);
#endif
PyAPI_FUNC(PyObject *) PyVectorcall_Call(PyObject *, PyObject *, PyObject *);
enum { CAN_WRITE = 1, ROW_MAJOR_WITH_FORMAT = 0x3C }; /* PyBUF_WRITABLE; PyBUF_C_CONTIGUOUS | PyBUF_FORMAT */
#define ARGUMENTS_OFFSET ((size_t)1 << (8 * sizeof(size_t) - 1))
#define HAS_VECTORCALL   (1UL << 11) /* Py_TPFLAGS_HAVE_VECTORCALL */
#define IS_METHOD        (1UL << 17) /* Py_TPFLAGS_METHOD_DESCRIPTOR: x.f(y) calls f(x, y) */

/* ---- what start() is given ---- */

/* The functions of the library. FUNCTIONS of the module lists their names. */
#define wg_node_is_current wgx_node_is_current /* shared, and no part of the interface: wgx/api.h */
#define OF_GRAPHS(X)       X(failed) X(graph_context) X(context_dtype) X(begin) X(item_at) X(value_at)
#define OF_NODES(X)        X(node_shape) X(node_dtype) X(node_is_current) X(input_at) X(input_borrow_at)
#define OF_PARAMS(X)       X(param_at) X(params_context) X(params_tensor)
#define LIBRARY(X)         OF_GRAPHS(X) OF_NODES(X) OF_PARAMS(X)
static struct {
#define POINTER(name) __typeof__(wg_##name) *name;
    LIBRARY(POINTER)
} library;

/* Of Python: the folders of the package and of NumPy, and the name of the file between NumPy's f(x) and
 * ours; site(file, line), the bytes of a call site, which it keeps; the
 * struct of a node; the classes Value and Leaf; types.MethodType; numpy.empty and numpy.ndarray; dtypes by
 * the library's numbers; what a thread has; the class Params; explain(name, f), the text for help(); 0. */
#define GIVEN(X) \
    X(package)   \
    X(numpy)     \
    X(dispatch)  \
    X(site)      \
    X(node) X(value) X(leaf) X(partial) X(empty) X(array) X(dtypes) X(now) X(params) X(explain) X(zero)
static struct {
#define OBJECT(name) PyObject *name;
    GIVEN(OBJECT)
} given;

/* Attributes of frames, of what a value has, and of a graph's begin; words of options. */
#define OF_FRAMES(X) X(f_lasti) X(f_back) X(co_filename)
#define OF_VALUES(X) X(graph) X(context) X(_look) X(_value) X(_was_read) X(_has_grown) X(_p)
#define OF_BEGIN(X)  X(_called) X(_before) X(_losses) X(_carried) X(_cut)
#define WORDS(X)     X(axis) X(axes) X(dim) X(dims) X(keepdim) X(keepdims)
#define NAMES(X)     OF_FRAMES(X) OF_VALUES(X) OF_BEGIN(X) WORDS(X)
static struct {
    NAMES(OBJECT)
} name;

/* It may live longer than its graph. first: of the values that somebody has. */
typedef struct watch {
    wgx_graph_watch of;
    struct value *first;
} watch;
/* The base of the class Graph. automatic: it is begun again without being asked. ended, or automatic and
 * changed: what is made of its values is the affair of Python. */
typedef struct graph {
    PyObject_HEAD wg_graph *raw;
    struct watch *watch; /* the library has its address */
    PyObject *of_watch;  /* has its memory, as long as this is there: values that are dropped later write to
                          * it */
    PyObject *leaves;    /* what is placed in it, by key: (the Leaf, or a weak reference; the node; Params
                            * or None) */
    char ended, automatic;
    unsigned long thread; /* that has made it */
    int most;             /* a new node of a higher index is told to Python, by _has_grown() */
    int limit;            /* a read of a node of a higher index is told to it, by _was_read() */
} graph;
/* The base of the class Value. constant: a number elsewhere than in a block of no_grad. A Leaf has no graph:
 * node is where it was placed last, if it is still there. leaf: (key, array, name, site), or of a parameter
 * (key, Params, name, its index, the address in C). */
typedef struct value {
    PyObject_HEAD wg_node node;
    PyObject *graph, *leaf, *of;  /* of: whose elements it shows, if it is a view: x.reshape(...), x[0],
                                   * x.detach() */
    struct value *next, **before; /* of its graph */
    int views;                    /* how many values have it as theirs */
    char constant, dtype;         /* dtype: of a Leaf, as the library numbers them */
} value;
static PyTypeObject *value_type, *leaf_type; /* given.value, given.leaf */
static _Thread_local char off;               /* the thread is in a block of no_grad */
static PyObject *graph_type;
static allocfunc new_value;

/* ---- call sites ---- */

/* The sites of instructions. The code is kept, so that no other has its address. */
typedef struct place {
    PyObject *code, *site; /* site NULL: in this package or NumPy, which are nobody's call site */
    long at;
} place;
enum { PLACES = 4096 };
static place places[PLACES];

/* Whether a file stands between the user's line and the library. */
static bool is_between(PyObject *file)
{
    return PyUnicode_Tailmatch(file, given.package, 0, PY_SSIZE_T_MAX, -1) ||
           PyUnicode_Tailmatch(file, given.numpy, 0, PY_SSIZE_T_MAX, -1) ||
           !PyUnicode_Compare(file, given.dispatch);
}

/* The place of a frame. NULL: an exception. */
static place *place_of(PyObject *frame)
{
    PyObject *code = (PyObject *)PyFrame_GetCode((PyFrameObject *)frame);
    PyObject *last = PyObject_GetAttr(frame, name.f_lasti), *file, *site = NULL;
    const long at = last ? PyLong_AsLong(last) : -1;
    place *p = places + (((uintptr_t)code >> 4) * 31 + (uintptr_t)at * 7) % PLACES;
    Py_XDECREF(last);
    if (p->code == code && p->at == at) {
        Py_DECREF(code);
        return p;
    }
    file = PyObject_GetAttr(code, name.co_filename);
    if (file && !is_between(file))
        site = PyObject_CallFunction(given.site, "Oi", file, PyFrame_GetLineNumber((PyFrameObject *)frame));
    Py_XDECREF(file);
    if (PyErr_Occurred()) {
        Py_DECREF(code);
        return NULL;
    }
    const place old = *p;
    *p = (place){ code, site, at };
    Py_XDECREF(old.code);
    Py_XDECREF(old.site); /* Python keeps it: nodes have its text */
    return p;
}

/* Where the user called: the first frame outside of this package and of NumPy. NULL: an exception. */
static PyObject *site_here(void)
{
    PyObject *frame = (PyObject *)PyEval_GetFrame(), *back;
    Py_XINCREF(frame);
    while (frame) {
        const place *p = place_of(frame);
        back = p && !p->site ? PyObject_GetAttr(frame, name.f_back) : NULL;
        Py_DECREF(frame);
        if (!back || back == Py_None) {
            Py_XDECREF(back);
            if (!p || p->site) return p ? p->site : NULL;
            break;
        }
        frame = back;
    }
    return PyErr_Occurred() ? NULL : PyObject_CallFunction(given.site, "Oi", given.package, 0);
}

static wg_site here(void)
{
    PyObject *site = site_here();
    return site ? PyBytes_AsString(site) : NULL;
}

static PyObject *module_here(PyObject *module, PyObject *none)
{
    PyObject *site = site_here();
    Py_XINCREF(site);
    return site;
}

/* ---- values ---- */

/* v is one of the values of a graph, or none any more. */
static void enter(value *v, PyObject *of)
{
    graph *g = (graph *)of;
    v->graph = Py_NewRef(of);
    if (!g->watch) return;
    v->next = g->watch->first;
    v->before = &g->watch->first;
    if (v->next) v->next->before = &v->next;
    g->watch->first = v;
    g->watch->of.live++;
}

static void leave(value *v)
{
    graph *g = (graph *)v->graph;
    if (!g) return;
    if (v->before) {
        *v->before = v->next;
        if (v->next) v->next->before = v->before;
        g->watch->of.live--;
    }
    v->graph = NULL;
    Py_DECREF(g);
}

/* v shows elements of another value, or, NULL, of none. */
static void show(value *v, PyObject *of)
{
    value *was = (value *)v->of;
    v->of = Py_XNewRef(of);
    if (of) ((value *)of)->views++;
    if (was) was->views--;
    Py_XDECREF(was);
}

static PyObject *made(wg_node n, PyObject *of)
{
    value *v = (value *)new_value(value_type, 0);
    if (!v) return NULL;
    v->node = n;
    v->constant = off;
    enter(v, of);
    return (PyObject *)v;
}

/* The node as the struct of ctypes. */
static PyObject *node_struct(wg_node n)
{
    return PyObject_CallMethod(given.node, "from_buffer_copy", "y#", (const char *)&n, (Py_ssize_t)sizeof n);
}

static bool has_failed(const wg_graph *g) { return library.failed(library.graph_context(g)) != WG_OK; }

/* Raises what is wrong, if something is. */
static bool is_well(PyObject *of)
{
    PyObject *context = PyObject_GetAttr(of, name.context);
    PyObject *y = context ? PyObject_CallMethodObjArgs(context, name._look, NULL) : NULL;
    Py_XDECREF(context);
    Py_XDECREF(y);
    return y;
}

/* Where a call makes its nodes. */
typedef struct home {
    PyObject *graph;
    wg_graph *raw;
} home;

/* The value of a call. What is no node of a graph is for Python. */
static PyObject *result(wg_node n, const home *h)
{
    if (n.graph && !has_failed(h->raw)) {
        const graph *g = (const graph *)h->graph;
        PyObject *v = made(n, h->graph);
        if (!v || !g->automatic || n.index <= (uint32_t)g->most) return v;
        PyObject *none = PyObject_CallMethodObjArgs(v, name._has_grown, NULL);
        if (!none) Py_CLEAR(v);
        Py_XDECREF(none);
        return v;
    }
    PyObject *s = node_struct(n), *y = s ? PyObject_CallMethodObjArgs(h->graph, name._value, s, NULL) : NULL;
    Py_XDECREF(s);
    return y;
}

static inline bool as_number(PyObject *o, double *d)
{
    if (PyFloat_Check(o)) *d = PyFloat_AsDouble(o);
    else if (Py_TYPE(o) == &PyLong_Type) *d = PyLong_AsDouble(o);
    else return false;
    if (fabs(*d) >= 0x1p53 && !PyFloat_Check(o)) return false; /* it may be rounded */
    if (*d != -1 || !PyErr_Occurred()) return true;
    PyErr_Clear();
    return false;
}

static inline bool is_leaf(PyObject *o)
{
    return Py_TYPE(o) != value_type && PyType_IsSubtype(Py_TYPE(o), leaf_type);
}

static inline bool is_open(const graph *g)
{
    if (!g->automatic) return !g->ended;
    return !g->ended && !g->watch->of.changed && g->thread == PyThread_get_thread_ident();
}

/* Looks for the home among operands: the graph of the first value that is in one. False: for Python. */
static bool look(PyObject *o, home *h, bool *leaf)
{
    if (Py_TYPE(o) == value_type) {
        graph *g = (graph *)((value *)o)->graph;
        if (!g || !is_open(g)) return false;
        if (!h->graph) *h = (home){ (PyObject *)g, g->raw };
        return true;
    }
    const bool tuple = Py_TYPE(o) == &PyTuple_Type;
    if (!tuple && Py_TYPE(o) != &PyList_Type) return *leaf = *leaf || is_leaf(o), true;
    const Py_ssize_t n = tuple ? PyTuple_Size(o) : PyList_Size(o);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *e = tuple ? PyTuple_GetItem(o, i) : PyList_GetItem(o, i);
        if (Py_TYPE(e) == value_type || is_leaf(e)) {
            if (!look(e, h, leaf)) return false;
        } else if (Py_TYPE(e) == &PyLong_Type) { /* sizes and axes */
            return true;
        }
    }
    return true;
}

static bool begin_again(graph *g);

/* The graph that was begun last, if it goes on, or is begun again. */
static bool look_now(home *h)
{
    PyObject *o = PyObject_GetAttr(given.now, name.graph);
    if (!o) return PyErr_Clear(), false;
    const bool is = o != Py_None && PyObject_TypeCheck(o, (PyTypeObject *)graph_type);
    graph *g = (graph *)o;
    if (is && (!g->automatic || g->watch->of.live > 0 ? is_open(g) : !g->ended && begin_again(g)))
        *h = (home){ o, g->raw };
    Py_DECREF(o); /* the thread has it */
    return h->graph;
}

/* ---- leaves ---- */

static wg_dtype dtype_of(const wg_buffer *b);

/* The array of a Leaf as an input. It never changes: the memory of a large one is not copied. */
static wg_node place_array(PyObject *leaf, wg_graph *raw)
{
    enum { LARGE = 1 << 16 };
    PyObject *text = PyTuple_GetItem(leaf, 2);
    const char *word = text == Py_None ? NULL : PyBytes_AsString(text);
    const wg_site s = PyBytes_AsString(PyTuple_GetItem(leaf, 3));
    wg_buffer b;
    wg_node n = { NULL, 0, 0 };
    if (PyObject_GetBuffer(PyTuple_GetItem(leaf, 1), &b, ROW_MAJOR_WITH_FORMAT)) return PyErr_Clear(), n;
    wg_tensor t = { dtype_of(&b), { .rank = b.rank }, b.data };
    for (int i = 0; i < b.rank && i < WG_MAX_RANK; i++) t.shape.dim[i] = b.shape[i];
    if (t.dtype != WG_DEFAULT_DTYPE && b.rank <= WG_MAX_RANK)
        n = (b.bytes < LARGE ? library.input_at : library.input_borrow_at)(s, raw, word, t);
    PyBuffer_Release(&b);
    return n;
}

static wg_node place_parameter(PyObject *leaf, wg_graph *raw)
{
    wg_params *p = PyLong_AsVoidPtr(PyTuple_GetItem(leaf, 4));
    const wg_site s = here();
    if (!p || !s || library.params_context(p) != library.graph_context(raw)) return (wg_node){ NULL, 0, 0 };
    const wg_tensor t = library.params_tensor(p, (int)PyLong_AsLong(PyTuple_GetItem(leaf, 3)));
    return library.param_at(s, raw, p, PyBytes_AsString(PyTuple_GetItem(leaf, 2)), t.shape, (wg_init){ 0 });
}

/* Places a Leaf in the graph. False: for Python. */
static bool place_leaf(value *v, const home *h)
{
    PyObject *leaves = ((graph *)h->graph)->leaves, *key, *entry;
    if (!v->leaf || !leaves || has_failed(h->raw)) return false;
    key = PyTuple_GetItem(v->leaf, 0);
    if ((entry = PyDict_GetItem(leaves, key))) {
        const unsigned long long at = PyLong_AsUnsignedLongLong(PyTuple_GetItem(entry, 1));
        v->node = (wg_node){ h->raw, (uint32_t)at, (uint32_t)(at >> 32) };
        return library.node_is_current(v->node);
    }
    const bool array = PyTuple_Size(v->leaf) == 4;
    const wg_node n = (array ? place_array : place_parameter)(v->leaf, h->raw);
    if (!n.graph || has_failed(h->raw)) return false;
    /* The array stays as it is now: the Leaf may get another one. */
    PyObject *of = array ? new_value(leaf_type, 0) : PyWeakref_NewRef((PyObject *)v, NULL);
    if (array && of) ((value *)of)->leaf = Py_NewRef(v->leaf);
    entry = Py_BuildValue("NKO", of, n.index | (unsigned long long)n.generation << 32,
                          array ? Py_None : PyTuple_GetItem(v->leaf, 1));
    const bool ok = entry && !PyDict_SetItem(leaves, key, entry);
    Py_XDECREF(entry);
    v->node = n;
    return ok;
}

/* An operand. False: one for Python, as a value of another graph, or of one that has ended. */
static inline bool as_node(PyObject *o, wg_node *n, const home *h)
{
    double d;
    if (Py_TYPE(o) == value_type) {
        const value *v = (const value *)o;
        *n = v->node;
        return v->graph == h->graph && (!v->constant || off);
    }
    if (as_number(o, &d)) return *n = wg_number_of(d), true;
    if (!is_leaf(o)) return false;
    value *v = (value *)o;
    if (v->constant && !off) return false;
    const bool there = v->node.graph == h->raw && library.node_is_current(v->node);
    if (!there && !place_leaf(v, h)) return false;
    *n = v->node;
    return true;
}

/* Value(struct of ctypes, graph) */
static int value_init(PyObject *self, PyObject *arguments, PyObject *named)
{
    value *v = (value *)self;
    PyObject *node, *of;
    wg_buffer b;
    if (!PyArg_ParseTuple(arguments, "OO!:Value", &node, graph_type, &of) || PyObject_GetBuffer(node, &b, 0))
        return -1;
    if ((size_t)b.bytes == sizeof v->node) memcpy(&v->node, b.data, sizeof v->node);
    PyBuffer_Release(&b);
    leave(v);
    v->constant = off;
    enter(v, of);
    return 0;
}

/* x._placed(struct of ctypes): where a Leaf is now. A value that has become one is in no graph any more. */
static PyObject *value_placed(PyObject *self, PyObject *node)
{
    value *v = (value *)self;
    wg_buffer b;
    if (PyObject_GetBuffer(node, &b, 0)) return NULL;
    if ((size_t)b.bytes == sizeof v->node) memcpy(&v->node, b.data, sizeof v->node);
    PyBuffer_Release(&b);
    leave(v);
    Py_RETURN_NONE;
}

/* g._values(): those that somebody has. */
static PyObject *graph_values(PyObject *self, PyObject *none)
{
    PyObject *list = PyList_New(0);
    for (value *v = ((graph *)self)->watch->first; list && v; v = v->next)
        if (PyList_Append(list, (PyObject *)v)) Py_CLEAR(list);
    return list;
}

/* For the library, in the middle of a step: its nodes. */
static int live_nodes(const wgx_graph_watch *of, wg_node *to, int room)
{
    const PyGILState_STATE was = PyGILState_Ensure();
    int n = 0;
    for (const value *v = ((const watch *)(const void *)of)->first; v; v = v->next, n++)
        if (n < room) to[n] = v->node;
    PyGILState_Release(was);
    return n;
}

/* off(on): the thread is in a block of no_grad, or not; what it was. off(): what it is. */
static PyObject *module_off(PyObject *module, PyObject *arguments)
{
    const char was = off;
    int on = -1;
    if (!PyArg_ParseTuple(arguments, "|p:off", &on)) return NULL;
    if (on >= 0) off = (char)on;
    return PyBool_FromLong(was);
}

static int value_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((value *)self)->graph);
    Py_VISIT(((value *)self)->leaf);
    Py_VISIT(((value *)self)->of);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static int value_clear(PyObject *self)
{
    leave((value *)self);
    Py_CLEAR(((value *)self)->leaf);
    show((value *)self, NULL);
    return 0;
}

static void value_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    value_clear(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyObject *value_of(PyObject *self, void *unused)
{
    PyObject *of = ((value *)self)->of;
    return Py_NewRef(of ? of : Py_None);
}

static int value_show(PyObject *self, PyObject *of, void *unused)
{
    show((value *)self, of == Py_None ? NULL : of);
    return 0;
}

static PyObject *value_node(PyObject *self, void *unused) { return node_struct(((value *)self)->node); }

static PyObject *sizes(const wg_shape *s)
{
    PyObject *t = PyTuple_New(s->rank), *size;
    for (int i = 0; t && i < s->rank; i++) {
        if (!(size = PyLong_FromLongLong(s->dim[i]))) Py_CLEAR(t);
        else PyTuple_SetItem(t, i, size);
    }
    return t;
}

static PyObject *value_shape(PyObject *self, void *unused)
{
    const wg_shape s = library.node_shape(((value *)self)->node);
    return sizes(&s);
}

static PyObject *value_dtype(PyObject *self, void *unused)
{
    return PySequence_GetItem(given.dtypes, library.node_dtype(((value *)self)->node));
}

/* ---- calls of builders ---- */

/* How a function is called: the letters of its parameters, or by a struct of arguments. input and begin are
 * methods of a graph. */
enum { N, NN, NNN, NH, NI, NT, M, TM, STRUCT, INPUT, BEGIN, FORMS };
static const char *const form_text[FORMS] = { "n", "nn", "nnn",    "nh",    "ni",   "nt",
                                              "m", "tm", "struct", "input", "begin" };

/* The parameters of a function that has no struct. */
enum { MOST_NODES = 32 };
typedef struct parameters {
    wg_node node[MOST_NODES];
    int nodes; /* of a list */
    wg_shape shape;
    int whole;
    const char *text;
} parameters;

/* An argument. kind: n node, m a list of nodes, d double, i int, l int64_t, b bool, t text, h shape, p
 * Params; x: one axis at `at`, several at `also`, -1: not in the struct. */
typedef struct field {
    PyObject *word;
    char kind;
    Py_ssize_t at, also;
} field;

enum { MOST_PLACES = 2 };
typedef struct builder {
    PyObject_HEAD vector_call call;
    PyObject *word, *python; /* python: the function of Python */
    void (*function)(void);
    int form, asked, fields, places; /* asked: how many are given by position */
    int place[MOST_PLACES];          /* fields that may be, too */
    bool truths;                     /* it has a meaning of its own for truths alone */
    bool view;                       /* its result shows elements of its first operand */
    size_t size;
    const char *standard; /* the struct when nothing is given: bytes of the library */
    field *field;
} builder;
enum { MOST_BYTES = sizeof(parameters), MOST_FIELDS = 24 };

static bool as_whole(PyObject *o, long long least, long long most, long long *n)
{
    if (Py_TYPE(o) != &PyLong_Type) return false;
    *n = PyLong_AsLongLong(o);
    if (*n == -1 && PyErr_Occurred()) {
        PyErr_Clear();
        return false;
    }
    return least <= *n && *n <= most;
}

/* One whole number, or a tuple or list of 1 to 8. The result is their count; 0: for Python. */
static int as_list(PyObject *o, long long least, long long most, long long n[8])
{
    if (Py_TYPE(o) == &PyLong_Type) return as_whole(o, least, most, n);
    const bool tuple = Py_TYPE(o) == &PyTuple_Type;
    if (!tuple && Py_TYPE(o) != &PyList_Type) return 0;
    const Py_ssize_t count = tuple ? PyTuple_Size(o) : PyList_Size(o);
    if (count > 8) return 0;
    for (Py_ssize_t i = 0; i < count; i++)
        if (!as_whole(tuple ? PyTuple_GetItem(o, i) : PyList_GetItem(o, i), least, most, n + i)) return 0;
    return (int)count;
}

static bool as_text(PyObject *o, const char **t)
{
    Py_ssize_t bytes;
    if (!PyUnicode_Check(o)) return false;
    *t = PyUnicode_AsUTF8AndSize(o, &bytes);
    if (!*t) PyErr_Clear();
    return *t && strlen(*t) == (size_t)bytes;
}

static bool as_axes(PyObject *o, const field *f, char *to)
{
    long long n[8];
    const int count = as_list(o, INT_MIN, INT_MAX, n);
    if (count == 1 && f->at >= 0) {
        *(int *)(to + f->at) = (int)n[0];
    } else if (count && f->also >= 0) {
        int axis[8];
        for (int i = 0; i < count; i++) axis[i] = (int)n[i];
        *(wg_axes *)(to + f->also) = wg_axes_of(count, axis);
    } else {
        return false;
    }
    return true;
}

static bool as_nodes(PyObject *o, parameters *p, const home *h)
{
    const bool tuple = Py_TYPE(o) == &PyTuple_Type;
    if (!tuple && Py_TYPE(o) != &PyList_Type) return false;
    const Py_ssize_t count = tuple ? PyTuple_Size(o) : PyList_Size(o);
    if (count > MOST_NODES) return false;
    for (Py_ssize_t i = 0; i < count; i++)
        if (!as_node(tuple ? PyTuple_GetItem(o, i) : PyList_GetItem(o, i), p->node + i, h)) return false;
    p->nodes = (int)count;
    return true;
}

static void *address_of(PyObject *o, PyObject *attribute)
{
    PyObject *number = PyObject_GetAttr(o, attribute);
    void *p = number ? PyLong_AsVoidPtr(number) : NULL;
    Py_XDECREF(number);
    return p;
}

/* Writes an argument into the struct. False: one for Python. */
static bool set(const field *f, PyObject *o, char *to, const home *h)
{
    long long n[8];
    void *p = to + f->at;
    switch (f->kind) {
    case 'n': return as_node(o, p, h);
    case 'm': return as_nodes(o, p, h);
    case 'p': return (PyObject *)Py_TYPE(o) == given.params && (*(void **)p = address_of(o, name._p));
    case 'x': return as_axes(o, f, to);
    case 't': return as_text(o, p);
    case 'b':
        if (Py_TYPE(o) != &PyBool_Type) return false;
        *(bool *)p = o == Py_True;
        return true;
    case 'd': return as_number(o, p);
    case 'i':
        if (!as_whole(o, INT_MIN, INT_MAX, n)) return false;
        *(int *)p = (int)n[0];
        return true;
    case 'l':
        if (!as_whole(o, INT64_MIN, INT64_MAX, n)) return false;
        *(int64_t *)p = n[0];
        return true;
    default: {
        const int count = as_list(o, INT64_MIN, INT64_MAX, n);
        if (!count) return false;
        *(wg_shape *)p = (wg_shape){ .rank = count };
        for (int i = 0; i < count; i++) ((wg_shape *)p)->dim[i] = n[i];
        return true;
    }
    }
}

/* A list of nodes in a struct: the array, which stands in `list`, and behind it their number. */
static bool set_list(const field *f, PyObject *o, char *to, parameters *list, const home *h)
{
    if (!as_nodes(o, list, h)) return false;
    *(const wg_node **)(void *)(to + f->at) = list->node;
    *(int *)(void *)(to + f->at + sizeof(wg_node *)) = list->nodes;
    return true;
}

/* The field of a word; PyTorch's words for axes and keepdims are understood. -1: for Python. */
static int field_of(const builder *b, PyObject *word)
{
    if (word == name.keepdim) word = name.keepdims;
    for (int k = 0; k < b->fields; k++)
        if (b->field[k].word == word ||
            (b->field[k].kind == 'x' && (word == name.axes || word == name.dim || word == name.dims)))
            return k;
    return -1;
}

static wg_node call(const builder *b, wg_site s, const char *a)
{
    const parameters *p = (const void *)a;
    const wg_node *x = p->node;
#define CALL(...) ((wg_node(*)(wg_site, __VA_ARGS__))b->function)
    switch (b->form) {
    case N: return CALL(wg_node)(s, x[0]);
    case NN: return CALL(wg_node, wg_node)(s, x[0], x[1]);
    case NNN: return CALL(wg_node, wg_node, wg_node)(s, x[0], x[1], x[2]);
    case NH: return CALL(wg_node, wg_shape)(s, x[0], p->shape);
    case NI: return CALL(wg_node, int)(s, x[0], p->whole);
    case NT: return CALL(wg_node, const char *)(s, x[0], p->text);
    case M: return CALL(const wg_node *, int)(s, x, p->nodes);
    case TM: return CALL(const char *, const wg_node *, int)(s, p->text, x, p->nodes);
    default: return CALL(const void *)(s, a);
    }
}

static unsigned kind_of(PyObject *o)
{
    if (Py_TYPE(o) != value_type && !is_leaf(o)) return 0;
    const value *v = (const value *)o;
    return 1U << (v->graph ? library.node_dtype(v->node) : (wg_dtype)v->dtype);
}

static unsigned kinds_of(PyObject *list)
{
    unsigned kinds = 0;
    const Py_ssize_t n = PyList_Check(list) || PyTuple_Check(list) ? PySequence_Size(list) : 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *o = PySequence_GetItem(list, i);
        if (o) kinds |= kind_of(o);
        Py_XDECREF(o);
    }
    return kinds;
}

/* Whether the library takes these operands as NumPy would: it knows no f32 beside f64, and beside whole
 * numbers alone 1.0 is 1 for it. */
static bool are_of_kinds(const builder *b, PyObject *const *args, Py_ssize_t n)
{
    unsigned kinds = 0;
    bool whole = false;
    for (Py_ssize_t k = 0; k < n && k < b->asked; k++) {
        if (b->field[k].kind == 'm') kinds |= kinds_of(args[k]);
        if (b->field[k].kind != 'n') continue;
        if (PyFloat_Check(args[k])) {
            const double d = PyFloat_AsDouble(args[k]);
            whole |= d == floor(d);
        } else kinds |= kind_of(args[k]);
    }
    const unsigned floats = kinds & (1U << WG_F32 | 1U << WG_F64);
    if (!(kinds & ~(1U << WG_BOOL)) && kinds && b->truths) return false;
    return !(floats & (floats - 1)) && (!whole || floats || !kinds);
}

/* The value of a call. NULL without an exception: a call for Python. */
static PyObject *build(const builder *b, PyObject *const *args, Py_ssize_t n, PyObject *words)
{
    _Alignas(16) char a[MOST_BYTES];
    parameters list;
    const Py_ssize_t named = words ? PyTuple_Size(words) : 0;
    home h = { NULL, NULL };
    bool leaf = false;
    Py_ssize_t seen = 0;
    if (b->form == STRUCT ? n > b->asked + b->places : n + named != b->asked) return NULL;
    for (Py_ssize_t k = 0; k < n + named; k++)
        if (!look(args[k], &h, &leaf)) return NULL;
    if (!h.graph && (!leaf || !look_now(&h))) return NULL; /* options do not say the graph */
    if ((named && b->form != STRUCT && n < b->asked) || !are_of_kinds(b, args, n)) return NULL;
    if (b->form == STRUCT) memcpy(a, b->standard, b->size);
    for (Py_ssize_t k = 0; k < n; k++) {
        const int f = k < b->asked ? (int)k : b->place[k - b->asked];
        if (k >= b->asked) seen |= (Py_ssize_t)1 << f;
        if (!(b->form == STRUCT && b->field[f].kind == 'm' ? set_list(b->field + f, args[k], a, &list, &h)
                                                           : set(b->field + f, args[k], a, &h)))
            return NULL;
    }
    for (Py_ssize_t k = 0; k < named; k++) {
        const int f = field_of(b, PyTuple_GetItem(words, k));
        if (f < 0 || (b->form != STRUCT && f < n) || (seen >> f & 1)) return NULL;
        seen |= (Py_ssize_t)1 << f;
        if (args[n + k] == Py_None && f >= b->asked && b->field[f].kind != 'x') continue;
        if (!set(b->field + f, args[n + k], a, &h)) return NULL;
    }
    const wg_site s = here();
    PyObject *y = s ? result(call(b, s, a), &h) : NULL;
    if (b->view && y && n && Py_TYPE(y) == value_type && (Py_TYPE(args[0]) == value_type || is_leaf(args[0])))
        show((value *)y, args[0]);
    return y;
}

static PyObject *in_python(PyObject *f, PyObject *const *args, Py_ssize_t n, PyObject *words)
{
    PyObject *arguments = PyTuple_New(n), *options = words ? PyDict_New() : NULL, *y = NULL;
    bool ok = arguments && (options || !words);
    for (Py_ssize_t k = 0; ok && k < n; k++) PyTuple_SetItem(arguments, k, Py_NewRef(args[k]));
    for (Py_ssize_t k = 0; ok && words && k < PyTuple_Size(words); k++)
        ok = !PyDict_SetItem(options, PyTuple_GetItem(words, k), args[n + k]);
    if (ok) y = PyObject_Call(f, arguments, options);
    Py_XDECREF(arguments);
    Py_XDECREF(options);
    return y;
}

static PyObject *graph_input(PyObject *const *args, Py_ssize_t n);
static PyObject *graph_begin(PyObject *const *args, Py_ssize_t n);

static PyObject *builder_call(PyObject *self, PyObject *const *args, size_t n, PyObject *words)
{
    const builder *b = (const builder *)self;
    PyObject *y = NULL;
    n &= ~ARGUMENTS_OFFSET;
    if (b->form < INPUT) y = build(b, args, (Py_ssize_t)n, words);
    else if (!words) y = (b->form == INPUT ? graph_input : graph_begin)(args, (Py_ssize_t)n);
    return y || PyErr_Occurred() ? y : in_python(b->python, args, (Py_ssize_t)n, words);
}

/* As a method without a call, x.f, it is the function with x already given. */
static PyObject *builder_get(PyObject *self, PyObject *object, PyObject *type)
{
    if (!object || object == Py_None) return Py_NewRef(self);
    return PyObject_CallFunctionObjArgs(given.partial, self, object, NULL);
}

static void builder_free(PyObject *self)
{
    builder *b = (builder *)self;
    PyTypeObject *type = Py_TYPE(self);
    for (int k = 0; k < b->fields; k++) Py_XDECREF(b->field[k].word);
    PyMem_Free(b->field);
    Py_XDECREF(b->word);
    Py_XDECREF(b->python);
    PyObject_Free(b);
    Py_DECREF(type);
}

/* An attribute that a builder lacks is that of its function in Python, as .reduce. */
static PyObject *builder_attribute(PyObject *self, PyObject *word)
{
    PyObject *y = PyObject_GenericGetAttr(self, word);
    if (y || !PyErr_ExceptionMatches(PyExc_AttributeError)) return y;
    PyErr_Clear();
    return PyObject_GetAttr(((builder *)self)->python, word);
}

static PyObject *builder_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<wengert builder %U>", ((builder *)self)->word);
}

/* The place of a parameter in struct parameters. node: how many nodes stand before it. */
static Py_ssize_t parameter_at(char kind, int node)
{
    switch (kind) {
    case 'm':
    case 'n': return (Py_ssize_t)offsetof(parameters, node) + node * (Py_ssize_t)sizeof(wg_node);
    case 'h': return offsetof(parameters, shape);
    case 'i': return offsetof(parameters, whole);
    default: return offsetof(parameters, text);
    }
}

static bool read_fields(builder *b, PyObject *fields)
{
    b->fields = (int)PyTuple_Size(fields);
    if (b->fields < 0 || !(b->field = PyMem_Calloc((size_t)b->fields + 1, sizeof *b->field))) return false;
    if (b->fields > MOST_FIELDS || b->size > MOST_BYTES || b->form == FORMS) {
        PyErr_Format(PyExc_ValueError, "wengert._c: the builder %U has no form of this module", b->word);
        return false;
    }
    for (int k = 0, nodes = 0; k < b->fields; k++) {
        field *f = b->field + k;
        int kind;
        if (!PyArg_ParseTuple(PyTuple_GetItem(fields, k), "UCnn", &f->word, &kind, &f->at, &f->also))
            return false;
        f->kind = (char)kind;
        Py_INCREF(f->word);
        PyUnicode_InternInPlace(&f->word);
        if (b->form != STRUCT) f->at = parameter_at(f->kind, nodes);
        nodes += kind == 'n';
    }
    return true;
}

/* Builder(name, function of Python, form, address, number of operands, bytes, address of the defaults,
 * fields, the fields that may also stand by position, whether it is a view): the fields are (name, kind, at,
 * also). */
static PyObject *builder_new(PyTypeObject *type, PyObject *arguments, PyObject *named)
{
    PyObject *word, *python, *fields, *view;
    const char *form;
    unsigned long long address, standard;
    Py_ssize_t size;
    int asked;
    PyObject *also;
    if (!PyArg_ParseTuple(arguments, "UOsKinKO!O!O", &word, &python, &form, &address, &asked, &size,
                          &standard, &PyTuple_Type, &fields, &PyTuple_Type, &also, &view))
        return NULL;
    builder *b = (builder *)PyType_GenericAlloc(type, 0);
    if (!b) return NULL;
    b->call = builder_call;
    b->word = Py_NewRef(word);
    b->python = Py_NewRef(python);
    b->function = (void (*)(void))(uintptr_t)address;
    b->asked = asked;
    b->size = (size_t)size;
    b->standard = (const char *)(uintptr_t)standard;
    while (b->form < FORMS && strcmp(form, form_text[b->form])) b->form++;
    const bool ok = read_fields(b, fields);
    b->places = (int)PyTuple_Size(also);
    static const char *const of_truths[] = { "add", "sub", "mul", "where" };
    for (int k = 0; k < 4; k++) b->truths |= !PyUnicode_CompareWithASCIIString(word, of_truths[k]);
    b->view = PyObject_IsTrue(view) > 0;
    for (int k = 0; ok && k < b->places && k < MOST_PLACES; k++)
        b->place[k] = (int)PyLong_AsLong(PyTuple_GetItem(also, k));
    if (ok && b->places <= MOST_PLACES && !PyErr_Occurred()) return (PyObject *)b;
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "wengert._c: the builder %U has too many places", word);
    Py_DECREF(b);
    return NULL;
}

/* ---- operators ---- */

enum { ADD, SUB, MUL, TRUEDIV, POW, MATMUL, NEG, ABS, LT, LE, EQ, NE, GT, GE, GETITEM, SIGNS };
static const char *const sign_text[SIGNS] = { "add",    "sub", "mul", "truediv", "pow",
                                              "matmul", "neg", "abs", "lt",      "le",
                                              "eq",     "ne",  "gt",  "ge",      "getitem" };
/* The builder, and the operator of Python. */
static struct {
    const builder *builder;
    PyObject *python;
} sign[SIGNS];

/* Whether the builder alone is the operator. Truths are not added, and powers of whole numbers are whole. */
static bool is_plain(int k, PyObject *o)
{
    if (k > MUL && k != POW && k != NEG) return true;
    if (Py_TYPE(o) != value_type && !is_leaf(o)) return true;
    const value *v = (const value *)o;
    const wg_dtype t = v->graph ? library.node_dtype(v->node) : (wg_dtype)v->dtype;
    return k == POW ? wg_dtype_is_float(t) : t != WG_BOOL;
}

static PyObject *operate(int k, PyObject *a, PyObject *b)
{
    PyObject *args[] = { a, b }, *y;
    if (!sign[k].builder) Py_RETURN_NOTIMPLEMENTED;
    if (is_plain(k, a) && (!b || is_plain(k, b))) {
        y = build(sign[k].builder, args, b ? 2 : 1, NULL);
        if (y || PyErr_Occurred()) return y;
    }
    return PyObject_CallFunctionObjArgs(sign[k].python, a, b, NULL);
}

static PyObject *value_add(PyObject *a, PyObject *b) { return operate(ADD, a, b); }
static PyObject *value_sub(PyObject *a, PyObject *b) { return operate(SUB, a, b); }
static PyObject *value_mul(PyObject *a, PyObject *b) { return operate(MUL, a, b); }
static PyObject *value_div(PyObject *a, PyObject *b) { return operate(TRUEDIV, a, b); }
static PyObject *value_matmul(PyObject *a, PyObject *b) { return operate(MATMUL, a, b); }
static PyObject *value_neg(PyObject *a) { return operate(NEG, a, NULL); }
static PyObject *value_abs(PyObject *a) { return operate(ABS, a, NULL); }

static PyObject *value_pow(PyObject *a, PyObject *b, PyObject *modulus)
{
    if (modulus != Py_None) Py_RETURN_NOTIMPLEMENTED;
    return operate(POW, a, b);
}

static PyObject *value_compare(PyObject *a, PyObject *b, int how)
{
    static const int k[] = {
        [Py_LT] = LT, [Py_LE] = LE, [Py_EQ] = EQ, [Py_NE] = NE, [Py_GT] = GT, [Py_GE] = GE
    };
    return operate(k[how], a, b);
}

/* x[i]; any other index is for Python. */
static PyObject *value_at(PyObject *a, PyObject *index)
{
    if (Py_TYPE(index) == &PyLong_Type && Py_TYPE(a) == value_type &&
        library.node_shape(((value *)a)->node).rank > 0) {
        PyObject *args[] = { a, given.zero, index }, *y = build(sign[GETITEM].builder, args, 3, NULL);
        if (y || PyErr_Occurred()) return y;
    }
    return PyObject_CallFunctionObjArgs(sign[GETITEM].python, a, index, NULL);
}

static PyObject *value_row(PyObject *a, Py_ssize_t i)
{
    PyObject *index = PyLong_FromSsize_t(i), *y = index ? value_at(a, index) : NULL;
    Py_XDECREF(index);
    return y;
}

/* operator(name, builder, function of Python) */
static PyObject *module_operator(PyObject *module, PyObject *arguments)
{
    const char *text;
    PyObject *to, *python;
    if (!PyArg_ParseTuple(arguments, "sOO", &text, &to, &python)) return NULL;
    for (int k = 0; k < SIGNS; k++)
        if (!strcmp(text, sign_text[k])) {
            sign[k].builder = (const builder *)Py_NewRef(to);
            sign[k].python = Py_NewRef(python);
        }
    Py_RETURN_NONE;
}

/* ---- inputs and reads ---- */

/* The dtype of an array's elements in this machine's order of bytes; WG_DEFAULT_DTYPE: none of these. */
static wg_dtype dtype_of(const wg_buffer *b)
{
    const char c = b->format && b->format[0] && !b->format[1] ? b->format[0] : 0;
    switch (c) {
    case 'd': return WG_F64;
    case 'f': return WG_F32;
    case 'e': return WG_F16;
    case '?': return WG_BOOL;
    case 'B': return WG_U8;
    case 'i':
    case 'l':
    case 'q': return b->item == 8 ? WG_I64 : WG_I32;
    default: return WG_DEFAULT_DTYPE;
    }
}

/* g.input(name, array) of an array that is copied as it is. */
static PyObject *graph_input(PyObject *const *args, Py_ssize_t n)
{
    const char *text = NULL;
    wg_buffer b;
    PyObject *y = NULL;
    if (n != 3 || (PyObject *)Py_TYPE(args[2]) != given.array) return NULL;
    if (!PyObject_TypeCheck(args[0], (PyTypeObject *)graph_type)) return NULL;
    if (args[1] != Py_None && !as_text(args[1], &text)) return NULL;
    wg_graph *g = ((graph *)args[0])->raw;
    const wg_site s = g ? here() : NULL;
    if (!s) return NULL;
    if (PyObject_GetBuffer(args[2], &b, ROW_MAJOR_WITH_FORMAT)) {
        PyErr_Clear();
        return NULL;
    }
    wg_tensor t = { dtype_of(&b), { .rank = b.rank }, b.data };
    if (t.dtype != WG_DEFAULT_DTYPE && b.rank <= WG_MAX_RANK &&
        (!strchr("dfe", b.format[0]) || t.dtype == library.context_dtype(library.graph_context(g)))) {
        wg_node x;
        for (int i = 0; i < b.rank; i++) t.shape.dim[i] = b.shape[i];
        if (b.bytes < 1 << 16) {
            x = library.input_at(s, g, text, t);
        } else if (!is_well(args[0])) { /* it frees what was dropped, before there is more */
            PyBuffer_Release(&b);
            return NULL;
        } else {
            PyThreadState *state = PyEval_SaveThread();
            x = library.input_at(s, g, text, t);
            PyEval_RestoreThread(state);
        }
        y = result(x, &(home){ args[0], g });
    }
    PyBuffer_Release(&b);
    return y;
}

/* Begins a graph that has nothing to forget but its nodes and leaves. False: for Python. */
static bool begin_again(graph *g)
{
#define NAME(word) name.word,
    PyObject *const lists[] = { OF_BEGIN(NAME) };
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        PyObject *list = PyObject_GetAttr((PyObject *)g, lists[k]);
        const Py_ssize_t size = list ? PyObject_Size(list) : -1;
        Py_XDECREF(list);
        if (size < 0) PyErr_Clear(); /* of a graph that is being made */
        if (size) return false;
    }
    if (!g->raw) return false;
    library.begin(g->raw, WG_TRAIN);
    if (g->leaves) PyDict_Clear(g->leaves);
    if (g->watch) g->watch->of.changed = 0;
    g->limit = 64, g->most = 4096;
    return !has_failed(g->raw);
}

/* g.begin() */
static PyObject *graph_begin(PyObject *const *args, Py_ssize_t n)
{
    graph *g = (graph *)args[0];
    if (n != 1 || !PyObject_TypeCheck(args[0], (PyTypeObject *)graph_type)) return NULL;
    if (g->ended || !begin_again(g)) return NULL;
    return PyObject_SetAttr(given.now, name.graph, args[0]) ? NULL : Py_NewRef(args[0]);
}

static int graph_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((graph *)self)->leaves);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static int graph_clear(PyObject *self)
{
    Py_CLEAR(((graph *)self)->leaves);
    return 0;
}

static void graph_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    graph_clear(self);
    Py_CLEAR(((graph *)self)->of_watch);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyObject *other_item, *other_numpy; /* of Python */

/* A method of Python that takes more than self. */
static PyObject *with_more(PyObject *f, PyObject *self, PyObject *const *more, Py_ssize_t n, PyObject *words)
{
    PyObject *args[MOST_NODES] = { self };
    const Py_ssize_t all = n + (words ? PyTuple_Size(words) : 0);
    if (all >= MOST_NODES) return PyErr_Format(PyExc_TypeError, "wengert: %zd arguments", all);
    memcpy(args + 1, more, (size_t)all * sizeof *more);
    return in_python(f, args, n + 1, words);
}

/* False: an exception. */
static bool was_read(const value *v)
{
    const graph *g = (const graph *)v->graph;
    if (has_failed(v->node.graph) && !is_well(v->graph)) return false;
    if (!g->automatic || v->node.index <= (uint32_t)g->limit) return true;
    PyObject *y = PyObject_CallMethodObjArgs((PyObject *)(uintptr_t)v, name._was_read, NULL);
    Py_XDECREF(y);
    return y;
}

static PyObject *value_item(PyObject *self, PyObject *const *index, Py_ssize_t n, PyObject *words)
{
    value *v = (value *)self;
    if (n || words || !v->graph || !wg_dtype_is_float(library.node_dtype(v->node)))
        return with_more(other_item, self, index, n, words);
    const wg_site s = here();
    if (!s) return NULL;
    PyThreadState *state = PyEval_SaveThread();
    const double y = library.item_at(s, v->node);
    PyEval_RestoreThread(state);
    return was_read(v) ? PyFloat_FromDouble(y) : NULL;
}

static PyObject *value_numpy(PyObject *self, PyObject *const *more, Py_ssize_t n, PyObject *words)
{
    value *v = (value *)self;
    if (n || words || !v->graph) return with_more(other_numpy, self, more, n, words);
    const wg_site s = here();
    wg_buffer b;
    if (!s) return NULL;
    PyThreadState *state = PyEval_SaveThread();
    const wg_tensor t = library.value_at(s, v->node);
    PyEval_RestoreThread(state);
    if (has_failed(v->node.graph) && !is_well(v->graph)) return NULL;
    if (!t.data) Py_RETURN_NONE;
    if (t.dtype == WG_BF16) return PyObject_CallFunctionObjArgs(other_numpy, self, NULL);
    PyObject *shape = sizes(&t.shape), *dtype = PySequence_GetItem(given.dtypes, t.dtype), *a = NULL;
    if (shape && dtype) a = PyObject_CallFunctionObjArgs(given.empty, shape, dtype, NULL);
    Py_XDECREF(shape);
    Py_XDECREF(dtype);
    if (a && PyObject_GetBuffer(a, &b, CAN_WRITE)) Py_CLEAR(a);
    if (!a) return NULL;
    memcpy(b.data, t.data, (size_t)b.bytes);
    PyBuffer_Release(&b);
    if (!was_read(v)) Py_CLEAR(a);
    return a;
}

/* ---- the module ---- */

/* start(addresses of FUNCTIONS, objects of GIVEN, item and numpy of Python) */
static PyObject *module_start(PyObject *module, PyObject *arguments)
{
    PyObject *addresses, *objects;
    Py_ssize_t k = 0;
    if (!PyArg_ParseTuple(arguments, "O!O!OO", &PyTuple_Type, &addresses, &PyTuple_Type, &objects,
                          &other_item, &other_numpy))
        return NULL;
#define ADDRESS(f) \
    library.f = (__typeof__(library.f))(uintptr_t)PyLong_AsVoidPtr(PyTuple_GetItem(addresses, k++));
    LIBRARY(ADDRESS)
    k = 0;
#define KEEP(o) given.o = Py_XNewRef(PyTuple_GetItem(objects, k++));
    GIVEN(KEEP)
    if (PyErr_Occurred()) return NULL;
    Py_INCREF(other_item);
    Py_INCREF(other_numpy);
    value_type = (PyTypeObject *)given.value;
    leaf_type = (PyTypeObject *)given.leaf;
    new_value = (allocfunc)PyType_GetSlot(value_type, Py_tp_alloc);
    Py_RETURN_NONE;
}

#define METHOD(f) (PyCFunction)(void *) f, METH_FASTCALL | METH_KEYWORDS
static PyMethodDef value_methods[] = {
    { "item", METHOD(value_item),
      "The number of a value of one element; of another one that of the element at this index: item(1, 2)." },
    { "numpy", METHOD(value_numpy), "A copy of the value, an array." },
    { "_placed", value_placed, METH_O, NULL },
    { 0 }
};
static PyGetSetDef value_members[] = { { "_node", value_node, NULL, NULL, NULL },
                                       { "shape", value_shape, NULL, NULL, NULL },
                                       { "_shows", value_of, value_show, NULL, NULL },
                                       { "dtype", value_dtype, NULL, NULL, NULL },
                                       { 0 } };
static PyMemberDef value_fields[] = { { "graph", T_OBJECT_EX, offsetof(value, graph), READONLY, NULL },
                                      { "_leaf", T_OBJECT_EX, offsetof(value, leaf), 0, NULL },
                                      { "_constant", T_BOOL, offsetof(value, constant), 0, NULL },
                                      { "_code", T_BYTE, offsetof(value, dtype), 0, NULL },
                                      { "_views", T_INT, offsetof(value, views), READONLY, NULL },
                                      { 0 } };
#define SLOT(slot, f)   \
    {                   \
        slot, (void *)f \
    }
static PyType_Slot value_slots[] = { SLOT(Py_tp_new, PyType_GenericNew),
                                     SLOT(Py_tp_init, value_init),
                                     SLOT(Py_tp_dealloc, value_free),
                                     SLOT(Py_tp_traverse, value_traverse),
                                     SLOT(Py_tp_clear, value_clear),
                                     SLOT(Py_tp_methods, value_methods),
                                     SLOT(Py_tp_getset, value_members),
                                     SLOT(Py_tp_members, value_fields),
                                     SLOT(Py_tp_richcompare, value_compare),
                                     SLOT(Py_tp_hash, PyObject_HashNotImplemented),
                                     SLOT(Py_nb_add, value_add),
                                     SLOT(Py_nb_subtract, value_sub),
                                     SLOT(Py_nb_multiply, value_mul),
                                     SLOT(Py_nb_true_divide, value_div),
                                     SLOT(Py_nb_power, value_pow),
                                     SLOT(Py_nb_matrix_multiply, value_matmul),
                                     SLOT(Py_nb_negative, value_neg),
                                     SLOT(Py_nb_absolute, value_abs),
                                     SLOT(Py_mp_subscript, value_at),
                                     SLOT(Py_sq_item, value_row),
                                     { 0, NULL } };
static PyType_Spec value_spec = { "wengert._c.Node", sizeof(value), 0,
                                  Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
                                  value_slots };

static PyMemberDef graph_fields[] = { { "_ended", T_BOOL, offsetof(graph, ended), 0, NULL },
                                      { "_auto", T_BOOL, offsetof(graph, automatic), 0, NULL },
                                      { "_leaves", T_OBJECT_EX, offsetof(graph, leaves), 0, NULL },
                                      { "_thread", T_ULONG, offsetof(graph, thread), 0, NULL },
                                      { "_most", T_INT, offsetof(graph, most), 0, NULL },
                                      { "_limit", T_INT, offsetof(graph, limit), 0, NULL },
                                      { "_g", T_ULONGLONG, offsetof(graph, raw), 0, NULL },
                                      { "_watch", T_OBJECT_EX, offsetof(graph, of_watch), 0, NULL },
                                      { "_watch_at", T_ULONGLONG, offsetof(graph, watch), 0, NULL },
                                      { 0 } };
static PyMethodDef graph_methods[] = { { "_values", graph_values, METH_NOARGS, NULL }, { 0 } };
static PyType_Slot graph_slots[] = { SLOT(Py_tp_members, graph_fields),    SLOT(Py_tp_dealloc, graph_free),
                                     SLOT(Py_tp_traverse, graph_traverse), SLOT(Py_tp_clear, graph_clear),
                                     SLOT(Py_tp_methods, graph_methods),   { 0, NULL } };
static PyType_Spec graph_spec = { "wengert._c.Graph", sizeof(graph), 0,
                                  Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
                                  graph_slots };

static PyMemberDef builder_fields[] = {
    { "__vectorcalloffset__", T_PYSSIZET, offsetof(builder, call), READONLY, NULL },
    { "__name__", T_OBJECT_EX, offsetof(builder, word), READONLY, NULL },
    { "__qualname__", T_OBJECT_EX, offsetof(builder, word), READONLY, NULL },
    { "__wrapped__", T_OBJECT_EX, offsetof(builder, python), READONLY, NULL },
    { 0 }
};
/* The text for help() is made when it is asked for. */
static PyObject *builder_text(PyObject *self, void *unused)
{
    const builder *b = (const builder *)self;
    (void)unused;
    return PyObject_CallFunctionObjArgs(given.explain, b->word, b->python, NULL);
}
static PyGetSetDef builder_texts[] = { { "__doc__", builder_text, NULL, NULL, NULL }, { 0 } };
static PyType_Slot builder_slots[] = { SLOT(Py_tp_getset, builder_texts),
                                       SLOT(Py_tp_new, builder_new),
                                       SLOT(Py_tp_dealloc, builder_free),
                                       SLOT(Py_tp_repr, builder_repr),
                                       SLOT(Py_tp_getattro, builder_attribute),
                                       SLOT(Py_tp_call, PyVectorcall_Call),
                                       SLOT(Py_tp_descr_get, builder_get),
                                       SLOT(Py_tp_members, builder_fields),
                                       { 0, NULL } };
static PyType_Spec builder_spec = { "wengert._c.Builder", sizeof(builder), 0,
                                    Py_TPFLAGS_DEFAULT | HAS_VECTORCALL | IS_METHOD, builder_slots };

static PyMethodDef module_functions[] = { { "here", module_here, METH_NOARGS, NULL },
                                          { "off", module_off, METH_VARARGS, NULL },
                                          { "operator", module_operator, METH_VARARGS, NULL },
                                          { "start", module_start, METH_VARARGS, NULL },
                                          { 0 } };
static struct PyModuleDef module_is = {
    PyModuleDef_HEAD_INIT, "wengert._c", NULL, -1, module_functions, NULL, NULL, NULL, NULL
};

static bool add_words(PyObject *module, const char *as, const char *const *words, int n)
{
    PyObject *t = PyTuple_New(n);
    for (int k = 0; t && k < n; k++) PyTuple_SetItem(t, k, PyUnicode_FromString(words[k]));
    return t && !PyModule_AddObject(module, as, t);
}

/* The library's on_poll: Python looks at signals. What a handler raises, Ctrl-C mostly, is the context's:
 * user is a weak reference to it. */
static bool poll(void *user)
{
    const PyGILState_STATE was = PyGILState_Ensure();
    const bool goes_on = PyErr_CheckSignals() == 0;
    if (!goes_on) {
        PyObject *type, *raised, *trace;
        PyErr_Fetch(&type, &raised, &trace);
        PyErr_NormalizeException(&type, &raised, &trace);
        PyObject *context = PyObject_CallFunctionObjArgs(user, NULL);
        if (context && raised) PyObject_SetAttrString(context, "_raised", raised);
        Py_XDECREF(context);
        Py_XDECREF(type);
        Py_XDECREF(raised);
        Py_XDECREF(trace);
    }
    PyGILState_Release(was);
    return goes_on;
}

PyMODINIT_FUNC PyInit__c(void);
PyMODINIT_FUNC PyInit__c(void)
{
#define TEXT(word) #word,
    static const char *const functions[] = { LIBRARY(TEXT) }, *const objects[] = { GIVEN(TEXT) };
    PyObject *m = PyModule_Create(&module_is);
    if (!m) return NULL;
#define INTERN(word) name.word = PyUnicode_InternFromString(#word);
    NAMES(INTERN)
    graph_type = PyType_FromSpec(&graph_spec);
    const bool ok = graph_type &&
                    !PyModule_AddObject(m, "POLL", PyLong_FromVoidPtr((void *)(uintptr_t)poll)) &&
                    !PyModule_AddIntConstant(m, "FORM", 5) && /* rises with each change that _way.py must
                                                               * know */
                    !PyModule_AddObject(m, "LIVE", PyLong_FromVoidPtr((void *)(uintptr_t)live_nodes)) &&
                    !PyModule_AddObject(m, "Graph", Py_NewRef(graph_type)) &&
                    !PyModule_AddObject(m, "Node", PyType_FromSpec(&value_spec)) &&
                    !PyModule_AddObject(m, "Builder", PyType_FromSpec(&builder_spec)) &&
                    add_words(m, "FUNCTIONS", functions, sizeof functions / sizeof *functions) &&
                    add_words(m, "GIVEN", objects, sizeof objects / sizeof *objects) &&
                    add_words(m, "FORMS", form_text, STRUCT) && add_words(m, "OPERATORS", sign_text, SIGNS);
    if (!ok) Py_CLEAR(m);
    return m;
}
