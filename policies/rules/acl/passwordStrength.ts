import { fileUsers, siteUsersOf } from "../../acl/users";
import { dataEntry, type Cache } from "../../model/cache";
import type { KubeObject } from "../../model/kube";
import type { Resource } from "../../model/resource";
import type { Stack } from "../../model/stack";
import { at, isMap, map, peek, text, Unknown } from "../../model/value";
import { amount, type Settings } from "../../settings";
import { attempt, notJudged, violation, type Finding, type Rule } from "../../rule";
import { eachCacheStack } from "../each";

const SAFE = /^[A-Za-z0-9_-]*$/;
/** A generated password of this alphabet has far more; words and repetitions have fewer. */
const LEAST_DIFFERENT = 6;
const RANDOM_PASSWORD = "random:index/randomPassword:RandomPassword";

/** A replica sends its password inline: what would need quoting breaks replication. */
export const passwordStrength: Rule = {
  name: "acl-password-strength",
  family: "acl",
  level: "mandatory",
  severity: "high",
  description: "Passwords are generated, long enough, one for each user, and of letters, digits, _ and - only.",
  reads: "RandomPassword resources, and the Secrets that hold users' passwords",
  remedy: 'Generate them with RandomPassword (length 32, overrideSpecial "_-") and leave them to it.',
  link: "https://www.pulumi.com/registry/packages/random/api-docs/randompassword/",
  configSchema: {
    minLength: { type: "integer", description: "Least number of characters.", minimum: 16, default: 24 },
  },
  judge: (deployment, settings) =>
    eachCacheStack(deployment, function* (stack) {
      for (const resource of stack.resources) {
        if (resource.type === RANDOM_PASSWORD) yield* attempt({ resource }, () => judgeGenerator(resource, settings));
      }
      for (const { resource, body, namespace } of stack.ofKind("", "Secret")) {
        const isBeside = stack.caches.some((cache) => cache.namespace === namespace);
        if (isBeside && [peek(body, "data"), peek(body, "stringData")].some((each) => each instanceof Unknown))
          yield notJudged({ resource }, "whether it holds passwords is not known yet");
      }
      for (const cache of stack.caches) yield* attempt({ resource: cache.resource }, () => judgeFile(cache, settings));
      for (const holder of passwordHolders(stack))
        yield* attempt({ resource: holder.object.resource }, () => judgeHolder(holder, settings));
    }),
};

function* judgeGenerator(resource: Resource, settings: Settings): Iterable<Finding> {
  const least = amount(settings, "minLength");
  // Written in YAML it may be a text.
  const length = Number(at(resource.props, "length"));
  if (length < least)
    yield violation({ resource }, `makes passwords of ${length} characters; at least ${least} are asked for`);
  if (at(resource.props, "special") !== false && !SAFE.test(text(resource.props, "overrideSpecial") ?? "!")) {
    yield violation({ resource }, "makes passwords with characters other than letters, digits, _ and -");
  }
}

/** Passwords that the ACL file has in plain; of a hash nothing can be said. */
function* judgeFile(cache: Cache, settings: Settings): Iterable<Finding> {
  const least = amount(settings, "minLength");
  for (const { subject, title, passwords } of fileUsers(cache)) {
    const plain = passwords.map((each) => each.plain).filter((each) => each !== undefined && each !== "");
    const weak = plain.map((each) => weakness(each ?? "", least)).find((each) => each !== undefined);
    if (weak !== undefined) yield violation(subject, `the password of ${title} ${weak}`);
  }
}

function weakness(password: string, least: number): string | undefined {
  if (password.length < least) return `is shorter than ${least} characters`;
  return new Set(password).size < LEAST_DIFFERENT ? "is not a generated one: it repeats a few characters" : undefined;
}

interface Holder {
  readonly object: KubeObject;
  readonly keys: readonly string[];
}

/**
 * Secrets that hold passwords of users: those that a server takes requirepass from, and those with a key for a user.
 */
export function passwordHolders(stack: Stack): Holder[] {
  const secrets = stack.ofKind("", "Secret");
  const names = new Set(
    stack.caches.flatMap((cache) => [...fileUsers(cache), ...siteUsersOf(cache, stack)].map((user) => user.name)),
  );
  return secrets.flatMap((object): Holder[] => {
    const keys = [...new Set([...entries(object, "stringData"), ...entries(object, "data")])].sort();
    const asked = stack.caches.flatMap((cache) => requirepassKey(cache, object));
    const found = keys.filter((key) => names.has(key) || asked.includes(key));
    return found.length === 0 ? [] : [{ object, keys: found }];
  });
}

function entries(object: KubeObject, place: string): string[] {
  const found = peek(object.body, place);
  return isMap(found) ? Object.keys(found) : [];
}

function requirepassKey(cache: Cache, secret: KubeObject): string[] {
  if (cache.namespace !== secret.namespace) return [];
  const flag = cache.flags.get("requirepass");
  if (flag?.from === "secret" && flag.secret === secret.name) return [flag.key];
  const reference = peek(map(cache.container.body, "authentication"), "passwordFromSecret");
  return peek(reference, "name") === secret.name ? [text(reference, "key") ?? ""] : [];
}

function* judgeHolder({ object, keys }: Holder, settings: Settings): Iterable<Finding> {
  const { resource } = object;
  const least = amount(settings, "minLength");
  const seen = new Map<string, string>();
  for (const key of keys) {
    const value = dataEntry(object, key);
    const subject = { resource, part: `password ${key}` };
    if (value instanceof Unknown) {
      yield notJudged(subject, `password ${key} is not known yet`);
      continue;
    }
    if (value === undefined) continue;
    if (!SAFE.test(value))
      yield violation(subject, `password ${key} has characters other than letters, digits, _ and -`);
    const weak = weakness(value, least);
    if (weak !== undefined) yield violation(subject, `password ${key} ${weak}`);
    const other = seen.get(value);
    if (other !== undefined) yield violation(subject, `password ${key} is the same as ${other}'s`);
    seen.set(value, key);
  }
}
