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
