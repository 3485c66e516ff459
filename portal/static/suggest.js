// SPDX-License-Identifier: AGPL-3.0-or-later
// Lists for citizenships, states and Comuni: two letters open one under the field, the commonest here first.
// Without this file the field takes the same names typed in full. Loaded by templates/person_pages/_scripts.html.
(() => {
  "use strict";

  const { lists, none, count, first, label } = document.currentScript.dataset;
  const MOST = 8;
  const PATIENCE = 2000;
  const VOICE_AFTER = 500;
  const PLAIN = { ß: "ss", ø: "o", æ: "ae", œ: "oe", ı: "i", ł: "l", đ: "d", ð: "d", þ: "th" };
  const FOCUSABLE = "input:not([type=hidden]), select, textarea, button, a[href]";
  const kept = new Map();
  let numbers = 0;

  const words = (text) => text.toLowerCase().replace(/[ßøæœıłđðþ]/g, (letter) => PLAIN[letter])
    .normalize("NFKD").replace(/\p{M}/gu, "").match(/[a-z0-9]+/g) ?? [];

  // One question for each two letters; a failed one is asked again at the next letter.
  function ask(kind, letters) {
    const address = `${lists}?elenco=${kind}&lettere=${encodeURIComponent(letters)}`;
    if (!kept.has(address)) {
      kept.set(address, fetch(address, { signal: AbortSignal.timeout(PATIENCE), credentials: "same-origin" })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error("no list"))))
        .then((found) => found.names.map((names, number) => ({
          name: names[0], words: names.map(words), common: number < found.common,
        })))
        .catch(() => { kept.delete(address); return []; }));
    }
    return kept.get(address);
  }

  // Each word typed begins a word of the same name, in any order.
  const fits = (typed, name) => typed.every((part) => name.some((word) => word.startsWith(part)));

  function matching(places, typed) {
    const whole = typed.join(" ");
    const rank = (place) => {
      if (place.common) return 0;
      return place.words[0].join(" ").startsWith(whole) ? 1 : 2;
    };
    return places
      .map((place) => ({ place, by: place.words.findIndex((name) => fits(typed, name)) }))
      .filter(({ by }) => by >= 0)
      .map(({ place }) => ({ name: place.name, rank: rank(place) }))
      .sort((one, other) => one.rank - other.rank);
  }

  class Suggestions {
    constructor(field) {
      this.field = field;
      this.kind = field.dataset.suggest;
      this.options = [];
      this.active = -1;
      this.open = false;
      this.waiting = null;
      this.list = document.createElement("ul");
      this.list.id = `suggestions-${numbers += 1}`;
      this.list.className = "suggestions";
      this.list.hidden = true;
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", label);
      field.removeAttribute("list");
      field.setAttribute("autocomplete", "off");
      field.setAttribute("role", "combobox");
      field.setAttribute("aria-autocomplete", "list");
      field.setAttribute("aria-expanded", "false");
      field.setAttribute("aria-controls", this.list.id);
      field.after(this.list);
      field.addEventListener("input", (event) => { if (!event.detail?.taken) this.look(); });
      field.addEventListener("blur", () => this.close());
      // The press would take the focus, and with it the list, away before the click.
      this.list.addEventListener("pointerdown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) this.take(option.textContent);
      });
    }

    async look() {
      const text = this.field.value;
      const typed = words(text);
      const letters = typed.find((word) => word.length >= 2)?.slice(0, 2);
      if (!letters) { this.waiting = null; this.close(); return; }
      const question = ask(this.kind, letters);
      this.waiting = question;
      const found = matching(await question, typed);
      if (this.waiting !== question || this.field.value !== text) return;
      this.waiting = null;
      if (this.field === document.activeElement) this.show(found.slice(0, MOST).map((one) => one.name));
    }

    show(names) {
      if (!names.length) { this.close(); return; }
      this.only = names.length === 1;
      this.options = [...names, none].map((name, number) => {
        const option = document.createElement("li");
        option.id = `${this.list.id}-${number}`;
        option.setAttribute("role", "option");
        option.textContent = name;
        return option;
      });
      this.list.replaceChildren(...this.options);
      this.list.hidden = false;
      this.open = true;
      this.field.setAttribute("aria-expanded", "true");
      this.point(0);
      this.speak(names);
    }

    close() {
      this.open = false;
      this.options = [];
      this.list.hidden = true;
      this.list.replaceChildren();
      this.field.setAttribute("aria-expanded", "false");
      this.field.removeAttribute("aria-activedescendant");
      clearTimeout(this.voice);
    }

    point(number) {
      this.active = (number + this.options.length) % this.options.length;
      this.options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.active)));
      const chosen = this.options[this.active];
      this.field.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    }

    speak(names) {
      clearTimeout(this.voice);
      this.voice = setTimeout(() => {
        const said = names.length === 1 ? first : count.replace("{n}", names.length);
        document.getElementById("voice-status").textContent = said.replace("{name}", names[0]);
      }, VOICE_AFTER);
    }

    take(name) {
      this.waiting = null;
      this.field.value = name;
      this.close();
      // Drafts and the reading of the codice fiscale hear of it as of any typing.
      this.field.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: { taken: true } }));
      this.field.dispatchEvent(new Event("change", { bubbles: true }));
    }

    goOn() {
      const form = this.field.form;
      const all = [...form.querySelectorAll(FOCUSABLE)].filter(
        (one) => one === this.field || (!one.disabled && one.tabIndex >= 0 && one.checkVisibility()),
      );
      const next = all[all.indexOf(this.field) + 1];
      const group = next?.type === "radio" ? form.querySelector(`[name="${next.name}"]:checked`) : null;
      (group ?? next)?.focus();
    }

    key(event) {
      const { key } = event;
      if (key === "Enter" && !event.ctrlKey && !event.metaKey && (this.open || this.waiting)) {
        stop(event);
        if (!event.repeat) this.enter();
      } else if (this.open && (key === "ArrowDown" || key === "ArrowUp")) {
        stop(event);
        this.point(this.active + (key === "ArrowDown" ? 1 : -1));
      } else if (this.open && key === "Escape") {
        stop(event);
        this.close();
      } else if (this.open && key === "Tab" && !event.shiftKey && this.only && this.active === 0) {
        this.take(this.options[0].textContent);
      }
    }

    // The list for these letters may still be on its way.
    async enter() {
      if (this.waiting) {
        const text = this.field.value;
        await this.waiting;
        await null;
        if (!this.open || this.field.value !== text) return;
      }
      this.take(this.options[this.active].textContent);
      this.goOn();
    }
  }

  const known = new WeakMap();

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  function prepare(root) {
    const fields = [...root.querySelectorAll("input[data-suggest]")];
    if (root.matches?.("input[data-suggest]")) fields.push(root);
    for (const field of fields) if (!known.has(field)) known.set(field, new Suggestions(field));
  }

  // Before the form's own keys: with a list open, Enter and Esc belong to the list.
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return;
    known.get(event.target)?.key(event);
  }, true);
  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
  prepare(document);
})();
