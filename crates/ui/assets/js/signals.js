// Pages of integrations, silences and windows: copying, more rows of matchers, fields of a recurrence.
// Everything works without it.
(function () {
  "use strict";
  function copies(root) {
    if (!navigator.clipboard) return;
    root.querySelectorAll("[data-copy][hidden]").forEach(function (button) {
      button.hidden = false;
      var word = button.textContent;
      button.addEventListener("click", function () {
        var from = document.getElementById(button.dataset.copy);
        if (!from) return;
        navigator.clipboard.writeText(from.textContent).then(function () {
          button.textContent = button.dataset.done;
          setTimeout(function () { button.textContent = word; }, 2000);
        }, function () {
          var range = document.createRange();
          range.selectNodeContents(from);
          var chosen = getSelection();
          chosen.removeAllRanges();
          chosen.addRange(range);
        });
      });
    });
  }
  function rows(root) {
    root.querySelectorAll("[data-more-rows][hidden]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () {
        var all = button.parentElement.querySelectorAll(".sg-matcher");
        if (all.length >= 64) return;
        var row = all[all.length - 1].cloneNode(true);
        row.removeAttribute("data-wrong");
        row.querySelectorAll(".error").forEach(function (one) { one.remove(); });
        row.querySelectorAll("input").forEach(function (one) { one.value = ""; one.removeAttribute("aria-invalid"); });
        row.querySelectorAll("label .sr").forEach(function (one) {
          one.textContent = one.textContent.replace(/\d+\s*$/, String(all.length + 1));
        });
        button.before(row);
        row.querySelector("input").focus();
      });
    });
  }
  function recurrence() {
    var select = document.querySelector("select[data-recurs]");
    if (!select) return;
    var until = document.getElementById("f-until");
    function show(element, is) { if (element) element.hidden = !is; }
    function field(id) { var input = document.getElementById(id); return input && input.closest(".field"); }
    function look() {
      var kind = select.value, often = kind !== "once";
      document.querySelectorAll("[data-recurs-for]").forEach(function (part) {
        show(part, part.dataset.recursFor.split(" ").indexOf(kind) >= 0);
      });
      show(until && until.closest(".field"), often);
      show(field("f-until-date"), often && until.value === "date");
      show(field("f-until-times"), often && until.value === "times");
    }
    select.addEventListener("change", look);
    if (until) until.addEventListener("change", look);
    look();
  }
  copies(document);
  rows(document);
  recurrence();
})();
