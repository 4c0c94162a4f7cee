// Frames of figures. What differs between them stands in a list in the figure; a slider exchanges it. All
// figures of a page that have as many frames go together. The frame is in the address: #3.
var figures = [];
function addFigure(f) {
  var list = f.querySelector('script');
  if (!list) return;
  var d = JSON.parse(list.textContent);
  d.groups = [].map.call(f.querySelectorAll('svg'), function(s) { return s.querySelectorAll('.u'); });
  d.slider = f.querySelector('.frames input');
  d.slider.parentNode.hidden = false;
  d.slider.addEventListener('input', function() {
    showFrame(+d.slider.value, d.names.length);
    history.replaceState(null, '', '#' + d.slider.value);
  });
  figures = figures.filter(function(o) { return o.slider.isConnected; });
  figures.push(d);
  addPlay(d);
  f.querySelectorAll('svg').forEach(function(svg, s) { addDrag(d, svg, marksOf(d.units[s])); });
}
// A button that goes through the frames, from the first one on if the last one is shown.
function addPlay(d) {
  var button = document.createElement('button');
  var timer;
  function stop() {
    clearInterval(timer);
    timer = 0;
    button.textContent = '\u25b6';
    button.setAttribute('aria-label', 'play');
  }
  button.type = 'button';
  button.addEventListener('click', function() {
    if (timer) return stop();
    var k = +d.slider.value % d.names.length;
    button.textContent = '\u275a\u275a';
    button.setAttribute('aria-label', 'stop');
    timer = setInterval(function() {
      showFrame(++k, d.names.length);
      if (k >= d.names.length || !d.slider.isConnected) stop();
    }, Math.max(60, 4000 / d.names.length));
  });
  d.slider.addEventListener('input', stop);
  d.slider.before(button);
  stop();
}
// The places of marks that move: a list of [x, y] of all frames for each.
function marksOf(units) {
  var single = /^-?[\d.]+ -?[\d.]+$/;
  return units
    .filter(function(
      u) { return u && u[0] == 'd' && u[1] == 'M' && u[3].every(function(v) { return single.test(v); }); })
    .map(function(u) { return u[3].map(function(v) { return v.split(' ').map(Number); }); });
}
// A mark is dragged: of its frames the one whose place is nearest is shown.
function addDrag(d, svg, marks) {
  var held;
  if (!marks.length) return;
  function nearest(places, event) {
    var p = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    var best = {off: Infinity};
    places.forEach(function(q, i) {
      var off = Math.hypot(q[0] - p.x, q[1] - p.y);
      if (off < best.off) best = {off: off, at: i};
    });
    return best;
  }
  function move(event) {
    if (!held) return;
    d.slider.value = nearest(held, event).at + 1;
    d.slider.dispatchEvent(new Event('input'));
  }
  svg.style.touchAction = 'pan-y';
  svg.style.cursor = 'grab';
  svg.addEventListener('pointerdown', function(event) {
    var now = marks.map(function(places) { return places[d.slider.value - 1]; });
    var mark = nearest(now, event);
    if (mark.off > 60) return;
    held = marks[mark.at];
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  svg.addEventListener('pointermove', move);
  ['pointerup', 'pointercancel'].forEach(function(
    e) { svg.addEventListener(e, function() { held = null; }); });
}
// A number for a frame is so many letters of the longest text.
function frameText(t, k) {
  var m = t[k - 1], all = '';
  if (m.length >= 0) return m;
  t.forEach(function(x) {
    if (x.length > all.length) all = x;
  });
  return all.slice(0, m);
}
function showFrame(k, frames) {
  figures.forEach(function(d) {
    if (d.names.length != frames) return;
    d.units.forEach(function(list, s) {
      list.forEach(function(u, i) {
        if (!u) return;
        var v = u[1] + frameText(u[3], k) + u[2];
        if (u[0]) d.groups[s][i].firstElementChild.setAttribute(u[0], v);
        else d.groups[s][i].innerHTML = v;
      });
    });
    d.slider.value = k;
    d.slider.setAttribute('aria-valuetext', d.names[k - 1] || k);
  });
  document.dispatchEvent(new CustomEvent('frame', {detail: [k, frames]}));
}
function goToFrame() {
  var k = parseInt(location.hash.slice(1), 10);
  figures.forEach(function(
    d) { showFrame(k >= 1 && k <= d.names.length ? k : +d.slider.value, d.names.length); });
}
document.querySelectorAll('figure').forEach(addFigure);
goToFrame();
addEventListener('hashchange', goToFrame);
