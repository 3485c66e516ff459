// SPDX-License-Identifier: AGPL-3.0-or-later
// Small comforts on pages that work without them: show the password, digits in the list of desks, focus on the
// summary of errors, and a plain sentence when an answer does not come: what was typed stays in the form.
(() => {
  "use strict";

  const texts = document.currentScript.dataset;
  const pending = new WeakMap();
  const tellAgain = new WeakMap();
  const SAME_PLACE = 8;
  const VOICE = 500;
  let pressed = null;

  // A phone, a reader or a slow network may run this before the field exists in a swapped fragment: always look again.
  function prepare(root) {
    root.querySelectorAll("button[data-reveal], button[data-print]").forEach((button) => { button.hidden = false; });
    root.querySelectorAll("form[data-draft]").forEach(watch);
    sayDone(root);
    const summary = root.querySelector("[data-focus]");
    if (!summary) return;
    summary.focus();
    // What a save came to is also told by the region for alarms, which a swapped page does not reach.
    const alarm = document.getElementById("voice-alert");
    if (root !== document && summary.closest(".message") && !alarm.textContent) alarm.textContent = summary.textContent;
  }

  // What was done is told also where it is only seen; a moment later, or a page just loaded is not heard. A fragment of the
  // counter that says «Salvato» brings its own words.
  function sayDone(root) {
    const done = root.querySelector(".message.ok p");
    if (!done || (root !== document && done.closest("#done"))) return;
    setTimeout(() => { document.getElementById("voice-status").textContent = done.textContent.trim(); }, VOICE);
  }

  // The key of a letter's link stands after «#»: no server sees it in an address. It goes into its field and out of the bar.
  function fillKey() {
    const field = document.querySelector("input[data-key]");
    if (!field || !location.hash) return;
    field.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
    if (field.form.dataset.sendKey !== undefined) field.form.requestSubmit();
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

  // A list that closes or an answer that comes between press and release moves what was pressed: the press counts all the same.
  function rememberPress(event) {
    const what = event.isPrimary && !event.button ? event.target.closest("a, button, label, input, summary") : null;
    pressed = what && { what, x: event.clientX, y: event.clientY };
  }

  function keepPress(event) {
    const press = pressed;
    pressed = null;
    const isMissed = press && event.detail && !press.what.contains(event.target) && press.what.isConnected;
    if (!isMissed || Math.hypot(event.clientX - press.x, event.clientY - press.y) > SAME_PLACE) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    press.what.click();
  }

  // An ordinary form that keeps drafts is sent by htmx, so that a failure leaves it as it stands; its answer is the whole page.
  function watch(form) {
    if (form.hasAttribute("hx-post")) return;
    form.setAttribute("hx-post", form.getAttribute("action"));
    form.setAttribute("hx-target", "#contenuto");
    form.setAttribute("hx-select", "#contenuto");
    form.setAttribute("hx-swap", "outerHTML");
    window.htmx?.process(form);
  }

  function forget() {
    document.querySelectorAll("[data-not-saved]").forEach((old) => old.remove());
    document.getElementById("voice-alert").textContent = "";
  }

  // After a second the button says what it does.
  function waiting(form) {
    const button = form.querySelector(".save [type=submit]");
    if (!button) return () => {};
    const label = [...button.childNodes];
    const timer = setTimeout(() => { button.replaceChildren(texts.saving); }, 1000);
    return () => {
      clearTimeout(timer);
      button.replaceChildren(...label);
    };
  }

  function isRefusal(xhr) {
    return xhr && xhr.status >= 400 && xhr.status < 500;
  }

  // The server says in its own words why it refused; that it did not answer is said here.
  function reason(xhr, hour) {
    if (isRefusal(xhr)) {
      const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
      const told = [page.querySelector("h1"), page.querySelector(".error-text")].filter(Boolean);
      if (told.length) return told.map((one) => one.textContent.trim().replace(/[^.]$/, "$&.")).join(" ");
    }
    return (navigator.onLine ? texts.noAnswerAt : texts.offlineAt).replace("{hour}", hour);
  }

  function consolation(form, xhr) {
    const kept = form.hasAttribute("data-draft-kept") ? texts.inDraft : texts.inForm;
    if (isRefusal(xhr)) return kept;
    return form.elements.namedItem("form_token") ? `${kept} ${texts.once}` : kept;
  }

  function wayOut(form, xhr) {
    const act = document.createElement(xhr?.status === 400 ? "a" : "button");
    if (xhr?.status === 400) {
      const page = new URL(form.dataset.draft || form.getAttribute("action"), location.href);
      page.searchParams.set("bozza", form.elements.namedItem("form_token").value);
      act.href = page;
      act.textContent = texts.resume;
      return form.hasAttribute("data-draft-kept") ? act : null;
    }
    if (isRefusal(xhr)) return null;
    act.type = "button";
    act.className = "btn btn-primary compact";
    act.textContent = texts.retry;
    act.addEventListener("click", () => form.requestSubmit());
    return act;
  }

  function notSaved(event) {
    const hour = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZone: "Europe/Rome" });
    const form = event.detail.elt.closest("form");
    const saves = form && form.getAttribute("role") !== "search" && form.method === "post";
    // A question that a part of the form asks by itself is no save.
    if (saves && form !== event.detail.elt && !event.detail.elt.matches("[type=submit]")) return;
    const first = saves ? texts.unsaved : texts.noAnswer;
    forget();
    document.getElementById("voice-alert").textContent = first;
    const box = document.createElement("div");
    const text = document.createElement("p");
    const strong = document.createElement("strong");
    box.className = "message error";
    box.dataset.notSaved = "";
    strong.textContent = first;
    const rest = document.createElement("span");
    const tell = () => {
      const { xhr } = event.detail;
      rest.textContent = saves ? ` ${reason(xhr, hour)} ${consolation(form, xhr)}` : ` ${texts.retryAt.replace("{hour}", hour)}`;
    };
    tell();
    text.append(strong, rest);
    tellAgain.set(box, tell);
    const act = saves ? wayOut(form, event.detail.xhr) : null;
    box.append(text, ...(act ? [act] : []));
    if (saves) (form.querySelector(".save") ?? form.lastElementChild).before(box);
    else if (form) form.after(box);
    else document.getElementById("contenuto").prepend(box);
    if (form) form.dispatchEvent(new CustomEvent("portal:not-saved", { bubbles: true }));
  }

  document.addEventListener("pointerdown", rememberPress, true);
  document.addEventListener("click", keepPress, true);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-reveal]");
    if (button) toggle(button);
    if (event.target.closest("button[data-print]")) window.print();
  });
  document.addEventListener("keydown", openByDigit);
  // The password goes out as a password also when it was left in sight.
  document.addEventListener("submit", (event) => {
    event.target.querySelectorAll("button[data-reveal]").forEach((button) => {
      if (document.getElementById(button.dataset.reveal).type === "text") toggle(button);
    });
  });
  document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
  // Told by drafts.js: what the message says of the draft may have become true after it.
  document.addEventListener("portal:kept", (event) => {
    event.target.querySelectorAll("[data-not-saved]").forEach((box) => tellAgain.get(box)?.());
  });
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, notSaved);
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    forget();
    const form = event.detail.elt;
    if (form.matches("form")) pending.set(event.detail.xhr, waiting(form));
  });
  document.addEventListener("htmx:afterRequest", (event) => pending.get(event.detail.xhr)?.());
  // A question that gave way to a newer one is no error. What went wrong with the others is logged under its own name.
  if (window.htmx) {
    window.htmx.logger = (_element, name, detail) => {
      if (name === "htmx:sendAbort" || name === "htmx:afterRequest") detail.error = null;
    };
  }
  window.addEventListener("hashchange", fillKey);
  prepare(document);
  fillKey();
})();
