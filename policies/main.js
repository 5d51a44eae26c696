/* eslint-disable @typescript-eslint/no-require-imports */
// Where Pulumi enters the pack. dist/pack.cjs holds all of it in one file, so that the folder runs on its own. Within
// the project it runs wherever it is at least as new as its sources; else the sources run as they are.
"use strict";
const { existsSync, readdirSync, statSync } = require("node:fs");
const { join } = require("node:path");

const built = join(__dirname, "dist/pack.cjs");
// Every folder that a rule imports from: eslint.config.mjs says which a rule may.
const folders = ["server", "contract", "components", "resolver"].map((folder) => join(__dirname, "..", folder));
const isWithinProject = existsSync(join(__dirname, "pack.ts")) && folders.every((folder) => existsSync(folder));

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

if (!existsSync(built) && !isWithinProject)
  throw new Error(`policies: ${built} is not there; run "node build.mjs" in the project before the folder is copied`);
const isFresh = existsSync(built) && statSync(built).mtimeMs >= Math.max(...[__dirname, ...folders].map(newestOrNone));
require(existsSync(built) && (!isWithinProject || isFresh) ? built : "./pack.ts");

/** @param {string} directory @returns {number} */
function newestOrNone(directory) {
  return existsSync(directory) ? newest(directory) : 0;
}
