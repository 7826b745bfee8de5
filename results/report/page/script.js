(function () {
  'use strict';
  var root = document.documentElement;
  function all(selector, from) { return Array.prototype.slice.call((from || document).querySelectorAll(selector)); }
  all('[data-script]').forEach(function (e) { e.hidden = false; });
  var lang = document.getElementById('lang');
  lang.value = root.lang;
  lang.addEventListener('change', function () {
    root.lang = lang.value;
    all('[data-ko]').forEach(function (e) {
      var text = e.getAttribute('data-' + lang.value);
      if (e.hasAttribute('aria-label')) { e.setAttribute('aria-label', text); } else { e.textContent = text; }
    });
  });
  document.getElementById('theme').addEventListener('click', function () {
    var dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
  });
  var select = document.getElementById('select');
  function show() { all('.selection').forEach(function (e) { e.hidden = select && e.dataset.select !== select.value; }); }
  if (select) { select.addEventListener('change', show); show(); }
  function filter() {
    var kinds = {}, tasks = {};
    all('input[name=kind]').forEach(function (e) { kinds[e.value] = e.checked; });
    all('input[name=task]').forEach(function (e) { tasks[e.value] = e.checked; });
    var several = document.getElementById('several');
    all('.board').forEach(function (table) {
      all('tbody tr', table).forEach(function (row) {
        row.hidden = kinds[row.dataset.kind] === false || (several && several.checked && row.dataset.kind === 'measured' && Number(row.dataset.seeds) < 2);
      });
      all('[data-task]', table).forEach(function (cell) { cell.hidden = tasks[cell.dataset.task] === false; });
    });
  }
  all('.filters input').forEach(function (e) { e.addEventListener('change', filter); });
  all('.board').forEach(function (table) {
    all('thead th', table).forEach(function (head, column) {
      var text = head.innerHTML, button = document.createElement('button');
      button.type = 'button';
      button.innerHTML = text;
      head.innerHTML = '';
      head.appendChild(button);
      button.addEventListener('click', function () {
        var down = head.getAttribute('aria-sort') !== 'descending' && column > 0 || head.getAttribute('aria-sort') === 'ascending';
        all('thead th', table).forEach(function (h) { h.removeAttribute('aria-sort'); });
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        var body = table.tBodies[0];
        all('tr', body).map(function (row, i) {
          var cell = row.children[column], value = cell.dataset.value;
          return { row: row, i: i, value: column === 0 ? cell.textContent.trim() : value === undefined || value === '' ? null : Number(value) };
        }).sort(function (a, b) {
          if (a.value === null || b.value === null) { return (a.value === null) - (b.value === null) || a.i - b.i; }
          var order = column === 0 ? a.value.localeCompare(b.value) : a.value - b.value;
          return (down ? -order : order) || a.i - b.i;
        }).forEach(function (x) { body.appendChild(x.row); });
      });
    });
  });
})();
