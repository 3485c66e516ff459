// SPDX-License-Identifier: AGPL-3.0-or-later
// «Che cosa chiede?»: one field over the check boxes. A digit is a key, letters look through the whole list, Enter
// adds and, when nothing is typed, saves. The check boxes stay the form's own: what is sent is what is ticked.
/* global Counter */
(() => {
  "use strict";

  const words = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").match(/[\p{L}\d]+/gu) ?? [];

  class Topics {
    constructor(group) {
      this.group = group;
      this.field = group.querySelector(".ask");
      this.list = group.querySelector(".ask-list");
      this.chosenPart = group.querySelector(".chosen");
      this.boxes = [...group.querySelectorAll("input[name=topics]")];
      this.keyBoxes = [...group.querySelectorAll(".topic-check input")];
      this.chosen = this.boxes.filter((box) => box.checked);
      this.matches = [];
      this.active = -1;
      group.classList.add("live");
      group.querySelector(".tenth").hidden = false;
      this.field.hidden = false;
      this.field.addEventListener("keydown", (event) => this.key(event));
      this.field.addEventListener("input", () => this.typed());
      group.addEventListener("change", (event) => { if (this.boxes.includes(event.target)) this.changed(event.target); });
      group.addEventListener("click", (event) => this.click(event));
      this.tell();
    }

    // ---- what is chosen

    toggle(box) {
      box.checked = !box.checked;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }

    changed(box) {
      this.chosen = this.chosen.filter((one) => one !== box);
      if (box.checked) this.chosen.push(box);
      const said = box.checked ? this.group.dataset.on : this.group.dataset.off;
      document.getElementById("voice-status").textContent = said
        .replace("{label}", box.dataset.label).replace("{count}", this.count());
      if (box.checked && this.asksNote(box)) this.openNote();
      this.tell();
    }

    // ---- what says nothing by itself

    asksNote(box) {
      return box.value === this.group.dataset.noted;
    }

    openNote() {
      this.group.form.elements.namedItem("note")?.closest("details")?.setAttribute("open", "");
      document.getElementById("voice-status").textContent += ` ${this.group.dataset.note}.`;
    }

    count() {
      const { none, one, many } = this.group.dataset;
      return [none, one][this.chosen.length] ?? many.replace("{n}", this.chosen.length);
    }

    tell() {
      this.chosenPart.hidden = !this.chosen.length;
      this.chosenPart.querySelector("h3").textContent = this.group.dataset.chosen.replace("{count}", this.count());
      this.chosenPart.querySelector("ul").replaceChildren(...this.chosen.map((box) => this.line(box)));
      this.group.querySelector("[data-said]").textContent = this.chosen.length ? `${this.count()}.` : this.group.dataset.empty;
      this.show();
    }

    line(box) {
      const line = document.createElement("li");
      const label = document.createElement("span");
      const remove = document.createElement("button");
      const about = document.createElement("span");
      label.className = "grow";
      label.textContent = box.dataset.label;
      if (this.asksNote(box)) label.append(this.hint());
      remove.type = "button";
      remove.className = "link-act row-acts";
      remove.dataset.remove = box.value;
      about.className = "visually-hidden";
      about.textContent = ` ${box.dataset.label}`;
      remove.append(this.group.dataset.remove, about);
      line.append(label, remove);
      return line;
    }

    hint() {
      const hint = document.createElement("span");
      hint.classList.add("second", "small");
      hint.textContent = ` – ${this.group.dataset.note}`;
      return hint;
    }

    // ---- the whole list

    find(text) {
      const sought = words(text);
      return this.boxes.filter((box) => {
        const known = words(`${box.dataset.label} ${box.dataset.find}`);
        return sought.every((word) => known.some((one) => one.startsWith(word)));
      });
    }

    typed() {
      // On a phone the digit arrives as text only.
      if (/^[0-9]$/.test(this.field.value)) {
        const digit = this.field.value;
        this.field.value = "";
        this.digit(digit);
        return;
      }
      const text = this.field.value.trim();
      if (!text) { this.close(); return; }
      this.matches = this.find(text);
      this.active = this.matches.length ? 0 : -1;
      this.isOpen = true;
      this.show();
    }

    openAll() {
      this.matches = this.boxes;
      this.active = -1;
      this.isOpen = true;
      this.show();
    }

    close() {
      this.isOpen = false;
      this.matches = [];
      this.active = -1;
      this.show();
    }

    show() {
      const open = Boolean(this.isOpen);
      this.group.classList.toggle("listing", open);
      this.list.hidden = !open;
      this.field.setAttribute("aria-expanded", String(open && this.matches.length > 0));
      this.list.replaceChildren(...(open ? this.rows() : []));
      this.point();
    }

    rows() {
      if (!this.matches.length) {
        const nothing = document.createElement("li");
        nothing.className = "nothing";
        nothing.setAttribute("role", "option");
        nothing.setAttribute("aria-disabled", "true");
        nothing.textContent = this.group.dataset.missing;
        return [nothing];
      }
      return this.matches.map((box, number) => {
        const row = document.createElement("li");
        row.id = `asked-${number}`;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", String(box.checked));
        row.textContent = box.dataset.label;
        return row;
      });
    }

    point() {
      const rows = [...this.list.querySelectorAll("[id]")];
      rows.forEach((row, number) => row.classList.toggle("active", number === this.active));
      const row = rows[this.active];
      if (row) {
        this.field.setAttribute("aria-activedescendant", row.id);
        row.scrollIntoView({ block: "nearest" });
      } else this.field.removeAttribute("aria-activedescendant");
    }

    // ---- keys and presses

    digit(digit) {
      if (digit === "0") {
        if (this.isOpen) this.close();
        else this.openAll();
      } else if (this.keyBoxes[digit - 1]) this.toggle(this.keyBoxes[digit - 1]);
    }

    key(event) {
      if (event.isComposing || !Counter.isPlain(event)) return;
      const empty = this.field.value === "";
      const { key } = event;
      if (/^[0-9]$/.test(key) && empty) this.act(event, () => this.digit(key));
      else if (key === "Enter") this.act(event, () => this.enter());
      else if (key === "Backspace" && empty) this.act(event, () => { if (this.chosen.length) this.toggle(this.chosen.at(-1)); });
      else if (key === "Escape") this.act(event, () => this.escape(empty));
      else if (key === "ArrowDown" || key === "ArrowUp") this.act(event, () => this.move(key === "ArrowDown" ? 1 : -1));
    }

    act(event, what) {
      event.preventDefault();
      if (!event.repeat) what();
    }

    move(step) {
      if (!this.isOpen) this.openAll();
      const number = this.matches.length;
      if (!number) return;
      this.active = this.active < 0 && step < 0 ? number - 1 : (this.active + step + number) % number;
      this.point();
    }

    enter() {
      if (this.active >= 0) this.take(this.matches[this.active]);
      else if (!this.field.value.trim()) Counter.save(this.field.form);
    }

    take(box) {
      this.field.value = "";
      this.close();
      this.toggle(box);
    }

    escape(empty) {
      if (empty && !this.isOpen) {
        const link = this.field.form.querySelector("[data-back]");
        if (link) Counter.back(link);
        return;
      }
      this.field.value = "";
      this.close();
    }

    click(event) {
      const remove = event.target.closest(".chosen [data-remove]");
      const row = event.target.closest(".ask-list [id]");
      if (remove) {
        this.toggle(this.boxes.find((box) => box.value === remove.dataset.remove));
        this.field.focus();
      } else if (row) {
        this.take(this.matches[[...this.list.children].indexOf(row)]);
        this.field.focus();
      } else if (event.target.closest("[data-all]")) {
        this.digit("0");
        this.field.focus();
      }
    }
  }

  Counter.prepared((root) => {
    const group = Counter.within(root, "[data-topics]");
    if (group && !group.classList.contains("live")) new Topics(group);
  });
})();
