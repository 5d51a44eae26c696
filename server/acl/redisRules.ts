import { has, titleOf, type Dialect, type Feature } from "./dialect";
import type { RightsDraft, UserDraft } from "./draft";
import { splitArguments } from "./selectors";
import { ACCEPTED, judgeCommandRule, refused, unsure, type Verdict } from "./verdict";

/** `ACLSetUser` of Redis and Valkey: applies one rule, in any case of letters, and says what the server says to it. */
export function applyRedisRule(dialect: Dialect, user: UserDraft, word: string): Verdict {
  const lower = word.toLowerCase();
  const effect = USER_RULES.get(lower);
  if (effect !== undefined) {
    effect(user);
    return ACCEPTED;
  }
  if (lower === "clearselectors" || (word.startsWith("(") && word.endsWith(")"))) return selector(dialect, user, word);
  if (lower === "sanitize-payload" || lower === "skip-sanitize-payload") return needs(dialect, "channels");
  return /^[>#<!]/.test(word) ? password(user, word) : applyRights(dialect, user.root, word);
}

/** The rules that stand alone, in lower case; empty words are none. */
const USER_RULES: ReadonlyMap<string, (user: UserDraft) => void> = new Map<string, (user: UserDraft) => void>([
  ["", () => undefined],
  ["on", (user) => void (user.enabled = true)],
  ["off", (user) => void (user.enabled = false)],
  [
    "nopass",
    (user) => {
      user.passwords.clear();
      user.passwords.passwordless = true;
    },
  ],
  [
    "resetpass",
    (user) => {
      user.passwords.clear();
      user.passwords.passwordless = false;
    },
  ],
  ["reset", (user) => user.reset()],
]);

/** Whether a version has a feature at all; what it does is done in any case. */
function needs(dialect: Dialect, feature: Feature): Verdict {
  const certainty = has(dialect, feature);
  if (certainty === "yes") return ACCEPTED;
  return certainty === "no"
    ? refused(`${titleOf(dialect)} has no such rule`)
    : unsure(`not every version of ${titleOf(dialect)} has it`);
}

function selector(dialect: Dialect, user: UserDraft, word: string): Verdict {
  const known = needs(dialect, "selectors");
  if (known.state === "refused") return known;
  if (!word.startsWith("(")) {
    user.selectors = [];
    return known;
  }
  const rights = user.selector();
  // A quote that is not closed makes an empty selector, and no error.
  for (const rule of splitArguments(word.slice(1, -1)) ?? []) {
    const verdict = applyRights(dialect, rights, rule);
    if (verdict.state !== "accepted") return verdict;
  }
  user.selectors.push(rights.done());
  return known;
}

const HASH = /^[0-9a-f]{64}$/;

function password({ passwords }: UserDraft, word: string): Verdict {
  const given = word.slice(1);
  const sign = word.charAt(0);
  if ((sign === "#" || sign === "!") && !HASH.test(given))
    return refused("a password hash is 64 lower-case hex digits (SHA-256)");
  if (sign === ">") passwords.add(given);
  else if (sign === "#") passwords.addHash(given);
  else if (!(sign === "<" ? passwords.remove(given) : passwords.removeHash(given)))
    return refused("the user has no such password that could be removed");
  return ACCEPTED;
}

/** `ACLSetSelector`: the rules that a selector may hold as well. */
function applyRights(dialect: Dialect, rights: RightsDraft, word: string): Verdict {
  const lower = word.toLowerCase();
  const effect = RIGHTS_RULES.get(lower);
  if (effect !== undefined) {
    effect(rights);
    return /channels$|^&/.test(lower) ? needs(dialect, "channels") : ACCEPTED;
  }
  const sign = word.charAt(0);
  if (sign === "~" || sign === "%") return keyPattern(dialect, rights, word);
  if (sign === "&") return channelPattern(dialect, rights, word);
  if (sign !== "+" && sign !== "-") return refused(`${titleOf(dialect)} has no such rule`);
  const verdict = judgeCommandRule(dialect, word);
  if (verdict.state !== "refused") rights.addCommand(word);
  return verdict;
}

const RIGHTS_RULES: ReadonlyMap<string, (rights: RightsDraft) => void> = new Map<string, (rights: RightsDraft) => void>(
  [
    ["allkeys", (rights) => rights.grantAllKeys()],
    ["~*", (rights) => rights.grantAllKeys()],
    ["resetkeys", (rights) => rights.resetKeys()],
    ["allchannels", (rights) => rights.grantAllChannels()],
    ["&*", (rights) => rights.grantAllChannels()],
    ["resetchannels", (rights) => rights.resetChannels()],
    ["allcommands", (rights) => rights.addCommand("+@all")],
    ["nocommands", (rights) => rights.addCommand("-@all")],
  ],
);

/** What C's isspace takes for blank; the words of a line are split at spaces alone. */
const BLANK = /[\t\n\v\f\r \0]/;
const REFUSED_BLANK = refused("a pattern cannot hold white space");
const AFTER_ALL = refused("a pattern after the one for all is refused: leave one of the two out");

function keyPattern(dialect: Dialect, rights: RightsDraft, word: string): Verdict {
  if (rights.allKeys) return AFTER_ALL;
  const tilde = word.indexOf("~");
  const flags = word.startsWith("~") ? undefined : word.slice(1, tilde < 0 ? undefined : tilde).toUpperCase();
  const pattern = tilde < 0 ? "" : word.slice(tilde + 1);
  if (flags === undefined) {
    if (BLANK.test(pattern)) return REFUSED_BLANK;
    rights.addKeys(pattern);
    return ACCEPTED;
  }
  const known = needs(dialect, "selectors");
  if (known.state === "refused") return known;
  // "%~pattern" grants nothing; older patches take it, later ones of each version refuse it.
  if (!["R", "W", "RW", "WR"].includes(flags)) return refused("before the pattern stands neither %R, %W nor %RW");
  if (BLANK.test(pattern)) return REFUSED_BLANK;
  rights.addKeys(`%${flags}~${pattern}`);
  return known;
}

function channelPattern(dialect: Dialect, rights: RightsDraft, word: string): Verdict {
  const known = needs(dialect, "channels");
  if (known.state === "refused") return known;
  if (rights.allChannels) return AFTER_ALL;
  if (BLANK.test(word.slice(1))) return REFUSED_BLANK;
  rights.addChannels(word.slice(1));
  return known;
}
