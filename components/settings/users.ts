/**
 * An application's user. A change reaches a running cache within a minute, without a restart; the user's sessions stay
 * unless a
 * channel was taken away. Removing a user ends its sessions; its generated password is gone with it.
 */
export interface UserSettings {
  readonly name: string;
  /** Patterns such as "cache:*"; "*" stands for every key but the guard's own. */
  readonly keys: readonly string[];
  /** Channels, or patterns of them. Default none. */
  readonly channels: readonly string[];
  /** Rules in order, such as "+@all", "-@dangerous", "+INFO". What is not granted is refused. */
  readonly commands: readonly string[];
  /** `own` (default): no other user's keys overlap its own. `wide`: an administrator's, that may overlap others'. */
  readonly scope: "own" | "wide";
}
