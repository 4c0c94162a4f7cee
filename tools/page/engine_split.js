// The code of a WebAssembly module in parts, each with what is alike: the operations in one, the numbers of
// local variables in another, the constants of two bytes in a third. Zipped, the module is 14 % smaller so.
// split(module) gives the parts in one row, join/engine_join.c makes the module again.
//
// An operation's number is that of the part with its operands, but for those of several operations. The row
// begins with numbers of 32 bits: the module's length, where its functions begin and end, how many there are,
// the length of each part.
const PARTS = 256, HEAD = 4 * (4 + PARTS);
const OPS = 0xe0, HEADS = 0xe1, ALIGN = 0xe2, REST = 0xe3, VECTOR = 0xe4, LANE = 0xe5;
const LONG = 0xf0; // a constant of n bytes is the operation LONG + n
const CONST = 0x41, SIMD = 0xfd, BULK = 0xfc;

// Operations with nothing behind them, and those with a number: first, last, its part.
const ALONE = [[0x00, 0x01], [0x05, 0x05], [0x0b, 0x0b], [0x0f, 0x0f], [0x1a, 0x1b], [0x45, 0xc4]];
const NUMBER = [
  [0x02, 0x04, OPS], [0x0c, 0x0d, 0x0c], [0x10, 0x10, 0x10], [0x20, 0x22, 0x20], [0x23, 0x24, 0x23],
  [0x42, 0x42, 0x42]
];
const among = (list, op) => list.find(([first, last]) => op >= first && op <= last);

class Splitter {
  constructor(module) {
    this.module = module;
    this.parts = Array.from({length: PARTS}, () => []);
    this.near = new Uint8Array(512); // the alignment that each operation had last
    this.at = 8;
  }
  // The number of seven bits a byte that comes next.
  plain() {
    let n = 0, shift = 0;
    for (; this.module[this.at] > 127; shift += 7) n |= (this.module[this.at++] & 127) << shift;
    return n | this.module[this.at++] << shift;
  }
  bytes(part, n) {
    while (n--) this.parts[part].push(this.module[this.at++]);
  }
  number(part) {
    const from = this.at, n = this.plain(), to = this.at;
    this.at = from;
    this.bytes(part, to - from);
    return n;
  }
  address(op, part) {
    const align = this.module[this.at++];
    this.parts[ALIGN].push(align ^ this.near[op]);
    this.near[op] = align;
    this.number(part);
  }
  vector(op) {
    if (op < 12 || op > 83 && op < 94) this.address(256 + op, VECTOR);
    if (op == 12 || op == 13) this.bytes(SIMD, 16);
    if (op > 20 && op < 35 || op > 83 && op < 92) this.bytes(LANE, 1);
  }
  rare(op) {
    if (op == 0x43) this.bytes(op, 4);
    else if (op == 0x44) this.bytes(op, 8);
    else if (op == 0x3f || op == 0x40) this.bytes(LANE, 1);
    else if (op == SIMD) this.vector(this.number(LANE));
    else if (op == 0x11)
      for (let n = 2; n > 0; n--) this.number(op);
    else if (op == 0x0e)
      for (let n = this.number(op); n >= 0; n--) this.number(op);
    else if (op == BULK) {
      const n = this.number(op);
      this.bytes(op, n == 8 || n == 10 ? 2 : n == 9 || n == 11 ? 1 : 0);
    } else throw new Error('an operation that cannot be split: ' + op);
  }
  operation() {
    const op = this.module[this.at++], one = among(NUMBER, op);
    if (op == CONST) {
      const from = this.at;
      this.plain();
      const n = this.at - from;
      this.at = from;
      this.parts[OPS].push(LONG + n);
      return this.bytes(LONG + n, n);
    }
    this.parts[OPS].push(op);
    if (one) this.number(one[2]);
    else if (op >= 0x28 && op < 0x3f) this.address(op, op);
    else if (!among(ALONE, op)) this.rare(op);
  }
  body() {
    const end = this.number(HEADS) + this.at;
    for (let n = this.number(HEADS); n; n--) {
      this.number(HEADS);
      this.bytes(HEADS, 1);
    }
    while (this.at < end) this.operation();
  }
}

exports.split = module => {
  const s = new Splitter(module);
  while (module[s.at++] != 10) {
    const size = s.plain();
    s.at += size;
  }
  const size = s.plain(), to = s.at + size, functions = s.plain(), from = s.at;
  for (let f = 0; f < functions; f++) s.body();
  s.parts[REST] = [...module.subarray(0, from), ...module.subarray(to)];
  const head = new Uint8Array(HEAD), put = new DataView(head.buffer);
  [module.length, from, to, functions, ...s.parts.map(p => p.length)].forEach(
    (n, k) => put.setUint32(4 * k, n, true));
  return Uint8Array.from([...head, ...s.parts.flat()]);
};
