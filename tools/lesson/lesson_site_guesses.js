// What is kept of guesses: by question {guesses, times, right, shown}. Pages of a site have it, and the page
// of `wengert play`.

function lessonNote(kept, id, said) {
  var k = kept[id] = kept[id] || {guesses: [], times: []};
  if (said.guess == null) k.shown = true;
  else {
    k.guesses.push(said.guess);
    k.times.push(new Date().toISOString());
  }
  if (said.right) k.right = true;
}
// As a table for a spreadsheet. lessons: a list of [name, what is kept of it].
function lessonCsv(lessons) {
  var rows = [['lesson', 'question', 'try', 'guess', 'result', 'time']];
  lessons.forEach(function(lesson) {
    Object.keys(lesson[1]).sort().forEach(function(id) {
      var k = lesson[1][id];
      k.guesses.forEach(function(guess, i) {
        var last = i == k.guesses.length - 1;
        rows.push([lesson[0], id, i + 1, guess, k.right && last ? 'right' : 'wrong', k.times[i]]);
      });
      if (k.shown) rows.push([lesson[0], id, '', '', 'shown', '']);
    });
  });
  function cell(c) { return /[\x22,;\n]/.test(c) ? '"' + String(c).split('"').join('""') + '"' : c; }
  return rows.map(function(row) { return row.map(cell).join(','); }).join('\r\n') + '\r\n';
}
