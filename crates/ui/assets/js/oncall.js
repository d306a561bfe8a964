// Pages of who is on call: fields that matter only sometimes, addresses to copy. Everything works without it.
(() => {
  "use strict";
  const chosen = (form, name) => {
    const field = form.elements[name];
    return field instanceof RadioNodeList ? field.value : field ? field.value : "";
  };
  const fits = (form, rule) => {
    const [name, values] = rule.split("=");
    return values.split(" ").includes(chosen(form, name));
  };
  const arrange = (form) => {
    for (const part of form.querySelectorAll("[data-when]")) part.hidden = !fits(form, part.dataset.when);
    for (const part of form.querySelectorAll("[data-unless]")) part.hidden = fits(form, part.dataset.unless);
  };
  const begin = (root) => {
    for (const form of root.querySelectorAll("form[data-shift]")) {
      // A field with a fault is shown, whatever else is chosen.
      arrange(form);
      for (const fault of form.querySelectorAll("[aria-invalid=true]")) fault.closest("[hidden]")?.removeAttribute("hidden");
    }
    for (const field of root.querySelectorAll("input[data-copy]")) field.select();
  };
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && form.matches("form[data-shift]")) arrange(form);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("input[data-copy]")) event.target.select();
  });
  begin(document);
  if (location.hash === "#story") document.getElementById("story")?.focus({ preventScroll: true });
})();
