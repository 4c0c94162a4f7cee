// page.js: the page's behaviour: steps, tensors, "?" until clicked, leaves that can be changed.
// What `data` has is said in page_data.c.

const svg = document.getElementById(ID);
const main = document.getElementById(ID + '-page');
const data = JSON.parse(document.getElementById(ID + '-data').textContent);
const states = data.states, items = data.items, nodes = data.nodes || [];
const boxes = [];
const links = Array.from(main.querySelectorAll('.stage .forward, .stage .backward'));
const tags = Array.from(main.querySelectorAll('.stage .tag'));
const source = Array.from(main.querySelectorAll('.source li'));
const list = Array.from(main.querySelectorAll('.steps li'));
const shown = new Set(), hidden = new Set(data.hide);
const forward = states.findIndex(s => s.k !== undefined);
const lastForward = forward < 0 ? states.length - 1 : forward - 1;
let at = 0, timer = null, live = null, changed = false;

function make(tag, props, parent) {
  const e = Object.assign(document.createElement(tag), props || {});
  if (parent) parent.appendChild(e);
  return e;
}
const classes = (e, on) => Object.keys(on).forEach(c => e.classList.toggle(c, on[c]));
const mark = l => source.forEach(
  (li, i) => li.classList.toggle('on', i === l) && all && li.scrollIntoView({block: 'nearest'}));

// ---- numbers, as the picture writes them ----

const SMALL = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const read = x => x === null ? NaN : x === '+' ? Infinity : x === '-' ? -Infinity : x;
function num(x) {
  if (isNaN(x)) return 'NaN';
  if (!isFinite(x)) return x < 0 ? '−∞' : '∞';
  const sign = x < 0 ? '−' : '', size = Math.abs(x);
  if (size === 0 || (size < 1e9 && size % 1 === 0 && (size < 1e6 || size % 1000 === 0))) return sign + size;
  const six = Number(size.toPrecision(6)), single = Math.fround;
  const exact =
    Math.abs(six - size) <= 2e-15 * size || (single(size) === size && single(six) === single(size));
  const [d, power] = size.toExponential(exact ? 5 : 3).split('e');
  if (power >= -4 && power < (exact ? 6 : 5))
    return sign + (exact ? six : size.toFixed(Math.max(3 - power, 1)));
  const digits = exact ? String(Number(d)) : d;
  const ten = '10' + (power < 0 ? '⁻' : '') + String(Math.abs(power)).replace(/./g, d => SMALL[d]);
  return sign + (digits === '1' ? ten : digits + '·' + ten);
}

// On one line, as in steps.
function line(v, s) {
  const n = v.length;
  if (n === 0) return 'no elements';
  if (n === 1) return num(v[0]);
  if (n > 6) return cutShort(v, s);
  return v.map((x, i) => (i ? ', ' : '') + '['.repeat(axesAt(s, i)) + num(x) + ']'.repeat(axesAt(s, i + 1)))
    .join('');
}
// How many axes begin, or end, before element i.
const axesAt = (s, i) => s.filter((n, d) => i % count(s.slice(d)) === 0).length;
function cutShort(v, s) {
  const k = s.length - 1;
  const ends = s.map((n, d) => (n > (d === k ? 2 : 1) ? ', …' : '') + (d ? ']' : ' ')).reverse();
  return '['.repeat(k + 1) + v.slice(0, Math.min(s[k], 2)).map(num).join(', ') + ends.join('') +
    (k ? '' : '×') + s.join('×') + ']';
}
const row = a => '[' + a.map(num).join(', ') + ']';
function rows(v, s) {
  const k = s.length ? s[s.length - 1] : 1, out = [];
  for (let i = 0; i < v.length; i += k) out.push(v.slice(i, i + k));
  return out;
}

