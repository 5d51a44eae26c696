import type { Engine } from "../types";
import { commandRuleProblem, type AclProblem } from "./rules";

/** What one `USER` line grants, as the server will read it. */
export interface ParsedAclUser {
  readonly name: string;
  readonly line: number;
  readonly enabled: boolean;
  /** It may log in with any password. */
  readonly passwordless: boolean;
  readonly passwords: number;
  /** "*" for all keys; "%R~cache:*" keeps its sign, a plain "~cache:*" stands as "cache:*". */
  readonly keys: readonly string[];
  readonly channels: readonly string[];
  /** Command and category rules in order. */
  readonly commands: readonly string[];
}

export interface ParsedAclFile {
  readonly users: readonly ParsedAclUser[];
  readonly problems: readonly AclProblem[];
}

interface Draft {
  enabled: boolean;
  switched: number;
  passwordless: boolean;
  passwords: number;
  keys: string[];
  channels: string[];
  commands: string[];
}

const nothing = (): Draft => ({
  enabled: false,
  switched: 0,
  passwordless: false,
  passwords: 0,
  keys: [],
  channels: [],
  commands: [],
});

/** Before its line is read, Redis' default user may do everything; any other begins with nothing. */
const fresh = (engine: Engine, name: string): Draft =>
  engine === "redis" && name === "default"
    ? { ...nothing(), enabled: true, passwordless: true, keys: ["*"], channels: ["*"], commands: ["+@all"] }
    : nothing();

type Effect = (draft: Draft) => void;

/** The words that stand alone, in lower case. */
const PLAIN: Readonly<Record<string, Effect>> = {
  allkeys: (draft) => {
    draft.keys = ["*"];
  },
  "~*": (draft) => {
    draft.keys = ["*"];
  },
  resetkeys: (draft) => {
    draft.keys = [];
  },
  allchannels: (draft) => {
    draft.channels = ["*"];
  },
  "&*": (draft) => {
    draft.channels = ["*"];
  },
  resetchannels: (draft) => {
    draft.channels = [];
  },
  allcommands: (draft) => {
    draft.commands.push("+@all");
  },
  nocommands: (draft) => {
    draft.commands.push("-@all");
  },
};

/** Words for the password; Dragonfly reads them in lower case only, and its resetpass leaves nopass standing. */
const PASSWORD: Readonly<Record<Engine, Readonly<Record<string, Effect>>>> = {
  dragonfly: {
    nopass: (draft) => {
      draft.passwordless = true;
      draft.passwords = 0;
    },
    resetpass: (draft) => {
      draft.passwords = 0;
    },
  },
  redis: {
    nopass: (draft) => {
      draft.passwordless = true;
      draft.passwords = 0;
    },
    resetpass: (draft) => {
      draft.passwordless = false;
      draft.passwords = 0;
    },
    reset: (draft) => {
      Object.assign(draft, nothing());
    },
    "sanitize-payload": () => undefined,
    "skip-sanitize-payload": () => undefined,
    clearselectors: () => undefined,
  },
};

function addPassword(draft: Draft, word: string): string | null {
  if (/^[<!]/.test(word)) return "removing a password has no place in a file";
  if (word.startsWith("#") && !/^#[0-9a-f]{64}$/.test(word))
    return "a password hash is 64 lower-case hex digits (SHA-256)";
  if (word.length === 1) return "the password is empty";
  draft.passwords += 1;
  draft.passwordless = false;
  return null;
}

function addPattern(list: string[], pattern: string, kept: string): string | null {
  if (list.includes("*")) return `a pattern after the one for all is refused; leave one of the two out`;
  if (pattern === "") return "the pattern is empty";
  list.push(kept);
  return null;
}

/** Applies one word to the draft; gives the reason where the server would refuse it. */
function applyWord(engine: Engine, draft: Draft, word: string): string | null {
  const lower = word.toLowerCase();
  const effect = PLAIN[lower] ?? PASSWORD[engine][engine === "dragonfly" ? word : lower];
  if (effect !== undefined) {
    effect(draft);
    return null;
  }
  if (/^[>#<!]/.test(word)) return addPassword(draft, word);
  if (lower === "on" || lower === "off") {
    draft.switched += 1;
    draft.enabled = lower === "on";
    return engine === "dragonfly" && draft.switched > 1 ? "Dragonfly takes ON or OFF once a user" : null;
  }
  if (/^(~|%(R|W|RW)~)/i.test(word)) {
    const pattern = word.slice(word.indexOf("~") + 1);
    return addPattern(draft.keys, pattern, word.startsWith("~") ? pattern : word);
  }
  if (word.startsWith("&")) return addPattern(draft.channels, word.slice(1), word.slice(1));
  if (/^[+-]/.test(word)) {
    draft.commands.push(word);
    return commandRuleProblem(engine, word);
  }
  if (engine === "dragonfly" && /^(\$(\d+|all)|namespace:.*)$/i.test(word)) return null;
  if (word.startsWith("(")) return "selectors are not supported; give the user all of its rights outside parentheses";
  return `${engine} knows no such rule`;
}

/** A password never stands in a message. */
const shown = (word: string): string => (/^[>#<!]/.test(word) ? word.charAt(0) : word);

/** Reads an ACL file as the engine would, going on after each problem. */
export function parseAclFile(engine: Engine, text: string): ParsedAclFile {
  const users: ParsedAclUser[] = [];
  const problems: AclProblem[] = [];
  for (const [at, raw] of text.split("\n").entries()) {
    const line = at + 1;
    const problem = (position: number, word: string, reason: string): void =>
      void problems.push({ line, position, word: shown(word), reason });
    if (raw === "" || (engine === "redis" && raw.trim() === "")) continue;
    if (engine === "redis" && raw.startsWith("#")) continue;
    const words = raw.split(" ").filter((word) => word !== "");
    const [keyword = "", name = "", ...rules] = words;
    if (keyword.startsWith("#")) {
      problem(1, keyword, "Dragonfly's ACL files have no comments: the whole file fails, which leaves the server open");
      continue;
    }
    if (keyword.toLowerCase() !== "user" || name === "") {
      problem(1, keyword, 'a line begins with "USER" and a name');
      continue;
    }
    if (engine === "dragonfly" && rules.length < 2)
      problem(
        words.length,
        name,
        "Dragonfly wants at least two rules after the name: a shorter line fails the whole file," +
          " which leaves the server open",
      );
    if (users.some((user) => user.name === name)) problem(2, name, "a user has one line");
    const draft = fresh(engine, name);
    for (const [index, word] of rules.entries()) {
      const reason = applyWord(engine, draft, word);
      if (reason !== null) problem(index + 3, word, reason);
    }
    users.push({
      name,
      line,
      enabled: draft.enabled,
      passwordless: draft.passwordless,
      passwords: draft.passwords,
      keys: draft.keys,
      channels: draft.channels,
      commands: draft.commands,
    });
  }
  if (!users.some((user) => user.name === "default")) {
    problems.push({
      line: text.split("\n").length,
      position: 1,
      word: "default",
      reason: "there is no line for default: the server gives it every right without a password",
    });
  }
  return { users, problems };
}
