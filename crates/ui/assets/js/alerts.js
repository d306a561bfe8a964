// The live list and the live story of an alert. Pages work without it; they then show what was when they were loaded.
"use strict";
(() => {
  const $ = (s, from = document) => from.querySelector(s);
  const $$ = (s, from = document) => [...from.querySelectorAll(s)];
  const soon = (ms) => ms + Math.random() * ms;
  const get = (url) => fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" })
    .then((r) => {
      // Signed out: the page itself leads to signing in, unless something is being written here.
      if (r.status === 401 && !$$("main textarea").some((t) => t.value)) location.reload();
      if (!r.ok) throw new Error(r.status);
      return r.text();
    });

  // "escalates in 3:20": counts down to the second.
  const tick = () => $$("time[data-until]").forEach((t) => {
    const left = Math.max(0, Math.round((Date.parse(t.dateTime) - Date.now()) / 1000));
    if (left >= 3600) return;
    const span = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    const text = (document.body.dataset.in || "{span}").replace("{span}", span);
    if (t.textContent !== text) t.textContent = text;
  });
  setInterval(() => { if (!document.hidden) tick(); }, 1000);
  tick();

  // What is typed into the search has been looked for when one leaves it: once more would take away what one selects.
  $(".alerts-filters input[type=search]")?.addEventListener("change", (e) => e.stopPropagation());

  // On phones the alerts come first, and the filters when they are asked for.
  const box = $(".filter-box");
  if (box && matchMedia("(max-width: 700px)").matches && !location.search) box.open = false;

  // Rows that came live carry their tips in UTC: say them as this browser's clock does.
  const local = (from) => $$("time[title*=' UTC']", from).forEach((t) => {
    t.title = new Date(t.dateTime).toLocaleString(document.documentElement.lang, { timeZoneName: "short" });
  });

  // With a and r the row one is at counts as selected when none is.
  document.addEventListener("keydown", (e) => {
    if ((e.key !== "a" && e.key !== "r") || e.ctrlKey || e.metaKey || e.altKey) return;
    const row = document.activeElement?.closest?.(".alert-row");
    if (!row || document.activeElement.matches("textarea, input[type=text], input[type=search]")) return;
    if (!$("#alerts .pick input:checked")) { const box = $(".pick input:not(:disabled)", row); if (box) box.checked = true; }
  }, true);

  let source = null, calm = 0;
  const close = () => { if (source) source.close(); source = null; };

  // ---- the list
  const list = () => $("#alerts");
  let waiting = 0;
  const atTop = () => scrollY < 40 && !document.activeElement?.closest?.(".alert-row") && !$("#alerts .pick input:checked");
  const pill = () => {
    const p = $("[data-pill]", list());
    if (!p) return;
    p.hidden = waiting === 0;
    const d = list().dataset;
    p.textContent = waiting < 0 ? d.much : waiting === 1 ? d.newOne : d.newMany.replace("2", waiting);
  };
  let counting = 0;
  const counts = () => {
    if (counting) return;
    counting = setTimeout(() => {
      counting = 0;
      if (document.hidden || !list()) return;
      get(list().dataset.counts).then((text) => { const c = $("#counts-line"); if (c && c.textContent !== text) c.textContent = text; }).catch(() => {});
    }, soon(2000));
  };
  const renew = () => {
    waiting = 0;
    return get(location.href).then((html) => {
      const page = new DOMParser().parseFromString(html, "text/html");
      const fresh = $("#alerts", page), line = $("#counts-line", page);
      if (!fresh || !list()) return;
      list().replaceWith(document.adoptNode(fresh));
      if (line && $("#counts-line")) $("#counts-line").textContent = line.textContent;
      htmx.process(list());
      listen();
    }).catch(() => {});
  };
  const read = (data) => {
    const t = document.createElement("template");
    t.innerHTML = `<table><tbody>${data}</tbody></table>`;
    return $("tr", t.content);
  };
  const put = (data, belongs) => {
    const row = read(data);
    if (!row || !list()) return;
    local(row);
    counts();
    const old = document.getElementById(row.id);
    if (old) {
      const checked = $(".pick input", old)?.checked, focus = old.contains(document.activeElement) || old === document.activeElement;
      if (checked && !$(".pick input", row).disabled) $(".pick input", row).checked = true;
      row.classList.toggle("left", !belongs);
      old.replaceWith(row);
      if (focus) { row.tabIndex = -1; row.focus(); }
      tick();
      return;
    }
    const d = list().dataset, number = Number(row.dataset.number);
    if (!belongs || d.head !== "true" || number <= Number(d.top)) return;
    d.top = number;
    if (!atTop()) { waiting = waiting < 0 ? waiting : waiting + 1; pill(); return; }
    const body = $("tbody", list());
    $("[data-empty]", list())?.remove();
    $(".table-wrap", list()).hidden = false;
    row.classList.add("fresh");
    body.prepend(row);
    while (body.rows.length > 100) body.lastElementChild.remove();
    tick();
  };
  const much = () => {
    counts();
    const now = Date.now();
    if (atTop() && now - calm > 15000) { calm = now; setTimeout(renew, soon(500)); } else if (list()) { waiting = -1; pill(); }
  };

  // ---- one alert
  let reading = 0;
  const story = () => {
    if (reading) return;
    reading = setTimeout(() => {
      reading = 0;
      get(location.href).then((html) => {
        const page = new DOMParser().parseFromString(html, "text/html");
        for (const id of ["story-head", "story-acts", "story-rest"]) {
          const old = document.getElementById(id), fresh = page.getElementById(id);
          if (!old) continue;
          if (!fresh) { old.closest("form")?.remove(); continue; }
          const open = $$("details", old).map((d) => d.open);
          const focus = old.contains(document.activeElement) ? document.activeElement.value || document.activeElement.getAttribute("href") : null;
          old.replaceWith(document.adoptNode(fresh));
          $$("details", fresh).forEach((d, i) => { if (open[i] !== undefined) d.open = open[i]; });
          if (focus) $$("button, a", fresh).find((b) => b.value === focus || b.getAttribute("href") === focus)?.focus();
        }
        tick();
      }).catch(() => {});
    }, 100);
  };

  function listen() {
    close();
    const at = $("[data-live]");
    if (!at || !window.EventSource) return;
    const url = at.dataset.live;
    source = new EventSource(url);
    let ready = 0;
    source.addEventListener("open", () => { ready += 1; if (ready > 1 && at.dataset.story === undefined) renew(); else if (ready > 1) story(); });
    source.addEventListener("row", (e) => put(e.data, true));
    source.addEventListener("left", (e) => put(e.data, false));
    source.addEventListener("many", much);
    source.addEventListener("changed", story);
    source.addEventListener("error", () => {
      // Refused for good (too many pages open, or signed out): look now and then instead.
      if (source && source.readyState === EventSource.CLOSED) { close(); setTimeout(() => { if (!document.hidden) { if ($("[data-story]")) story(); else renew(); } else listen(); }, soon(15000)); }
    });
  }

  document.addEventListener("click", (e) => { if (e.target.closest("[data-pill]")) { scrollTo({ top: 0 }); renew(); } });
  document.addEventListener("htmx:afterSwap", (e) => {
    if (e.target.id === "alerts" || e.detail?.elt?.id === "alerts") {
      waiting = 0;
      listen();
      tick();
      const kept = $("[data-kept]"), q = new URLSearchParams(location.search);
      ["page", "start", "since"].forEach((k) => q.delete(k));
      if (kept) kept.value = q.toString();
    }
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (e) => { if (e.persisted) { if ($("[data-story]")) story(); listen(); } });
  listen();
})();
