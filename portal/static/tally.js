// SPDX-License-Identifier: AGPL-3.0-or-later
// Conteggio rapido: a press is shown at once, sent in its turn and confirmed by the numbers of the desk that come back.
// Each press carries its own token, so that sending it again, after an answer that was lost, records it once.
(() => {
  "use strict";

  const root = document.getElementById("tally");
  const form = document.getElementById("tally-keys");
  const undo = document.getElementById("take-back");
  const opener = document.getElementById("others-open");
  const others = document.getElementById("altre");
  const sought = document.getElementById("other-sought");
  const nothing = document.getElementById("other-nothing");
  const trouble = document.getElementById("tally-trouble");
  const today = document.getElementById("tally-today");
  const voice = document.getElementById("voice-status");
  const alarm = document.getElementById("voice-alert");
  const texts = root.dataset;
  const store = `tally ${location.pathname} ${texts.store}`;
  const WAITS = [300, 1000, 2000, 2000];
  const ONE_TRY = 4000;
  const PATIENCE = 8000;

  // What was pressed and is not confirmed yet, in order; what was given up and is offered again.
  const queue = [];
  let unsaved = [];
  let busy = false;

  const keys = () => [...form.querySelectorAll("button[name=topic]")];
  const keyOf = (topic) => keys().find((key) => key.value === topic);
  const nameOf = (topic) => keyOf(topic)?.querySelector(".name").textContent ?? topic;

  // Not crypto.randomUUID: it is missing where the portal is reached without https.
  function newToken() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  // ---- what is shown

  function draw() {
    for (const key of keys()) {
      const coming = queue.filter((act) => act.topic === key.value).reduce((sum, act) => sum + act.change, 0);
      const number = Number(key.dataset.number) + coming;
      const quiet = number === 0 && others.contains(key);
      key.querySelector(".number").textContent = quiet ? "" : number.toLocaleString(document.documentElement.lang, { useGrouping: "always" });
    }
    today.setAttribute("aria-busy", String(queue.length > 0));
    const kept = { queue, unsaved };
    if (queue.length || unsaved.length) sessionStorage.setItem(store, JSON.stringify(kept));
    else sessionStorage.removeItem(store);
  }

  function darken(topic) {
    for (const key of keys()) {
      key.classList.toggle("last", key.value === topic);
      key.classList.remove("refused");
    }
  }

  // What an undo pressed now takes back, if this page can tell: the last of mine that is listed or on its way.
  function lastOfMine() {
    const mine = [...today.querySelectorAll("[data-mine]")].reverse();
    let stack = mine.map((row) => ({ visit: row.dataset.visit, topic: row.dataset.mine }));
    for (const act of queue) {
      if (act.change > 0) stack.push({ topic: act.topic });
      else if (act.visit) stack = stack.filter((one) => one.visit !== act.visit);
      else stack.pop();
    }
    return stack.at(-1) ?? {};
  }

  function take(page) {
    for (const key of keys()) {
      const theirs = page.querySelector(`button[name=topic][value="${key.value}"]`);
      if (theirs) key.dataset.number = theirs.dataset.number;
    }
    undo.value = page.getElementById("take-back").value;
    const acts = () => [...today.querySelectorAll("button, a")];
    const place = acts().indexOf(document.activeElement);
    today.replaceChildren(...page.getElementById("tally-today").childNodes);
    if (place >= 0) (acts()[place] ?? undo).focus();
    const said = page.getElementById("voice-status");
    if (said) voice.textContent = said.textContent;
  }

  function explain(first, rest, ...ways) {
    const box = document.createElement("div");
    const text = document.createElement("p");
    const strong = document.createElement("strong");
    const acts = document.createElement("div");
    box.className = "message error";
    acts.className = "message-acts";
    strong.textContent = first;
    text.append(strong, ` ${rest}`);
    acts.append(...ways);
    box.append(text, acts);
    trouble.replaceChildren(box);
    alarm.textContent = first;
  }

  function way(label, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link-act";
    button.textContent = label;
    button.addEventListener("click", act);
    return button;
  }

  function clearTrouble() {
    const had = trouble.contains(document.activeElement);
    trouble.replaceChildren();
    alarm.textContent = "";
    if (had) undo.focus();
  }

  function saidOf(acts) {
    const names = acts.map((act) => (act.change > 0 ? nameOf(act.topic) : texts.anUndo));
    const sentence = (names.length === 1 ? texts.lost : texts.severalLost).replace("{n}", names.length);
    return sentence.replace("{names}", () => names.join(", "));
  }

  // ---- what is sent

  function post(act, patience) {
    const body = new FormData();
    body.set("csrf_token", form.elements.csrf_token.value);
    if (act.change > 0) {
      body.set("topic", act.topic);
      body.set("form_token", act.token);
    } else {
      act.visit ??= undo.value;
      body.set("visit", act.visit);
    }
    return fetch(act.change > 0 ? form.action : undo.formAction, {
      method: "POST",
      body,
      headers: { "HX-Request": "true" },
      keepalive: true,
      signal: AbortSignal.timeout(patience),
    });
  }

  const pause = (length) => new Promise((done) => { setTimeout(done, length); });

  // The answer to one act; null when none came in eight seconds.
  async function answerTo(act) {
    const until = Date.now() + PATIENCE;
    for (let time = 0; Date.now() < until; time += 1) {
      try {
        const answer = await post(act, Math.min(ONE_TRY, until - Date.now()));
        if (answer.status < 500 && answer.status !== 409) return { answer, text: await answer.text() };
      } catch {
        // Broken off, or too slow: the same token goes again.
      }
      await pause(Math.min(WAITS[Math.min(time, WAITS.length - 1)], Math.max(0, until - Date.now())));
    }
    return null;
  }

  function giveUp(rest, ...ways) {
    unsaved.push(...queue.splice(0));
    for (const act of unsaved) keyOf(act.topic)?.classList.add("refused");
    offerAgain(rest, ...ways);
  }

  function offerAgain(rest, ...ways) {
    const again = way(texts.retry, () => {
      queue.push(...unsaved.splice(0));
      keys().forEach((key) => key.classList.remove("refused"));
      clearTrouble();
      draw();
      send();
    });
    const leave = way(texts.leave, () => {
      unsaved = [];
      keys().forEach((key) => key.classList.remove("refused"));
      clearTrouble();
      draw();
    });
    explain(saidOf(unsaved), rest, ...(ways.length ? ways : [again]), leave);
  }

  function refuse(act, page) {
    queue.shift();
    keyOf(act.topic)?.classList.remove("last");
    keyOf(act.topic)?.classList.add("refused");
    explain(act.change > 0 ? saidOf([act]) : texts.undoLost, page.getElementById("tally-trouble")?.textContent.trim() ?? "");
  }

  function settle(act, found) {
    const hour = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZone: "Europe/Rome" });
    const away = found?.answer.headers.get("HX-Redirect");
    if (away) {
      const link = document.createElement("a");
      link.href = away;
      link.textContent = texts.signIn;
      return giveUp(texts.expired, link);
    }
    const page = found && new DOMParser().parseFromString(found.text, "text/html");
    if (!page?.getElementById("tally-today")) {
      return giveUp(`${texts.noAnswerAt.replace("{hour}", hour)} ${texts.once}`);
    }
    take(page);
    return found.answer.ok ? queue.shift() : refuse(act, page);
  }

  async function send() {
    if (busy) return;
    busy = true;
    const slow = setTimeout(() => { today.querySelector(".tally-done").textContent = texts.saving; }, 1000);
    while (queue.length) {
      const act = queue[0];
      settle(act, await answerTo(act));
      draw();
    }
    clearTimeout(slow);
    busy = false;
  }

  function add(act) {
    if (!unsaved.length) clearTrouble();
    queue.push(act);
    draw();
    send();
  }

  function press(key) {
    darken(key.value);
    add({ change: 1, topic: key.value, token: newToken() });
    if (others.contains(key)) show(false);
  }

  function takeBack(visit) {
    const row = visit && today.querySelector(`[data-visit="${visit}"]`);
    darken(null);
    add(row ? { change: -1, visit, topic: row.dataset.mine } : { change: -1, topic: lastOfMine().topic });
  }

  // ---- hands

  function show(open) {
    const inside = others.contains(document.activeElement);
    others.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    sought.value = "";
    sift();
    if (open) sought.focus();
    else if (inside) opener.focus();
  }

  const words = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").match(/[\p{L}\d]+/gu) ?? [];
  const isListed = (key) => !key.closest("li").hidden;

  // Each word typed begins a word of the name, the group or the code, in any order: as in the list of a visit.
  function sift() {
    const typed = words(sought.value);
    const known = keys().filter((key) => others.contains(key));
    for (const key of known) {
      const name = words(`${key.querySelector(".name").textContent} ${key.dataset.find}`);
      key.closest("li").hidden = !typed.every((one) => name.some((word) => word.startsWith(one)));
    }
    nothing.hidden = known.some(isListed);
  }

  // Enter counts the only one left; among several it goes to the first, where a second Enter counts.
  function pressListed() {
    const listed = keys().filter((key) => others.contains(key) && isListed(key));
    if (listed.length === 1) press(listed[0]);
    else listed[0]?.focus();
  }

  // What is typed in the field is text: no key of it takes back a press.
  function onFieldKey(event) {
    if (event.key === "Enter") pressListed();
    else if (event.key === "ArrowDown") keys().find((key) => others.contains(key) && isListed(key))?.focus();
    else return false;
    event.preventDefault();
    return true;
  }

  function onKey(event) {
    const { key } = event;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const inField = event.target === sought;
    if (inField && onFieldKey(event)) return;
    const known = inField ? /^[0-9]$/.test(key) : /^[0-9]$|^(Delete|Backspace|Enter)$/.test(key);
    if (event.repeat && known) return event.preventDefault();
    if (/^[1-9]$/.test(key)) {
      const chosen = form.querySelector(`[data-digit="${key}"]`);
      if (chosen) press(chosen);
    } else if (key === "0") show(others.hidden);
    else if (!inField && (key === "Delete" || key === "Backspace")) takeBack();
    else if (key === "Escape" && !others.hidden) show(false);
    else if (key === " " && event.target === opener) show(others.hidden);
    else {
      // A letter on one of the others goes to the field.
      if (/^\p{L}$/u.test(key) && others.contains(event.target)) sought.focus();
      return;
    }
    event.preventDefault();
  }

  form.addEventListener("keydown", onKey);
  // The browser gives the focus a frame after the page is there: a press before that would be lost.
  if (document.activeElement === document.body) form.querySelector("[autofocus]")?.focus();
  sought.addEventListener("input", sift);
  sought.closest(".field").hidden = false;
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    if (button.name === "topic") press(button);
    else takeBack(button === undo ? "" : button.value);
  });
  opener.setAttribute("role", "button");
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    show(others.hidden);
  });
  // Whoever leaves in a hurry loses nothing: what waits goes out now, and again with the next page, once.
  addEventListener("pagehide", () => {
    for (const act of queue.slice(1)) {
      if (act.change < 0 && !act.visit) break;
      post(act, PATIENCE).catch(() => {});
    }
  });

  const before = JSON.parse(sessionStorage.getItem(store) ?? "{}");
  queue.push(...(before.queue ?? []));
  unsaved = before.unsaved ?? [];
  if (unsaved.length) offerAgain(texts.once);
  draw();
  send();
})();
