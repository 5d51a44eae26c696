import type { RequestFault } from "../command/operator";
import type { ApiMode, Disk, Trap } from "../world/world";

/** One thing that happens. Sites by number. */
export type Deed =
  | { readonly kind: "server killed" | "guard killed" | "pod killed" | "pod deleted"; readonly site: number }
  | { readonly kind: "server frozen" | "server thawed"; readonly site: number }
  | { readonly kind: "volume lost"; readonly site: number }
  | { readonly kind: "volume"; readonly site: number; readonly mode: Disk["mode"] }
  | { readonly kind: "link cut" | "link mended" }
  | { readonly kind: "one way cut"; readonly from: number; readonly to: number }
  | { readonly kind: "api"; readonly site: number; readonly mode: ApiMode }
  | { readonly kind: "object deleted" | "object restored"; readonly site: number }
  | { readonly kind: "dump" | "snapshot"; readonly site: number }
  | { readonly kind: "password changed"; readonly site: number }
  | { readonly kind: "stream"; readonly site: number; readonly stalled: boolean }
  | { readonly kind: "memory"; readonly site: number; readonly small: boolean }
  | { readonly kind: "trap"; readonly site: number; readonly steps: number; readonly what: Trap["what"] }
  /** Single steps, for other orders than a round's. */
  | { readonly kind: "turn" | "poll" | "read" | "client" | "replicate" | "status"; readonly site: number }
  | { readonly kind: "time"; readonly ms: number }
  | CommandDeed;

/** A command, from its start to its end; at its request of number `at` something comes between. */
export interface CommandDeed {
  readonly kind: "command";
  readonly line: string;
  readonly at: number | null;
  readonly between: Between | null;
}

export type Between =
  | { readonly kind: "killed" }
  | { readonly kind: "request"; readonly fault: RequestFault }
  | { readonly kind: "beside"; readonly line: string }
  | { readonly kind: "deed"; readonly deed: Exclude<Deed, CommandDeed> };

/** A deed, and how long everything is left alone afterwards. */
export interface Event {
  readonly deed: Deed;
  readonly then: "at once" | "one round" | "until it rests";
}

export const command = (line: string, at: number | null = null, between: Between | null = null): CommandDeed => ({
  kind: "command",
  line,
  at,
  between,
});
export const rests = (deed: Deed): Event => ({ deed, then: "until it rests" });
