// page_camera.js: the picture fills the window, and its viewBox is the camera: {x, y: the middle, s: pixels a
// unit}. page.js calls openView() first, then follow() at each step. An area is {x, y, w, h} in the picture's
// units.

const BODY = 15, STRIP = 44, PAD = 12,
      areas = []; // font size in boxes; pixels for buttons; units around an area
let cam = null;
let goal = null;
let all = null;
let paper = null;
let onPaper = false;
let following = true;
let way = 1;
let flight = 0;
const least = () => (innerWidth < 600 ? 12 : 18) / BODY;
const W = () => stage.clientWidth;
const H = () => stage.clientHeight;
const boxOf = k => document.getElementById(ID + '-n' + k);
const area = k => areas[k] = areas[k] || areaOf(boxOf(k));
function areaOf(e) {
  const r = e.getBBox();
  const m = svg.getScreenCTM().inverse().multiply(e.getScreenCTM());
  return {x: r.x + m.e - PAD, y: r.y + m.f - PAD, w: r.width + 2 * PAD, h: r.height + 2 * PAD};
}
function join(list) {
  const x = Math.min(...list.map(r => r.x));
  const y = Math.min(...list.map(r => r.y));
  return {
    x: x,
    y: y,
    w: Math.max(...list.map(r => r.x + r.w)) - x,
    h: Math.max(...list.map(r => r.y + r.h)) - y
  };
}
const scale = (r, strip) => Math.min(W() / r.w, (H() - strip) / r.h, 40 / BODY);
const fits = () => scale(all, 0) >= least(), strip = () => fits() ? 0 : STRIP;
const inside = (r, c) => Math.abs(r.x + r.w / 2 - c.x) <= (W() / c.s - r.w) / 2 + 8 &&
  r.y >= c.y - (H() / 2 - strip()) / c.s - 8 && r.y + r.h <= c.y + H() / 2 / c.s + 8;
// The area is in view, of one that is too large its beginning; of the other one as much as can be.
function aim(r, s, other) {
  const axis = (from, size, middle, view, first, length) => length <= view
    ? first + length / 2
    : Math.max(first + view / 2,
        Math.min(first + length - view / 2, Math.max(from + size - view / 2, middle), from + view / 2));
  const o = other || r, w = W() / s, h = (H() - strip()) / s;
  return {
    s: s,
    x: axis(r.x, r.w, o.x + o.w / 2, w, all.x, all.w),
    y: axis(r.y, r.h, o.y + o.h / 2, h, all.y, all.h) - strip() / 2 / s
  };
}

// What a step needs: its box, those at the ends of its links, and operands that were drawn again there.
function need(k) {
  const s = states[k] || {};
  const operands = s.k === undefined && s.i !== undefined ? items[s.i].a.filter(i => i >= 0) : [];
  const of =
    s.b === undefined ? [] : [s.b, s.f, ...s.e.flatMap(l => data.links[l]), ...operands.map(i => items[i].b)];
  return Array.from(new Set(of.filter(b => b !== undefined && boxOf(b)).map(seen)))
    .filter(b => !openParts().some(s => s.of === b));
}
// Stays while the box and the nearest of the others are in view, as many as fit; else goes where the next
// steps will be, too.
function follow() {
  if (!all || !W()) return;
  const from = at || 1;
  const s = least();
  const [own, ...rest] = need(from).map(area);
  const picked = own ? [own] : [];
  const far = r => Math.hypot(r.x + r.w / 2 - own.x - own.w / 2, r.y + r.h / 2 - own.y - own.h / 2);
  rest.sort((a, b) => far(a) - far(b)).forEach(r => {
    if (scale(join([...picked, r]), STRIP) >= s) picked.push(r);
  });
  if (!following || goal && goal.s >= s - 1e-9 && !fits() && picked.every(r => inside(r, goal)))
    return edges();
  if (fits() || !own) return fly(aim(all, Math.max(scale(all, 0), s)));
  let view = join(picked);
  for (let k = from + way, more; need(k).length; k += way, view = more) {
    more = join([view, ...need(k).map(area)]);
    if (scale(more, STRIP) < s) break;
  }
  fly(aim(view, s, join([view, ...rest])));
}
const followAgain = () => {
  following = true;
  goal = null;
  follow();
};
const showAll = () => {
  if (all) {
    following = false;
    fly(aim(all, scale(all, 0)));
  }
};
function reveal(k) {
  if (goal && !inside(area(k), goal)) {
    following = false;
    fly(aim(area(k), Math.max(goal.s, least())));
  }
}

