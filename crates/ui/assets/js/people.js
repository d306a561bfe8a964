"use strict";
/* Pages of users: choosing several, the panel, sending once, reading a file. All of it works without. */
(() => {
  const form = (node) => node.closest("[data-bulk]");
  const boxes = (bulk) => Array.from(bulk.querySelectorAll('input[name="id"]'));

  const count = (bulk) => {
    const all = boxes(bulk);
    const picked = all.filter((box) => box.checked).length;
    const said = bulk.querySelector("[data-picked]");
    if (said) said.textContent = picked ? `${picked} ${said.dataset.some}` : said.dataset.none;
    const every = bulk.querySelector("[data-all] input");
    if (every) {
      every.checked = picked > 0 && picked === all.length;
      every.indeterminate = picked > 0 && picked < all.length;
    }
  };

  const ready = (root) => {
    for (const bulk of root.querySelectorAll("[data-bulk]")) {
      const every = bulk.querySelector("[data-all]");
      if (every) every.hidden = false;
      count(bulk);
    }
    for (const file of root.querySelectorAll("[data-file]")) file.hidden = false;
  };

  document.addEventListener("change", (event) => {
    const bulk = form(event.target);
    if (bulk) {
      if (event.target.closest("[data-all]")) {
        for (const box of boxes(bulk)) box.checked = event.target.checked;
      }
      count(bulk);
    }
    if (event.target.id === "f-file") read(event.target);
  });

  /* The text of a file goes where it could have been pasted. */
  const read = async (input) => {
    const file = input.files && input.files[0];
    const area = document.getElementById("f-table");
    const said = document.querySelector("[data-file-said]");
    if (!file || !area) return;
    if (file.size > 4 * 1024 * 1024) {
      if (said) said.textContent = `${file.name}: > 4 MiB`;
      input.value = "";
      return;
    }
    area.value = await file.text();
    if (said) said.textContent = `${file.name}: ${area.value.split("\n").length}`;
  };

  /* A double click sends once: app.js sees to that, and the server would add once, too. */
  document.addEventListener("submit", (event) => {
    const sent = event.target;
    if (event.defaultPrevented || !sent.matches("[data-once]")) return;
    const main = sent.querySelector(".button.main");
    if (main && sent.dataset.wait) main.textContent = sent.dataset.wait;
  });

  const close = (panel) => {
    panel.textContent = "";
    const add = document.getElementById("add-user") || document.getElementById("add-stakeholder");
    if (add) add.focus();
  };
  document.addEventListener("click", (event) => {
    const panel = event.target.closest("#panel");
    if (panel && event.target.closest("[data-close]")) {
      event.preventDefault();
      close(panel);
    }
  });
  document.addEventListener("keydown", (event) => {
    const panel = document.getElementById("panel");
    if (event.key === "Escape" && panel && panel.contains(document.activeElement)) close(panel);
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    ready(event.target);
    if (event.target.id === "panel") {
      const first = event.target.querySelector("[autofocus], input:not([type=hidden])");
      if (first) first.focus();
      event.target.scrollIntoView({ block: "nearest" });
    }
  });
  ready(document);
})();
