/* Before the first paint: this page has scripts, and the reader's choice of light or dark. */
(function (page) {
  "use strict";
  page.className = "js";
  try {
    var kept = localStorage.getItem("btc-theme");
    if (kept === "dark" || kept === "light") { page.dataset.theme = kept; }
  } catch (error) { /* a reader who keeps nothing has the system's choice */ }
})(document.documentElement);
