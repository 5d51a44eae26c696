import type { Engine } from "../types";
import { dialectOf, has, titleOf, type Dialect } from "./dialect";
import { UserDraft, type AclPassword, type AclRights } from "./draft";
import { DragonflyLine } from "./dragonflyRules";
import { applyRedisRule } from "./redisRules";
import type { AclProblem } from "./rules";
import { mergeSelectors, type PlacedRule } from "./selectors";
import { refused, unsure, type Verdict } from "./verdict";

/** What one user may do once the server has read the file. */
export interface ParsedAclUser extends AclRights {
  readonly name: string;
  /** The last line that says something of it. */
  readonly line: number;
  readonly enabled: boolean;
  /** It may log in with any password. */
  readonly passwordless: boolean;
  readonly passwords: readonly AclPassword[];
  /** Further rights, each for itself: a command needs all of its keys and channels from one of them. */
  readonly selectors: readonly AclRights[];
}

export interface ParsedAclFile {
  readonly users: readonly ParsedAclUser[];
  /** What the server refuses, which fails the whole file. */
  readonly problems: readonly AclProblem[];
  /** What the server refuses in some versions only, or may refuse. */
  readonly doubts: readonly AclProblem[];
}

/** Reads an ACL file as the server would, going on after each problem. */
export function parseAclFile(of: Engine | Dialect, text: string): ParsedAclFile {
  const reader = new AclReader(typeof of === "string" ? dialectOf(of) : of);
  const lines = text.split("\n");
  for (const [at, raw] of lines.entries()) reader.line(at + 1, raw);
  return reader.done(lines.length);
}

/** Reads the users of a server's configuration (`user NAME RULE…`), each a list of words. */
export function parseAclUsers(dialect: Dialect, users: readonly (readonly string[])[]): ParsedAclFile {
  const reader = new AclReader(dialect);
  for (const [at, words] of users.entries()) reader.user(at + 1, ["user", ...words]);
  return reader.done(users.length);
}

/** A password never stands in a message. */
const shown = (word: string): string => (/^[>#<!(]/.test(word) ? word.charAt(0) : word);

class AclReader {
  private readonly users = new Map<string, { draft: UserDraft; line: number }>();
  private readonly problems: AclProblem[] = [];
  private readonly doubts: AclProblem[] = [];

  constructor(private readonly dialect: Dialect) {}

  line(line: number, raw: string): void {
    if (this.dialect.engine === "dragonfly") {
      if (raw !== "") this.dragonflyLine(line, raw);
      return;
    }
    const text = raw.replace(/^[ \t\r\n]+/, "");
    const end = lastOther(text, " \t\r\n");
    if (end === 0) return;
    const words = text.slice(0, end).split(" ");
    if (text.startsWith("#")) return this.comment(line);
    this.user(line, words);
  }

  user(line: number, words: readonly string[]): void {
    const [keyword = "", name] = words;
    if (this.dialect.engine === "dragonfly") return this.dragonflyLine(line, words.join(" "));
    if (keyword !== "user" || name === undefined)
      return this.report(line, 1, keyword, refused('a line begins with "user", in lower case, and a name'));
    if (/[\t\v\f\r\0]/.test(name)) return this.report(line, 2, name, refused("a name cannot hold white space"));
    const draft = this.draftOf(line, name);
    if (draft === undefined) return;
    const { rules, unclosed } = mergeSelectors(placed(words.slice(2)));
    if (unclosed !== undefined)
      this.report(line, unclosed.position, unclosed.word, refused("the parenthesis is not closed"));
    for (const { word, position } of rules) {
      const start = /^[\t\r\n]*/.exec(word)?.[0].length ?? 0;
      const bare = word.slice(start, Math.max(start, lastOther(word, "\t\r\n")));
      this.report(line, position, bare, applyRedisRule(this.dialect, draft, bare));
    }
  }

  done(lines: number): ParsedAclFile {
    if (!this.users.has("default")) {
      const reason = "there is no line for default: the server gives it every right without a password";
      this.problems.push({ line: lines, position: 1, word: "default", reason });
    }
    const users = [...this.users].map(([name, { draft, line }]): ParsedAclUser => ({
      name,
      line,
      enabled: draft.enabled,
      passwordless: draft.passwords.passwordless,
      passwords: draft.passwords.all(),
      ...draft.root.done(),
      selectors: draft.selectors,
    }));
    return { users, problems: this.problems, doubts: this.doubts };
  }

  private dragonflyLine(line: number, raw: string): void {
    const words = raw.split(" ").filter((word) => word !== "");
    const [keyword = "", name = ""] = words;
    if (keyword.startsWith("#"))
      return this.report(line, 1, keyword, refused("Dragonfly's ACL files have no comments: the whole file fails"));
    if (keyword.toLowerCase() !== "user" || name === "")
      return this.report(line, 1, keyword, refused('a line begins with "USER" and a name'));
    if (words.length < 4)
      this.report(line, words.length, name, refused("Dragonfly wants at least two rules after the name"));
    const known = this.users.get(name);
    const draft = known?.draft ?? new UserDraft(false);
    // A further line for a user adds to its patterns and passwords, and begins its commands anew.
    if (known !== undefined) draft.root.addCommand("-@all");
    this.users.set(name, { draft, line });
    const rules = new DragonflyLine(this.dialect, draft);
    for (const { word, position } of placed(words.slice(2))) this.report(line, position, word, rules.apply(word));
  }

  /** @returns undefined where the server skips a further line for the user. */
  private draftOf(line: number, name: string): UserDraft | undefined {
    const known = this.users.get(name);
    if (known === undefined) {
      const draft = new UserDraft(has(this.dialect, "closedChannels") === "no");
      this.users.set(name, { draft, line });
      return draft;
    }
    const certainty = has(this.dialect, "uniqueUsers");
    if (certainty === "yes") {
      this.report(line, 2, name, refused("the user has a line already"));
      return undefined;
    }
    known.draft.reset();
    if (certainty === "maybe") this.report(line, 2, name, unsure("the user has a line already"));
    this.users.set(name, { draft: known.draft, line });
    return known.draft;
  }

  private comment(line: number): void {
    const certainty = has(this.dialect, "comments");
    const reason = `${titleOf(this.dialect)} takes no comments in an ACL file`;
    if (certainty === "no") this.report(line, 1, "#", refused(reason));
    if (certainty === "maybe") this.report(line, 1, "#", unsure(`${reason} before Redis 8.8`));
  }

  private report(line: number, position: number, word: string, verdict: Verdict): void {
    if (verdict.state === "accepted") return;
    const list = verdict.state === "refused" ? this.problems : this.doubts;
    list.push({ line, position, word: shown(word), reason: verdict.reason });
  }
}

/** Rules of a line with their places; the keyword and the name come before them. */
const placed = (words: readonly string[]): PlacedRule[] => words.map((word, i) => ({ word, position: i + 3 }));

/** The length of a text without the letters at its end that are among these. */
function lastOther(text: string, letters: string): number {
  let end = text.length;
  while (end > 0 && letters.includes(text.charAt(end - 1))) end -= 1;
  return end;
}
