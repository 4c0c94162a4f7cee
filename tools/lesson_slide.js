// The slider moves the numbers of claims, too. A claim is about the lesson's own value alone.
(function () {
  var list = document.getElementById('values');
  if (!list) return;
  var d = JSON.parse(list.textContent), cells = document.querySelectorAll('[data-v]');
  cells.forEach(function (c) { c.all = c.title });
  document.addEventListener('frame', function (event) {
    var k = event.detail[0] - 1, home = k == d.home;
    if (event.detail[1] != d.frames) return;
    cells.forEach(function (c) { c.textContent = d.values[c.dataset.v][k]; c.title = home ? c.all : ''; c.classList.toggle('moved', !home) });
    document.querySelectorAll('.depends').forEach(function (c) { c.textContent = home ? '\u2713' : '\u00b7' });
  });
})();
