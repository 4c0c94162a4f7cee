// page_edges.js: the labels of edges, ∂c/∂a = b = 3, and the paths from a box to the root. A page without
// the option `edges` does not have it. data.edges has of each label [link, from, to], items; the fifth number
// of a term is its local derivative at first.

// An edge is [from, to, d to / d from]. Between items:
const termEdges = () => data.terms.map((q, k) => [q[1], q[0],
                                         q[0] < 0    ? 1
                                           : changed ? local(k)
                                                     : read(q[4])])
                          .filter(e => e[1] >= 0);
const linkSheet = l => sheetOf(data.links[l][1]);
const asked = () => [...hidden].some(secret);

// d of / d item, over all paths whose items `through` allows.
function derivative(item, of, edges, through, known = new Map()) {
  if (item === of) return 1;
  if (!known.has(item))
    known.set(item,
      edges.reduce((sum, [from, to, d]) => from === item && (to === of || through(to))
          ? sum + d * derivative(to, of, edges, through, known)
          : sum,
        0));
  return known.get(item);
}
// As the labels say it: within a sheet, through items that have no box there.
function labelEdges(terms) {
  return data.edges.map(([l, from, to]) => {
    const own = new Set(data.boxes.filter(b => b[1] === linkSheet(l)).map(b => b[0]));
    return [from, to, derivative(from, to, terms, i => !own.has(i))];
  });
}

function showEdges() {
  labelEdges(termEdges()).forEach((e, i) => {
    const g = tags[i];
    const t = g.querySelector('.num');
    const text = asked() ? '?' : num(e[2]);
    if (t.textContent !== text) {
      t.textContent = text;
      fitTag(g);
    }
    classes(g, {off: at < boxes[data.links[data.edges[i][0]][1]].from});
  });
}
function fitTag(g) {
  const t = g.querySelector('text');
  const room = g.querySelector('rect').getAttribute('width') - 6;
  t.removeAttribute('textLength');
  if (t.getComputedTextLength && t.getComputedTextLength() > room) {
    t.setAttribute('textLength', room);
    t.setAttribute('lengthAdjust', 'spacingAndGlyphs');
  }
}

// The edges that paths take: those of the picture, of each box in the sheet where it is not drawn again;
// between items where a box has several results.
function pathEdges(item) {
  const terms = termEdges();
  const home = i => data.boxes.find(b => b[0] === i)[1];
  const sum = list => derivative(item, data.root, list, () => true);
  const seen = labelEdges(terms).filter((e, i) => linkSheet(data.edges[i][0]) === home(e[0]));
  const all = sum(terms);
  return [Math.abs(sum(seen) - all) <= 1e-9 * Math.abs(all) ? seen : terms, all];
}
// In the panel of the box: the product along each path, and their sum, which is the gradient.
function showPaths(box) {
  const old = look.querySelector('.paths');
  const most = 8;
  const list = [];
  const item = items[box.i];
  if (old) old.remove();
  if (box.i === data.root || at < box.till || asked()) return;
  const [edges, sum] = pathEdges(box.i);
  (function walk(i, names, factors) {
    if (i === data.root) list.push([names, factors]);
    else
      edges.forEach(([from, to, d]) => {
        if (from === i && list.length <= most) walk(to, [items[to].n, ...names], [d, ...factors]);
      });
  })(box.i, [item.n], []);
  if (!list.length) return;
  const out = make('div', {className: 'paths'}, look);
  const signed = (x, first) => x < 0 && !first ? '(' + num(x) + ')' : num(x);
  const product = (f, first) => f.map((x, i) => signed(x, first && !i)).join(' · ');
  list.slice(0, most).forEach(([names, f]) => make('div', {
    textContent: names.join(' → ') + ': ' + product(f, true) +
      (f.length > 1 ? ' = ' + num(f.reduce((a, b) => a * b)) : '')
  },
                                out));
  const terms = list.length > most ? 'the sum over all paths, of which ' + most + ' stand here'
                                   : list.map((p, i) => product(p[1], !i)).join(' + ');
  make('b', {textContent: item.d + ' = ' + terms + (terms === num(sum) ? '' : ' = ' + num(sum))}, out);
}
