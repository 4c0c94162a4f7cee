// page_opens.js: of pages in frames: each part is opened and closed, by itself and all at once. A part that
// opens may move only what is right of it or below it, nothing may change its order, no two boxes may meet,
// and wires must end at their boxes and keep their form: two of their points that are level, or above one
// another, stay so. pages is a list of files; a line is said for each.

const EPS = 0.6;
const shapes = d => Array.from(d.querySelectorAll('.stage svg g[id*="-n"], .stage svg .inner.open'))
                      .filter(g => g.getClientRects().length);

// In units of the picture: where each box and each open frame is.
function places(d) {
  const svg = d.querySelector('.stage svg');
  const back = svg.getScreenCTM().inverse();
  return new Map(shapes(d).map(g => {
    const r = g.querySelector('rect');
    const m = back.multiply(r.getScreenCTM());
    const n = k => +r.getAttribute(k);
    return [g.id, {g: g, x: m.e + n('x'), y: m.f + n('y'), w: n('width'), h: n('height')}];
  }));
}
const apart = (a, b) =>
  a.x + a.w <= b.x + EPS || b.x + b.w <= a.x + EPS || a.y + a.h <= b.y + EPS || b.y + b.h <= a.y + EPS;
const touches = (b, x, y) => x >= b.x - 7 && x <= b.x + b.w + 7 && y >= b.y - 7 && y <= b.y + b.h + 7 &&
  !(x > b.x + 7 && x < b.x + b.w - 7 && y > b.y + 7 && y < b.y + b.h - 7);
const points = g => g.querySelector('path').getAttribute('d').match(/-?[\d.]+/g).map(Number);

function look(d, data, id, now, wrong) {
  const all = Array.from(now.entries());
  all.forEach(([, a], i) => all.slice(i + 1).forEach(([, b]) => {
    if (!a.g.contains(b.g) && !b.g.contains(a.g) && !apart(a, b)) wrong.push(a.g.id + ' meets ' + b.g.id);
    if (a.g.contains(b.g) &&
      !(b.x >= a.x && b.y >= a.y && b.x + b.w <= a.x + a.w + EPS && b.y + b.h <= a.y + a.h + EPS))
      wrong.push(b.g.id + ' leaves its frame');
  }));
  const svg = d.querySelector('.stage svg');
  const back = svg.getScreenCTM().inverse();
  const links = d.wires;
  links.forEach((g, l) => {
    const path = g.querySelector('path');
    if (!g.getClientRects().length || d.defaultView.getComputedStyle(g).visibility === 'hidden') return;
    const m = back.multiply(path.getScreenCTM()), at = points(g), n = at.length;
    const box =
      data.links[l].map(k => now.get(id + '-n' + k) || now.get(id + '-p' + (data.parts.indexOf(k) + 1)));
    const ends = [[at[0] + m.e, at[1] + m.f], [at[n - 2] + m.e, at[n - 1] + m.f]];
    const well = (p, q) => p && q && touches(p, ...ends[0]) && touches(q, ...ends[1]);
    if (!well(box[0], box[1]) && !well(box[1], box[0])) wrong.push('wire ' + l + ' is loose');
    if (g.at.some((v, i) => i > 1 && Math.abs(v - g.at[i - 2]) < 0.01 && Math.abs(at[i] - at[i - 2]) > EPS))
      wrong.push('wire ' + l + ' is bent');
  });
}

// What differs between the places before and after a box has opened, whose place was `from`.
function compare(start, now, opened, from, wrong) {
  start.forEach((was, name) => {
    const is = now.get(name);
    const right = was.x >= from.x + from.w - 1;
    const below = was.y >= from.y + from.h - 1;
    if (!is) return name === opened || wrong.push(name + ' is gone');
    if (Math.abs(is.w - was.w) + Math.abs(is.h - was.h) > EPS) wrong.push(name + ' has another size');
    if (!right && Math.abs(is.x - was.x) > EPS || !below && Math.abs(is.y - was.y) > EPS)
      wrong.push(name + ' moves, though it is left or above');
    start.forEach((other, k) => {
      const o = now.get(k);
      if (o &&
        (was.x + was.w <= other.x && is.x + is.w > o.x + EPS ||
          was.y + was.h <= other.y && is.y + is.h > o.y + EPS))
        wrong.push(name + ' passes ' + k);
    });
  });
}

async function openAll(page) {
  const f = Object.assign(document.createElement('iframe'), {width: 1280, height: 720, src: page});
  document.body.append(f);
  await new Promise(r => { f.onload = r; });
  const d = f.contentDocument;
  const data = JSON.parse(d.querySelector('script').textContent);
  const id = data.id;
  const wrong = [];
  const count = data.parts.length;
  const press = k => f.contentWindow.dispatchEvent(new f.contentWindow.KeyboardEvent('keydown', {key: k}));
  const start = places(d);
  d.wires = Array.from(d.querySelectorAll('.stage .forward, .stage .backward'));
  // In the order of the file, which the pictures of parts had before they were put into their places.
  if (count) {
    const inner = g => g.closest('.inner');
    const number = g => inner(g) ? +inner(g).id.split('-p').pop() : 0;
    d.wires =
      d.wires.map((g, i) => [number(g), i, g]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(x => x[2]);
  }
  d.wires.forEach(g => { g.at = points(g); }); // while all is closed
  look(d, data, id, start, wrong);
  let opened = 0;
  for (let k = 1; k <= count; k++) {
    const g = d.getElementById(id + '-n' + data.parts[k - 1]);
    const frame = d.getElementById(id + '-p' + k);
    const enter = e =>
      e.dispatchEvent(new f.contentWindow.KeyboardEvent('keydown', {key: 'Enter', bubbles: true}));
    if (!g.getClientRects().length) continue; // in a part that is closed: opened below
    enter(g);
    opened++;
    const now = places(d), from = start.get(g.id), to = now.get(frame.id);
    if (!to) {
      wrong.push(g.id + ' does not open');
      continue;
    }
    look(d, data, id, now, wrong);
    compare(start, now, g.id, from, wrong);
    enter(frame.querySelector('.head'));
    places(d).forEach((is, name) => {
      const was = start.get(name);
      if (!was || Math.abs(is.x - was.x) + Math.abs(is.y - was.y) > EPS)
        wrong.push(name + ' is not where it was');
    });
  }
  if (count) {
    press('o');
    look(d, data, id, places(d), wrong);
  }
  if (count && d.querySelectorAll('.inner.open').length !== count) wrong.push('not all open');
  if (count) press('o');
  if (Array.from(d.querySelectorAll('.inner.open')).some(g => g.getClientRects().length))
    wrong.push('not all closed');
  f.remove();
  return [opened, ...(wrong.length ? wrong.slice(0, 6) : ['well'])].join(' ');
}

(async () => {
  for (const page of pages) say(page.slice(0, -5), await openAll(page));
})();
