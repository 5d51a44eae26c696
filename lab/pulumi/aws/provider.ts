// Stands in for the aws provider 7.48.0: the buckets and identities of snapshots, by the official SDK, at
// AWS_ENDPOINT_URL only.
// Leaves out: AWS itself, every kind that the two tables below do not name and every input that a kind does not list
// (both
// refused by name), names of its own making, provider settings but the region, tags, functions.
import {
  isKnown,
  isKnownObject,
  type JsonObject,
  type PlainObject,
  type PropertyMap,
  Secret,
  UNKNOWN,
  withoutSecrets,
} from "../plugin/propertyValues";
import type {
  CheckFailure,
  CheckRequest,
  CheckResult,
  Created,
  CreateRequest,
  DeleteRequest,
  Difference,
  DiffRequest,
  PropertyChange,
  ReadRequest,
  ReadResult,
  ResourceProvider,
  UpdateRequest,
} from "../plugin/resourceProvider";
import { bucketKinds } from "./bucketKinds";
import { awsClients, type AwsClients } from "./clients";
import { iamKinds } from "./iamKinds";
import type { AwsKind } from "./kind";
import { asAskedFor, same } from "./shape";

const KINDS: Readonly<Record<string, AwsKind>> = { ...bucketKinds, ...iamKinds };
/** What @pulumi/aws sends of its own accord. */
const PROVIDER_SETTINGS = new Set(["region", "version", "skipCredentialsValidation", "skipRegionValidation"]);

export class AwsProvider implements ResourceProvider {
  readonly version = "7.48.0";
  #clients: AwsClients | undefined;

  constructor(private readonly env: NodeJS.ProcessEnv = process.env) {}

  checkConfig(config: PropertyMap): CheckResult {
    const failures = Object.keys(config)
      .filter((key) => !PROVIDER_SETTINGS.has(key))
      .map((property) => ({
        property,
        reason: "the lab's aws provider takes its region only; credentials and the endpoint come from the environment",
      }));
    if (typeof config["region"] !== "string")
      failures.push({ property: "region", reason: "is missing; give the bucket's region" });
    return { inputs: config, failures };
  }

  diffConfig(before: PropertyMap, after: PropertyMap): Difference {
    const changed = before["region"] !== after["region"];
    return {
      changes: changed ? [{ path: "region", kind: "update", effect: "replace" }] : [],
      replacement: "create first",
    };
  }

  configure(config: PropertyMap): void {
    this.#clients = awsClients(String(config["region"]), this.env);
  }

  check({ type, newInputs }: CheckRequest): CheckResult {
    const { inputs, required } = kindOf(type);
    const failures: CheckFailure[] = Object.keys(newInputs)
      .filter((property) => !inputs.includes(property))
      .map((property) => ({
        property,
        reason: `the lab's aws provider does not know it; it knows ${inputs.join(", ")}`,
      }));
    for (const property of required)
      if ((newInputs[property] ?? null) === null)
        failures.push({ property, reason: "is missing; the lab's aws provider makes no names and no defaults up" });
    return { inputs: newInputs, failures };
  }

