// page_dom.js: a page in a document that is small, but remembers what is done to it: its tree, texts,
// attributes, classes, listeners and the focus. It has no layout: each box is where its attributes say, and a
// window has no size.

const LISTS = {};
const VOID = ['meta', 'input', 'br', 'path', 'polygon', 'rect'];
const CODES = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'"
};
const plain = t =>
  t.replace(/&(#?\w+);/g, (all, n) => n[0] === '#' ? String.fromCodePoint(+n.slice(1)) : CODES[n] || all);

class Element {
  constructor(document, tag) {
    Object.assign(this, {
      document,
      tag,
      nodes: [],
      attributes: {},
      style: {},
      dataset: {},
      listeners: {},
      value: '',
      scrollTop: 0,
      scrollHeight: 0,
      clientHeight: 0,
      clientWidth: 0,
      parentNode: null
    });
  }
  get tagName() {
    return this.tag === this.tag.toLowerCase() && !this.svg ? this.tag.toUpperCase() : this.tag;
  }
  get id() { return this.attributes.id || ''; }
  set id(v) { this.attributes.id = v; }
  get className() { return this.attributes.class || ''; }
  set className(v) { this.attributes.class = v; }
  get ariaLabel() { return this.attributes['aria-label'] || null; }
  set ariaLabel(v) { this.attributes['aria-label'] = v; }
  get tabIndex() { return +(this.attributes.tabindex || -1); }
  set tabIndex(v) { this.attributes.tabindex = String(v); }
  get children() { return this.nodes.filter(n => n instanceof Element); }
  get parentElement() { return this.parentNode; }
  get textContent() { return this.nodes.map(n => n instanceof Element ? n.textContent : n).join(''); }
  set textContent(t) {
    this.nodes.forEach(n => {
      if (n instanceof Element) n.parentNode = null;
    });
    this.nodes = t === '' ? [] : [String(t)];
  }
  get classList() {
    const list = () => this.className.split(' ').filter(c => c);
    const set = l => { this.className = l.join(' '); };
    const toggle = (c, on = !list().includes(c)) => set(list().filter(d => d !== c).concat(on ? c : []));
    return {
      contains: c => list().includes(c),
      toggle: toggle,
      add: c => toggle(c, true),
      remove: c => toggle(c, false)
    };
  }
  append(...all) {
    all.forEach(n => {
      if (n instanceof Element) {
        n.remove();
        n.parentNode = this;
      }
      this.nodes.push(n instanceof Element ? n : String(n));
    });
  }
  appendChild(e) {
    this.append(e);
    return e;
  }
  after(e) {
    e.remove();
    e.parentNode = this.parentNode;
    this.parentNode.nodes.splice(this.parentNode.nodes.indexOf(this) + 1, 0, e);
  }
  before(e) {
    e.remove();
    e.parentNode = this.parentNode;
    this.parentNode.nodes.splice(this.parentNode.nodes.indexOf(this), 0, e);
  }
  get previousElementSibling() {
    const l = this.parentNode.children;
    return l[l.indexOf(this) - 1] || null;
  }
  remove() {
    if (this.parentNode) this.parentNode.nodes.splice(this.parentNode.nodes.indexOf(this), 1);
    this.parentNode = null;
  }
  setAttribute(n, v) { this.attributes[n] = String(v); }
  getAttribute(n) { return n in this.attributes ? this.attributes[n] : null; }
  removeAttribute(n) { delete this.attributes[n]; }
  contains(e) { return !!e && (e === this || this.contains(e.parentNode)); }
  all(to = []) {
    for (const n of this.nodes)
      if (n instanceof Element) {
        to.push(n);
        n.all(to);
      }
    return to;
  }
  matches(s, scope) {
    LISTS[s] = LISTS[s] || s.split(/,\s*(?![^(]*\))/).map(one => one.trim().split(/\s+/));
    return LISTS[s].some(one => fits(this, one, scope));
  }
  closest(s) { return this.matches(s) ? this : this.parentNode && this.parentNode.closest(s); }
  querySelectorAll(s) { return this.all().filter(e => e.matches(s, this)); }
  querySelector(s) { return this.all().find(e => e.matches(s, this)) || null; }
  addEventListener(type, f) { (this.listeners[type] = this.listeners[type] || []).push(f); }
  dispatch(type, more) {
    const e = Object.assign({
      type: type,
      target: this,
      bubbles: true,
      preventDefault() {},
      stopPropagation() { e.bubbles = false; }
    },
      more);
    for (let at = this; at;
         at = e.bubbles ? at.parentNode || (at !== this.document.window && this.document.window) : null) {
      if (at['on' + type]) at['on' + type](e);
      (at.listeners[type] || []).forEach(f => f(e));
    }
  }
  click() { this.dispatch('click'); }
  focus() {
    const was = this.document.activeElement;
    if (was === this) return;
    if (was) was.blur();
    this.document.activeElement = this;
    this.dispatch('focus', {bubbles: false});
  }
  blur() {
    if (this.document.activeElement !== this) return;
    this.document.activeElement = this.document.body;
    if (this.typed) {
      this.typed = false;
      this.dispatch('change');
    }
    this.dispatch('blur', {bubbles: false});
  }
  select() { this.selected = true; }
  // A reader types behind what is there, or in place of it if it is selected.
  enter(text) {
    if (this.selected) {
      this.value = '';
      this.selected = false;
    }
    for (const c of text) {
      this.value += c;
      this.typed = true;
      this.dispatch('input');
    }
  }
  scrollIntoView() {}
  showModal() {}
  close() {}
  getBoundingClientRect() { return {left: 0, top: 0, right: 0, bottom: 0, width: 0, height: 0}; }
  getBBox() {
    const r = this.tag === 'rect' ? this : this.querySelector('rect');
    const n = k => r ? +r.getAttribute(k) : 0;
    return {x: n('x'), y: n('y'), width: n('width'), height: n('height')};
  }
  getScreenCTM() {
    const m = {a: 1, e: 0, f: 0, inverse: () => m, multiply: () => m};
    return m;
  }
}

// Whether the element fits the last of the parts, and what it stands in the others.
function fits(e, parts, scope) {
  const last = parts[parts.length - 1];
  const before = parts.slice(0, -1);
  const up = e.parentNode;
  if (!one(e, last, scope)) return false;
  if (!before.length) return true;
  if (before[before.length - 1] === '>') return !!up && fits(up, before.slice(0, -1), scope);
  for (let at = up; at; at = at.parentNode)
    if (fits(at, before, scope)) return true;
  return false;
}
const known = {};
function one(e, part, scope) {
  return (known[part] = known[part] || part.match(/:not\([^)]*\)|:[\w-]+|\[[^\]]*\]|[.#]?[\w-]+/g).map(test))
    .every(f => f(e, scope));
}
function test(p) {
  const [, name, value] = p.match(/^\[([\w-]+)(?:="(.*)")?\]$/) || [];
  const rest = p.slice(1);
  if (p === ':scope') return (e, scope) => e === scope;
  if (p.startsWith(':not(')) return (e, scope) => !one(e, p.slice(5, -1), scope);
  if (p === ':last-of-type') return e => e.parentNode.children.filter(x => x.tag === e.tag).pop() === e;
  if (name) return e => name in e.attributes && (value === undefined || e.attributes[name] === value);
  return p[0] === '.' ? e => !!e.attributes.class && e.attributes.class.split(' ').includes(rest)
    : p[0] === '#'    ? e => e.id === rest
                      : e => e.tag === p;
}

function parse(text) {
  const document = {activeElement: null};
  const root = new Element(document, '#document');
  let at = root, svg = false;
  const token = /<(script|style)\b([^>]*)>([^]*?)<\/\1>|<(\/?)([\w]+)([^>]*?)(\/?)>|<![^>]*>|([^<]+)/g;
  const begin = (tag, attributes) => {
    const e = new Element(document, tag);
    e.svg = svg;
    for (const [, n, v] of attributes.matchAll(/([\w:-]+)="([^"]*)"/g)) e.attributes[n] = plain(v);
    at.append(e);
    return e;
  };
  for (const [, raw, of, inner, end, tag, attributes, closed, words] of text.matchAll(token)) {
    if (raw) begin(raw, of).append(inner);
    else if (words) at.append(plain(words));
    else if (end) at = at.parentNode;
    else if (tag) {
      svg = svg || tag === 'svg';
      const e = begin(tag, attributes);
      if (!closed && !VOID.includes(tag)) at = e;
    }
    if (end && tag === 'svg') svg = false;
  }
  return Object.assign(document, {
    body: root.querySelector('body'),
    window: new Element(document, '#window'),
    createElement: t => new Element(document, t),
    createElementNS: (_, t) => Object.assign(new Element(document, t), {svg: true}),
    getElementById:
      (map => id => map.get(id) || null)(new Map(root.all().filter(e => e.id).map(e => [e.id, e]))),
    querySelector: s => root.querySelector(s),
    querySelectorAll: s => root.querySelectorAll(s)
  });
}

// The document of the page, whose scripts have run.
function open(text, hash) {
  const d = parse(text);
  const [code] = d.querySelectorAll('script').filter(s => !s.attributes.type);
  const still = () => ({matches: true});
  const names = {
    document: d,
    location: {hash: hash || ''},
    history: {replaceState() {}},
    addEventListener: (t, f) => d.window.addEventListener(t, f),
    removeEventListener() {},
    innerWidth: 1280,
    matchMedia: still,
    ResizeObserver: class {observe() {}},
    requestAnimationFrame() {}
  };
  new Function(...Object.keys(names), code.textContent)(...Object.values(names));
  return d;
}

module.exports = {
  parse : parse,
  open : open
};
