/* Long tables can be put in another order by the reader: a button in each heading, or a list above the cards of a narrow
   screen. Without scripts, and on paper, every table stands as it was published. Nothing is fetched. */
(function () {
  "use strict";
  var LONG = 10;
  var WAYS = {
    number: ["low to high", "high to low"],
    date: ["earliest first", "latest first"],
    words: ["A to Z", "Z to A"]
  };
  var NONE = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
  var TIMES = { million: 1e6, billion: 1e9 };
  var LESS = /\b(fewer|lower|less)$/;
  var NUMBER = /^(about |less than |more than |fewer than |under |over )?([+-]?)(£?)(\d[\d,]*(?:\.\d+)?)(?:st|nd|rd|th)?(?: (million|billion))?(.*)$/;
  /* What may follow a number that words begin with: its unit, its direction, its interval. */
  var TAIL = /^ ?(?:$|%|per cent|percentage points|more\b|fewer\b|higher\b|lower\b|less\b|to [+-]?[£\d]|[(;,])/;
  var MONTHS = "january february march april may june july august september october november december".split(" ");
  var DATE = /^(?:about )?(?:(\d{1,2}) )?([a-z]+) (\d{4})\b/;
  var DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
  var YEAR = /^((?:19|20)\d\d)(?:-(\d\d))?(?![\d.%])\b/;
  var order = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" });
  var known = [];
  var said;

  function text(cell) {
    return Array.prototype.filter.call(cell.childNodes, function (one) {
      return !(one.classList && one.classList.contains("btc-label"));
    }).map(function (one) { return one.textContent; }).join("").replace(/\u2212/g, "-").replace(/\s+/g, " ").trim();
  }

  /* The value of words that are a number, with its sign, unit, bound or interval; NaN for any others. */
  function number(words) {
    var small = words.toLowerCase();
    if (small === "no change") { return 0; }
    if (NONE.indexOf(small) >= 0) { return NONE.indexOf(small); }
    var parts = NUMBER.exec(small);
    if (!parts || !TAIL.test(parts[6])) { return NaN; }
    var value = parseFloat(parts[4].replace(/,/g, "")) * (TIMES[parts[5]] || 1);
    if (parts[2] === "-" || LESS.test(small)) { value = -value; }
    var bound = (parts[1] || "").trim();
    var step = Math.max(Math.abs(value), 1e-9) * 1e-9;
    return value + (/^(less|fewer|under)/.test(bound) ? -step : /^(more|over)/.test(bound) ? step : 0);
  }

  /* A day, a month, a year or a financial year, counted in days from its start; NaN for any other words. */
  function date(words) {
    var small = words.toLowerCase();
    var parts = DATE.exec(small);
    if (parts && MONTHS.indexOf(parts[2]) >= 0) {
      return Date.UTC(+parts[3], MONTHS.indexOf(parts[2]), parts[1] ? +parts[1] : 1) / 864e5;
    }
    var day = DAY.exec(small);
    if (day) { return Date.UTC(+day[1], day[2] - 1, +day[3]) / 864e5; }
    var year = YEAR.exec(small);
    if (!year) { return NaN; }
    var financial = year[2] && +year[2] === (+year[1] + 1) % 100;
    return Date.UTC(+year[1], financial ? 3 : year[2] ? year[2] - 1 : 0, 1) / 864e5;
  }

  /* What a column holds: its kind, and each row's value; null where a cell has none. */
  function column(rows, at, numeric) {
    var cells = rows.map(function (row) {
      var cell = row.cells[at];
      var words = text(cell);
      return cell.classList.contains("btc-blank") || !words || words === "…" || words === "–" ? null : words;
    });
    function all(read, enough) {
      var held = cells.filter(function (one) { return one !== null; });
      var values = cells.map(function (one) { return one === null ? NaN : read(one); });
      var good = values.filter(function (one) { return !isNaN(one); }).length;
      if (!held.length || good < held.length * enough) { return null; }
      return values.map(function (one) { return isNaN(one) ? null : one; });
    }
    var dates = numeric ? null : all(date, 1);
    if (dates) { return { kind: "date", values: dates }; }
    var numbers = all(number, numeric ? 0.5 : 1);
    return numbers ? { kind: "number", values: numbers } : { kind: "words", values: cells };
  }

  function sorted(table, at, way) {
    if (!way) { return table.rows; }
    var found = table.columns[at] || (table.columns[at] = column(table.rows, at, table.heads[at].classList.contains("btc-number")));
    var sign = way === "ascending" ? 1 : -1;
    return table.rows.map(function (row, index) {
      return { row: row, value: found.values[index], last: row.classList.contains("btc-total") };
    }).sort(function (a, b) {
      if (a.last || b.last) { return a.last - b.last; }
      if (a.value === null || b.value === null) { return (a.value === null) - (b.value === null); }
      return sign * (found.kind === "words" ? order.compare(a.value, b.value) : a.value - b.value);
    }).map(function (one) { return one.row; });
  }

  function place(table, rows) {
    var all = document.createDocumentFragment();
    rows.forEach(function (row) { all.appendChild(row); });
    table.body.appendChild(all);
  }

  function sort(table, at, way) {
    table.at = at;
    table.way = way;
    place(table, sorted(table, at, way));
    table.heads.forEach(function (head, index) {
      if (way && index === at) { head.setAttribute("aria-sort", way); } else { head.removeAttribute("aria-sort"); }
    });
    if (table.choice) { table.choice.value = way ? at + " " + way : ""; }
    var words = way ? WAYS[table.columns[at].kind][way === "ascending" ? 0 : 1] : "";
    said.textContent = way ? "Sorted by " + table.names[at] + ", " + words + "." : "In the order of the report again.";
  }

  function button(table, head, at) {
    var plain = document.createElement("span");
    var press = document.createElement("button");
    plain.className = "btc-sort-plain";
    while (head.firstChild) { plain.appendChild(head.firstChild); }
    press.type = "button";
    press.className = "btc-sort";
    press.textContent = table.names[at];
    press.addEventListener("click", function () {
      var way = table.at !== at || !table.way ? "ascending" : table.way === "ascending" ? "descending" : "";
      sort(table, at, way);
    });
    head.append(plain, press);
  }

  /* Where rows are cards their headings are not seen: a list says the same. */
  function list(table, box) {
    var label = document.createElement("label");
    var words = document.createElement("span");
    var choice = document.createElement("select");
    label.className = "btc-sorter";
    words.textContent = "Sort this table";
    choice.add(new Option("In the order of the report", ""));
    table.names.forEach(function (name, at) {
      var kind = (table.columns[at] = column(table.rows, at, table.heads[at].classList.contains("btc-number"))).kind;
      choice.add(new Option(name + ", " + WAYS[kind][0], at + " ascending"));
      choice.add(new Option(name + ", " + WAYS[kind][1], at + " descending"));
    });
    choice.addEventListener("change", function () {
      var parts = choice.value.split(" ");
      sort(table, choice.value ? +parts[0] : -1, parts[1] || "");
    });
    label.append(words, choice);
    box.insertBefore(label, box.firstChild);
    table.choice = choice;
  }

  function begin(found) {
    var rows = found.tBodies.length === 1 ? Array.prototype.slice.call(found.tBodies[0].rows) : [];
    var heads = found.tHead && found.tHead.rows.length === 1 ? Array.prototype.slice.call(found.tHead.rows[0].cells) : [];
    if (rows.length <= LONG || heads.length < 2 || found.querySelector("[rowspan], [colspan]")) { return; }
    if (rows.some(function (row) { return row.cells.length !== heads.length; })) { return; }
    var table = { body: found.tBodies[0], rows: rows, heads: heads, columns: [], at: -1, way: "" };
    table.names = heads.map(function (head) { return head.textContent.trim(); });
    if (table.names.some(function (name) { return !name; })) { return; }
    found.classList.add("btc-sortable");
    heads.forEach(function (head, at) { button(table, head, at); });
    if (found.classList.contains("btc-as-cards")) { list(table, found.parentNode); }
    known.push(table);
  }

  document.querySelectorAll("table.btc-table").forEach(begin);
  if (!known.length) { return; }
  said = document.createElement("p");
  said.className = "btc-heard btc-sorted";
  said.setAttribute("role", "status");
  said.setAttribute("aria-live", "polite");
  document.getElementById("main").appendChild(said);
  window.addEventListener("beforeprint", function () { known.forEach(function (table) { if (table.way) { place(table, table.rows); } }); });
  window.addEventListener("afterprint", function () { known.forEach(function (table) { if (table.way) { place(table, sorted(table, table.at, table.way)); } }); });
})();