// As the lines of a box.
function boxLines(v, s) {
  const n = v.length;
  const k = s.length ? s[s.length - 1] : 1;
  const r = s.length > 1 ? s[s.length - 2] : 1;
  if (s.length === 0 || n === 0) return [line(v, s)];
  if (k > 4 || r > 4 || n !== r * k) {
    const odd = v.filter(x => !isFinite(x)), none = odd.filter(isNaN).length;
    if (odd.length) return [cutShort(v, s), none + ' NaN, ' + (odd.length - none) + ' ∞'];
    const m = v.reduce((a, b) => a + b, 0) / n;
    const q = Math.sqrt(v.reduce((a, b) => a + (b - m) * (b - m), 0) / n);
    const small = Math.abs(m) <= 2 ** -51 * Math.max(...v.map(Math.abs)); // what rounding leaves
    return [cutShort(v, s), 'mean ' + num(small ? 0 : m) + ', sd ' + num(q)];
  }
  if (s.length === 1) return [row(v)];
  return rows(v, s).map((a, i, all) => (i ? '' : '[') + row(a) + (i === all.length - 1 ? ']' : ','));
}

// ---- boxes ----

// Of "dz = 0.2", whose name is a formula, the part that changes.
const part = t => t.querySelector('.num') || t;

// What a box writes, on one line: its name there is a formula, in which spaces are none.
const words = (box, ...lists) =>
  lists.map(l => l.filter(t => !t.classList.contains('off'))
                   .map(t => (part(t) === t ? '' : items[box.i].d) + (t.whole || part(t).textContent))
                   .join(' '));
const sentences = list => list.filter(x => x).join('; ');

nodes.forEach(q => {
  q.x = q.x && q.x.map(read);
  q.m = q.m && q.m.map(read);
});
items.forEach(item => {
  item.x = item.x && item.x.map(read);
  item.g = item.g && item.g.map(read);
});
data.boxes.forEach(([i], k) => {
  const item = items[i], g = document.getElementById(ID + '-n' + k);
  if (!g) return;
  const texts = Array.from(g.querySelectorAll('.value, .grad'));
  const cut = texts.findIndex(t => t.querySelector('.num') || t.textContent.startsWith(item.d + ' ='));
  const box =
    {i: i, k: k, g: g, v: texts.slice(0, cut < 0 ? texts.length : cut), d: cut < 0 ? [] : texts.slice(cut)};
  box.all = box.v.concat(box.d);
  box.desc = g.querySelector('desc');
  box.all.forEach(t => {
    const r = t.previousElementSibling;
    if (r.classList.contains('odd')) {
      t.odd = r;
      t.wasOdd = true;
    }
  });
  // What <desc> says before the numbers.
  const said = box.desc ? box.desc.textContent.replace(/\u2007/g, '') : '';
  const numbers = sentences(words(box, box.v, box.d));
  box.head = !box.all.length ? said
    : said.endsWith(numbers) ? said.slice(0, Math.max(0, said.length - numbers.length - 2))
                             : said;
  box.text = box.all.map(t => part(t).textContent);
  box.title = g.querySelector('title').textContent;
  box.label = cut >= 0 && part(box.d[0]) !== box.d[0] ? ' = ' : item.d + ' = ';
  boxes[k] = box;
});
boxes.forEach(b => {
  // A box that is drawn again says the value of the first one, which it does not write.
  if (b.g.querySelector('.copy')) {
    b.head = '';
    b.first = boxes.find(a => a.i === b.i && a.v.length);
  }
  const value = states.findIndex(s => s.i === b.i && s.k === undefined);
  const gradient = states.findIndex(s => s.i === b.i && s.w);
  b.from = Math.max(0, value);
  b.till = gradient < 0 ? Infinity : gradient;
});

