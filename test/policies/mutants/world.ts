import { join } from "node:path";
import type { Family } from "../../../policies/rule";
import type { RawResource } from "../../../policies/model/resource";
import { renderStackFile } from "../../../stacks/render";
import type { BuildExtras } from "../../../stacks/build";
import { withBundles } from "../fixtures/bundles";
import { charted, operated } from "../fixtures/carried";
import { inCilium } from "../fixtures/cilium";
import { storage } from "../fixtures/storage";
import type { Draft, Json, Props } from "../fixtures/site";

const root = join(__dirname, "../../..");

/** Stacks that break no rule, from which mutants are made. */
export interface World {
  readonly name: string;
  readonly resources: readonly Draft[];
}

/** A world with one thing changed. */
export interface Mutant {
  readonly name: string;
  /** The family of the rule that has to catch it; null for a harmless variation, which none may. */
  readonly family: Family | null;
  /** Made when it is asked for: hundreds at once would not fit. */
  readonly make: () => readonly RawResource[];
}

const SHIPPED: readonly (readonly [string, readonly string[]])[] = [
  ["dragonfly", ["Pulumi.primary.yaml", "Pulumi.dr.yaml"]],
  ["redis", ["lab/Pulumi.primary.yaml", "lab/Pulumi.dr.yaml"]],
  ["aws", ["examples/aws/Pulumi.primary.yaml"]],
  ["on-premises", ["examples/on-premises/Pulumi.primary.yaml"]],
];

/**
 * What mutants are made of: the shipped stacks and the lab's, as `dragonfly-dr render` has them, with a bucket each;
 * the
 * shipped ones with Cilium's policies; a cache of the operator and one of the Helm chart.
 */
export async function goodWorlds(): Promise<World[]> {
  const worlds: World[] = [];
  for (const [name, files] of SHIPPED)
    worlds.push({ name, resources: await withBundles((extras) => rendered(files, extras)) });
  return [
    ...worlds,
    { name: "cilium", resources: inCilium(worlds[0]?.resources ?? []) },
    { name: "operator", resources: operated() },
    { name: "chart", resources: charted() },
  ];
}

async function rendered(files: readonly string[], extras: BuildExtras): Promise<Draft[]> {
  const drafts: Draft[] = [];
  for (const file of files) {
    const { stack, resources } = await renderStackFile(join(root, file), extras);
    drafts.push(
      ...resources.map(({ type, name, props, secrets }) => ({
        type,
        name,
        stack,
        props: withoutPrograms(props as Props),
        secrets,
      })),
    );
    if (!resources.some(({ type }) => type.startsWith("aws:s3/"))) drafts.push(...storage(stack));
  }
  return drafts;
}

/**
 * Programs of several hundred kilobytes are copied with every mutant and judged like any text: a line stands for each.
 */
function withoutPrograms(props: Props): Props {
  const data = props["data"];
  if (typeof data !== "object" || data === null || Array.isArray(data)) return props;
  return {
    ...props,
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, key.endsWith(".cjs") ? "// a program\n" : value]),
    ),
  };
}

/** One change of one world. `change` may break whatever it is given. */
export const mutant = (
  world: World,
  name: string,
  family: Family | null,
  change: (resources: Draft[]) => void,
): Mutant => ({
  name: `${world.name}: ${name}`,
  family,
  make: () => {
    const resources = structuredClone(world.resources) as Draft[];
    change(resources);
    return resources;
  },
});

/** The resources of a kind, each by its place in the world, so that a clone can be changed at the same place. */
export const places = (
  world: World,
  kind: string,
  stack = "primary",
): { readonly at: number; readonly resource: Draft }[] =>
  world.resources.flatMap((resource, at) =>
    resource.type.endsWith(`:${kind}`) && resource.stack === stack ? [{ at, resource }] : [],
  );

/** @throws Error when the clone has another length: a mistake in a mutator. */
export function at(resources: readonly Draft[], place: number): Draft {
  const found = resources[place];
  if (found === undefined) throw new Error(`no resource ${place}`);
  return found;
}

/** Walks into properties. @throws Error when the path leads nowhere. */
export function dig(from: Json, ...path: readonly (string | number)[]): Json {
  let here: Json | undefined = from;
  for (const key of path)
    here = Array.isArray(here) ? here[Number(key)] : typeof here === "object" && here !== null ? here[key] : undefined;
  if (here === undefined) throw new Error(`nothing at ${path.join(".")}`);
  return here;
}

export function object(from: Json, ...path: readonly (string | number)[]): Props {
  const found = dig(from, ...path);
  if (typeof found !== "object" || found === null || Array.isArray(found))
    throw new Error(`no object at ${path.join(".")}`);
  return found;
}

export function array(from: Json, ...path: readonly (string | number)[]): Json[] {
  const found = dig(from, ...path);
  if (!Array.isArray(found)) throw new Error(`no list at ${path.join(".")}`);
  return found;
}

/** Changes one entry of a Secret or a ConfigMap, encoded or not. */
export function rewrite(resource: Draft, key: string, change: (text: string) => string): void {
  const data = object(resource.props, "data");
  const isSecret = resource.type.endsWith(":Secret");
  const text = String(data[key]);
  const changed = change(isSecret ? Buffer.from(text, "base64").toString() : text);
  data[key] = isSecret ? Buffer.from(changed).toString("base64") : changed;
}
