// page_edits.js: a reader edits a leaf of a page, and all places of the page agree: the boxes, the panel with
// its colours, <desc>, aria-label, the program, the line of the step and the list of steps.
//
//   node tests/draw/page_edits.js edits.txt
//
// A line of edits.txt is one edit: page, another page that the library made of the new number, leaf, element,
// what is typed, the program's new text (each separated by a tab, lines of the program by a vertical one).
// What disagrees is printed, a line each.

const fs = require('fs'), {parse, open} = require('../page_dom.js');

// Without spaces, and without what is 0 but for rounding.
const squeeze = t => t.replace(/[;\s]+/g, '').replace(/−?[\d.]+·10⁻¹[⁴-⁹]/g, '0');
const same = (a, b) => Object.is(a, b) || Math.abs(a - b) <= 1e-3 * Math.max(Math.abs(a), Math.abs(b));
const STEPS = 5, UP = '⁰¹²³⁴⁵⁶⁷⁸⁹';
// "−1.2·10⁻³"
function number(text) {
  const t = text.replace(/−/g, '-').replace('∞', 'Infinity');
  const [, m, p] = t.match(/^(-?[\d.]*)·?10([⁻⁰¹²³⁴-⁹]+)$/) || [];
  const digits = q => q.replace('⁻', '-').replace(/[⁰¹²³⁴-⁹]/g, c => UP.indexOf(c));
  return p === undefined ? Number(t) : Number((m && m !== '-' ? m : m + '1') + 'e' + digits(p));
}
// Of a product of numbers its value; "": it is something else.
function valueOf(text) {
  const t = text
              .replace(/[⁻⁰¹²³⁴-⁹]+/g,
                p => '**(' + p.replace('⁻', '-').replace(/[⁰¹²³⁴-⁹]/g, c => UP.indexOf(c)) + ')')
              .replace(/−/g, '-')
              .replace(/·/g, '*')
              .replace(/∞/g, 'Infinity')
              .replace(/(^|[*(])-(\d[\d.]*)(?=\*\*)/g, '$1-1*$2');
  return /^(NaN|Infinity|[-\d.*()])+$/.test(t) ? eval(t) : '';
}
// Lines of a step: the library has two forms of a local derivative, 2 · 3 and 6, and a page keeps the first
// one.
function agree(a, b) {
  const x = a.split('=');
  const y = b.split('=');
  const equal = (p, q) => p === q || valueOf(p) !== '' && same(valueOf(p), valueOf(q));
  return x.length === y.length && x.every((p, i) => equal(p, y[i]));
}
const stored = x => x === null ? NaN : x === '+' ? Infinity : x === '-' ? -Infinity : x;
const dataOf = d => JSON.parse(d.querySelectorAll('script').find(s => s.attributes.type).textContent);

class Reader {
  constructor(page, hash) {
    this.d = open(page, hash);
    this.data = dataOf(this.d);
    this.id = this.data.id;
  }
  key(k) { (this.d.activeElement || this.d.window).dispatch('keydown', {key: k}); }
  box(k) { return this.d.getElementById(this.id + '-n' + k); }
  line() { return squeeze(this.d.querySelector('.line').textContent); }
  program() { return this.d.querySelectorAll('.source li').map(l => l.textContent); }
  button(name) { return this.d.querySelectorAll('.bar button').find(b => b.textContent === name); }
  // Of a box: what is written, without what is hidden at this step.
  texts(k, shown) {
    return this.box(k)
      .querySelectorAll('.value, .grad')
      .filter(t => !shown || !t.classList.contains('off'))
      .map(t => t.textContent);
  }
  desc(k) {
    const d = this.box(k).querySelector('desc');
    return d ? d.textContent : '';
  }
  // All that a reader sees and hears.
  everything() {
    return JSON.stringify([
      this.data.boxes.map((_, k) => this.box(k) &&
          [
            this.texts(k, true), this.desc(k), this.box(k).ariaLabel,
            this.box(k).className.split(' ').sort().join(' '),
            this.box(k).querySelectorAll('rect.odd:not(.gone)').length
          ]),
      this.program(), this.line(), this.d.querySelectorAll('.steps li').map(l => l.textContent)
    ]);
  }
  edit(leaf, element, typed, tell) {
    const k = this.data.boxes.findIndex(([i]) => this.data.items[i].n === leaf);
    const g = this.box(k);
    if (!g || !g.classList.contains('leaf')) return false;
    g.click();
    this.key('Enter');
    const field = this.d.querySelectorAll('.look input')[element];
    if (!field) return false;
    field.focus();
    if (!field.selected) {
      tell('field', 'not selected', 'ready to be typed over');
      field.select();
    }
    field.enter(typed);
    field.dispatch('keydown', {key: 'Enter'});
    field.dispatch('change');
    return field;
  }
}

// Of each table of the panel: caption, numbers of its cells, colours.
const panel = d => d.querySelectorAll('.look table').map(t => ({
  name: t.querySelector('caption').textContent.replace(/ \[[\d, ]*\](, the first.*)?$/, ''),
  cells: t.querySelectorAll('td').map(c => {
    const f = c.querySelector('input');
    return {x: number(f ? f.value : c.textContent), ground: c.style.background};
  })
}));

function lookAtPanel(r, k, fresh, tell) {
  const item = fresh.items[fresh.boxes[k][0]], tables = panel(r.d);
  tables.forEach(t => {
    const want = (t.name === item.d ? item.g : item.x || []).map(stored);
    const n = Math.min(want.length, 144);
    const largest = Math.max(...want.map(Math.abs).filter(isFinite), 1e-300);
    if (![item.n, item.d].includes(t.name)) tell('panel', t.name, item.n);
    if (t.cells.length !== n || t.cells.some((c, i) => !same(c.x, want[i])))
      tell('panel', t.name + ' ' + t.cells.map(c => c.x), want);
    t.cells.forEach((c, i) => {
      const [, way, share] = c.ground.match(/--(\w+)\),(.*)\)$/) || [];
      const x = want[i];
      if (x && isFinite(x) &&
        (way !== (x < 0 ? 'down' : 'up') || Math.abs(share - 0.3 * Math.abs(x) / largest) > 0.005))
        tell('colour', t.name + ' ' + c.ground, x);
    });
  });
}