// Of a text of terms all may be cut off where it does not fit: the line of the step has them.
function put(t, text, terms) {
  if ((t.whole || part(t).textContent) === text) return;
  part(t).textContent = t.whole = text;
  t.terms = terms;
  fitText(t);
}
// A text that has grown is made a little narrower, or cut at a word, so that it stays in its box. A single
// number stays, however narrow, and "3 + …" down to 55 %.
function fitText(t) {
  t.removeAttribute('textLength');
  const rect = t.parentNode.querySelector('rect');
  if (!rect || !t.getComputedTextLength) return;
  const room = +rect.getAttribute('x') + +rect.getAttribute('width') - +t.getAttribute('x') - 6;
  const words = (t.whole || '').split(' ');
  const least = words.indexOf('=') + (t.terms ? 1 : 2);
  const narrowest = t.terms && !t.whole.includes(',') ? 0.55 : 0.85;
  if (t.whole) part(t).textContent = t.whole;
  for (let n = words.length; n > least && t.getComputedTextLength() > room / narrowest;)
    part(t).textContent = words.slice(0, --n).join(' ') + ' …';
  if (t.getComputedTextLength() > room) {
    t.setAttribute('textLength', room);
    t.setAttribute('lengthAdjust', 'spacingAndGlyphs');
  }
}

// Behind a text with a NaN or an infinity stands a shade, as C has put it.
function shade(t, on, off) {
  if (on && !t.odd) {
    const [x, w] = attributes(t.parentNode.querySelector('rect'), ['x', 'width']);
    t.before(t.odd = shape('rect',
               {x: x + 3, y: t.getAttribute('y') - 14.75, width: w - 6, height: 19.75, rx: 3, class: 'odd'}));
  }
  if (t.odd) classes(t.odd, {gone: !on, off: off});
}
const textsSeen = g => Array.from(g.querySelectorAll(g.closest('.play') ? 'text:not(.off)' : 'text'));
// <desc> and the name for those who hear the page say what can be seen.
function describe(box) {
  const said = sentences([box.head, ...words(box.first || box, (box.first || box).v, box.d)]);
  if (box.desc) box.desc.textContent = said;
  box.g.ariaLabel = box.open ? 'open ' + textsSeen(box.g).map(t => t.textContent).join(' ') + box.open
                             : sentences([box.title, said]);
}

const secret = name => hidden.has(name) && !shown.has(name);
function ask(name) {
  shown.add(name);
  show(at);
}

function draw(box) {
  const item = items[box.i];
  const now = states[at];
  const own = seen(now.b) === box.k;
  const its = own && now.i === box.i;
  const value = live ? boxLines(live.value[box.i], item.s) : null;
  const grad = live && live.grad[box.i] ? boxLines(live.grad[box.i], item.s) : null;
  const sum = its && now.k !== undefined && !now.w;
  // The gradient so far, a row on a line if there are as many lines.
  const so = sum ? stateText(now, at).total + ' + …' : '';
  const rows = so.replaceAll('], [', '],\n[').split('\n');
  const terms = rows.length > box.d.length ? [so] : rows;
  const write = (texts, first, lines, name, prefix, on, of) => texts.forEach((t, i) => {
    let text = lines && changed ? (i ? '' : prefix) + (lines[i] || '') : box.text[first + i];
    const closed = secret(name);
    if (closed) text = i ? '' : prefix + '?';
    else if (sum && prefix && terms[i]) text = (i ? '' : prefix) + terms[i];
    put(t, text, sum);
    const off = !on && !(sum && prefix && terms[i]);
    const odd = !closed && (lines && changed ? of.some(x => !isFinite(x)) : !!t.wasOdd);
    t.onclick = closed ? e => {
      e.stopPropagation();
      ask(name);
    } : null;
    shade(t, odd, off);
    odd ? t.setAttribute('font-weight', 'bold') : t.removeAttribute('font-weight');
    classes(t, {
      ask: closed,
      off: off,
      fresh: its && !prefix === (now.k === undefined),
      grad: odd || prefix,
      value: !odd && !prefix
    });
  });
  write(box.v, 0, value, item.n, '', at >= box.from, value && live.value[box.i]);
  write(box.d, box.v.length, grad, item.d, box.label, at >= box.till, grad && live.grad[box.i]);
  describe(box);
  classes(box.g, {later: at < box.from, at: own, from: seen(now.f) === box.k});
}

