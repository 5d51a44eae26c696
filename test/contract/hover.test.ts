import assert from "node:assert/strict";
import { join } from "node:path";
import ts from "typescript";

const root = join(__dirname, "../..");
const probe = join(root, "contract/probe.ts");

/** What an editor shows for the name at the mark | in `source`, a file of contract/. */
function hover(source: string): { readonly type: string; readonly text: string } {
  const at = source.indexOf("|");
  const content = source.replace("|", "");
  const host: ts.LanguageServiceHost = {
    getScriptFileNames: () => [probe],
    getScriptVersion: () => "1",
    getScriptSnapshot: (file) => {
      const text = file === probe ? content : ts.sys.readFile(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getCompilationSettings: () => ({ strict: true, target: ts.ScriptTarget.ES2022, types: [] }),
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    fileExists: (file) => file === probe || ts.sys.fileExists(file),
    readFile: (file) => (file === probe ? content : ts.sys.readFile(file)),
  };
  const info = ts.createLanguageService(host).getQuickInfoAtPosition(probe, at);
  return { type: ts.displayPartsToString(info?.displayParts), text: ts.displayPartsToString(info?.documentation) };
}

describe("types that follow from a description", function () {
  this.timeout(60_000);

  it("show the comment of a field that must be there, and its type", () => {
    const { type, text } = hover(
      'import type { SiteRoleSpec } from "./siteRole"; declare const s: SiteRoleSpec; s.|epoch;',
    );
    assert.match(text, /^Never falls; a change of role needs a higher one\./);
    assert.match(type, /epoch: Epoch$/);
  });

  it("show the comment of one that may be left out", () => {
    const { type, text } = hover(
      'import type { SiteRoleSpec } from "./siteRole"; declare const s: SiteRoleSpec; s.|restore;',
    );
    assert.match(text, /^For a restored primary: the snapshot/);
    assert.match(type, /restore\?: \{\s+readonly from: string;\s+\} \| undefined$/);
  });
});
