// SPDX-License-Identifier: AGPL-3.0-or-later
// What was typed in a person's form, read by the server and shown in full: dates, phone, codice fiscale.
// A codice fiscale fills the empty fields it speaks of, and says where it disagrees. Nothing is saved here.
(() => {
  "use strict";

  const { read, filled } = document.currentScript.dataset;
  const CODE = "codice_fiscale";
  const READ_BACK = ["birth", "phone", CODE, "permit_expires_on", "residence_since", "citizenship_since", "notice_given_on"];
  const SENT = [...READ_BACK, "family_name", "given_name", "sex", "birth_state", "birth_city"];
  const latest = new WeakMap();
  const COMPARED = new Set([CODE, "family_name", "given_name", "sex", "birth", "birth_state"]);

  // A form may carry the person's fields under a prefix: the codice fiscale tells which.
  function prefixIn(form) {
    const field = form.querySelector(`[name$="${CODE}"]`);
    return field ? field.name.slice(0, -CODE.length) : null;
  }

  const named = (form, name) => form.elements.namedItem(prefixIn(form) + name);

  async function understand(form) {
    const body = new URLSearchParams({ csrf_token: form.elements.namedItem("csrf_token").value });
    for (const name of SENT) body.set(name, named(form, name)?.value ?? "");
    const answer = await fetch(read, { method: "POST", body, credentials: "same-origin" });
    return answer.ok ? answer.json() : null;
  }

  // The line under a field in which an answer stands; made once, and read out when it changes.
  function line(field) {
    const id = `${field.id}-typed`;
    let place = document.getElementById(id);
    if (!place) {
      place = document.createElement("p");
      place.id = id;
      place.setAttribute("role", "status");
      field.closest(".field").append(place);
      field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
    }
    return place;
  }

  function say(field, text, kind) {
    if (!text && !document.getElementById(`${field.id}-typed`)) return;
    const place = line(field);
    place.className = kind;
    place.textContent = text;
  }

  // What the last save said of the field was about another text.
  function forgive(field) {
    document.getElementById(`${field.id}-error`)?.remove();
    field.removeAttribute("aria-invalid");
    field.closest(".field").classList.remove("wrong");
  }

  function put(form, name, text) {
    const field = named(form, name);
    if (!field || field.value) return false;
    field.value = text;
    const heard = field instanceof RadioNodeList ? [...field].find((one) => one.value === text) : field;
    heard?.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: { taken: true } }));
    return Boolean(heard);
  }

  function tellCode(form, field, code) {
    const put_in = Object.entries(code.fills).filter(([name, text]) => put(form, name, text)).length;
    const text = [`${code.line}: ${code.said}.`, put_in ? filled : ""].filter(Boolean).join(" ");
    say(field, text, code.coherent ? "hint typed" : "hint typed warn-text");
  }

  async function look(changed) {
    const form = changed.form;
    const before = changed.value;
    const asked = (latest.get(form) ?? 0) + 1;
    latest.set(form, asked);
    const answer = await understand(form).catch(() => null);
    if (!answer) return;
    // An answer that a later question has overtaken is about words that are no longer there.
    const isLast = latest.get(form) === asked;
    const name = changed.name.slice(prefixIn(form).length);
    if (READ_BACK.includes(name) && changed.value === before) {
      const wrong = before.trim() ? answer.wrong[name] : "";
      forgive(changed);
      if (wrong || isLast || name !== CODE) say(changed, wrong ?? "", "field-error");
      if (answer.shown[name]) changed.value = answer.shown[name];
    }
    const field = named(form, CODE);
    if (answer.code && COMPARED.has(name) && isLast) tellCode(form, field, answer.code);
  }

  function isPersonal(field) {
    if (!field.form || !field.name) return false;
    const prefix = prefixIn(field.form);
    if (prefix === null || !field.name.startsWith(prefix)) return false;
    const name = field.name.slice(prefix.length);
    return READ_BACK.includes(name) || (COMPARED.has(name) && Boolean(named(field.form, CODE).value));
  }

  document.addEventListener("change", (event) => {
    if (isPersonal(event.target)) look(event.target);
  });
  // A whole code speaks as soon as its last letter is there.
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.name?.endsWith(CODE) || !isPersonal(field)) return;
    if (/^([a-z0-9]{16}|\d{11})$/i.test(field.value.replace(/[\s.:-]/g, ""))) look(field);
  });
})();
