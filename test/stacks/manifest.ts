import { stringify } from "yaml";
import type { RenderedResource, RenderedStack } from "../../stacks/render";
import { isRecord } from "../../server/records";

/** The rules of an ACL file are for review, its hashes are not. */
const rulesOf = (encoded: unknown): string =>
  Buffer.from(String(encoded), "base64")
    .toString()
    .replace(/#[0-9a-f]{64}/g, "#[secret]");

function maskData(data: unknown): unknown {
  if (!isRecord(data)) return "[secret]";
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, key === "users.acl" ? rulesOf(value) : "[secret]"]),
  );
}

function masked({ type, props, secrets }: RenderedResource): Readonly<Record<string, unknown>> {
  const copy = structuredClone({ ...props });
  for (const path of secrets) copy[path] = type === "kubernetes:core/v1:Secret" ? maskData(copy[path]) : "[secret]";
  return copy;
}

/** A stack's resources as text for review: in order, secrets masked. */
export function manifestOf({ resources, outputs }: RenderedStack): string {
  const entries = resources.map((resource) => ({
    type: resource.type,
    name: resource.name,
    parent: resource.parent,
    ...(resource.protect ? { protect: true } : {}),
    ...(resource.retainOnDelete ? { retainOnDelete: true } : {}),
    props: masked(resource),
  }));
  const { passwords, ...open } = outputs;
  const outputsMasked = { ...open, passwords: isRecord(passwords) ? maskData(passwords) : "missing" };
  return stringify(
    { resources: entries, outputs: outputsMasked },
    { sortMapEntries: false, lineWidth: 0, aliasDuplicateObjects: false },
  );
}
