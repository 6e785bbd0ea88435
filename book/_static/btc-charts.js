/* Draws each chart when it comes into view, from the specification that stands beside it in the page. Without this
   script the still drawing stays. Nothing is fetched but the drawing library, from this site. */
(function () {
  "use strict";
  var script = document.currentScript;
  var root = script.src.replace(/[^/]*$/, "");
  var loading = null;

  function library() {
    if (!loading) {
      loading = new Promise(function (resolve, reject) {
        var tag = document.createElement("script");
        tag.src = root + "btc-vega.js";
        tag.onload = function () { resolve(window); };
        tag.onerror = reject;
        document.head.appendChild(tag);
      });
    }
    return loading;
  }

  function specFor(place) {
    var held = document.querySelector('script.btc-spec[data-for="' + place.id + '"]');
    var spec = JSON.parse(held.textContent);
    var own = spec.usermeta || {};
    if (own.narrow && place.clientWidth < own.narrow_below) {
      own.narrow.datasets = Object.assign({}, own.narrow.datasets, { table: spec.datasets.table });
      own.narrow.config = spec.config;
      return own.narrow;
    }
    return spec;
  }

  /* Expressions are interpreted, never compiled, so that the page can forbid it. The interpreter's "datetime" does not take
     a moment as its one argument; "toDate" does, and means the same. */
  function interpreted(spec) {
    return JSON.parse(JSON.stringify(spec).replace(/\bdatetime\(([^(),]+)\)/g, "toDate($1)"));
  }

  function draw(place) {
    library().then(function (lib) {
      var spec = specFor(place);
      var still = place.querySelectorAll(".btc-still");
      var live = place.querySelector(".btc-live");
      if (!live) {
        live = document.createElement("div");
        live.className = "btc-live";
        place.appendChild(live);
      }
      place.dataset.width = String(place.clientWidth);
      return lib.vegaEmbed(live, spec, { actions: false, ast: true, patch: interpreted, defaultStyle: false, renderer: "svg", tooltip: { theme: "custom" } }).then(function () {
        var svg = live.querySelector("svg");
        svg.setAttribute("aria-hidden", "true");
        svg.setAttribute("focusable", "false");
        svg.removeAttribute("role");
        still.forEach(function (one) { one.hidden = true; });
        place.dataset.drawn = "yes";
      });
    }).catch(function () { place.dataset.drawn = "no"; });
  }

  function begin() {
    var places = Array.prototype.slice.call(document.querySelectorAll(".btc-draw"));
    if (!places.length) { return; }
    if (!("IntersectionObserver" in window)) { places.forEach(draw); return; }
    var seen = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
      });
    }, { rootMargin: "300px" });
    places.forEach(function (place) { seen.observe(place); });
    var wait = null;
    window.addEventListener("resize", function () {
      clearTimeout(wait);
      wait = setTimeout(function () {
        places.forEach(function (place) {
          if (place.dataset.drawn && place.dataset.width !== String(place.clientWidth)) { draw(place); }
        });
      }, 200);
    });
  }

  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", begin); } else { begin(); }
})();