// Each step: its line, and in each box <desc> and aria-label say what can be seen.
function lookAtSteps(r, list, tell) {
  const steps = r.data.states.length - 1;
  const most = r.data.boxes.map((_, b) => r.box(b) && r.desc(b) ? r.desc(b).split('; ').length : 0);
  const go = r.d.querySelectorAll('.steps li');
  const by = Math.max(1, Math.floor(steps / STEPS));
  r.d.activeElement.blur();
  r.key('Home');
  for (let k = 0; k <= steps; k += by) {
    if (k) go[k - 1].click();
    if (k && !agree(r.line(), list[k - 1])) tell('line ' + k, r.line(), list[k - 1]);
    r.data.boxes.forEach((_, b) => {
      if (!r.box(b) || r.box(b).querySelector('.copy')) return;
      const all = r.box(b).querySelectorAll('.value, .grad');
      const cut = all.findIndex(
        t => t.querySelector('.num') || t.textContent.startsWith(r.data.items[r.data.boxes[b][0]].d + ' ='));
      const off = t => t.classList.contains('off');
      const texts = all.filter(t => !off(t)).map(t => squeeze((t.querySelector('.num') || t).textContent));
      const said = r.desc(b);
      const heard = r.box(b).ariaLabel || '';
      const name = 'box ' + b + ' at step ' + k;
      const count = said ? said.split('; ').length : 0;
      const hides =
        (cut < 0 ? [all] : [all.slice(0, cut), all.slice(cut)]).filter(l => l.length && l.every(off)).length;
      if (!texts.every(t => squeeze(said).includes(t)) || count + hides !== most[b])
        tell('desc of ' + name, said, texts);
      if (!r.box(b).classList.contains('part') && !heard.endsWith(said))
        tell('aria-label of ' + name, heard, said);
    });
  }
}