// ---- the text of a step ----

// The numbers of a step, in the template that C wrote: behind each place stands how loosely a number may bind
// there (formula.h), or U+F014: as rows of 0 and 1; before it U+F020 and more: that element of a tensor.
function fill(pattern, s) {
  const handed = s.k === undefined ? null : live.total[handedBy(s.k)];
  const shape = c => c === 0xF001 ? items[data.terms[s.k][0]].s : c === 0xF002 ? [] : items[c - 0xE000].s;
  const of = c => c === 0xF001 ? handed : c === 0xF002 ? [local(s.k)] : live.value[c - 0xE000];
  const text = (c, k) => k ? num(of(c.charCodeAt(0))[k.charCodeAt(0) - 0xF020])
                           : line(of(c.charCodeAt(0)), shape(c.charCodeAt(0)));
  const looseness = t => t[0] === '['    ? 0.5
    : t[0] === '−'                       ? 3
    : t.includes('·')                    ? 2
    : /^10[⁻²³¹⁰⁴-⁹]/.test(t) ? 1
                                         : 0;
  const small = t => t.replace(/./g, d => SMALL[d] || '⁻⁺⁽⁾'['−+()'.indexOf(d)]);
  const whole = t => /^−?\d+$/.test(t);
  const classes = items[s.i].s[items[s.i].s.length - 1];
  const hot = v => v.flatMap(k => Array.from({length: classes}, (_, i) => +(i === k)));
  return pattern
    .replace(/\^\(−([\uE000-\uF002])[\uF010-\uF015]?\)/g,
      (all, c) => !whole(text(c)) ? all : small(text(c)[0] === '−' ? '−(' + text(c) + ')' : '−' + text(c)))
    .replace(/([\x20^]?)([\uE000-\uF002])([\uF020-\uF023]?)([\uF010-\uF015]?)/g,
      (_, before, c, k, limit) => {
        const code = c.charCodeAt(0);
        const number = text(c, k);
        const power = before === '^' && limit;
        const call = limit === '\uF015';
        if (limit === '\uF014') return before + line(hot(of(code)), shape(code).concat(classes));
        if (power && whole(number)) return small(number);
        return !limit || looseness(number) <= (call ? 0 : limit.charCodeAt(0) - 0xF010 + 0.5)
          ? before + number
          : (call ? '' : before) + '(' + number + ')';
      })
    .replace(/\^\(([−+\d\x20]+)\)/g, (_, t) => small(t.replace(/\x20/g, '')));
}
// The step before term k that added to the gradient of an item; that completed the gradient which term k
// hands on.
const added = (item, k) => data.terms.slice(0, k).map(q => q[1]).lastIndexOf(item);
const handedBy = k => added(data.terms[k][0], k);
// The local derivative of term k is the term of a gradient of 1 that is handed on.
function local(k) {
  const [x] = live.total[handedBy(k)];
  return x && isFinite(x) ? live.term[k][0] / x : evaluate(data, data.terms[handedBy(k)][3]).term[k][0];
}
// The sum of the terms before term k.
const before = k => (j => j < 0 ? null : live.total[j])(added(data.terms[k][1], k));

// Whether the gradient has several terms.
const several = s => s.k !== undefined && data.terms.filter(q => q[1] === data.terms[s.k][1]).length > 1;

function stateText(s, k) {
  if (!changed)
    return {rule: s.r || '', numbers: s.m || '', result: s.v || '', sum: s.u || '', total: s.t || ''};
  const shape = items[s.i].s;
  const v = s.k === undefined ? live.value[s.i] : live.term[s.k];
  const out = {rule: s.r || '', numbers: s.q ? fill(s.q, s) : '', result: line(v, shape), sum: '', total: ''};
  if (s.k === undefined) return out;
  const b = before(s.k);
  const term = v.length === 1 && v[0] < 0 ? '(' + out.result + ')' : out.result;
  out.total = line(live.total[s.k], shape);
  if (b) out.sum = line(b, shape) + ' + ' + term + ' = ' + out.total;
  return out;
}

