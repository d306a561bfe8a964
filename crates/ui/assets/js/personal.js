// Visitors' pages: keeps files for the next visit, and fills in what the browser knows. Nothing here is needed.
"use strict";
(() => {
  const root = document.body.dataset.root || "./";
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register(`${root}sw.js`, { scope: root }).catch(() => {});
  }
  const zone = document.querySelector("[data-own-zone]");
  if (zone && zone.value === "UTC") {
    zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  }
  // The set-up token may stand behind the # of the link: it is never sent there, and does not stay in sight.
  const token = document.querySelector("[data-token]");
  const given = decodeURIComponent(location.hash.slice(1));
  if (token && /^fbi_[\w-]+$/.test(given)) {
    token.value = given;
    history.replaceState(null, "", location.pathname + location.search);
  }
  for (const link of document.querySelectorAll("[data-reload]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      location.reload();
    });
  }
})();
