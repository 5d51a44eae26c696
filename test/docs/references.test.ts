import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const root = join(__dirname, "../..");
const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(root, file)));
const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** The anchor that a Markdown reader makes of a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replace(/ /g, "-");
const anchors = (file: string): ReadonlySet<string> =>
  new Set([...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchor(heading)));

/** Numbers of the headings "Note 3: …" or "Rule 3: …" of a document. */
const numbered = (file: string, word: string): ReadonlySet<number> =>
  new Set([...read(file).matchAll(new RegExp(`^## ${word} (\\d+)[:.]`, "gm"))].map(([, number]) => Number(number)));

/** "rule 3", "rules 1 and 2", "note 14": each number that a comment cites. */
function cited(text: string, word: string): number[] {
  const citation = new RegExp(`\\b${word}s? (\\d+)((?:(?:,| and| to) \\d+)*)(?![\\d.]*\\s*(?:%|ms|s\\b))`, "gi");
  return [...text.matchAll(citation)].flatMap(([, first, rest = ""]) =>
    [first, ...(rest.match(/\d+/g) ?? [])].map(Number),
  );
}
const comments = (file: string): string =>
  [...read(file).matchAll(/\/\*[\s\S]*?\*\/|\/\/.*$|(?:^|\s)#.*$/gm)]
    .map(([comment]) => comment.replace(/^\s*(?:\*|\/\/)/gm, ""))
    .join("\n");

const code = tracked.filter((file) => /^(?!docs\/|policies\/|test\/policies\/).*\.ts$/.test(file));
const markdown = tracked.filter((file) => file.endsWith(".md"));

describe("what comments and documents refer to", () => {
  for (const [word, document] of [
    ["note", "docs/dragonfly-notes.md"],
    ["rule", "docs/guard-rules.md"],
  ] as const)
    it(`each ${word} that a comment cites is in ${document}`, () => {
      const known = numbered(document, word === "note" ? "Note" : "Rule");
      assert.ok(known.size > 5, `${document} has ${known.size} headings of the form "## ${word} N:"`);
      const unknown = code.flatMap((file) =>
        cited(comments(file), word)
          .filter((number) => !known.has(number))
          .map((number) => `${file}: ${word} ${number}`),
      );
      assert.deepEqual(unknown, []);
    });

  it("no comment cites a document that is not here", () => {
    const missing = code.flatMap((file) =>
      [...comments(file).matchAll(/\b((?:docs|facts|test|examples)\/[\w./-]+\.(?:md|ts))\b/g)]
        .map(([, path = ""]) => path)
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${file}: ${path}`),
    );
    assert.deepEqual(missing, []);
  });

  it("no comment speaks of a trap: notes have the numbers", () => {
    assert.deepEqual(
      code.filter((file) => /\btrap \d/i.test(comments(file))),
      [],
    );
  });

  it("each link of a document leads somewhere", () => {
    const broken = markdown.flatMap((file) =>
      [...read(file).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = ""]) => target)
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => {
          const [path = "", heading] = target.split("#");
          const full = path === "" ? file : normalize(join(dirname(file), path));
          if (!existsSync(join(root, full))) return true;
          return heading !== undefined && full.endsWith(".md") && !anchors(full).has(heading);
        })
        .map((target) => `${file}: ${target}`),
    );
    assert.deepEqual(broken, []);
  });

  it("each file of the tests that a document names is there", () => {
    const missing = markdown.flatMap((file) =>
      [...read(file).matchAll(/`(test\/[\w./-]+?)`/g)]
        .map(([, path = ""]) => path)
        .filter((path) => !path.includes("*"))
        .filter(
          (path) =>
            !existsSync(join(root, path)) &&
            !tracked.some((known) => known.startsWith(`${path}.`) || known.startsWith(path)),
        )
        .map((path) => `${file}: ${path}`),
    );
    assert.deepEqual(missing, []);
  });
});
