import { plain, type Value } from "./value";

/** One resource as the engine, `dragonfly-dr render` or a file gives it. */
export interface RawResource {
  /** Pulumi's type token, such as "kubernetes:core/v1:Secret". */
  readonly type: string;
  /** Pulumi's name of the resource, unique in its stack and type. */
  readonly name: string;
  readonly props: unknown;
  /** The stack's name without project and organisation. */
  readonly stack: string;
  /** Present where the engine judges, so that it can show the violation beside the resource. */
  readonly urn?: string;
}

export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly stack: string;
  readonly urn: string | undefined;
  readonly props: Value;
  /** Where Pulumi's secret envelope stood. Empty where the source does not mark secrets (the engine's policies). */
  readonly secretPaths: ReadonlySet<string>;
}

export function resource(raw: RawResource): Resource {
  const { value, secretPaths } = plain(raw.props);
  return { type: raw.type, name: raw.name, stack: raw.stack, urn: raw.urn, props: value, secretPaths };
}

/** How a resource is named in messages: its last type part and its name, as in "StatefulSet dragonfly". */
export const title = (of: Pick<Resource, "type" | "name">): string => `${of.type.slice(of.type.lastIndexOf(":") + 1)} ${of.name}`;
