// page_run.js: the scripts of pages without a browser. Prints what each page writes at an address that ends
// in #numbers=1, or with "lines" in its place of each step that has a template: its numbers as C wrote them,
// and as the script fills them in.
//
//   node tests/page_run.js pages.html numbers=1
//   node tests/page_run.js pages.html lines
//   node tests/page_run.js pages.html moved        all steps, with other leaves
//
// Nothing is shown: elements forget what is done to them, apart from the texts that they get.

class Element {
  text = '';
  style = {};
  dataset = {};
  children = [];
  classList = {add() {}, remove() {}, toggle() {}};
  append(...x) { this.text += x.filter(t => typeof t === 'string').join(''); }
  appendChild() {}
  addEventListener() {}
  remove() {}
  setAttribute() {}
  querySelector() { return new Element(); }
  querySelectorAll() { return []; }
}

// Behind the page's own script. moved: the numbers that have gradients are others, as if a reader had dragged
// them.
const ALSO = {
  lines: `
    changed = true, live = canChange && evaluate(data);
    if (live) states.filter(s => s.q || s.u).forEach(s => {
      tell([s.m || '', s.q ? fill(s.q, s) : s.m || '', s.u || '', stateText(s).sum]);
    });`,
  moved: `
    items.forEach((t, i) => {
      if (isLeaf(t) && data.terms.some(q => q[1] === i)) t.x = t.x.map(v => -1.7 * v);
    });
    changed = true, live = canChange && evaluate(data);
    if (live) {
      tell(['forward']);
      items.forEach((t, i) => {
        if (!t.a.length && t.b !== undefined) tell(['   0  ' + t.n + ' = ' + line(live.value[i], t.s)]);
      });
      states.forEach((s, k) => {
        const t = k && stateText(s);
        const parts = k && [s.n, t.rule, t.numbers, t.result].filter((x, i, a) => x && x !== a[i - 1]);
        if (k && states[k - 1].k === undefined && s.k !== undefined) tell(['backward']);
        if (!k) return;
        const sum = t.sum ? ';  ' + (s.w ? s.n + ' = ' : 'so far ') + t.sum : '';
        tell(['   ' + k + '  ' + parts[0] + (several(s) ? ' += ' : ' = ') + parts.slice(1).join(' = ') +
          (s.d ? ';  ' + s.d : '') + sum]);
      });
    }`
};

const text = require('fs').readFileSync(process.argv[2], 'utf8');
const page =
  /<script type="application\/json" id="(.*?)-data">\n([^]*?)<\/script>\s*<script>([^]*?)<\/script>/g;
for (const [, id, data, script] of text.matchAll(page)) {
  const made = [];
  const document = {
    createElement: () => (made.push(new Element()), made[made.length - 1]),
    // The page does without a box that is not there.
    getElementById: name => name === id + '-data' ? {textContent: data}
      : /-n\d+$/.test(name)                       ? null
                                                  : new Element()
  };
  const lines = [];
  const end = script.lastIndexOf('})(');
  const also = ALSO[process.argv[3]] || '';
  const run = new Function(
    'document', 'location', 'addEventListener', 'tell', script.slice(0, end) + also + script.slice(end));
  run(document, {hash: '#' + process.argv[3]}, () => {}, x => lines.push(x));
  lines.forEach(x => console.log(x.join('\t')));
  const numbers = made.find(e => e.id === id + '-numbers');
  if (numbers) console.log('<pre id="' + numbers.id + '">' + numbers.text + '\n</pre>');
}