// Numbers of which one is hidden are left out, as wgi_state_text does.
function lineOf(k, to) {
  const s = states[k];
  const t = stateText(s, k);
  const cls = s.k === undefined ? 'v' : 'g';
  const own = secret(s.n);
  const of = items[s.k === undefined ? s.i : data.terms[s.k][0]] || items[s.i];
  const used = of.a.map(i => (items[i] || of).n);
  const tells = own || [of.n, s.k !== undefined && of.d, ...used].some(secret);
  const parts = [
    own && t.rule === t.result ? '' : t.rule, tells ? '' : t.numbers, own ? '?' : t.result
  ].filter(x => x).filter((x, i, a) => x !== a[i - 1]);
  make('b', {textContent: s.n, className: cls}, to);
  parts.forEach((x, i) => {
    to.append(i || !several(s) ? ' = ' : ' += ');
    if (i < parts.length - 1) to.append(x);
    else if (own)
      make(
        'button', {className: 'ask', textContent: x, ariaLabel: 'show ' + s.n, onclick: () => ask(s.n)}, to);
    else make('b', {textContent: x, className: cls}, to);
  });
  const more = words => make('span', {textContent: (to === text ? '' : ';  ') + words, className: 'sum'}, to);
  if (s.d) more(s.d);
  if (t.sum && !own) more((s.w ? s.n + ' = ' : 'so far ') + t.sum);
}

// ---- showing a step ----

const now = main.querySelector('.now');
const bar = make('div', {className: 'bar'}, now);
const stage = svg.parentNode;
const text = make('div', {className: 'line', ariaLive: 'polite'}, now);
const look = make('div', {className: 'look'}, stage);
const edge = make('nav', {className: 'edge', ariaLabel: 'out of view'}, stage);
const place = make('output');
const slider =
  make('input', {type: 'range', min: 0, max: Math.max(0, states.length - 1), value: 0, ariaLabel: 'step'});

function show(k, quiet) {
  if (!states.length) return;
  const was = at;
  at = Math.max(0, Math.min(states.length - 1, k));
  if (at !== was) {
    following = true;
    way = at < was ? -1 : 1;
  }
  const s = states[at], used = new Set();
  states.slice(0, at + 1).forEach(x => (x.e || []).forEach(l => used.add(l)));
  boxes.forEach(draw);
  links.forEach((g, l) => {
    const back = g.classList.contains('backward');
    classes(g, {off: back && !used.has(l), later: !back && !used.has(l), act: !!s.e && s.e.includes(l)});
  });
  slider.value = at;
  place.textContent = at + ' / ' + (states.length - 1);
  slider.setAttribute('aria-valuetext', at ? 'step ' + at + ': ' + s.n : 'the start');
  text.textContent = '';
  text.scrollTop = 0;
  if (at) lineOf(at, text);
  else {
    text.append('The leaves have their values. → computes the next one.');
    make('p', {className: 'note', textContent: note}, text);
  }
  for (let size = 1.6;
       text.style.fontSize = size + 'rem', size > 1.15 && text.scrollHeight > text.clientHeight;)
    size -= 0.1;
  text.tabIndex = text.scrollHeight > text.clientHeight ? 0 : -1;
  mark(at ? items[s.i].l : -1);
  list.forEach((li, i) => {
    li.classList.toggle('on', i === at - 1);
    if (!changed && !hidden.size && !li.dataset.was) return;
    li.dataset.was = '1';
    li.textContent = '';
    lineOf(i + 1, li);
  });
  inspect(look.box);
  if (data.edges) showEdges();
  follow();
  if (!quiet) setHash();
}

