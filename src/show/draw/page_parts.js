// page_parts.js: a box that stands for several nodes opens in place. Sheet 0 is the picture, sheet k the
// picture of part k; C has laid each one out. A part that opens maps the plane of its sheet by two monotone
// functions: what is right of it goes right, what is below it goes down. So nothing changes its order, boxes
// keep their size, and what is left of the part or above it stays.

const sheets = [];
const sheetOf = k => data.boxes[k][1];
const openParts = () => sheets.filter(s => s.of !== undefined && s.open);
const attributes = (e, names) => names.map(n => +e.getAttribute(n));
const set = (e, all) => (Object.entries(all).forEach(a => e.setAttribute(...a)), e);
const shape = (tag, all) => set(document.createElementNS('http://www.w3.org/2000/svg', tag), all);

// The box in the picture that stands for box k now: itself, or the outermost closed part that it is in.
function seen(k) {
  let out = k;
  for (let s = k === undefined ? 0 : sheetOf(k); s; s = sheetOf(sheets[s].of))
    if (!sheets[s].open) out = sheets[s].of;
  return out;
}

const tagOf = l => data.edges && tags[data.edges.findIndex(q => q[0] === l)];

// ---- what is where in each sheet ----

function findSheets() {
  [undefined, ...data.parts].forEach(
    (of, k) => sheets.push(
      {of: of, open: false, frame: document.getElementById(ID + '-p' + k), boxes: [], wires: []}));
  sheets[0].plane = svg.querySelector(':scope > g:last-of-type');
  sheets.slice(1).forEach((s, k) => {
    s.plane = s.frame.querySelector(':scope > g:last-of-type');
    s.head = s.frame.querySelector('.head');
    s.rect = s.frame.querySelector('rect');
    s.size = attributes(s.rect, ['width', 'height']);
    boxOf(s.of).after(s.frame); // so that Tab goes to its boxes here
    const name = plain(items[data.boxes[s.of][0]].n).replace(/[^\p{L}\p{N}_.]+/gu, '-');
    s.key = name; // in the address; of the second part that has the name h: h.2
    for (let n = 2; sheets.some(t => t !== s && t.key === s.key); n++) s.key = name + '.' + n;
    handle(s, k + 1);
  });
  sheets.forEach(s => {
    s.scopes = Array.from(s.plane.querySelectorAll(':scope > .scope'))
                 .map(e => ({e: e, r: box(e), t: attributes(e.querySelector('text'), ['x', 'y'])}));
  });
  function box(e) {
    const [x, y, w, h] = attributes(e.querySelector('rect'), ['x', 'y', 'width', 'height']);
    return {x: x, y: y, w: w, h: h};
  }
  data.boxes.forEach(([, s], k) => {
    sheets[s].boxes[k] = Object.assign(box(boxOf(k)), {g: boxOf(k), part: data.parts.indexOf(k) + 1});
  });
  links.forEach((g, l) => {
    const [from, to] = data.links[l];
    const path = g.querySelector('path');
    const tip = g.querySelector('polygon');
    // A line between two boxes becomes a curve, which can join them where they no longer stand level.
    const d = path.getAttribute('d').replace(/^M(\S+) (\S+)L(\S+) (\S+)$/,
      (_, x, y, u, v) => 'M' + [x, y] + 'C' + [(+x + +u) / 2, y, (+x + +u) / 2, v, u, v]);
    const at = d.match(/-?[\d.]+/g).map(Number);
    const point = tip && tip.getAttribute('points').split(' ').map(Number);
    const n = at.length;
    const near = i => Math.hypot(at[i] - point[0], at[i + 1] - point[1]);
    const turned = tip && near(0) < near(n - 2);
    sheets[sheetOf(from)].wires.push({
      path: path,
      tip: tip,
      d: d,
      at: at,
      point: point,
      turned: turned,
      ends: turned ? [to, from] : [from, to],
      note: tagOf(l) || g.querySelector('text')
    });
  });
}

// ---- opening ----

