// What `make lint` holds the page's script to beside the compiler: complexity and length as ruff holds Python's.

import js from "@eslint/js"
import { defineConfig } from "eslint/config"
import typescript from "typescript-eslint"

const UNUSED = { argsIgnorePattern: "^_", varsIgnorePattern: "^_", destructuredArrayIgnorePattern: "^_" }
const TESTS = ["**/*.test.ts", "**/*.fake.ts"]

export default defineConfig(
  { ignores: ["built/", "node_modules/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.mjs", "**/*.js"],
    extends: [js.configs.recommended],
    languageOptions: { globals: { process: "readonly" } },
  },
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [js.configs.recommended, typescript.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      complexity: ["error", 8],
      "max-lines": ["error", 300],
      "max-lines-per-function": ["error", { max: 40, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/no-unused-vars": ["error", UNUSED],
      // The compiler looks for these, and knows `??=`.
      "no-unused-private-class-members": "off",
      // What is taken from a list or a table may be missing, which its type does not say.
      "@typescript-eslint/no-unnecessary-condition": "off",
      // To read a signal is to ask to be told when it changes.
      "@typescript-eslint/no-meaningless-void-operator": "off",
      // A number in a sentence is what it looks like.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `return tell(…)` ends a function early, and an arrow hands on what it calls.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
    },
  },
  {
    files: TESTS,
    rules: {
      "max-lines": "off",
      "max-lines-per-function": "off",
      // A double stands where one of a class would.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // Node waits for its tests by itself.
      "@typescript-eslint/no-floating-promises": ["error", { allowForKnownSafeCalls: [{ from: "package", package: "node:test", name: ["test", "it", "suite", "describe"] }] }],
    },
  },
  {
    // Written by `python -m dashboard.page.protocol.write`: a verb without values is `{}` there.
    files: ["core/protocol.ts"],
    rules: { "max-lines": "off", "@typescript-eslint/no-empty-object-type": "off" },
  },
)
