/* How the search shows what it finds. Loaded between the search and its index. */
/* global DOCUMENTATION_OPTIONS, Search */
// A page opened from a folder may not read another, so its results have no extract; elsewhere the extract is words alone.
if (location.protocol === "file:") { DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false; }
Search.htmlToText = function (text, anchor) {
  var page = new DOMParser().parseFromString(text, "text/html");
  page.querySelectorAll(".headerlink, script, style, svg, table, .btc-code, .btc-axis").forEach(function (one) { one.remove(); });
  var words = (anchor && page.querySelector("main " + anchor)) || page.querySelector("main");
  return words ? words.textContent.replace(/\s+/g, " ") : "";
};