const opened = new Set(); // by an address
// The address with the same number shows the same.
function lookAtAddress(r, page, own, tell) {
  const item = r.data.items[r.data.boxes[own][0]];
  const x = [...r.d.querySelector('.look table').querySelectorAll('input')].map(f => f.value);
  const other = new Reader(page, '#' + (item.p || item.n) + '=[' + encodeURIComponent(x.join()) + ']');
  other.key('End');
  if (other.everything() !== r.everything()) tell('address', other.everything(), r.everything());
}

function look([page, other, leaf, element, typed, program], say) {
  const text = fs.readFileSync(page, 'utf8');
  const r = new Reader(text);
  const still = parse(fs.readFileSync(other, 'utf8'));
  const fresh = dataOf(still);
  const tell = (place, is, want) => say(place, 'says ' + is + ', not ' + want);
  r.key('End');
  const start = r.everything(), field = r.edit(leaf, +element, typed, tell);
  if (!field) return say('leaf', 'cannot be edited');
  const own = r.data.boxes.findIndex(([i]) => r.data.items[i].n === leaf);
  const list = still.querySelectorAll('.steps li').map(l => squeeze(l.textContent));
  lookAtPanel(r, own, fresh, tell);
  if (number(field.value) !== stored(fresh.items[fresh.boxes[own][0]].x[element]))
    tell('field', field.value, fresh.items[fresh.boxes[own][0]].x[element]);
  if (!agree(r.line(), list[list.length - 1])) tell('line', r.line(), list[list.length - 1]);
  r.d.querySelectorAll('.steps li').forEach((l, i) => {
    if (!agree(squeeze(l.textContent), list[i])) tell('list ' + (i + 1), l.textContent, list[i]);
  });
  if (r.program().join('\v') !== program)
    tell('program', r.program().join(' | '), program.split('\v').join(' | '));
  if (!opened.has(page + leaf)) {
    opened.add(page + leaf);
    lookAtAddress(r, text, own, tell);
  }
  r.data.boxes.forEach((_, k) => {
    const g = still.getElementById(r.id + '-n' + k);
    const desc = g && g.querySelector('desc');
    const rest = r.box(k);
    if (!rest) return;
    const want = g.querySelectorAll('.value, .grad').map(t => t.textContent);
    const heard = (g.querySelector('title').textContent + (desc ? '; ' + desc.textContent : ''));
    if (squeeze(r.texts(k).join('|')) !== squeeze(want.join('|')))
      tell('box', r.texts(k).join('|'), want.join('|'));
    if (squeeze(r.desc(k)) !== squeeze(desc ? desc.textContent : ''))
      tell('desc', r.desc(k), desc && desc.textContent);
    if (!rest.classList.contains('part') && squeeze(rest.ariaLabel) !== squeeze(heard))
      tell('aria-label', rest.ariaLabel, heard);
    if (g.querySelectorAll('rect.odd').length !== rest.querySelectorAll('rect.odd:not(.gone)').length)
      tell('shade of odd numbers', rest.querySelectorAll('rect.odd:not(.gone)').length,
        g.querySelectorAll('rect.odd').length);
    rest.focus();
    lookAtPanel(r, k, fresh, tell);
  });
  lookAtSteps(r, list, tell);
  r.key('End');
  r.button('reset').click();
  if (r.everything() !== start) {
    const now = r.everything();
    const at = [...now].findIndex((c, i) => c !== start[i]);
    tell('reset', now.slice(at - 60, at + 60), start.slice(at - 60, at + 60));
  }
}

const kinds = {};
let edits = 0;
fs.readFileSync(process.argv[2], 'utf8').split('\n').filter(l => l).forEach(l => {
  const job = l.split('\t');
  edits++;
  look(job, (place, text) => {
    const kind = place.replace(/ \d+|( of box.*)$/g, '');
    kinds[kind] = (kinds[kind] || 0) + 1;
    console.log(job[0].split('/').pop() + ' ' + job[2] + ': ' + place + ' ' + text);
  });
});
if (process.argv[3]) console.log(edits, JSON.stringify(kinds));