function setHash() {
  try {
    history.replaceState(
      null, '', '#step=' + at + (openParts().length ? '&open=' + openParts().map(s => s.key) : ''));
  } catch (e) { /* a page within another may not */
  }
}
function play(on) {
  clearInterval(timer);
  timer = null;
  if (on) {
    if (at === states.length - 1) show(0);
    timer = setInterval(() => at < states.length - 1 ? show(at + 1) : play(false), 1400);
  }
  player.textContent = on ? '❚❚' : '▶';
  player.ariaLabel = on ? 'pause' : 'play';
}
const button = (label, name, f) =>
  make('button', {type: 'button', textContent: label, title: name, ariaLabel: name, onclick: f}, bar);
const close = () => {
  look.textContent = '';
  look.box = null;
};
const go = k => {
  play(false);
  close();
  show(k);
};
button('|←', 'start', () => go(0));
button('←', 'step back', () => go(at - 1));
const player = button('▶', 'play', () => play(!timer));
button('→', 'next step', () => go(at + 1));
button('→|', forward > 0 ? 'all values, then all gradients' : 'end',
  () => go(at < lastForward ? lastForward : states.length - 1));
bar.append(slider, place);
button('whole', 'the whole picture', showAll);
button('follow', 'follow the steps', followAgain);
const drawer =
  button('program', 'the program and all steps', () => showMore(!main.classList.contains('drawer')));
const help = main.querySelector('dialog'), showKeys = () => help.showModal();
help.onclick = () => help.close();
button('?', 'keys', showKeys);
if (data.parts.length) button('+', 'open all parts, close all', toggleAll);
slider.oninput = () => go(+slider.value);

// ---- tensors ----

const unknown = Array.from(new Set(nodes.filter(q => q.u).map(q => q.o || '')));
const whole = items.every(t => t.a.length || t.k === 'stream' || (t.x && t.x.length === count(t.s)));
const canChange = !unknown.length && whole && nodes.length > 0;
const isLeaf = item =>
  canChange && !item.a.length && !['number', 'stream'].includes(item.k) && item.x.length <= 64;

// Cells are tinted by size: one colour for positive numbers, one for negative ones.
function table(item, name, values, edit) {
  const v = values();
  const all = count(item.s);
  const t = make('table', {}, look);
  const most = 144;
  const cells = [];
  make('caption', {
    textContent: name + (item.s.length ? ' [' + item.s.join(', ') + ']' : '') +
      (v.length < all || all > most ? ', the first ' + Math.min(v.length, most) + ' of ' + all : '')
  },
    t);
  rows(v.slice(0, most), item.s).forEach(r => {
    const tr = make('tr', {}, t);
    r.forEach(() => {
      const td = make('td', {}, tr);
      cells.push([td, edit && field(td, item, cells.length, name)]);
    });
  });
  return () => {
    const v = values();
    const largest = Math.max(...v.map(Math.abs).filter(isFinite), 1e-300);
    cells.forEach(([td, f], k) => {
      td.style.background =
        'rgba(var(--' + (v[k] < 0 ? 'down' : 'up') + '),' + (0.3 * Math.abs(v[k]) / largest || 0) + ')';
      if (!f) td.textContent = num(v[k]);
      else if (typed(f) !== v[k]) f.value = String(v[k]);
    });
  };
}
// Opens the panel of the box, or writes anew what has changed in it: a field that has the focus stays.
function inspect(box) {
  if (!box) return;
  const item = items[box.i], list = [];
  const value = () => live ? live.value[box.i] : item.x;
  const grad = () => live ? live.grad[box.i] : item.g;
  if (value() && at >= box.from && !secret(item.n)) list.push([item, item.n, value, isLeaf(item)]);
  if (grad() && at >= box.till && !secret(item.d)) list.push([item, item.d, grad, false]);
  const key = [box.k, ...list.map(q => q[1])].join();
  if (look.key !== key || !look.firstChild) {
    look.textContent = '';
    look.key = key;
    look.paint = list.map(q => table(...q));
  }
  look.box = box;
  look.of = box.g;
  look.paint.forEach(f => f());
  if (data.edges) showPaths(box);
}

