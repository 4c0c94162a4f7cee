// What pages of a site have and a page alone has not: guesses are kept on the device or in an LMS, a part of
// a page can stand in another one (?embed=ask-3), and the course can be searched.
var lessonFolder = 'wengert:' + location.pathname.replace(/[^/]*$/, '');
var lessonName = location.pathname.replace(/.*\//, '').replace(/\.html$/, '');
var lessonKept = {
  get: function(name) {
    try {
      return JSON.parse(localStorage.getItem(lessonFolder + name)) || {};
    } catch (error) { return {}; }
  },
  set: function(name, value) {
    try {
      localStorage.setItem(lessonFolder + name, JSON.stringify(value));
    } catch (error) { // the browser keeps nothing: so does the page
    }
  }
};

// ---- a learning management system: SCORM 1.2, if one of the windows around the page has its API ----

function lessonSystem() {
  for (var w = window, n = 0; n < 10; n++, w = w.parent) {
    try {
      if (w.API) return w.API;
    } catch (error) { // a window of another site
    }
    if (w.parent == w) break;
  }
}

function lessonReport(api, asks, kept) {
  var done = 0;
  var right = 0;
  asks.forEach(function(ask) {
    var k = kept[ask.id];
    right += !!(k && k.right);
    done += !!(k && (k.right || k.shown || k.guesses.length > 2));
  });
  api.LMSSetValue('cmi.core.score.min', '0');
  api.LMSSetValue('cmi.core.score.max', '100');
  api.LMSSetValue('cmi.core.score.raw', String(Math.round(100 * right / asks.length)));
  api.LMSSetValue('cmi.core.lesson_status', done == asks.length ? 'completed' : 'incomplete');
  api.LMSSetValue('cmi.suspend_data', JSON.stringify(kept).slice(0, 4096));
  api.LMSCommit('');
}

function lessonJoin(api) {
  api.LMSInitialize('');
  addEventListener('pagehide', function() { api.LMSFinish(''); });
  try {
    return JSON.parse(api.LMSGetValue('cmi.suspend_data'));
  } catch (error) { return null; }
}

// ---- guesses ----

// What was guessed before is guessed again; then each new guess is kept.
(function() {
var asks = [].slice.call(document.querySelectorAll('.ask'));
if (!asks.length) return;
var api = lessonSystem();
var kept = api && lessonJoin(api) || lessonKept.get(lessonName);
asks.forEach(function(ask) {
  var k = kept[ask.id];
  if (!k) return;
  k.guesses.forEach(function(guess) { ask.guess(guess); });
  if (k.shown) ask.show();
});
addEventListener('guess', function(event) {
  lessonNote(kept, event.target.id, event.detail);
  lessonKept.set(lessonName, kept);
  lessonKept.set('', {last: lessonName, title: document.querySelector('h1').textContent});
  if (api) lessonReport(api, asks, kept);
});
})();

// ---- the course's own page: what was done, and the guesses as a file ----

(function() {
var box = document.querySelector('.kept');
if (!box) return;
var items = [].slice.call(document.querySelectorAll('.index li[data-asks]'));
var names = items.map(function(item) { return item.id; });
var last = lessonKept.get('');
items.forEach(function(item) {
  var kept = lessonKept.get(item.id);
  var n = Object.keys(kept).filter(function(id) { return kept[id].right || kept[id].shown; }).length;
  if (n) item.querySelector('.done').textContent = '✓ ' + n + ' of ' + item.dataset.asks + ' questions';
});
if (!last.last) return;
box.hidden = false;
box.querySelector('a').href = last.last + '.html';
box.querySelector('a').textContent = last.title;
box.querySelector('.save').addEventListener('click', function() {
  var link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([lessonCsv(names.map(function(name) {
    return [name, lessonKept.get(name)];
  }))],
    {type: 'text/csv'}));
  link.download = 'guesses.csv';
  link.click();
});
box.querySelector('.forget').addEventListener('click', function() {
  names.concat('').forEach(function(name) { lessonKept.set(name, {}); });
  location.reload();
});
})();

