import { assignments } from "../../acl/assignments";
import { KnownSecrets } from "../../acl/knownSecrets";
import { readAcl } from "../../acl/users";
import { dataEntry, type Cache } from "../../model/cache";
import type { KubeObject } from "../../model/kube";
import { isSecret, type Resource } from "../../model/resource";
import type { Stack } from "../../model/stack";
import { isList, isMap, join, list, peek, type Value } from "../../model/value";
import { containers, workload, type Container } from "../../model/workload";
import { attempt, violation, type Finding, type Rule, type Subject } from "../../rule";
import { eachCacheStack } from "../each";
import { passwordHolders } from "./passwordStrength";

/** Names under which secrets are kept. "passwords" as part of a path, such as a mount's, is none. */
const SECRET_WORDS = [
  "pass(word|wd|phrase)?s?",
  "requirepass",
  "masterauth",
  "secrets?",
  "tokens?",
  "credentials?",
  "(api|access|private|secret)_?-?key",
];
const SECRET_NAME = new RegExp(`(^|[^a-z])(${SECRET_WORDS.join("|")})$`, "i");
const SECRET_FLAGS = new Set(["requirepass", "masterauth", "s3_secret_key"]);
/** Redis' rules for a user, with a password among them; and "name:password", as clients write it. */
const USER_WITH_PASSWORD = /(^|\s)>\S|^(?!\d+:\d+$)[^\s:/]+:[^\s/]+$/;
/** Keys of chart values that name a Secret or a key in one. */
const REFERENCES = /(^|[^a-z])existing|ref$|(secret|key)_?-?name$/i;
/** Of these a value that could be the name of an object is one. */
const MAY_BE_NAMES = /(secrets?|credentials?)$/i;
const OBJECT_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const CREDENTIALS_IN_URL = /\b[a-z][a-z0-9+.-]{0,31}:\/\/[^\s/:@"']{0,256}:[^\s/@"']{1,512}@/i;
/** Programs hold patterns that look like anything. */
const LONGEST_TEXT = 65_536;
/** As many words of a flag are looked at. */
const MOST_WORDS = 256;

export const secretsInPlain: Rule = {
  name: "acl-secrets-in-plain",
  family: "acl",
  level: "mandatory",
  severity: "critical",
  description:
    "Passwords are in Secrets and Pulumi secrets only: not in arguments, environment values, ConfigMaps, " +
    "annotations, chart values or outputs.",
  reads:
    "annotations, labels, ConfigMaps, arguments, environment values, chart values and stack outputs; which " +
    "values of Secrets are marked as Pulumi secrets",
  remedy: "Put the value into a Secret made from a Pulumi secret, and refer to it by secretKeyRef or a mounted file.",
  link: "https://www.pulumi.com/docs/iac/concepts/secrets/",
  configSchema: {},
  judge: (deployment) =>
    eachCacheStack(deployment, function* (stack) {
      const known = knownSecrets(stack);
      for (const object of stack.objects) {
        yield* attempt({ resource: object.resource }, () => judgeObject(object, known));
      }
      for (const resource of stack.resources)
        if (resource.type === "pulumi:pulumi:Stack") yield* judgeOutputs(resource, known);
      for (const cache of stack.caches) yield* attempt({ resource: cache.resource }, () => judgeCarrier(cache, known));
      yield* judgeAclPlaces(stack);
    }),
};

function knownSecrets(stack: Stack): KnownSecrets {
  const values = passwordHolders(stack).flatMap(({ object, keys }) => keys.map((key) => dataEntry(object, key)));
  const generated = stack.resources
    .filter((each) => each.type.startsWith("random:index/randomPassword:"))
    .map((each) => peek(each.props, "result"));
  return new KnownSecrets([...values, ...generated].filter((each) => typeof each === "string"));
}

function* judgeObject(object: KubeObject, known: KnownSecrets): Iterable<Finding> {
  const { resource } = object;
  const judge = (subject: Subject, where: string, name: string, value: Value | undefined): Finding[] =>
    plainSecret(subject, where, name, value, known);
  for (const [name, value] of pairs(peek(object.body, "metadata", "annotations")))
    yield* judge({ resource }, `annotation ${name}`, name, value);
  for (const [name, value] of pairs(peek(object.body, "metadata", "labels")))
    yield* judge({ resource }, `label ${name}`, name, value);
  if (object.group === "" && object.kind === "ConfigMap") {
    for (const [name, value] of pairs(peek(object.body, "data")))
      yield* judgeFile({ resource, part: `key ${name}` }, name, value, known);
  }
  if (object.group === "" && object.kind === "Secret") yield* judgeMarks(object);
  const pods = workload(object);
  if (pods === undefined) return;
  for (const [name, value] of pairs(peek(pods.metadata, "annotations")))
    yield* judge({ resource }, `the pods' annotation ${name}`, name, value);
  for (const container of containers(pods.podSpec)) yield* judgeContainer(resource, container, known);
}

/** A ConfigMap's key may be a value, or a file with values in it. */
function* judgeFile(subject: Subject, key: string, value: Value, known: KnownSecrets): Iterable<Finding> {
  const whole = plainSecret(subject, `key ${key}`, key, value, known);
  if (whole.length > 0) return yield* whole;
  if (typeof value !== "string" || value.length > LONGEST_TEXT) return;
  const names = new Set(
    [...assignments(value)].filter((each) => isPlain(each.name, each.value)).map((each) => each.name),
  );
  for (const name of names) yield violation(subject, `${name} in key ${key} has a password in plain`);
}

function* judgeContainer(resource: Resource, { name, body }: Container, known: KnownSecrets): Iterable<Finding> {
  const subject = { resource, part: `container ${name}` };
  for (const variable of list(body, "env")) {
    const key = peek(variable, "name");
    if (typeof key === "string")
      yield* plainSecret(subject, `environment value ${key} of container ${name}`, key, peek(variable, "value"), known);
  }
  const words = [...list(body, "command"), ...list(body, "args")].flatMap(shellWords);
  for (const [i, word] of words.entries()) yield* judgeWord(subject, name, following(words, i), word, known);
}

/** A shell's command line is one argument: the flags in it count. */
const shellWords = (word: Value): readonly Value[] =>
  typeof word === "string" && word.length <= LONGEST_TEXT && /\s--?[a-z]/i.test(word)
    ? [word, ...word.split(/\s+/).map((part) => part.replace(/^["']|["'\\]$/g, ""))]
    : [word];

/** The words that belong to the flag at a place. */
function following(words: readonly Value[], place: number): string | undefined {
  const found: string[] = [];
  for (let at = place + 1; at < words.length && found.length < MOST_WORDS; at += 1) {
    const word = words[at];
    if (typeof word !== "string" || /^--/.test(word) || (found.length === 0 && word.startsWith("-"))) break;
    found.push(word);
  }
  return found.length === 0 ? undefined : found.join(" ");
}

/** What an operator or a chart makes containers of: its spec in a container's form, and of a chart every value. */
function* judgeCarrier(cache: Cache, known: KnownSecrets): Iterable<Finding> {
  if (cache.carrier === "workload") return;
  const others = containers(cache.podSpec).filter(({ name }) => name !== cache.container.name);
  for (const container of [cache.container, ...others]) yield* judgeContainer(cache.resource, container, known);
  if (cache.carrier === "Helm")
    yield* judgeValues(
      cache.resource,
      peek(cache.resource.props, "values") ?? peek(cache.resource.props, "spec", "values"),
      "values",
      known,
    );
}

function* judgeValues(
  resource: Resource,
  value: Value | undefined,
  path: string,
  known: KnownSecrets,
): Iterable<Finding> {
  const judge = function* (key: string | number, each: Value): Iterable<Finding> {
    const here = join(path, key);
    if (typeof each === "string") {
      if (isSecret(resource, here) !== true)
        yield* plainSecret({ resource, part: here }, here, String(key), each, known);
    } else yield* judgeValues(resource, each, here, known);
  };
  if (isList(value)) for (const [i, each] of value.entries()) yield* judge(i, each);
  else if (isMap(value)) for (const [key, each] of Object.entries(value)) yield* judge(key, each);
}

function* judgeWord(
  subject: Subject,
  container: string,
  next: string | undefined,
  word: Value,
  known: KnownSecrets,
): Iterable<Finding> {
  if (typeof word !== "string") return;
  const [flag = "", value] = /^--?([A-Za-z][\w.-]*)(?:=(.*))?$/s.exec(word)?.slice(1) ?? [];
  const given = value ?? next;
  if (given !== undefined && given !== "" && isSecretFlag(flag, given))
    // "$(NAME)" is filled in before the start: the process list shows it like any other.
    yield violation(subject, `argument --${flag} of container ${container} has a password in it`);
  else if (!/\s--?[a-z]/i.test(word) && holds(word, known))
    yield violation(subject, `an argument of container ${container} has a password in it`);
}

const isSecretFlag = (flag: string, value: string): boolean =>
  SECRET_FLAGS.has(flag) ||
  (flag === "user" ? USER_WITH_PASSWORD.test(value) : SECRET_NAME.test(flag) && isPlain(flag, value));

function plainSecret(
  subject: Subject,
  where: string,
  name: string,
  value: Value | undefined,
  known: KnownSecrets,
): Finding[] {
  if (typeof value !== "string" || value === "") return [];
  return isPlain(name, value) || holds(value, known) ? [violation(subject, `${where} has a password in plain`)] : [];
}

/** Whether a name says that its value is a password, and the value is none of what stands there harmlessly. */
const isPlain = (name: string, value: string): boolean =>
  SECRET_NAME.test(name) &&
  !REFERENCES.test(name) &&
  !(MAY_BE_NAMES.test(name) && OBJECT_NAME.test(value)) &&
  !/^(true|false|[0-9]+|\/.*|.*\.(crt|pem|key|json|ya?ml))$/i.test(value);

const holds = (value: string, known: KnownSecrets): boolean =>
  known.areIn(value) || (value.length <= LONGEST_TEXT && CREDENTIALS_IN_URL.test(value));

/** What is a Secret to Kubernetes is one to Pulumi too: else it stands in the state in plain. */
function* judgeMarks(object: KubeObject): Iterable<Finding> {
  for (const place of ["data", "stringData"]) {
    for (const [key] of pairs(peek(object.body, place))) {
      if (isSecret(object.resource, `${place}.${key}`) === false) {
        yield violation(
          { resource: object.resource, part: `key ${key}` },
          `key ${key} is no Pulumi secret: it stands in the stack's state in plain`,
        );
      }
    }
  }
}

function* judgeOutputs(resource: Resource, known: KnownSecrets): Iterable<Finding> {
  if (resource.secretPaths === undefined || !isMap(resource.props)) return;
  for (const [name, value] of Object.entries(resource.props)) {
    if (isSecret(resource, name) === true) continue;
    const plain = JSON.stringify(value, (key, each: unknown) =>
      key !== "" && isSecret(resource, `${name}.${key}`) === true ? undefined : each,
    );
    if (holds(plain ?? "", known))
      yield violation({ resource, part: `output ${name}` }, `output ${name} has a password in plain`);
  }
}

/** An ACL file holds hashes or passwords of every user, and what they may do. */
function* judgeAclPlaces(stack: Stack): Iterable<Finding> {
  for (const cache of stack.caches) {
    const acl = readAcl(cache);
    if (acl !== undefined && !acl.inSecret)
      yield violation({ resource: acl.resource }, "the ACL file with its passwords is in a ConfigMap");
  }
}

const pairs = (value: Value | undefined): [string, Value][] => (isMap(value) ? Object.entries(value) : []);
