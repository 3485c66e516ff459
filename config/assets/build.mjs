// SPDX-License-Identifier: AGPL-3.0-or-later
// Fills portal/static/vendor from node_modules: the part of Bootstrap Italia that our pages use, htmx, fonts for
// pages and for print.
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

const ITALIA = "bootstrap-italia/dist/fonts";
const FONTS = {
  "titillium-400.woff2": `${ITALIA}/Titillium_Web/titillium-web-v10-latin-ext_latin-regular.woff2`,
  "titillium-600.woff2": `${ITALIA}/Titillium_Web/titillium-web-v10-latin-ext_latin-600.woff2`,
  "titillium-700.woff2": `${ITALIA}/Titillium_Web/titillium-web-v10-latin-ext_latin-700.woff2`,
  "roboto-mono-400.woff2": `${ITALIA}/Roboto_Mono/roboto-mono-v13-latin-ext_latin-regular.woff2`,
};

// What PDFs are set in, and nothing else is: portal/core/documents/pdf.py takes as one family the files that share a name.
const PRINT_FONTS = {
  "titillium-400.ttf": `${ITALIA}/Titillium_Web/titillium-web-v10-latin-ext_latin-regular.ttf`,
  "titillium-600.ttf": `${ITALIA}/Titillium_Web/titillium-web-v10-latin-ext_latin-600.ttf`,
  "titillium-700.ttf": `${ITALIA}/Titillium_Web/titillium-web-v10-latin-ext_latin-700.ttf`,
  "noto-sans-400.ttf": "@embedpdf/fonts-latin/fonts/NotoSans-Regular.ttf",
  "noto-sans-600.ttf": "@embedpdf/fonts-latin/fonts/NotoSans-SemiBold.ttf",
  "noto-arabic-400.ttf": "@embedpdf/fonts-arabic/fonts/NotoNaskhArabic-Regular.ttf",
  "noto-arabic-700.ttf": "@embedpdf/fonts-arabic/fonts/NotoNaskhArabic-Bold.ttf",
  "noto-bengali-400.ttf": "@expo-google-fonts/noto-sans-bengali/400Regular/NotoSansBengali_400Regular.ttf",
  "noto-bengali-600.ttf": "@expo-google-fonts/noto-sans-bengali/600SemiBold/NotoSansBengali_600SemiBold.ttf",
  "noto-symbols-400.ttf": "@expo-google-fonts/noto-sans-symbols-2/400Regular/NotoSansSymbols2_400Regular.ttf",
  "noto-chinese-400.otf": "@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf",
};

async function styles() {
  const source = await readFile(join(modules, "bootstrap-italia/dist/css/bootstrap-italia.min.css"), "utf8");
  const licence = source.match(/\/\*![\s\S]*?\*\//)[0];
  const { code } = await transform(keepRules(source, CLASSES), { loader: "css", minify: true });
  await writeFile(join(vendor, "bootstrap-italia.css"), `${licence}\n${code}`);
}

async function fonts(folder, files) {
  await mkdir(join(vendor, folder), { recursive: true });
  for (const [name, from] of Object.entries(files)) {
    await copyFile(join(modules, from), join(vendor, folder, name));
  }
}

await rm(vendor, { recursive: true, force: true });
await mkdir(vendor, { recursive: true });
await copyFile(join(modules, "htmx.org/dist/htmx.min.js"), join(vendor, "htmx.min.js"));
await Promise.all([styles(), fonts("fonts", FONTS), fonts("print-fonts", PRINT_FONTS)]);
