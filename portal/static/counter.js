// SPDX-License-Identifier: AGPL-3.0-or-later
// The counter's two columns: where a choice leads, where the cursor stands after it, and the keys that belong to the
// whole form. Keys pressed while an answer is on its way are kept and given to the field in which it puts the cursor.
/* exported Counter */
const Counter = (() => {
  "use strict";

  const SWAP = "innerHTML settle:0ms";
  // Longer than a request may take: an answer or a failure comes first.
  const PATIENCE = 9000;
  const DISCARDING = 8000;
  const preparations = [];
  let ahead = null;
  // What was typed ahead of a save that failed: it was meant for the next person, and waits for the box.
  let parked = [];
  let patience = null;
  let lastDone = null;
  let here = location.pathname + location.search;

  const within = (root, selector) => (root.matches?.(selector) ? root : root.querySelector(selector));
  const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey;

  // ---- an answer is on its way

  function wait(milliseconds = PATIENCE) {
    ahead ??= [];
    clearTimeout(patience);
    patience = setTimeout(letGo, milliseconds);
  }

  // What was typed for a visit that did not open is text where it was typed; its commands are not.
  function letGo() {
    ahead = ahead?.filter((key) => key.length === 1) ?? null;
    goOn();
  }

  function failed(event) {
    if (ahead === null) return;
    if (event.detail.elt.id !== "visit") { letGo(); return; }
    clearTimeout(patience);
    parked.push(...ahead);
    ahead = null;
  }

  function takeParked() {
    if (parked.length) ahead = [...parked, ...(ahead ?? [])];
    parked = [];
  }

  function goOn() {
    clearTimeout(patience);
    const waiting = ahead ?? [];
    ahead = null;
    while (waiting.length && ahead === null) press(waiting.shift());
    if (ahead) ahead.push(...waiting);
  }

  function press(key) {
    const field = document.activeElement;
    const free = field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    if (free && key === "Tab") goToNext(field);
    if (!free || key.length > 1 || !field.matches("textarea, input[type=text]")) return;
    field.setRangeText(key, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  // The radio buttons of a group are one stop.
  function goToNext(field) {
    const stops = [...(field.form?.elements ?? [])].filter((one) => one.tabIndex >= 0 && one.checkVisibility() && one.name !== field.name
      && (one.type !== "radio" || one.checked || !one.form.querySelector(`[name="${one.name}"]:checked`)));
    stops.find((one) => field.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)?.focus();
  }

  function keepAhead(event) {
    if (ahead === null || !event.isTrusted || !isPlain(event) || event.shiftKey && event.key === "Tab") return;
    if (event.key.length > 1 && !["Enter", "Backspace", "Tab", "Escape"].includes(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.repeat) ahead.push(event.key);
  }

  // ---- where a choice leads

  function go(address) {
    wait();
    htmx.ajax("GET", address, { target: "#work", swap: SWAP });
  }

  function begin(form, address) {
    wait();
    htmx.ajax("POST", address, { source: form, target: "#work", swap: SWAP });
  }

  // What was chosen already goes along; only codes of topics enter an address.
  function back(link) {
    const codes = [...document.querySelectorAll("#visit [name=topics]:checked")].map((box) => box.value);
    const address = new URL(link.href);
    if (codes.length) address.searchParams.set("tipologia", codes.join(","));
    go(address.pathname + address.search);
  }

  // Without its token the form keeps no draft any more; the one that is kept goes away.
  async function discard(link) {
    const form = link.closest("form");
    const { form_token: token, csrf_token: csrf } = form.elements;
    const body = new URLSearchParams({ csrf_token: csrf.value });
    token.remove();
    try {
      await fetch(link.dataset.discard, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(DISCARDING) });
      go(link.getAttribute("href"));
    } catch {
      form.append(token);
      form.querySelector("[data-draft-state]").textContent = link.dataset.notDiscarded;
    }
  }

  function follow(event) {
    const link = event.target.closest("#work a[data-work], #work a[data-back], #work a[data-discard]");
    if (!link || event.button || event.shiftKey || !isPlain(event)) return;
    event.preventDefault();
    if ("back" in link.dataset) back(link);
    else if (link.dataset.discard) discard(link);
    else go(link.getAttribute("href"));
  }

  // ---- what stands there now

  function prepare(root, fresh) {
    preparations.forEach((one) => one(root));
    const work = within(root, "#box, #visit");
    if (!work) return;
    if (!fresh) remember(work.dataset.address);
    if (work.id === "box") {
      keepDone();
      takeParked();
    }
    place(root, work, fresh);
    // Once the other scripts have prepared the fields too.
    queueMicrotask(goOn);
  }

  function remember(address) {
    if (address === here) return;
    here = address;
    history.pushState({}, "", address);
  }

  // «Salvato» stays until the next save, also when the box comes back without one.
  function keepDone() {
    const slot = document.querySelector("#found [data-rest]");
    const done = document.getElementById("done");
    if (done) lastDone = done.cloneNode(true);
    else if (slot && lastDone) {
      slot.replaceChildren(lastDone.cloneNode(true));
      htmx.process(slot);
    }
  }

  function place(root, work, fresh) {
    if (within(root, "[data-focus]")) return;
    const first = work.querySelector("[data-newcomer]")?.dataset.first;
    const field = work.id === "box" ? work.q : document.getElementById(first ?? "ask");
    const radio = field?.querySelector?.("input");
    if (fresh && document.activeElement !== document.body) return;
    (radio ?? field)?.focus();
  }

  // ---- keys of the whole form

  function save(form) {
    form.requestSubmit();
  }

  function keys(event) {
    const form = event.target.closest?.("#visit");
    if (!form || event.isComposing || event.defaultPrevented) return;
    const newcomer = event.target.closest("[data-newcomer]");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) act(event, () => save(form));
    else if (!isPlain(event)) return;
    else if (event.key === "Enter" && event.target.matches("input")) {
      act(event, () => (newcomer ? document.getElementById("ask").focus() : save(form)));
    } else if (event.key === "Escape" && newcomer) act(event, () => back(form.querySelector("[data-back]")));
    else if (/-sex$/.test(event.target.name ?? "") && /^[fmxn]$/i.test(event.key)) {
      act(event, () => choose(event.target, event.key.toUpperCase()));
    }
  }

  function act(event, what) {
    event.preventDefault();
    if (!event.repeat) what();
  }

  function choose(radio, letter) {
    const wanted = letter === "N" ? "" : letter;
    const found = [...radio.form.elements.namedItem(radio.name)].find((one) => one.value === wanted);
    found.checked = true;
    found.focus();
    found.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // «Nessuno dei due» before anything is chosen: the answer is kept, and one goes on to the topics.
  function dismiss(event) {
    const button = event.target.closest("#visit [data-apart]");
    if (!button || button.form.querySelector("[name=topics]:checked")) return;
    event.preventDefault();
    button.form.querySelector("input[name=apart]").value += ` ${button.value}`;
    // A question that is on its way does not know the answer yet.
    button.form.querySelectorAll(".six").forEach((part) => htmx.trigger(part, "htmx:abort"));
    document.getElementById("similar").replaceChildren();
    document.getElementById("ask").focus();
  }

  // ---- a day that is not today

  function readDay(text) {
    const found = text.trim().match(/^(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d{2})$/)
      ?? text.trim().match(/^(\d{2})(\d{2})(\d{4})$/);
    if (!found) return null;
    const [day, month, year] = found.slice(1).map(Number);
    const read = new Date(year < 100 ? 2000 + year : year, month - 1, day);
    return read.getDate() === day ? read : null;
  }

  // The desk's day, also on a device that is set elsewhere.
  function todayInRome() {
    return readDay(new Date().toLocaleDateString(document.documentElement.lang, { day: "2-digit", month: "2-digit", year: "numeric", timeZone: "Europe/Rome" }));
  }

  function tellDay(event) {
    if (event.target.name !== "visited_on") return;
    const line = document.getElementById("past-day");
    const day = readDay(event.target.value);
    const today = todayInRome();
    line.hidden = !day || day >= today;
    if (line.hidden) return;
    const year = day.getFullYear() === today.getFullYear() ? {} : { year: "numeric" };
    const words = day.toLocaleDateString(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long", ...year });
    line.textContent = line.dataset.past.replace("{day}", words.replace(/ 1 /, " 1° "));
  }

  document.addEventListener("keydown", keepAhead, true);
  document.addEventListener("keydown", keys);
  document.addEventListener("click", follow);
  document.addEventListener("click", dismiss);
  document.addEventListener("input", tellDay);
  document.addEventListener("submit", (event) => { if (event.target.id === "visit") wait(); });
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(failure, failed);
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) prepare(event.detail.elt, false);
  });
  window.addEventListener("popstate", () => { if (location.pathname + location.search !== here) location.reload(); });
  document.addEventListener("DOMContentLoaded", () => prepare(document.body, true));

  return { wait, letGo, go, begin, back, save, within, isPlain, prepared: (one) => preparations.push(one) };
})();
