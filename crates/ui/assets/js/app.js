// The frame: palette, shortcuts, theme, tips, toasts, times. Pages work without it.
"use strict";
(() => {
  const root = document.body.dataset.root;
  const $ = (s, from = document) => from.querySelector(s);
  const $$ = (s, from = document) => [...from.querySelectorAll(s)];
  const typing = (e) => e.target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

  // Times: the server wrote them once; they go on here.
  const words = document.body.dataset;
  const span = (s) => {
    const m = Math.floor(s / 60), h = Math.floor(m / 60), d = Math.floor(h / 24);
    if (s < 60) return `${s} s`;
    if (m < 60) return `${m} min`;
    if (h < 24) return m % 60 ? `${h} h ${m % 60} min` : `${h} h`;
    return d === 1 ? words.day : words.days.replace("{n}", d);
  };
  const ago = (at) => {
    const s = Math.round((Date.now() - at) / 1000), far = Math.abs(s);
    if (far < 10) return words.now;
    return (s < 0 ? words.in : words.ago).replace("{span}", span(far));
  };
  const times = (from = document) => $$("time[data-ago]", from).forEach((t) => {
    const text = ago(Date.parse(t.dateTime));
    if (t.textContent !== text) t.textContent = text;
  });
  setInterval(() => { if (!document.hidden) times(); }, 5000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) times(); });

  // Toasts go after ten seconds, unless somebody is at them.
  const leave = (toast) => {
    const go = () => {
      if (toast.matches(":hover") || toast.contains(document.activeElement)) { setTimeout(go, 2000); return; }
      toast.classList.add("gone");
      setTimeout(() => toast.remove(), 200);
    };
    setTimeout(go, 10000);
  };
  const say = (text) => {
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.append(Object.assign(document.createElement("span"), { textContent: text }));
    $("#toasts").append(toast);
    leave(toast);
  };
  $$(".toast").forEach(leave);
  document.addEventListener("firebell:say", (e) => say(e.detail));

  // Theme: what the system has, or the other one.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => {
    const html = document.documentElement, is = html.dataset.theme;
    const now = is === "system" ? (dark.matches ? "dark" : "light") : is;
    const next = now === "dark" ? "light" : "dark";
    html.dataset.theme = next;
    document.cookie = `firebell_theme=${next}; Path=/; Max-Age=31536000; SameSite=Lax`;
  };

  const palette = $("#palette"), input = $("#palette-input"), help = $("#help");
  const jump = () => {
    if (palette.open) { palette.close(); return; }
    palette.showModal();
    input.select();
    htmx.trigger(input, "load-palette");
  };
  if (palette) {
    palette.addEventListener("keydown", (e) => {
      const links = $$(".palette-rows a", palette), at = links.indexOf(document.activeElement);
      if (e.key === "ArrowDown") { e.preventDefault(); links[Math.min(at + 1, links.length - 1)]?.focus(); }
      if (e.key === "ArrowUp") { e.preventDefault(); (at <= 0 ? input : links[at - 1]).focus(); }
      if (e.key === "Enter" && document.activeElement === input && links[0]) { e.preventDefault(); links[0].click(); }
    });
  }

  // A row is reached with j and k, opened with Enter, selected with x.
  const rows = () => $$("main [data-row], main table[data-rows] tbody tr").filter((r) => r.offsetParent);
  const here = () => document.activeElement?.closest("[data-row], table[data-rows] tbody tr");
  const move = (step) => {
    const all = rows(), at = all.indexOf(here());
    const next = all[at < 0 ? 0 : Math.max(0, Math.min(at + step, all.length - 1))];
    if (next) { if (!next.hasAttribute("tabindex")) next.tabIndex = -1; next.focus(); next.scrollIntoView({ block: "nearest" }); }
  };

  let prefix = 0;
  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") { e.preventDefault(); jump(); return; }
    if (e.key === "Escape") { $$("details.menu[open], details.rail-rest[open]").forEach((d) => { d.open = false; $("summary", d).focus(); }); }
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e) || $("dialog[open]")) return;
    if (prefix && Date.now() - prefix < 1500) {
      prefix = 0;
      const link = $(`[data-key="g ${CSS.escape(e.key)}"]`);
      if (link) { e.preventDefault(); link.click(); }
      return;
    }
    const row = here();
    switch (e.key) {
      case "g": prefix = Date.now(); return;
      case "?": e.preventDefault(); help?.showModal(); return;
      case "/": { const box = $("main input[type=search]"); if (box) { e.preventDefault(); box.focus(); box.select(); } return; }
      case "j": move(1); return;
      case "k": move(-1); return;
      case "x": if (row) { const box = $("input[type=checkbox]", row); if (box) { e.preventDefault(); box.click(); } } return;
      case "Enter": if (row && document.activeElement === row) { const link = $("a", row); if (link) { e.preventDefault(); link.click(); } } return;
      default: { const deed = $(`main [data-shortcut="${CSS.escape(e.key)}"]`); if (deed) { e.preventDefault(); deed.click(); } }
    }
  });

  document.addEventListener("click", (e) => {
    const at = (s) => e.target.closest(s);
    $$("details.menu[open], details.rail-rest[open]").forEach((d) => { if (!d.contains(e.target)) d.open = false; });
    if (at("[data-palette]") && palette) { e.preventDefault(); jump(); }
    if (at("[data-help]")) help?.showModal();
    if (at("[data-theme-switch]")) theme();
    const tip = at("[data-tip]");
    if (tip) { tip.setAttribute("aria-expanded", "true"); tip.addEventListener("blur", () => tip.setAttribute("aria-expanded", "false"), { once: true }); }
    const refused = at("[data-refused]");
    if (refused) { e.preventDefault(); say($(`#${CSS.escape(refused.getAttribute("aria-describedby"))} b`)?.textContent ?? ""); }
    const open = at("[data-open]");
    if (open) document.getElementById(open.dataset.open)?.showModal();
    const toast = at("[data-toast]");
    if (toast) say(toast.dataset.toast);
    const copy = at("[data-copy]");
    if (copy) {
      const from = document.getElementById(copy.dataset.copy);
      navigator.clipboard?.writeText((from.value ?? from.textContent).trim()).then(() => say(copy.dataset.copied ?? "✓"));
    }
    if (e.target.tagName === "DIALOG" && e.target.open) {
      const box = e.target.getBoundingClientRect();
      if (e.clientX < box.left || e.clientX > box.right || e.clientY < box.top || e.clientY > box.bottom) e.target.close();
    }
  });

  // A form is sent once.
  document.addEventListener("submit", (e) => {
    if (e.target.method !== "post" || e.defaultPrevented) return;
    if (e.target.dataset.sent) { e.preventDefault(); return; }
    e.target.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => $$("form[data-sent]").forEach((f) => delete f.dataset.sent));

  $("[data-faults]")?.focus();
  document.addEventListener("htmx:afterSwap", (e) => times(e.target));
  document.addEventListener("htmx:responseError", (e) => { if (e.detail.xhr.status !== 401) say(words.failed.replace("{status}", e.detail.xhr.status)); });
  document.addEventListener("htmx:beforeSwap", (e) => { if (e.detail.xhr.status === 422 || e.detail.xhr.status === 409) { e.detail.shouldSwap = true; e.detail.isError = false; } });
})();
