// What a page can do more than HTML. Without this every page still works; buttons that need it stay hidden.
(() => {
  "use strict";
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const tell = (text) => {
    const place = document.getElementById("spoken");
    if (place) place.textContent = text;
  };

  all("[data-copy]", (button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", () =>
      navigator.clipboard.writeText(button.dataset.copy).then(() => {
        const before = button.textContent;
        button.textContent = button.dataset.copied;
        tell(button.dataset.copied);
        setTimeout(() => { button.textContent = before; }, 2000);
      }, () => {}));
  });

  all("[data-share]", (button) => {
    if (!navigator.share) return;
    button.hidden = false;
    button.addEventListener("click", () =>
      navigator.share({ text: button.dataset.share, url: button.dataset.url }).catch(() => {}));
  });

  // A form that answers to a key, and lists walked with j and k.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const items = [...document.querySelectorAll("[data-item]")];
    const here = items.indexOf(document.activeElement.closest("[data-item]"));
    if (event.key === "j" || event.key === "k") {
      const next = items[Math.min(Math.max(here + (event.key === "j" ? 1 : -1), 0), items.length - 1)];
      if (next) { next.focus(); event.preventDefault(); }
      return;
    }
    const scope = here >= 0 ? items[here] : document;
    const button = scope.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (button) { button.click(); event.preventDefault(); }
  });

  // Where the browser is, unless somebody has said otherwise.
  all("[data-zone]", (field) => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone && field.value === "UTC") field.value = zone;
  });

  // Money is sent once, however often somebody taps.
  all("form[data-once]", (form) => form.addEventListener("submit", () =>
    setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0)));
})();
