// SPDX-License-Identifier: AGPL-3.0-or-later
// Small comforts on pages that work without them: show the password, digits in the list of desks, focus on the
// summary of errors, and a plain sentence when an answer does not come. The only file that names htmx's events.
(() => {
  "use strict";

  // A phone, a reader or a slow network may run this before the field exists in a swapped fragment: always look again.
  function prepare(root) {
    root.querySelectorAll("button[data-reveal]").forEach((button) => { button.hidden = false; });
    const summary = root.querySelector("[data-focus]");
    if (summary) summary.focus();
  }

  function toggle(button) {
    const field = document.getElementById(button.dataset.reveal);
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.textContent = shown ? button.dataset.show : button.dataset.hide;
  }

  // Single digits act only while the focus is inside the list (WCAG 2.1.4).
  function openByDigit(event) {
    const list = event.target.closest("[data-digits]");
    if (!list || event.repeat || event.ctrlKey || event.altKey || event.metaKey || !/^[1-9]$/.test(event.key)) return;
    const link = list.querySelectorAll("a")[Number(event.key) - 1];
    if (link) link.click();
  }

  function notSaved(event) {
    const now = new Date().toLocaleTimeString("it-IT", { hour: "numeric", minute: "2-digit" });
    const words = ["NON salvato.", ` Il server non ha risposto (${now}). Quello che hai scritto è ancora qui.`];
    const form = event.target.closest?.("form") ?? document.querySelector("main form");
    document.getElementById("voice-alert").textContent = words[0];
    document.querySelectorAll("[data-not-saved]").forEach((old) => old.remove());
    const box = document.createElement("div");
    const text = document.createElement("p");
    const strong = document.createElement("strong");
    box.className = "message error";
    box.dataset.notSaved = "";
    strong.textContent = words[0];
    text.append(strong, words[1]);
    box.append(text);
    if (form) (form.querySelector(".save") ?? form.lastElementChild ?? form).before(box);
    else document.getElementById("contenuto").prepend(box);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-reveal]");
    if (button) toggle(button);
  });
  document.addEventListener("keydown", openByDigit);
  // The password goes out as a password also when it was left in sight.
  document.addEventListener("submit", (event) => {
    event.target.querySelectorAll("button[data-reveal]").forEach((button) => {
      if (document.getElementById(button.dataset.reveal).type === "text") toggle(button);
    });
  });
  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, notSaved);
  }
  document.addEventListener("htmx:beforeRequest", () => {
    document.querySelectorAll("[data-not-saved]").forEach((old) => old.remove());
    document.getElementById("voice-alert").textContent = "";
  });
  prepare(document);
})();
