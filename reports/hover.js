/* Shows the words of a chart's areas (data-tip): under the pointer, by touch, or with the arrow keys. */
(function () {
  "use strict";
  var box = null, shown = null;

  function hide() {
    if (shown) { shown.style.stroke = ""; box.style.visibility = "hidden"; }
    shown = null;
  }

  function show(area) {
    hide();
    if (!box) {
      box = document.createElement("div");
      box.setAttribute("role", "status");
      box.style.cssText = "position:fixed;z-index:9;max-width:min(320px,92vw);padding:8px 11px;white-space:pre-line;" +
        "background:#16222C;color:#fff;font:14px/1.4 inherit;font-family:inherit;border-radius:3px;pointer-events:none";
      document.body.appendChild(box);
    }
    var own = area.querySelector("title");
    if (own) own.remove(); // else the browser would show the same words a second time
    shown = area;
    area.style.stroke = "#16222C";
    box.textContent = area.getAttribute("data-tip");
    var at = area.getBoundingClientRect(), size = box.getBoundingClientRect(), middle = (at.left + at.right) / 2;
    var above = Math.max(at.top, 0) - size.height - 6;
    box.style.left = Math.max(4, Math.min(middle - size.width / 2, window.innerWidth - size.width - 4)) + "px";
    box.style.top = (above > 4 ? above : Math.min(at.bottom + 6, window.innerHeight - size.height - 4)) + "px";
    box.style.visibility = "visible";
  }
  /* The nearest area in the direction of an arrow key; across the direction counts three times. */
  function next(areas, x, y) {
    var from = shown.getBoundingClientRect(), best = null, least = Infinity;
    areas.forEach(function (area) {
      var at = area.getBoundingClientRect(), right = at.left + at.right - from.left - from.right;
      var down = at.top + at.bottom - from.top - from.bottom;
      var ahead = right * x + down * y, far = ahead + 3 * Math.abs(right * y + down * x);
      if (ahead > 1 && far < least) { best = area; least = far; }
    });
    return best;
  }

  var arrows = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") hide();
    var chart = event.target.closest && event.target.closest("svg"), step = arrows[event.key];
    var areas = chart ? Array.from(chart.querySelectorAll("[data-tip]")) : [];
    if (!step || !areas.length) return;
    event.preventDefault();
    var found = areas.indexOf(shown) < 0 ? areas[0] : next(areas, step[0], step[1]);
    if (found) show(found);
  });
  function point(event) {
    var area = event.target.closest && event.target.closest("[data-tip]");
    if (area) show(area); else if (event.type === "pointerdown" || !document.activeElement.closest("svg")) hide();
  }
  ["pointerover", "pointerdown"].forEach(function (name) { document.addEventListener(name, point); });
  document.addEventListener("focusout", hide);
  window.addEventListener("scroll", hide, true);
})();
