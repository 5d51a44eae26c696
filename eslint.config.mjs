import tseslint from "typescript-eslint";

export default tseslint.config({ ignores: ["dist/", "node_modules/", "coverage/"] }, ...tseslint.configs.recommended, {
  files: ["**/*.ts"],
  rules: {
    "@typescript-eslint/no-explicit-any": "error",
    "@typescript-eslint/no-non-null-assertion": "error",
    "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    eqeqeq: ["error", "always", { null: "ignore" }],
    "no-console": "off",
  },
});
