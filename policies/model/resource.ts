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
  /**
   * Dotted paths of the properties that are Pulumi secrets, as `dragonfly-dr render` writes them; absent: not known.
   */
  readonly secrets?: readonly string[];
}

export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly stack: string;
  readonly urn: string | undefined;
  readonly props: Value;
  /** Dotted paths of what is a Pulumi secret; undefined where the source does not say (the engine's policies). */
  readonly secretPaths: ReadonlySet<string> | undefined;
}

export function resource(raw: RawResource): Resource {
  const { value, secretPaths } = plain(raw.props);
  const marked =
    raw.secrets !== undefined || secretPaths.size > 0 ? new Set([...(raw.secrets ?? []), ...secretPaths]) : undefined;
  return { type: raw.type, name: raw.name, stack: raw.stack, urn: raw.urn, props: value, secretPaths: marked };
}

/** How a resource is named in messages: its last type part and its name, as in "StatefulSet dragonfly". */
export const title = (of: Pick<Resource, "type" | "name">): string =>
  `${of.type.slice(of.type.lastIndexOf(":") + 1)} ${of.name}`;

/** Whether the value at a path is a Pulumi secret, itself or within one; undefined where the source does not say. */
export function isSecret(of: Resource, path: string): boolean | undefined {
  if (of.secretPaths === undefined) return undefined;
  return [...of.secretPaths].some(
    (secret) => path === secret || path.startsWith(`${secret}.`) || path.startsWith(`${secret}[`) || secret === "",
  );
}
