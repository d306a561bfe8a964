"use strict";
/* Pages of control: copying a message, and fields that only matter for some choices. Works without. */
(() => {
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    const label = button.textContent;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      if (!source) return;
      try {
        await navigator.clipboard.writeText(source.textContent);
        button.textContent = button.dataset.copied;
        setTimeout(() => { button.textContent = label; }, 2000);
      } catch { /* the text can be selected by hand */ }
    });
  }
  const form = document.querySelector("form:has([name=many])");
  if (form) {
    const near = (name) => form.querySelector(`[name=${name}]`)?.closest(".field");
    const soft = form.querySelector("[name=percent]")?.closest("fieldset");
    const update = () => {
      const many = form.querySelector("[name=many]:checked")?.value;
      const strict = form.querySelector("[name=strict]:checked")?.value;
      const seats = near("seats"), how = near("strict");
      if (seats) seats.hidden = many !== "limited";
      if (how) how.hidden = many !== "limited";
      if (soft) soft.hidden = many !== "limited" || strict !== "soft";
    };
    form.addEventListener("change", update);
    update();
  }
})();