// A line for each open part, behind which all is moved by what the part has grown. Parts that stand above one
// another share theirs.
function grow(grown, at, size) {
  const list = [];
  grown.map(b => [b[at] + b[size] - 0.5, b.grown[size] - b[size], b[at]])
    .sort((a, b) => a[0] - b[0])
    .forEach(q => {
      const last = list[list.length - 1];
      if (last && q[2] < last[0]) last[1] = Math.max(last[1], q[1]);
      else list.push(q);
    });
  return v => list.reduce((sum, [from, by]) => v >= from ? sum + by : sum, v);
}
// Lays the sheet out with what is open in it. Its size.
function arrange(s) {
  const open = s.boxes.filter(b => b.part && sheets[b.part].open);
  s.boxes.forEach(b => { b.grown = b; });
  open.forEach(b => {
    const [w, h] = arrange(sheets[b.part]);
    b.grown = {w: Math.max(w, b.w), h: Math.max(h, b.h)};
  });
  const fx = grow(open, 'x', 'w'), fy = grow(open, 'y', 'h');
  s.boxes.forEach(b => {
    const x = fx(b.x);
    const y = fy(b.y);
    const part = sheets[b.part];
    const on = b.part > 0 && part.open;
    b.by = [x - b.x, y - b.y];
    b.g.setAttribute('transform', 'translate(' + b.by.join(' ') + ')');
    b.g.classList.toggle('gone', on);
    if (!b.part) return;
    part.frame.classList.toggle('open', on);
    if (on) {
      part.frame.setAttribute('transform', 'translate(' + x + ' ' + y + ')');
      part.rect.setAttribute('width', b.grown.w);
      part.rect.setAttribute('height', b.grown.h);
    }
  });
  s.wires.forEach(w => {
    const to = w.at.map((v, i) => i % 2 ? fy(v) : fx(v)), n = to.length;
    // An end stays at its box, and so do the points that are level with it, or above or below it; of a whole
    // wire half.
    const ends = w.ends.map((k, e) => {
      const b = s.boxes[k];
      const i = e ? n - 2 : 0;
      const side = (size, at, v) => v >= b[at] + b[size] - 1 ? b.grown[size] - b[size] : 0;
      return [b.by[0] + side('w', 'x', w.at[i]), b.by[1] + side('h', 'y', w.at[i + 1])].map((by, a) => {
        const end = w.at[a] === w.at[n - 2 + a] ? n / 2 : e ? 0 : n;
        for (let k = i + a; (e ? k >= end : k < end) && w.at[k] === w.at[i + a]; k += e ? -2 : 2)
          to[k] = w.at[k] + by;
        return by;
      });
    });
    let i = 0;
    w.path.setAttribute('d', w.d.replace(/-?[\d.]+/g, () => to[i++]));
    const by = ends[w.turned ? 0 : 1];
    if (w.tip) w.tip.setAttribute('points', w.point.map((v, i) => v + by[i % 2]).join(' '));
    if (!w.note) return;
    const [x, y] = attributes(w.note.querySelector('text') || w.note, ['x', 'y']);
    w.note.setAttribute('transform', 'translate(' + (fx(x) - x) + ' ' + (fy(y) - y) + ')');
  });
  s.scopes.forEach(q => {
    const [e, t] = [q.e.querySelector('rect'), q.e.querySelector('text')];
    const r = q.r;
    const x = fx(r.x);
    const y = fy(r.y);
    set(e, {x: x, y: y, width: fx(r.x + r.w) - x, height: fy(r.y + r.h) - y});
    set(t, {x: fx(q.t[0]), y: fy(q.t[1])});
  });
  return s.size && s.size.map((v, i) => v + (i ? fy(1e9) : fx(1e9)) - 1e9);
}

function openPart(k, on) {
  const s = sheets[k];
  s.open = on;
  if (!on)
    sheets.forEach((t, i) => {
      if (i && sheetOf(t.of) === k) openPart(i, false);
    });
  if (on && sheetOf(s.of)) openPart(sheetOf(s.of), true);
}
function rearrange() {
  arrange(sheets[0]);
  areas.length = 0;
  all = areaOf(svg);
  show(at);
  boxes.forEach(b => b.all.forEach(fitText));
}
function toggle(k) {
  const s = sheets[k];
  openPart(k, !s.open);
  rearrange();
  const e = s.open ? s.head : boxOf(s.of), r = areaOf(s.open ? s.frame : e);
  e.focus({preventScroll: true});
  close();
  following = false;
  fly(aim(r, Math.max(least(), Math.min(scale(all, 0), scale(r, 0)))));
}
function toggleAll() {
  const on = sheets.some((s, k) => k && !s.open);
  sheets.forEach((s, k) => {
    if (k) openPart(k, on);
  });
  rearrange();
  followAgain();
}

// The box of a part has a + at its corner, the title of its picture a −.
function handle(s, k) {
  const g = boxOf(s.of);
  const name = s.head.querySelector('text').textContent;
  const count = items.filter(t => t.b !== undefined && t.a.length && inPart(t.b, k)).length;
  const corner = e => {
    const [x, y, w, h] = attributes(e.querySelector('rect'), ['x', 'y', 'width', 'height']);
    return [x + w, e === g ? y : h / 2];
  };
  [[g, 'h10m-5 -5v10'], [s.head, 'h10']].forEach(([e, d]) => {
    const [x, y] = corner(e);
    e.appendChild(shape('path', {d: 'M' + (x - 8) + ' ' + y + 'a8 8 0 1 1 0 .1zm3 0' + d, class: 'knob'}));
    set(e, {role: 'button', tabindex: 0, 'aria-expanded': e !== g, 'aria-label': 'close ' + name});
    e.addEventListener('click', q => {
      q.stopPropagation();
      toggle(k);
    });
    e.addEventListener('keydown', q => {
      if (q.key === 'Enter' || q.key === 'Escape' && e !== g) {
        q.preventDefault();
        q.stopPropagation();
        toggle(k);
      }
    });
  });
  g.classList.add('part');
  boxes[s.of].open = '; ' + count + ' nodes';
}
function inPart(b, k) {
  for (let s = sheetOf(b); s; s = sheetOf(sheets[s].of))
    if (s === k) return true;
  return false;
}
// The next step that is not in the same box of the picture.
function leaveBox() {
  let k = at;
  while (k < states.length - 1 && seen(states[k].b) === seen(states[at].b)) k++;
  return k;
}
