// SPDX-License-Identifier: AGPL-3.0-or-later
// The paper sheet: print it; while it is typed in, the sums of rows and cells beside the total on paper. Works without.
(() => {
  "use strict";

  const print = document.getElementById("print");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
  const form = document.querySelector("form[data-sheet]");
  if (!form) return;
  const total = document.getElementById("sheet-total");
  const paper = form.elements.total;
  const difference = document.getElementById("sheet-difference");

  // As the server reads it: 1172, 1.172 and 1 172.
  const isCount = /^(\d{1,9}|[1-9]\d{0,2}([. \u00a0\u202f])\d{3}(\2\d{3})?)$/;
  const valueOf = (field) => (isCount.test(field.value.trim()) ? Number(field.value.replace(/\D/g, "")) : 0);
  const cellsOf = (part) => [...part.querySelectorAll("[data-row] input")];
  const sumOf = (fields) => fields.reduce((sum, field) => sum + valueOf(field), 0);
  const written = (number) => number.toLocaleString(document.documentElement.lang, { useGrouping: "always" });

  function count() {
    for (const row of form.querySelectorAll("[data-row]")) {
      const sum = sumOf([...row.querySelectorAll("input")]);
      row.querySelector("[data-row-sum]").textContent = sum ? written(sum) : "";
    }
    const sum = sumOf(cellsOf(form));
    const apart = sum - valueOf(paper);
    const words = difference.dataset;
    total.textContent = written(sum);
    if (!paper.value.trim()) difference.textContent = "";
    else difference.textContent = (apart === 0 ? words.same : apart > 0 ? words.more : words.less).replace("#", written(Math.abs(apart)));
  }

  // A column of numbers is typed with Enter after each: it goes on to the next cell instead of sending half a sheet.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.closest("[data-row]")) return;
    event.preventDefault();
    const cells = cellsOf(form).filter((cell) => cell.checkVisibility());
    (cells[cells.indexOf(event.target) + 1] ?? paper).focus();
  });
  form.addEventListener("input", count);
  count();
})();
