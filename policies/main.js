/* eslint-disable @typescript-eslint/no-require-imports */
// Where Pulumi enters the pack. Type-checking some dozens of files at every preview costs more than the judging, so
// the built pack (dist/policies) runs wherever it is at least as new as its sources; else the sources run as they are.
"use strict";
const { existsSync, readdirSync, statSync } = require("node:fs");
const { join } = require("node:path");

const built = join(__dirname, "../dist/policies/pack.js");

/** @param {string} directory @returns {number} the newest change of a TypeScript file below it, in ms */
function newest(directory) {
  return Math.max(
    0,
    ...readdirSync(directory, { withFileTypes: true }).map((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return newest(path);
      return entry.name.endsWith(".ts") ? statSync(path).mtimeMs : 0;
    }),
  );
}

// Every folder that a rule imports from: eslint.config.mjs says which a rule may.
const folders = ["server", "contract", "components", "resolver"].map((folder) => join(__dirname, "..", folder));
const sources = [__dirname, ...folders].filter((directory) => existsSync(directory));
const fresh = existsSync(built) && statSync(built).mtimeMs >= Math.max(...sources.map(newest));
require(fresh ? built : "./pack.ts");
