/* What a page can do better with a script; without it every form still works. */
(function () {
  "use strict";
  function each(where, what, act) { where.querySelectorAll(what).forEach(act); }

  /* Uploads: a file that is too large is told at once; it may be dropped; the page says that it is being read. */
  each(document, "[data-upload]", function (form) {
    var input = form.querySelector("input[type=file]"), told = form.querySelector("[data-told]");
    function fits() {
      var large = input.files[0] && input.files[0].size > Number(form.dataset.limit);
      told.textContent = large ? form.dataset.large : "";
      form.querySelector("[data-file]").textContent = input.files[0] ? input.files[0].name : "";
      return !large;
    }
    input.addEventListener("change", fits);
    form.addEventListener("submit", function (event) {
      if (fits()) told.textContent = form.dataset.busy; else event.preventDefault();
    });
    form.addEventListener("dragover", function (event) { event.preventDefault(); form.classList.add("over"); });
    form.addEventListener("dragleave", function () { form.classList.remove("over"); });
    form.addEventListener("drop", function (event) {
      event.preventDefault(); form.classList.remove("over");
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; fits(); }
    });
  });

  /* Levers: sliders move their field and follow it; fields that do not count are hidden; a tick shows the levers. */
  var lang = document.documentElement.lang, draft = document.getElementById("draft");
  function number(text) {
    var plain = lang === "id" ? text.replace(/\./g, "").replace(",", ".") : text.replace(/,/g, "");
    return plain.trim() === "" ? NaN : Number(plain);
  }
  function written(value) { return new Intl.NumberFormat(lang, { maximumFractionDigits: 4 }).format(value); }
  function needed() {
    each(draft, "[data-needs]", function (field) {
      var parts = field.dataset.needs.split("="), name = parts[0], on = false;
      each(draft, "[name='" + name + "']", function (owner) {
        if (owner.type === "radio" ? owner.checked && owner.value === parts[1] : owner.value === parts[1]) on = true;
      });
      field.hidden = !on;
    });
  }
  function prepare() {
    each(draft, "input[type=range]", function (slider) {
      var field = document.getElementById(slider.dataset.for);
      function follow() { var value = number(field.value); slider.hidden = isNaN(value); slider.value = value || 0; }
      follow();
      field.addEventListener("input", follow);
      slider.addEventListener("input", function () { field.value = written(Number(slider.value)); });
    });
    each(draft, "[data-show]", function (button) { button.hidden = true; });
    needed();
  }
  function redraw(ticked) {
    fetch("/scenarios", { method: "POST", body: new FormData(draft) }).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.text();
    }).then(function (text) {
      var made = new DOMParser().parseFromString(text, "text/html").getElementById("draft"), open = {};
      each(draft, "details.scenario, details.more", function (one) { open[one.id] = one.open; });
      draft.replaceChildren.apply(draft, Array.from(made.childNodes));
      each(draft, "details.scenario, details.more", function (one) { if (one.id in open) one.open = open[one.id]; });
      prepare();
      each(draft, "[name=s]", function (box) { if (box.value === ticked) box.focus(); });
    }).catch(function () { each(draft, "[data-show]", function (button) { button.hidden = false; }); });
  }
  if (draft) {
    prepare();
    draft.addEventListener("change", function (event) {
      if (event.target.matches("[data-redraw]")) redraw(event.target.value); else needed();
    });
    var fault = draft.querySelector("[aria-invalid=true]");
    if (fault) fault.focus();
  }

  /* Puts a new text of the same element in place, piece by piece: what is in focus, pressed or folded out stays. Of the
     pieces, those that are alike from the first on and from the last back are kept; what lies between is exchanged. */
  function alike(old, made) { return old.nodeName === made.nodeName && old.id === made.id; }
  function put(old, made) {
    if (old.nodeType !== 1) { if (old.nodeValue !== made.nodeValue) old.nodeValue = made.nodeValue; return; }
    Array.from(old.attributes).forEach(function (one) {
      if (!made.hasAttribute(one.name) && one.name !== "open") old.removeAttribute(one.name);
    });
    Array.from(made.attributes).forEach(function (one) {
      if (old.getAttribute(one.name) !== one.value) old.setAttribute(one.name, one.value);
    });
    var olds = Array.from(old.childNodes), news = Array.from(made.childNodes);
    while (olds.length && news.length && alike(olds[0], news[0])) put(olds.shift(), news.shift());
    var next = null; // what stays behind the pieces that are exchanged
    while (olds.length && news.length && alike(olds[olds.length - 1], news[news.length - 1])) {
      next = olds.pop();
      put(next, news.pop());
    }
    olds.forEach(function (one) { one.remove(); });
    news.forEach(function (one) { old.insertBefore(one, next); });
  }

  /* A run under way: the page follows it; a lost connection is taken up again by itself. The page is never loaded anew
     from here: that would undo a press on a button whose answer is still on its way. */
  var spoken = document.getElementById("spoken"), before = null, step = null;
  function part(name) { return document.getElementById(name); }
  function state() { return part("panel").querySelector(".left").dataset.step.split(" ")[0]; }
  function get(where) {
    return fetch(where).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.text();
    });
  }
  var renewing = Promise.resolve(); // one after the other, so that an older page is not put over a newer one
  function renew() {
    renewing = renewing.then(function () { return get(location.pathname + location.search); }).then(function (text) {
      var made = new DOMParser().parseFromString(text, "text/html");
      document.title = made.title;
      put(part("isi"), made.getElementById("isi"));
      choose();
      spoken.textContent = part("isi").querySelector("h1").textContent;
    }).catch(function (fault) { // without a server what was shown stays; a run that is gone is told
      if (!(fault instanceof TypeError)) location.reload();
    });
  }
  if (part("panel") && part("panel").dataset.events) {
    var events = new EventSource(part("panel").dataset.events), shown = null;
    before = state();
    events.addEventListener("progress", function (event) {
      var panel = part("panel");
      if (!panel) return; // the results are there already
      var made = panel.cloneNode(false);
      made.innerHTML = JSON.parse(event.data);
      put(panel, made);
      if (state() !== before) { before = state(); renew(); } // another heading, other buttons
      var left = part("panel").querySelector(".left"); // read aloud at every tenth, not at every change
      if (left.dataset.step !== step) {
        step = left.dataset.step;
        spoken.textContent = left.textContent + ", " + 10 * Number(step.split(" ")[1]) + " %";
      }
    });
    events.addEventListener("results", function (event) {
      if (!part("interim") || event.data === "0" || event.data === shown) return;
      shown = event.data;
      get(part("interim").dataset.interim)
        .then(function (text) { part("interim").innerHTML = text; })
        .catch(function () {}); // the next figures come by themselves
    });
    events.addEventListener("end", function () { events.close(); renew(); });
  }

  /* A phone gets the drawings that were made for it. */
  var narrow = window.matchMedia("(max-width: 640px)");
  function choose() {
    each(document, "figure .wide", function (one) { one.hidden = narrow.matches; });
    each(document, "figure .narrow", function (one) { one.hidden = !narrow.matches; });
  }
  choose();
  narrow.addEventListener("change", choose);
})();