function see(c) {
  cam = c;
  if (!onPaper)
    svg.setAttribute('viewBox', [c.x - W() / 2 / c.s, c.y - H() / 2 / c.s, W() / c.s, H() / c.s].join(' '));
}
function fly(to) {
  const from = matchMedia('(prefers-reduced-motion: reduce)').matches ? null : cam;
  const start = performance.now();
  const own = ++flight;
  const tick = time => {
    const u = from ? Math.min(1, (time - start) / 250) : 1;
    const part = n => from[n] + (to[n] - from[n]) * u * u * (3 - 2 * u);
    if (own === flight) see(u < 1 ? {x: part('x'), y: part('y'), s: part('s')} : to);
    if (own === flight && u < 1) requestAnimationFrame(tick);
  };
  goal = to;
  edges();
  tick(start);
}
function byHand(c) {
  following = false;
  flight++;
  goal = c;
  see(c);
  edges();
}
const pan = (dx, dy) => byHand({s: cam.s, x: cam.x - dx / cam.s, y: cam.y - dy / cam.s});
function zoom(k, [px, py]) { // about a place of the stage
  const s = Math.max(0.05, Math.min(10, cam.s * k)), by = 1 / cam.s - 1 / s;
  byHand({s: s, x: cam.x + (px - W() / 2) * by, y: cam.y + (py - H() / 2) * by});
}

// Buttons for what the step needs and is out of view, at the side where it is.
function edges() {
  const s = states[at] || {};
  const out = need(at).filter(k => boxes[k] && !inside(area(k), goal));
  edge.textContent = '';
  out.sort((a, b) => area(a).x - area(b).x).forEach(k => {
    const box = boxes[k];
    const item = items[box.i];
    const back = k === seen(s.f);
    const name = k === seen(s.b) ? s.n : back ? item.d : item.n;
    const value = (back ? box.d : box.v)
                    .map(t => part(t).textContent)
                    .filter(t => t[0] !== 'μ')
                    .join(' ')
                    .replace(back ? /^[^=]*= / : '', '');
    const text = k === seen(s.b) || !value ? name : name + ' = ' + value;
    const r = area(k);
    const dx = r.x + r.w / 2 - goal.x;
    const turn = Math.round(Math.atan2(r.y + r.h / 2 - goal.y, dx) / Math.PI * 4);
    const b = make('button', {
      className: dx > 0 ? 'right' : '',
      textContent: '→↘↓↙←↖↑↗'[turn & 7] + ' ' + text,
      ariaLabel: 'go to ' + text
    },
      edge);
    b.onclick = () => {
      box.g.focus({preventScroll: true});
      close();
    };
  });
}

