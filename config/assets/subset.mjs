// SPDX-License-Identifier: AGPL-3.0-or-later
// Cuts a style sheet down to the rules that can match our pages: bare elements and the classes named by the caller.
// Fonts and animations are dropped: ours are declared in portal.css, and nothing moves.

function* blocks(css) {
  let start = 0;
  for (let at = 0; at < css.length; at += 1) {
    if (css[at] === ";") start = at + 1;
    if (css[at] !== "{") continue;
    const end = closing(css, at);
    yield { head: css.slice(start, at).trim(), body: css.slice(at + 1, end) };
    start = end + 1;
    at = end;
  }
}

function closing(css, open) {
  let depth = 0;
  let quote = null;
  for (let at = open; at < css.length; at += 1) {
    const sign = css[at];
    if (quote) {
      if (sign === "\\") at += 1;
      else if (sign === quote) quote = null;
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "{") depth += 1;
    else if (sign === "}" && (depth -= 1) === 0) return at;
  }
  throw new Error("Style sheet with an unclosed block");
}

// Attribute selectors: only the reset's bare `[type=…]`; the dress of fields is ours.
function matches(selector, classes) {
  if (/[#[]/.test(selector)) return /^\[type=[a-z]+\](:not\(:disabled\))?$/.test(selector);
  return (selector.match(/\.[\w-]+/g) ?? []).every((name) => classes.has(name.slice(1)));
}

export function keepRules(css, classes) {
  const kept = [];
  for (const { head, body } of blocks(css.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\uFEFF/, ""))) {
    if (/^@(font-face|(-webkit-)?keyframes|page)/.test(head)) continue;
    if (head.startsWith("@")) {
      const inner = keepRules(body, classes);
      if (inner) kept.push(`${head}{${inner}}`);
      continue;
    }
    const selectors = head.split(/,(?![^(]*\))/).map((one) => one.trim()).filter((one) => matches(one, classes));
    if (selectors.length) kept.push(`${selectors.join(",")}{${body}}`);
  }
  return kept.join("\n");
}
