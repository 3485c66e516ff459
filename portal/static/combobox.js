// SPDX-License-Identifier: AGPL-3.0-or-later
// The box as a combobox: asks while one types, makes options of the links it gets, and knows the keys.
// An old answer never replaces a newer one (hx-sync on the form), and the old list stays until the new one comes.
/* global Counter */
(() => {
  "use strict";

  const PAUSE = 120;
  const PATIENCE = 2000;
  const TOO_SHORT = 1000;
  const VOICE = 500;
  const IDEOGRAPH = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]/;

  class Box {
    constructor(form) {
      this.form = form;
      this.field = form.q;
      this.found = document.getElementById("found");
      this.rest = null;
      this.options = [];
      this.active = -1;
      this.asked = null;
      this.entered = 0;
      this.field.setAttribute("role", "combobox");
      this.field.setAttribute("aria-autocomplete", "list");
      this.field.setAttribute("aria-expanded", "false");
      if (matchMedia("(max-width: 600px)").matches) this.field.placeholder = this.field.dataset.placeholder;
      this.field.addEventListener("input", () => this.typed());
      this.field.addEventListener("keydown", (event) => this.key(event));
      this.form.addEventListener("htmx:afterRequest", (event) => this.over(event));
      this.found.addEventListener("click", (event) => this.click(event));
      this.answered();
    }

    get text() { return this.field.value.trim(); }

    get isEnough() { return this.text.length > 1 || IDEOGRAPH.test(this.text); }

    get list() { return this.found.querySelector(".options"); }

    get isAnswered() { return this.list?.dataset.typed === this.text; }

    // ---- asking

    typed() {
      clearTimeout(this.pause);
      clearTimeout(this.voice);
      this.entered = 0;
      this.keyed = performance.now();
      if (this.isEnough) this.pause = setTimeout(() => this.ask(), PAUSE);
      else {
        this.clear();
        if (this.text) this.pause = setTimeout(() => this.tell(this.form.dataset.short), TOO_SHORT);
      }
    }

    ask() {
      clearTimeout(this.pause);
      if (this.isAnswered || this.asked === this.text) return;
      this.form.requestSubmit();
      this.asked = this.text;
    }

    // A question that failed, or gave way to a newer one, may be asked again.
    over(event) {
      if (event.detail.elt === this.form && !event.detail.successful) this.asked = null;
    }

    tell(text) {
      const line = document.createElement("p");
      line.className = "field-error";
      line.textContent = text;
      const slot = document.createElement("div");
      slot.className = "slot";
      slot.append(line);
      this.found.replaceChildren(slot);
      document.getElementById("voice-status").textContent = text;
    }

    // What stands there while nothing is typed; an answer still on its way finds that nobody waits.
    clear() {
      this.asked = null;
      this.options = [];
      this.active = -1;
      if (this.rest && !this.found.contains(this.rest)) this.found.replaceChildren(this.rest);
      this.field.setAttribute("aria-expanded", "false");
      this.field.removeAttribute("aria-activedescendant");
      this.field.removeAttribute("aria-controls");
    }

    // ---- the answer

    answered() {
      this.rest = this.found.querySelector("[data-rest]") ?? this.rest;
      const { list } = this;
      if (!list || list === this.shown) return;
      if (!this.isEnough) { this.clear(); return; }
      this.shown = list;
      this.makeOptions(list);
      const said = list.dataset.said;
      this.voice = setTimeout(() => { document.getElementById("voice-status").textContent = said; },
        Math.max(0, VOICE - (performance.now() - this.keyed)));
      // The answer to an earlier text may come between the Enter and its own.
      if (!this.isAnswered) return;
      this.asked = null;
      if (this.entered) this.openOnly(list.dataset.total === "1" && performance.now() < this.entered);
      this.entered = 0;
    }

    makeOptions(list) {
      const group = list.querySelector("ul");
      group.setAttribute("role", "listbox");
      group.querySelectorAll("li").forEach((item) => item.setAttribute("role", "presentation"));
      this.options = [...group.querySelectorAll(".option")];
      this.options.forEach((option, number) => {
        option.id = `option-${number}`;
        option.tabIndex = -1;
        option.setAttribute("role", "option");
      });
      this.field.setAttribute("aria-controls", group.id);
      this.field.setAttribute("aria-expanded", "true");
      this.point(0);
    }

    point(number) {
      this.active = (number + this.options.length) % this.options.length;
      this.options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.active)));
      const chosen = this.options[this.active];
      this.field.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    }

    // ---- the choice

    openOnly(one) {
      if (one) this.open(this.options[0]);
      else Counter.letGo();
    }

    open(option) {
      const plain = "plain" in this.form.dataset;
      if (option.matches("a")) {
        if (plain) location.assign(option.href);
        else Counter.go(option.getAttribute("href"));
      } else if (plain) {
        this.form.action = option.formAction;
        HTMLFormElement.prototype.submit.call(this.form);
      } else Counter.begin(this.form, option.formAction);
    }

    click(event) {
      const option = event.target.closest(".option[id]");
      if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.open(option);
    }

    key(event) {
      if (event.isComposing || event.altKey) return;
      const { key } = event;
      const chord = event.ctrlKey || event.metaKey;
      if (key === "Enter") this.act(event, () => (chord ? this.unnamed() : this.enter()));
      else if (chord) return;
      else if ((key === "ArrowDown" || key === "ArrowUp") && this.options.length) {
        this.act(event, () => this.point(this.active + (key === "ArrowDown" ? 1 : -1)));
      } else if (key === "Escape" && this.field.value) this.act(event, () => this.empty());
    }

    act(event, what) {
      event.preventDefault();
      if (!event.repeat) what();
    }

    enter() {
      if (this.isAnswered) this.open(this.options[this.active]);
      else if (this.isEnough) {
        this.entered = performance.now() + PATIENCE;
        Counter.wait(PATIENCE);
        this.ask();
      } else if (this.text) this.tell(this.form.dataset.short);
    }

    unnamed() {
      const link = document.querySelector("#work [data-unnamed]");
      if (link) Counter.go(link.getAttribute("href"));
    }

    empty() {
      this.field.value = "";
      clearTimeout(this.pause);
      this.clear();
    }
  }

  let box = null;

  Counter.prepared((root) => {
    const form = Counter.within(root, "#box");
    if (form) box = new Box(form);
    else if (box && box.found.contains(root)) box.answered();
  });
})();
