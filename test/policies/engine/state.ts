import type { RenderedResource } from "../../../stacks/render";

/** How a state file writes a secret, and that `pulumi stack import` takes its value in plain beside it. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A stack's state as `pulumi stack export --show-secrets` gives it after an update, made from a rendering. */
export function stateOf(project: string, stack: string, resources: readonly RenderedResource[]): unknown {
  const root = `urn:pulumi:${stack}::${project}::pulumi:pulumi:Stack::${project}-${stack}`;
  // Parents and providers stand before those that name them.
  const rank = ({ type }: RenderedResource): number =>
    type === "pulumi:pulumi:Stack"
      ? 0
      : type.startsWith("pulumi:providers:")
        ? 1
        : type.includes(":index:") && type.startsWith("dragonfly-dr:")
          ? 2
          : 3;
  const ordered = [...resources].sort((a, b) => rank(a) - rank(b));
  const providers = new Map(
    ordered
      .filter(({ type }) => type.startsWith("pulumi:providers:"))
      .map(({ type, name }) => [type.split(":").at(-1) ?? "", `${urn(project, stack, type, name)}::${name}-id`]),
  );
  const made = ordered.map((resource) => {
    const { type, name, props, secrets } = resource;
    const values = marked(props, "", new Set(secrets));
    const own = {
      urn: type === "pulumi:pulumi:Stack" ? root : urn(project, stack, type, name),
      type,
      inputs: type === "pulumi:pulumi:Stack" ? {} : values,
      outputs: values,
    };
    if (type === "pulumi:pulumi:Stack") return { ...own, custom: false };
    const isComponent = type.startsWith("dragonfly-dr:");
    const provider =
      isComponent || type.startsWith("pulumi:providers:") ? undefined : providers.get(type.split(":")[0] ?? "");
    return {
      ...own,
      custom: !isComponent,
      ...(isComponent ? {} : { id: `${name}-id` }),
      parent: root,
      ...(provider === undefined ? {} : { provider }),
    };
  });
  const foreign = [...new Set(ordered.map(({ type }) => type.split(":")[0] ?? ""))].filter(
    (name) => !["pulumi", "dragonfly-dr"].includes(name) && !providers.has(name),
  );
  return {
    version: 3,
    deployment: {
      manifest: { time: "2026-01-15T00:00:00Z", magic: "", version: "" },
      resources: made
        .flatMap((each) =>
          (each.custom && !each.type.startsWith("pulumi:") && !("provider" in each)
            ? [withDefaultProvider(project, stack, each, foreign)]
            : [[each]]
          ).flat(),
        )
        .filter(firstOf()),
    },
  };
}

const urn = (project: string, stack: string, type: string, name: string): string =>
  `urn:pulumi:${stack}::${project}::${type}::${name}`;

function withDefaultProvider(
  project: string,
  stack: string,
  resource: { readonly type: string },
  foreign: readonly string[],
): object[] {
  const own = foreign.find((name) => resource.type.startsWith(`${name}:`)) ?? "";
  const provider = {
    urn: urn(project, stack, `pulumi:providers:${own}`, "default"),
    custom: true,
    id: `${own}-provider-id`,
    type: `pulumi:providers:${own}`,
    inputs: {},
    outputs: {},
  };
  return [provider, { ...resource, provider: `${provider.urn}::${provider.id}` }];
}

function firstOf(): (resource: object) => boolean {
  const seen = new Set<unknown>();
  return (resource) => {
    const { urn: own } = resource as { urn: unknown };
    if (seen.has(own)) return false;
    seen.add(own);
    return true;
  };
}

function marked(value: unknown, path: string, secrets: ReadonlySet<string>): unknown {
  if (secrets.has(path)) return { [SIGNATURE]: SECRET, plaintext: JSON.stringify(value) };
  if (Array.isArray(value)) return value.map((each: unknown, i) => marked(each, `${path}[${i}]`, secrets));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, marked(each, path === "" ? key : `${path}.${key}`, secrets)]),
  );
}
