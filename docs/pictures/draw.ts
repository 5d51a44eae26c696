/**
 * Writes the pictures of the documentation: `npx tsx docs/pictures/draw.ts`. test/docs/pictures.test.ts compares them.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { regions } from "./regions";
import { switchover } from "./switchover";

export const pictures: Readonly<Record<string, () => string>> = {
  "regions.svg": regions,
  "switchover.svg": switchover,
};

if (require.main === module)
  for (const [file, draw] of Object.entries(pictures)) writeFileSync(join(__dirname, file), draw());
