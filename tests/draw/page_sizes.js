// page_sizes.js: of pages in frames, in a window, on a phone and at a zoom of 200 %: what a reader of all
// steps sees. pages is a list of files; tell(text) writes a line for each page and size.

const STILL = matchMedia('(prefers-reduced-motion: reduce)').matches;
const isIn = (r, v) =>
  r.left >= v.left - 1 && r.right <= v.right + 1 && r.top >= v.top - 1 && r.bottom <= v.bottom + 1;
const meets = (r, v) => r.right > v.left && r.left < v.right && r.bottom > v.top && r.top < v.bottom;

// The median of the sizes, in pixels, of the names, numbers and formulas in view.
function textSize(svg, view) {
  const px = Array.from(svg.querySelectorAll('g[id] > text'))
               .filter(t => /\b(ink|value|grad)\b/.test(t.getAttribute('class')) &&
                   getComputedStyle(t).visibility !== 'hidden' && meets(t.getBoundingClientRect(), view))
               .map(t => t.getAttribute('font-size') * t.getScreenCTM().a)
               .sort((a, b) => a - b);
  return px[Math.floor(px.length / 2)];
}

// The box that stands for box b while all parts are closed.
function seen(data, b) {
  let out = b;
  for (let s = data.boxes[b][1]; s; s = data.boxes[out][1]) out = data.parts[s - 1];
  return out;
}

// The least size of text outside of the picture.
const proseSize = d => Math.min(...Array.from(d.querySelectorAll('.wengert :not(svg *, script, style)'))
                                  .filter(e => e.getClientRects().length &&
                                      Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim()))
                                  .map(e => parseFloat(d.defaultView.getComputedStyle(e).fontSize)));

// What a step needs, [box, name], and which of it is neither in view nor on a button.
function missing(d, data, k, view) {
  const s = data.states[k];
  const of = b => data.items[data.boxes[b][0]];
  const own = seen(data, s.b);
  const list = [[own, s.n]];
  if (s.f !== undefined && seen(data, s.f) !== own) list.push([seen(data, s.f), of(seen(data, s.f)).d]);
  if (s.k === undefined)
    data.items[s.i].a.forEach(i => {
      const b = i >= 0 && data.items[i].b !== undefined ? seen(data, data.items[i].b) : own;
      if (b !== own) list.push([b, of(b).n]);
    });
  const buttons = Array.from(
    d.querySelectorAll('.edge button'), b => b.textContent.replace(/^\S+ /, '').split(/ = | \[/)[0]);
  return list
    .filter(([b, name]) => {
      const g = d.querySelector('[id$="-n' + b + '"]');
      return g && !isIn(g.querySelector('rect').getBoundingClientRect(), view) && !buttons.includes(name);
    })
    .map(x => x[1]);
}

async function lookAt(page, width, height, least) {
  const f = Object.assign(document.createElement('iframe'), {width: width, height: height, src: page});
  f.style.border = 0;
  document.body.append(f);
  await new Promise(r => { f.onload = r; });
  const d = f.contentDocument;
  const svg = d.querySelector('svg');
  const slider = d.querySelector('.bar input');
  const data = JSON.parse(d.querySelector('script').textContent);
  const steps = data.states.length - 1;
  const stage = new Set();
  const px = [], wrong = [];
  for (let k = 0; k <= steps; k++) {
    slider.value = k;
    slider.dispatchEvent(new Event('input'));
    const view = svg.parentNode.getBoundingClientRect();
    stage.add([view.left, view.top, view.width, view.height].join());
    if ([1, Math.ceil(steps / 2), steps].includes(k)) px.push(textSize(svg, view));
    if (k) missing(d, data, k, view).forEach(name => wrong.push('step ' + k + ' does not show ' + name));
  }
  if (!px.every(x => x >= least - 0.01))
    wrong.push('text of ' + px.map(x => x.toFixed(1)).join(', ') + ' px');
  const prose = proseSize(d);
  if (prose < 16) wrong.push('prose of ' + prose + ' px');
  if (stage.size > 1) wrong.push('the picture moved: ' + Array.from(stage).join(' '));
  const all = d.documentElement;
  if (all.scrollHeight > f.contentWindow.innerHeight || all.scrollWidth > f.contentWindow.innerWidth)
    wrong.push('the page can be scrolled');
  const more = d.querySelector('.drawer .more');
  if (more && meets(more.getBoundingClientRect(), svg.getBoundingClientRect()))
    wrong.push('the program stands before the picture');
  f.remove();
  return wrong.join('; ') || 'well';
}

(async () => {
  if (!STILL) say('not still');
  for (const page of pages)
    say(page.slice(0, -5), await lookAt(page, 1920, 1080, 18), await lookAt(page, 1280, 720, 18),
      await lookAt(page, 390, 844, 12), await lookAt(page, 640, 360, 18));
})();
