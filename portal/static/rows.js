// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of the day's list by keyboard: the box of an anonymous visit, Esc to leave a row, the field of another day;
// and the page that corrects a visit. Each of them works without.
/* global Counter */
(() => {
  "use strict";

  const PATIENCE = 2000;
  const entered = new WeakMap();
  const dressed = new WeakSet();
  const chosen = new WeakSet();

  // ---- the box in a row: the same keys as the box of the counter

  const partOf = (field) => field.closest(".row-form");
  const listOf = (field) => partOf(field).querySelector(".givable");
  const optionsOf = (field) => [...(listOf(field)?.querySelectorAll("button") ?? [])];
  const activeOf = (field) => optionsOf(field).findIndex((one) => one.getAttribute("aria-selected") === "true");
  const isAnswered = (field) => listOf(field)?.dataset.typed === field.value.trim();

  function point(field, number) {
    const options = optionsOf(field);
    const active = (number + options.length) % options.length;
    options.forEach((one, at) => one.setAttribute("aria-selected", String(at === active)));
    field.setAttribute("aria-activedescendant", options[active].id);
    options[active].scrollIntoView({ block: "nearest" });
  }

  function close(field) {
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-controls");
    field.removeAttribute("aria-activedescendant");
  }

  function empty(field) {
    field.value = "";
    entered.delete(field);
    partOf(field).querySelector("[id^=found-]").replaceChildren();
    close(field);
  }

  function open(field, list) {
    dressed.add(list);
    list.setAttribute("role", "listbox");
    list.querySelectorAll("li").forEach((item) => item.setAttribute("role", "presentation"));
    optionsOf(field).forEach((option, number) => {
      option.id = `${list.id}-${number}`;
      option.tabIndex = -1;
      option.setAttribute("role", "option");
    });
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-expanded", "true");
    point(field, 0);
  }

  // Enter before the answer opens only the one person who fits; else the list waits for a second Enter.
  function answer(field) {
    const list = listOf(field);
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    if (!list) { close(field); return; }
    if (!field.value.trim()) { empty(field); return; }
    if (dressed.has(list)) return;
    open(field, list);
    if (!isAnswered(field) || !entered.has(field)) return;
    const inTime = performance.now() < entered.get(field);
    entered.delete(field);
    if (inTime && list.dataset.total === "1") choose(field, 0);
  }

  // The question that typing has still to ask would answer after the choice, and speak over it.
  function choose(field, number) {
    chosen.add(field);
    htmx.trigger(field, "htmx:abort");
    optionsOf(field)[number].click();
  }

  function enter(field) {
    if (isAnswered(field)) choose(field, activeOf(field));
    else {
      entered.set(field, performance.now() + PATIENCE);
      field.form.requestSubmit();
    }
  }

  function keyInBox(event) {
    const field = event.target;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") act(event, () => enter(field));
    else if (event.key === "Escape" && field.value) act(event, () => empty(field));
    else if (step && optionsOf(field).length) act(event, () => point(field, activeOf(field) + step));
  }

  // ---- Esc

  function escape(event) {
    const day = event.target.closest(".other-day[open]");
    const leave = event.target.closest("#today .visits > .open")?.querySelector(".row-end a");
    if (day) {
      act(event, () => {
        day.querySelector("summary").focus();
        day.open = false;
      });
    } else if (leave) act(event, () => leave.click());
  }

  function act(event, what) {
    event.preventDefault();
    if (!event.repeat) what();
  }

  // «Riprendi» says what is to be done by its own value.
  function save(form) {
    form.requestSubmit(form.querySelector(".save [type=submit]"));
  }

  function keys(event) {
    if (event.isComposing || event.defaultPrevented || !event.target.closest) return;
    const correcting = event.target.closest("form[data-correcting]");
    if (correcting && event.key === "Enter" && (event.ctrlKey || event.metaKey)) act(event, () => save(correcting));
    if (!Counter.isPlain(event)) return;
    if (event.target.matches("#today [name=sought]")) keyInBox(event);
    if (event.key === "Escape" && !event.defaultPrevented) escape(event);
  }

  // ---- what stands there now

  function prepare(root) {
    const field = (root.closest(".row-form") ?? root).querySelector("#today [name=sought]");
    if (field) answer(field);
  }

  document.addEventListener("keydown", keys);
  document.addEventListener("htmx:beforeRequest", (event) => { if (chosen.has(event.detail.elt)) event.preventDefault(); });
  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
  // The field covers what is under the heading: it goes when one goes elsewhere.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches(".other-day[open]")) event.target.querySelector("input").focus();
  }, true);
  document.addEventListener("focusout", (event) => {
    const day = event.target.closest(".other-day[open]");
    if (day && document.hasFocus() && !day.contains(event.relatedTarget)) day.open = false;
  });
  // After topics.js has shown the field; a summary of errors keeps the focus.
  document.addEventListener("DOMContentLoaded", () => {
    const correcting = document.querySelector("form[data-correcting]");
    if (correcting && !document.querySelector("[data-focus]")) correcting.querySelector("#ask").focus();
  });
})();