// ---- a part alone ----

// The parts of the page that stay: the one of the address, and of a heading what stands below it.
function lessonPart(main, e) {
  while (e.parentNode != main) e = e.parentNode;
  var stay = [e];
  if (e.tagName == 'H2')
    while ((e = e.nextElementSibling) && !e.matches('h2, .also, .try, footer')) stay.push(e);
  return stay;
}

(function() {
var id = new URLSearchParams(location.search).get('embed');
var main = document.querySelector('main');
var e = id && document.getElementById(id);
if (!e || !main.contains(e)) return;
var stay = lessonPart(main, e);
[].forEach.call(main.children, function(child) { child.hidden = stay.indexOf(child) < 0; });
if (stay.length == 1) stay[0].classList.remove('closed');
document.documentElement.classList.add('embed');
var from = document.createElement('p');
var link = document.createElement('a');
link.href = location.pathname + '#' + id;
link.target = '_blank';
link.textContent = 'from: ' + document.querySelector('h1').textContent;
from.className = 'note';
from.append(link);
main.append(from);
new ResizeObserver(function() {
  parent.postMessage({wengert: id, height: document.documentElement.scrollHeight}, '*');
}).observe(main);
})();

// ---- search ----

// Sections in which each of the words begins a word, the best ones first.
function lessonFind(sections, query) {
  var words = query.toLowerCase().match(/[\p{L}\p{N}₀-₉²³⁻ᵀ]+/gu) || [];
  var begins = words.map(function(w) { return new RegExp('(^|[^\\p{L}\\p{N}])' + w, 'u'); });
  var whole = words.join(' ');
  var found = [];
  sections.forEach(function(s) {
    var places = [s.heading, s.lesson, s.text].map(function(t) { return t.toLowerCase(); });
    var all = places.join(' \n ');
    if (!words.length || !begins.every(function(b) { return b.test(all); })) return;
    var score = 0;
    [20, 10, 4].forEach(function(worth, i) {
      begins.forEach(function(b) { score += b.test(places[i]) ? worth / words.length : 0; });
      if (places[i].indexOf(whole) >= 0) score += worth;
    });
    if (places[0] == whole) score += 50;
    found.push({section: s, score: score, first: begins[0]});
  });
  return found.sort(function(a, b) { return b.score - a.score; }).slice(0, 20);
}

function lessonShow(list, found) {
  list.textContent = '';
  found.forEach(function(f) {
    var item = document.createElement('li');
    var link = document.createElement('a');
    var about = document.createElement('small');
    var at = f.section.text.toLowerCase().search(f.first);
    var from = Math.max(0, at - 60);
    link.href = f.section.page;
    link.textContent = f.section.heading + (f.section.lesson ? ' · ' + f.section.lesson : '');
    about.textContent = (from ? '… ' : '') + f.section.text.slice(from, from + 160) + ' …';
    item.append(link, about);
    list.append(item);
  });
}

(function() {
var form = document.getElementById('find');
if (!form) return;
var field = form.querySelector('input');
var said = form.querySelector('[role=status]');
var list = form.querySelector('ol');
function look() {
  if (!window.courseSections) return;
  var found = lessonFind(courseSections.sections, field.value);
  lessonShow(list, found);
  said.textContent = field.value.trim() ? (found.length || 'no') + ' places' : '';
}
function load() {
  if (document.getElementById('sections')) return;
  var script = document.createElement('script');
  script.id = 'sections';
  script.src = 'search.js';
  script.onload = look;
  document.head.append(script);
}
var query = new URLSearchParams(location.search).get('q');
field.addEventListener('focus', load);
field.addEventListener('input', look);
form.addEventListener('submit', function(event) { event.preventDefault(); });
if (query) {
  field.value = query;
  load();
}
})();
