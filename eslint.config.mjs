// SPDX-License-Identifier: AGPL-3.0-or-later
// What `make scripts` refuses in the scripts of the pages and in those that build their assets.
import js from "@eslint/js";
import globals from "globals";

const strict = {
  ...js.configs.recommended.rules,
  "eqeqeq": "error",
  "no-implicit-globals": "error",
  "no-shadow": "error",
  "no-unused-expressions": "error",
  "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
  "no-var": "error",
  "prefer-const": "error",
  "require-await": "error",
  "strict": ["error", "function"],
};

export default [
  { ignores: ["portal/static/vendor/", ".venv/", ".node/", "build/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["portal/static/*.js"],
    languageOptions: { sourceType: "script", globals: { ...globals.browser, htmx: "readonly" } },
    rules: strict,
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { sourceType: "module", globals: globals.node },
    rules: { ...strict, "strict": "off" },
  },
];
