// SPDX-License-Identifier: AGPL-3.0-or-later
// Fills portal/static/vendor from node_modules: the part of Bootstrap Italia that our pages use, htmx, fonts.
// Run after `npm ci --ignore-scripts`. Nothing here reaches the network; nothing it writes is committed.
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";

import { keepRules } from "./subset.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const modules = join(root, "node_modules");
const vendor = join(root, "portal", "static", "vendor");

// The only classes of Bootstrap Italia that templates may use; the look of everything else is ours (portal.css).
const CLASSES = new Set(["btn", "btn-primary", "btn-outline-primary", "visually-hidden", "visually-hidden-focusable"]);

const FONTS = {
  "titillium-400.woff2": "Titillium_Web/titillium-web-v10-latin-ext_latin-regular.woff2",
  "titillium-600.woff2": "Titillium_Web/titillium-web-v10-latin-ext_latin-600.woff2",
  "titillium-700.woff2": "Titillium_Web/titillium-web-v10-latin-ext_latin-700.woff2",
  "roboto-mono-400.woff2": "Roboto_Mono/roboto-mono-v13-latin-ext_latin-regular.woff2",
};

async function styles() {
  const source = await readFile(join(modules, "bootstrap-italia/dist/css/bootstrap-italia.min.css"), "utf8");
  const licence = source.match(/\/\*![\s\S]*?\*\//)[0];
  const { code } = await transform(keepRules(source, CLASSES), { loader: "css", minify: true });
  await writeFile(join(vendor, "bootstrap-italia.css"), `${licence}\n${code}`);
}

async function fonts() {
  await mkdir(join(vendor, "fonts"), { recursive: true });
  for (const [name, from] of Object.entries(FONTS)) {
    await copyFile(join(modules, "bootstrap-italia/dist/fonts", from), join(vendor, "fonts", name));
  }
}

await rm(vendor, { recursive: true, force: true });
await mkdir(vendor, { recursive: true });
await copyFile(join(modules, "htmx.org/dist/htmx.min.js"), join(vendor, "htmx.min.js"));
await Promise.all([styles(), fonts()]);