// Wheel, drag and two fingers. A press that becomes a drag selects nothing; a selected leaf takes the drag
// itself.
let pointer = null;
function leave() {
  document.activeElement.blur();
  close();
}
function listen() {
  const fingers = new Map();
  const spot =
    e => [e.clientX - stage.getBoundingClientRect().left, e.clientY - stage.getBoundingClientRect().top];
  const own = e => document.activeElement.matches('.leaf') && document.activeElement.contains(e.target);
  let moved = false;
  svg.addEventListener('wheel', e => {
    e.preventDefault();
    zoom(Math.exp(-e.deltaY * (e.ctrlKey ? 0.01 : 0.002)), spot(e));
  }, {passive: false});
  svg.addEventListener('mousedown', e => {
    if (!own(e)) e.preventDefault();
  });
  svg.addEventListener('pointerdown', e => {
    if (!e.button && !own(e)) {
      moved = fingers.size > 0;
      fingers.set(e.pointerId, spot(e));
    }
  });
  addEventListener('pointermove', e => {
    const was = fingers.get(e.pointerId);
    const p = spot(e);
    const other = Array.from(fingers).find(f => f[0] !== e.pointerId);
    const o = other && other[1];
    const far = (q, r) => Math.hypot(q[0] - r[0], q[1] - r[1]);
    pointer = stage.contains(e.target) ? p : null;
    if (!was || !moved && far(p, was) < 4) return;
    moved = true;
    fingers.set(e.pointerId, p);
    pan((p[0] - was[0]) / (o ? 2 : 1), (p[1] - was[1]) / (o ? 2 : 1));
    if (o) zoom(Math.max(8, far(p, o)) / Math.max(8, far(was, o)), [(p[0] + o[0]) / 2, (p[1] + o[1]) / 2]);
  });
  ['pointerup', 'pointercancel'].forEach(t => addEventListener(t, e => fingers.delete(e.pointerId)));
  svg.addEventListener('click', e => {
    moved ? e.stopPropagation() : e.target.closest('g[tabindex]') || leave();
    moved = false;
  }, true);
  listenToKeys();
}
// From a field to its box, from a box in an open part to the title of the part.
function back() {
  const e = document.activeElement;
  const part = e.closest('.inner');
  const field = look.contains(e);
  if (!field) leave();
  if (field) look.of.focus();
  else if (part) part.querySelector('.head').focus({preventScroll: true});
}
function listenToKeys() {
  const about = k => () => zoom(k, pointer || [W() / 2, H() / 2]);
  const keys = {
    ArrowRight: () => go(at + 1),
    ArrowLeft: () => go(at - 1),
    Home: () => go(0),
    End: () => go(states.length - 1),
    '+': about(1.25),
    '=': about(1.25),
    '-': about(0.8),
    0: showAll,
    c: followAgain,
    s: () => drawer.click(),
    '?': showKeys,
    o: () => data.parts.length && toggleAll(),
    '>': () => go(leaveBox()),
    f: () =>
      document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen(),
    Escape: back
  };
  const arrows = {ArrowRight: [-90, 0], ArrowLeft: [90, 0], ArrowUp: [0, 90], ArrowDown: [0, -90]};
  addEventListener('keydown', e => {
    const t = e.target;
    const f = e.shiftKey && arrows[e.key] ? () => pan(...arrows[e.key]) : keys[e.key];
    const typing = t.tagName === 'INPUT' && e.key !== 'Escape' && (t.type === 'text' || e.key.length > 1);
    if (e.altKey || e.ctrlKey || e.metaKey || help.open || typing) return;
    if (f) {
      e.preventDefault();
      f();
    } else if (e.key === ' ' && t.tagName !== 'BUTTON' && t.tagName !== 'SUMMARY') {
      e.preventDefault();
      play(!timer);
    }
  });
}

// The program stands beside the picture where both have room.
function showMore(on) {
  main.classList.toggle('drawer', on);
  drawer.setAttribute('aria-expanded', on);
}
function openView() {
  if (!svg.getBBox) return;
  if (data.parts.length) findSheets();
  paper = svg.getAttribute('viewBox');
  main.classList.add('view');
  all = areaOf(svg);
  showMore(innerWidth >= 600 && source.length > 0);
  showMore(main.classList.contains('drawer') && fits());
  new ResizeObserver(() => {
    if (cam) following ? (goal = cam = null, follow()) : see(cam);
  }).observe(stage);
  listen();
}
