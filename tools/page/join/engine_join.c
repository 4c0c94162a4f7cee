/* engine_join.c: the engine of a page from the parts that engine_split.js makes of it, where it is written
 * what they are. It is WebAssembly itself, of 1.5 KB, since a page has to start fast. */
typedef unsigned char byte;

enum { PARTS = 256, HEAD = 4 * (4 + PARTS), OPS = 0xe0, HEADS, ALIGN, REST, VECTOR, LANE, LONG = 0xf0 };
enum { BRANCH = 0x0c, BRANCHES = 0x0e, CALL = 0x10, CALL_TABLE, LOCAL = 0x20, GLOBAL = 0x23, LOAD = 0x28 };
enum { SIZE = 0x3f, GROW, CONST, CONST_LONG, CONST_F32, CONST_F64, BULK = 0xfc, SIMD };

// The row of parts stands where row() says; the engine goes to `engine`, behind it.
__attribute__((export_name("row"))) byte *row(void);
__attribute__((export_name("join"))) void join(byte *engine);

extern byte __heap_base;
static const byte *part[PARTS]; // where each goes on
static byte near[512];          // the alignment that each operation had last
static byte *at;

static unsigned number(int k)
{
    const byte *from = part[k];
    unsigned n = 0, shift = 0;
    while ((*at++ = *from) > 127) {
        n |= (*from++ & 127u) << shift;
        shift += 7;
    }
    n |= (unsigned)*from++ << shift;
    part[k] = from;
    return n;
}

static void bytes(int k, unsigned n)
{
    const byte *from = part[k];
    while (n--) *at++ = *from++;
    part[k] = from;
}

static void vector(unsigned op)
{
    if (op < 12 || (op > 83 && op < 94)) {
        *at++ = near[256 + op] ^= *part[ALIGN]++;
        number(VECTOR);
    }
    if (op == 12 || op == 13) bytes(SIMD, 16);
    if ((op > 20 && op < 35) || (op > 83 && op < 92)) bytes(LANE, 1);
}

static void rare(int op)
{
    unsigned n;
    switch (op) {
    case 0x02:
    case 0x03:
    case 0x04: number(OPS); break; // a block and its type
    case BRANCH:
    case BRANCH + 1: number(BRANCH); break;
    case CALL:
    case CONST_LONG: number(op); break;
    case GLOBAL:
    case GLOBAL + 1: number(GLOBAL); break;
    case CONST_F32: bytes(op, 4); break;
    case CONST_F64: bytes(op, 8); break;
    case SIZE:
    case GROW: bytes(LANE, 1); break;
    case SIMD: vector(number(LANE)); break;
    case CALL_TABLE:
        number(op);
        number(op);
        break;
    case BRANCHES:
        for (n = number(op) + 1; n; n--) number(op);
        break;
    case BULK:
        n = number(op);
        bytes(op, n == 8 || n == 10 ? 2 : n == 9 || n == 11 ? 1 : 0);
        break;
    default: break;
    }
}

// The operations up to `end`. What comes often is done here, with variables of its own: a browser's first
// code has these in registers.
static void operations(const byte *end)
{
    const byte *ops = part[OPS], *local = part[LOCAL], *align = part[ALIGN], *from;
    byte *to = at;
    while (to < end) {
        unsigned op = *ops++;
        if (op - LOCAL < 3) {
            *to++ = (byte)op;
            while ((*to++ = *local++) > 127) continue;
        } else if (op - LONG < 6) {
            from = part[op];
            part[op] = from + op - LONG;
            *to++ = CONST;
            for (; op > LONG; op--) *to++ = *from++;
        } else {
            *to++ = (byte)op;
            if (op - LOAD < SIZE - LOAD) {
                from = part[op];
                *to++ = near[op] ^= *align++;
                while ((*to++ = *from++) > 127) continue;
                part[op] = from;
            } else if (op <= CONST_F64 || op >= OPS) {
                at = to;
                part[OPS] = ops;
                part[ALIGN] = align;
                rare((int)op);
                to = at;
                ops = part[OPS];
                align = part[ALIGN];
            }
        }
    }
    at = to;
    part[OPS] = ops;
    part[LOCAL] = local;
    part[ALIGN] = align;
}

byte *row(void) { return &__heap_base; }

void join(byte *engine)
{
    const unsigned *head = (const unsigned *)(const void *)&__heap_base;
    const byte *next = &__heap_base + HEAD;
    for (int k = 0; k < PARTS; k++) {
        part[k] = next;
        next += head[4 + k];
    }
    at = engine;
    bytes(REST, head[1]);
    for (unsigned f = head[3]; f; f--) {
        unsigned size = number(HEADS);
        const byte *end = at + size;
        for (unsigned n = number(HEADS); n; n--) {
            number(HEADS);
            bytes(HEADS, 1);
        }
        operations(end);
    }
    at = engine + head[2];
    bytes(REST, head[0] - head[2]);
}
