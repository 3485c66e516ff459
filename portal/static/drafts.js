// SPDX-License-Identifier: AGPL-3.0-or-later
// Keeps on the server what is being typed in each form[data-draft]: 800 ms after the last key, on leaving a field, on leaving the
// page. The words go where the form's own page is (data-draft, or else its action); what is said stands in [data-draft-state], without voice.
(() => {
  "use strict";

  const texts = document.currentScript.dataset;
  const PAUSE = 800;
  const AGAIN = 5000;
  const PATIENCE = 8000;
  const NOT_TYPED = new Set(["csrf_token", "form_token"]);
  const NOTHING = "[]";
  const states = new WeakMap();
  let sent = null;
  let left = null;

  function typed(form) {
    const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_TYPED.has(name));
    return JSON.stringify(fields);
  }

  const tokenOf = (form) => form.elements.namedItem("form_token")?.value;
  const topicsOf = (form) => [...form.querySelectorAll("[name=topics]:checked")].map((box) => box.value);

  // `came` is what the page came with, which is no draft; null where it was typed before.
  function stateOf(form) {
    if (!states.has(form)) {
      const number = goOn(form);
      const text = typed(form);
      const resumes = new URLSearchParams(location.search).get("bozza") === tokenOf(form);
      const came = number || resumes || isCorrected(form) ? null : text;
      const isKept = resumes && !number && !form.querySelector(".summary");
      form.toggleAttribute("data-draft-kept", isKept);
      states.set(form, { came, kept: isKept ? text : came, number, sending: false, settled: false });
      if (number) later(form, 0);
    }
    return states.get(form);
  }

  // A form that came back with errors holds what no draft holds yet, unless it was sent as it came.
  function isCorrected(form) {
    return form.querySelector(".summary") && !(sent?.untouched && sent.token === tokenOf(form));
  }

  // What was asked goes along to the next person: so does its draft, or it could be recorded twice.
  function goOn(form) {
    const before = left;
    left = null;
    const asked = new Set(topicsOf(form));
    if (!before || form.querySelector(".summary") || !before.topics.every((code) => asked.has(code))) return 0;
    const own = tokenOf(form);
    form.elements.namedItem("form_token").value = before.token;
    form.querySelectorAll("[data-discard]").forEach((link) => {
      link.dataset.discard = link.dataset.discard.replace(own, before.token);
    });
    const note = form.elements.namedItem("note");
    if (before.note && note) {
      note.value = before.note;
      note.closest("details")?.setAttribute("open", "");
    }
    return before.number;
  }

  function leaveBehind(form) {
    const { sending, settled, number } = stateOf(form);
    const topics = topicsOf(form);
    const token = tokenOf(form);
    left = token && topics.length && !sending && !settled
      ? { token, topics, note: form.elements.namedItem("note")?.value, number: Math.max(Date.now(), number) } : null;
  }

  function prepare(root) {
    if (root.matches?.("form[data-draft]")) stateOf(root);
    root.querySelectorAll("form[data-draft]").forEach(stateOf);
  }

  function say(form, text) {
    form.querySelectorAll("[data-draft-state]").forEach((place) => { place.textContent = text; });
  }

  function address(form) {
    const action = new URL(form.getAttribute("action") || location.href, location.href);
    const desk = /^\/s\/[a-z0-9-]+\//.exec(action.pathname)?.[0];
    const token = tokenOf(form);
    if (!desk || !token) return null;
    return { url: `${desk}bozze/${token}`, page: form.dataset.draft || action.pathname + action.search };
  }

  function later(form, pause) {
    const state = stateOf(form);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => keep(form), pause);
  }

  // One request at a time; its number lets the server drop an older one that comes late.
  async function keep(form, leaving = false) {
    const state = stateOf(form);
    clearTimeout(state.timer);
    const text = typed(form);
    const where = address(form);
    if (!where || state.sending || state.settled || text === state.kept) return;
    if (state.busy && !leaving) { state.again = true; return; }
    state.busy = true;
    state.again = false;
    state.number = Math.max(Date.now(), state.number + 1);
    const number = state.number;
    const csrf = form.elements.namedItem("csrf_token")?.value ?? "";
    try {
      const answer = await fetch(where.url, {
        method: "POST",
        body: new URLSearchParams({ csrf_token: csrf, page: where.page, number, fields: text === state.came ? NOTHING : text }),
        keepalive: true,
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (number === state.number) await read(form, answer, text, number);
    } catch {
      if (form.isConnected && number === state.number) {
        say(form, texts.noAnswer);
        later(form, AGAIN);
      }
    }
    state.busy = false;
    if (state.again) keep(form);
  }

  async function read(form, answer, text, number) {
    const state = stateOf(form);
    const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (answer.ok && told.number === number) {
      state.kept = text;
      form.toggleAttribute("data-draft-kept", text !== state.came && typed(form) === text);
      say(form, text === state.came ? "" : told.said);
      remember(form, text !== state.came);
      form.dispatchEvent(new CustomEvent("portal:kept", { bubbles: true }));
    } else if (answer.ok) {
      state.number = told.number;
      later(form, 0);
    } else if (answer.status === 409) {
      state.settled = true;
      say(form, "");
    } else {
      say(form, told.said || texts.failed);
    }
  }

  // A reload, or the way back to this page, goes on with the draft instead of an empty form.
  function remember(form, isKept) {
    const page = new URL(address(form).page, location.href);
    if (!form.isConnected || page.pathname !== location.pathname) return;
    if (isKept) page.searchParams.set("bozza", tokenOf(form));
    history.replaceState(history.state, "", page);
  }

  function formOf(event) {
    const form = event.target.form ?? event.target.closest?.("form");
    return form instanceof HTMLFormElement && form.matches("[data-draft]") ? form : null;
  }

  function changed(event) {
    const form = formOf(event);
    if (!form || typed(form) === stateOf(form).kept) return;
    form.removeAttribute("data-draft-kept");
    later(form, PAUSE);
  }

  function leave() {
    document.querySelectorAll("form[data-draft]").forEach((form) => keep(form, true));
  }

  // Scripts of a page tick topics after a key or a click of their own: what the form holds is looked at, not what was pressed.
  for (const kind of ["input", "change", "keyup", "click"]) document.addEventListener(kind, changed);
  document.addEventListener("focusout", (event) => { const form = formOf(event); if (form) keep(form); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
  window.addEventListener("pagehide", leave);

  document.addEventListener("submit", (event) => {
    const form = formOf(event);
    if (!form) return;
    clearTimeout(stateOf(form).timer);
    const state = stateOf(form);
    state.sending = true;
    sent = { token: tokenOf(form), untouched: typed(form) === state.came };
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (states.has(form)) stateOf(form).sending = event.detail.xhr.status === 204;
  });
  // Told by portal.js: the save failed, so what the form holds belongs in a draft again.
  document.addEventListener("portal:not-saved", (event) => {
    const form = formOf(event);
    if (!form) return;
    stateOf(form).sending = false;
    keep(form);
  });
  document.addEventListener("htmx:beforeCleanupElement", (event) => {
    if (!states.has(event.detail.elt)) return;
    keep(event.detail.elt, true);
    leaveBehind(event.detail.elt);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-draft]").forEach((form) => { stateOf(form).sending = false; });
  });
  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
  prepare(document);
})();