  /** Against what is there, as the last read found it. */
  diff({ type, oldInputs, oldState, newInputs }: DiffRequest): Difference {
    const { identity } = kindOf(type);
    const [before, live, after] = [withoutSecrets(oldInputs), withoutSecrets(oldState), withoutSecrets(newInputs)];
    const changes = [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .sort()
      .flatMap((path): PropertyChange[] => {
        const old = live[path] ?? null;
        const next = after[path] ?? null;
        if (isKnown(old) && isKnown(next) && same(old, next)) return [];
        return [
          {
            path,
            kind: old === null ? "add" : next === null ? "delete" : "update",
            effect: identity.includes(path) ? "replace" : "update",
          },
        ];
      });
    // Their names are their own in the account: the old one has to go first.
    return { changes, replacement: "delete first" };
  }

  async create({ type, run, inputs }: CreateRequest): Promise<Created> {
    const kind = kindOf(type);
    const plain = withoutSecrets(inputs);
    if (run === "preview" || !isKnownObject(plain)) return { id: "", state: previewOf(kind, inputs) };
    const { id, told = {} } = await named(type, () => kind.create(this.#ready(), plain));
    const secrets = Object.fromEntries(Object.entries(told).map(([key, value]) => [key, new Secret(value)]));
    return { id, state: { ...(await this.#live(type, id, plain)), ...secrets } };
  }

  async read({ type, id, inputs, state }: ReadRequest): Promise<ReadResult | undefined> {
    const kind = kindOf(type);
    const live = await named(`${type} ${id}`, () => kind.read(this.#ready(), id, known(withoutSecrets(state))));
    if (live === undefined) return undefined;
    const asked =
      Object.keys(inputs).length > 0 ? known(withoutSecrets(inputs)) : known(withoutSecrets(pick(live, kind.inputs)));
    const found = asAskedFor(asked, live) as JsonObject;
    return { id, inputs: found, state: { ...found, ...pick(live, kind.computed), ...pick(state, kind.toldOnce) } };
  }

  async update({ type, run, id, newInputs, oldState }: UpdateRequest): Promise<PropertyMap> {
    const kind = kindOf(type);
    const plain = withoutSecrets(newInputs);
    const kept = pick(oldState, [...kind.computed, ...kind.toldOnce]);
    if (run === "preview" || !isKnownObject(plain)) return { ...newInputs, ...kept };
    await named(`${type} ${id}`, () => kind.update(this.#ready(), id, plain));
    return { ...(await this.#live(type, id, plain)), ...pick(oldState, kind.toldOnce) };
  }

  async delete({ type, id, state }: DeleteRequest): Promise<void> {
    await named(`${type} ${id}`, () => kindOf(type).delete(this.#ready(), id, known(withoutSecrets(state))));
  }

  cancel(): void {}

  /** What was made, read back. */
  async #live(type: string, id: string, asked: JsonObject): Promise<PropertyMap> {
    const kind = kindOf(type);
    const live = await named(`${type} ${id}`, () => kind.read(this.#ready(), id, asked));
    if (live === undefined) throw new Error(`${type} ${id}: was made and is not there`);
    return { ...(asAskedFor(asked, live) as JsonObject), ...pick(live, kind.computed) };
  }

  #ready(): AwsClients {
    if (this.#clients === undefined)
      throw new Error("the aws provider was used before it was configured; this is a fault of the lab");
    return this.#clients;
  }
}

function kindOf(type: string): AwsKind {
  const kind = KINDS[type];
  if (kind !== undefined) return kind;
  const names = Object.keys(KINDS).map((token) => token.split(":")[2] ?? "");
  throw new Error(
    `${type}: the lab's aws provider does not know this kind; use the official plugin, or one of ${names.join(", ")}`,
  );
}

function previewOf({ computed, toldOnce }: AwsKind, inputs: PropertyMap): PropertyMap {
  const state: PropertyMap = { ...inputs };
  for (const name of computed) state[name] = UNKNOWN;
  for (const name of toldOnce) state[name] = new Secret(UNKNOWN);
  return state;
}

/** State and inputs of what is there are known. */
function known(plain: PlainObject): JsonObject {
  if (!isKnownObject(plain))
    throw new Error("a value of an object that is there is not known; this is a fault of the lab");
  return plain;
}

function pick(from: PropertyMap, names: readonly string[]): PropertyMap {
  const picked: PropertyMap = {};
  for (const name of names) {
    const value = from[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

/** An error of AWS in a line that begins with what it is about. */
async function named<T>(what: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    throw new Error(`${what}: ${name === "Error" ? "" : `${name}: `}${message.split("\n")[0] ?? ""}`, { cause: error });
  }
}
