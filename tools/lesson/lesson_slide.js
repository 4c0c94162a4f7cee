// The slider moves the numbers of claims, too. A claim is about the lesson's own value alone.
document.addEventListener('frame', function(event) {
  var list = document.getElementById('values');
  var d = list && JSON.parse(list.textContent);
  var k = event.detail[0] - 1;
  if (!d || event.detail[1] != d.frames) return;
  var home = k == d.home;
  document.querySelectorAll('[data-v]').forEach(function(c) {
    if (c.all == null) c.all = c.title;
    c.textContent = d.values[c.dataset.v][k];
    c.classList.toggle('moved', !home);
    if (home && c.all) c.title = c.all;
    else c.removeAttribute('title');
  });
  document.querySelectorAll('.depends').forEach(function(c) {
    c.said = c.said || c.textContent;
    c.textContent = home ? c.said : '\u00b7';
  });
});