// ---- leaves that change ----

function compute(on) {
  changed = on;
  live = on ? evaluate(data) : null;
  reset.hidden = !on;
  writeProgram();
}
function recompute() {
  compute(true);
  show(at);
}
const typed = f => Number(f.value.replaceAll('−', '-').trim() || NaN);
// A text that is no number changes nothing, and does not stay.
function field(td, item, k, name) {
  const label = name + (item.s.length ? ' element ' + (k + 1) : '');
  const f =
    make('input', {type: 'text', inputMode: 'decimal', value: String(item.x[k]), ariaLabel: label}, td);
  f.onfocus = () => f.select();
  f.oninput = () => {
    const x = typed(f);
    if (isFinite(x)) {
      item.x[k] = x;
      recompute();
    }
  };
  f.onchange = () => { f.value = String(item.x[k]); };
  drag(f, () => item.x[k], x => {
    item.x[k] = x;
    recompute();
  });
  return f;
}
// A drag to the right makes the number larger; the step follows its size.
function drag(e, get, set, may) {
  e.addEventListener('pointerdown', p => {
    if (may && !may()) return;
    const x0 = p.clientX;
    const from = get();
    const unit = Math.pow(10, Math.floor(Math.log10(Math.max(Math.abs(from), 0.1))) - 1);
    const to = by => Number((from + unit * Math.round(by / 4)).toPrecision(6));
    const move = q => {
      if (Math.abs(q.clientX - x0) > 2) set(to(q.clientX - x0));
    };
    const stop = () => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', stop);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', stop);
  });
}
const first = items.map(t => t.x && t.x.slice());
const reset = button('reset', 'the first values again', () => {
  items.forEach((t, i) => {
    if (first[i]) t.x = first[i].slice();
  });
  compute(false);
  close();
  show(at);
});
reset.hidden = true;

