/**
 * `application`: opened and closed by the guard with the role. `replication`: opened on a primary only.
 * `guard`, `monitoring`: always on. `default`: the unnamed user.
 */
export type AclUserKind = "application" | "replication" | "guard" | "monitoring" | "default";

/** A user as configuration says it, without its password. */
export interface AclUser {
  readonly name: string;
  readonly kind: AclUserKind;
  /** Key patterns without the leading "~", such as "cache:*". Empty: no keys. */
  readonly keys: readonly string[];
  /** Channel patterns without the leading "&". Empty: no channels. */
  readonly channels: readonly string[];
  /** Command rules in order, such as "+@all", "-@dangerous", "+INFO". What is not granted is refused. */
  readonly commands: readonly string[];
}

/** Keys under it belong to the guard; no other user may be granted them. */
export const RESERVED_PREFIX = "__dr:";
