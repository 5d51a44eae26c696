import { readdirSync } from "node:fs";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/**
 * Which top folder may import from which, in one place; docs/architecture.md explains why. "server" and "contract" know
 * neither Pulumi nor Kubernetes. Guard, snapshots and cli are programs of their own and do not use each other. Nothing
 * uses "lab" but the benchmarks and the tests. Tests may import anything.
 */
const mayImport = {
  server: [],
  contract: ["server"],
  guard: ["contract", "server"],
  snapshots: ["contract", "server"],
  resolver: ["contract", "server"],
  components: ["contract", "server", "resolver"],
  stacks: ["components", "contract", "server"],
  policies: ["components/names.ts", "resolver/upstream/address.ts", "contract", "server"],
  cli: ["components/problems.ts", "policies", "stacks", "contract", "server"],
  lab: ["contract", "server"],
  docs: [],
  bench: ["lab", "policies", "snapshots", "test", "contract", "server"],
};
const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !/^(\.|node_modules|dist|examples)/.test(entry.name))
  .map((entry) => entry.name);
const zones = Object.entries(mayImport).map(([folder, allowed]) => ({
  target: `./${folder}`,
  from: ".",
  except: [folder, ...allowed, "node_modules"].map((path) => `./${path}`),
  message: `${folder} may import from ${allowed.join(", ") || "no other folder"}: eslint.config.mjs`,
}));
const undeclared = folders.filter((folder) => folder !== "test" && !(folder in mayImport));
if (undeclared.length > 0) throw new Error(`eslint.config.mjs: mayImport has no entry for ${undeclared.join(", ")}`);

const noPulumi = {
  "@typescript-eslint/no-restricted-imports": [
    "error",
    {
      patterns: [{ group: ["@pulumi/*", "@kubernetes/*"], message: "this folder knows neither Pulumi nor Kubernetes" }],
    },
  ],
};

/** Which epoch is higher is decided in contract/epochs.ts alone. */
const compared = ":matches(MemberExpression[property.name=/epoch$/i], Identifier[name=/epoch$/i])";
const epochOrder = ["", "> LogicalExpression ", "> LogicalExpression > ChainExpression "].map((inside) => ({
  selector: `BinaryExpression[operator=/^[<>]=?$/] ${inside}> ${compared}`,
  message: "compare epochs with isAbove, outranks or compareDataVersions of contract/epochs.ts",
}));

export default tseslint.config(
  { ignores: ["**/dist/", "node_modules/", "coverage/"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": importX },
    settings: {
      "import-x/extensions": [".ts"],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
      "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".js", ".json"] })],
    },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": ["error", { zones }],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-console": "off",
    },
  },
  {
    files: ["{cli,guard,snapshots,server,components,stacks,lab}/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", ...epochOrder] },
  },
  { files: ["{server,contract,guard,snapshots,resolver}/**/*.ts"], rules: noPulumi },
);
