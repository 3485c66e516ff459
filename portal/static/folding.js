// SPDX-License-Identifier: AGPL-3.0-or-later
// The parts of a line of a table: folded until somebody asks for them. Without this they are all there to read.
(() => {
  "use strict";

  const words = document.currentScript.dataset;

  function partsOf(row) {
    const parts = [];
    for (let next = row.nextElementSibling; next?.classList.contains("detail"); next = next.nextElementSibling) parts.push(next);
    return parts;
  }

  function dress(row) {
    const parts = partsOf(row);
    const head = row.querySelector("th");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fold";
    const show = (open) => {
      button.setAttribute("aria-expanded", String(open));
      const more = parts.length === 1 ? words.one : words.more.replace("{n}", parts.length);
      button.textContent = open ? words.less : more;
      for (const part of parts) part.hidden = !open;
    };
    button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
    head.append(" ", button);
    show(false);
  }

  function dressAll() {
    for (const part of document.querySelectorAll("tr.detail")) {
      const row = part.previousElementSibling;
      if (!row.classList.contains("detail") && !row.querySelector(".fold")) dress(row);
    }
  }

  dressAll();
  document.addEventListener("htmx:afterSwap", dressAll);
})();