// The program has the numbers of leaves: where one is written as a number or as a list of numbers, in their
// place; else behind the line, as a comment.
const written = source.map(li => li.textContent);
// Where the numbers are in `name = 2` or `name = [[1, 2], [3, 4]]` at the beginning of a text, and how long.
function numbersOf(text, name) {
  const [head, list] = text.match(new RegExp('^(?:[^#\n]*;)? *' + name.replace(/\W/g, '.') +
                         ' *= *(?=((?:#.*|[-+[\\]\\d\\s.,e])+) *([;#\n]|$))')) ||
    ['', ''];
  return Array.from(list.matchAll(/#.*|[-+]?[\d.]+(?:e[-+]?\d+)?/g))
    .filter(m => m[0][0] !== '#')
    .map(m => [head.length + m.index, m[0].length]);
}
function writeProgram() {
  const text = written.slice(), notes = [];
  items.forEach((t, i) => {
    if (!isLeaf(t) || t.l === undefined || t.x.every((x, k) => x === first[i][k])) return;
    let rest = text.slice(t.l).join('\n');
    const at = numbersOf(rest, t.p || t.n);
    if (at.length !== t.x.length) return (notes[t.l] = notes[t.l] || []).push(t.n + ' = ' + line(t.x, t.s));
    for (let k = at.length; k--;)
      if (t.x[k] !== first[i][k]) rest = rest.slice(0, at[k][0]) + t.x[k] + rest.slice(at[k][0] + at[k][1]);
    text.splice(t.l, text.length, ...rest.split('\n'));
  });
  source.forEach((li, l) => {
    li.querySelector('code').textContent = text[l] + (notes[l] ? '  # ' + notes[l].join('; ') : '');
  });
}

boxes.forEach(box => {
  const item = items[box.i], g = box.g;
  Object.assign(g, {tabIndex: 0, role: 'img'});
  g.addEventListener('pointerenter', () => mark(item.l));
  g.addEventListener('pointerleave', () => mark(at ? items[states[at].i].l : -1));
  const open = () => {
    inspect(box);
    mark(item.l);
  };
  g.addEventListener('focus', () => {
    open();
    reveal(box.k);
  });
  g.addEventListener('keydown', e => {
    const f = e.key === 'Enter' && look.querySelector('input');
    if (f) f.focus();
  });
  g.addEventListener('click', () => g === document.activeElement ? open() : g.focus());
  if (!isLeaf(item)) return;
  g.classList.add('leaf');
  if (item.x.length === 1)
    drag(g, () => item.x[0], x => {
      item.x[0] = x;
      recompute();
    }, () => g === document.activeElement);
});
source.forEach((li, i) => {
  const of = boxes.filter(b => items[b.i].l === i);
  const k = states.findIndex(s => s.i !== undefined && items[s.i].l === i);
  li.onmouseenter = li.onmouseleave = e => of.forEach(b => classes(b.g, {near: e.type === 'mouseenter'}));
  if (k > 0) {
    li.classList.add('go');
    li.onclick = () => go(k);
  }
});
list.forEach((li, i) => { li.onclick = () => go(i + 1); });

const leaves = items.filter(isLeaf).map(t => t.n);
const note = 'Keys: → ← space; ? shows all. ' +
  (leaves.length ? 'Leaves can be changed: click one of ' + leaves.join(', ') + ', then type or drag.'
                 : 'Leaves cannot be changed here: ' +
        (unknown.join('') ? 'the page cannot compute ' + unknown.filter(x => x).join(', ') + '.'
                          : 'there are too many numbers.'));

// ---- the address: #step=7&w1=[1,2] ----

const plain = name => name.replace(/[₀-₉]/g, c => c.charCodeAt(0) - 8320);
function readHash() {
  const hash = new URLSearchParams(location.hash.slice(1));
  let set = false;
  hash.forEach((v, name) => {
    const leaf = items.find(t => [t.n, t.p, plain(t.n)].includes(name) && isLeaf(t));
    if (!leaf || ['step', 'open', 'numbers'].includes(name) && v[0] !== '[') return;
    const x = v.split(/[\s,[\]]+/).filter(s => s).map(Number);
    if (x.length === leaf.x.length && x.every(isFinite)) {
      leaf.x = x;
      set = true;
    }
  });
  const k = Number(hash.get('step'));
  const parts = (hash.get('open') || '').split(',');
  sheets.forEach((s, k) => {
    if (k) openPart(k, parts.includes(s.key));
  });
  if (sheets.length > 1) rearrange();
  if (set) compute(true);
  show(Number.isInteger(k) ? k : 0, true);
  if (!hash.has('numbers') || !canChange) return;
  const all = evaluate(data);
  const out = make('pre', {id: ID + '-numbers', hidden: true}, main);
  items.forEach((t, i) => {
    out.append('\n' + t.n + ' ' + all.value[i].join(' ') +
      (all.grad[i] ? '\n' + t.d + ' ' + all.grad[i].join(' ') : ''));
  });
}

let steps = main.querySelector('.steps'), opened = false;
function print(on) {
  if (steps) [opened, steps.open] = [steps.open, on || opened];
  svg.classList.toggle('play', !on && states.length > 1);
  onPaper = on;
  if (!on) {
    cam && see(cam);
    return show(at, true);
  }
  if (paper) svg.setAttribute('viewBox', openParts().length ? [all.x, all.y, all.w, all.h].join(' ') : paper);
  if (!changed && !hidden.size) boxes.forEach(b => b.all.forEach((t, i) => put(t, b.text[i])));
}
addEventListener('beforeprint', () => print(true));
addEventListener('afterprint', () => print(false));
if (steps) steps.open = false;
openView();
if (states.length > 1) {
  svg.classList.add('play');
  svg.setAttribute('role', 'group');
  addEventListener('hashchange', readHash);
  readHash();
} else {
  now.classList.add('brief');
  Array.from(bar.children).forEach((e, k) => k < 7 || k === 8 ? e.remove() : 0);
  showAll();
} // no steps
