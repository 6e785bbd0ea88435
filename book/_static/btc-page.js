/* Small comforts, none of which a page needs: a choice of light or dark, a list of contents that folds away on a small
   screen, folded tables that open on paper, and the way to other editions. Nothing is fetched. */
(function () {
  "use strict";
  var root = document.documentElement;

  function dark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function theme(button) {
    function name() { button.textContent = dark() ? "Light" : "Dark"; }
    button.hidden = false;
    name();
    button.addEventListener("click", function () {
      root.dataset.theme = dark() ? "light" : "dark";
      try { localStorage.setItem("btc-theme", root.dataset.theme); } catch (error) { /* kept for this page alone */ }
      name();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
  }

  function menu(button) {
    var list = document.getElementById("contents");
    function open(yes) {
      button.setAttribute("aria-expanded", String(yes));
      list.dataset.open = yes ? "yes" : "no";
    }
    button.addEventListener("click", function () { open(button.getAttribute("aria-expanded") !== "true"); });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") { open(false); button.focus(); }
    });
    list.addEventListener("click", function (event) { if (event.target.closest("a")) { open(false); } });
  }

  /* A table that does not overflow is no stop for the Tab key. */
  function stops() {
    document.querySelectorAll(".btc-scroll").forEach(function (box) {
      if (!box.clientWidth) { return; }
      if (box.scrollWidth > box.clientWidth + 1) { box.tabIndex = 0; } else { box.removeAttribute("tabindex"); }
    });
  }

  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.prototype.filter.call(document.querySelectorAll("details:not(.btc-code)"), function (one) { return !one.open && !one.querySelector("tbody tr:nth-child(41)"); });
    opened.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (one) { one.open = false; });
  });

  /* Which editions there are is said by a file above this one; a reader of an old edition is told. */
  function editions(place) {
    var known = window.btcEditions || [];
    var own = place.dataset.edition;
    var newest = known[known.length - 1];
    if (known.indexOf(own) < 0) { return; }
    var top = place.querySelector("a").getAttribute("href").replace("index.html", "");
    var label = document.createElement("label");
    var choice = document.createElement("select");
    var go = document.createElement("button");
    label.append("Edition ", choice);
    known.slice().reverse().forEach(function (one) { choice.add(new Option(one === newest ? one + " (newest)" : one, one, one === own, one === own)); });
    go.type = "button";
    go.textContent = "Open";
    go.addEventListener("click", function () { location.href = top + encodeURIComponent(choice.value) + "/index.html"; });
    place.append(label, " ", go);
    if (own !== newest) {
      var banner = document.createElement("p");
      var link = document.createElement("a");
      banner.className = "btc-superseded";
      link.href = top + encodeURIComponent(newest) + "/index.html";
      link.textContent = "Read edition " + newest;
      banner.append("This is edition " + own + ". It was superseded by edition " + newest + ". ", link);
      var main = document.getElementById("main");
      main.insertBefore(banner, main.firstChild);
    }
  }

  document.querySelectorAll(".btc-editions").forEach(editions);
  document.querySelectorAll("button.btc-theme").forEach(theme);
  document.querySelectorAll("button.btc-menu").forEach(menu);
  stops();
  window.addEventListener("resize", stops);
  document.addEventListener("toggle", stops, true);
})();
