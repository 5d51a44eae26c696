import type { Promised } from "../checker/promised";
import type { PodProgram } from "../../process/podProcesses";

/** A site by the role that it has when the scenario begins. */
export type Place = "primary" | "copy";

/** What is known of a site by its guard's report. */
export type Condition = "serving" | "closed" | "holding" | "in sync" | "peer lost" | "lag known";

/**
 * An operator's command; `{primary}` and `{copy}` stand for the sites' names.
 * `ends`: `done` exit code 0, `refused` any other, `either` where the fault decides it.
 */
export interface Command {
  readonly command: string;
  readonly ends: "done" | "refused" | "either";
}

/** One thing that is done or waited for. Each is noted in the history, under `as` where the promise needs a name. */
export type Step = { readonly as?: string } & (
  | { readonly do: "writes"; readonly beside: Place; readonly count: number }
  | { readonly do: "await"; readonly at: Place; readonly is: Condition }
  | { readonly do: "kill"; readonly at: Place; readonly program: PodProgram }
  | { readonly do: "freeze" | "thaw"; readonly at: Place; readonly program: PodProgram }
  | { readonly do: "delete pod"; readonly at: Place; readonly force: boolean }
  | { readonly do: "cut"; readonly sendsNothing: Place | "both" }
  | { readonly do: "reset link" }
  | { readonly do: "heal link" }
  | { readonly do: "API server"; readonly at: Place; readonly is: "down" | "silent" | "refusing writes" | "well" }
  | { readonly do: "volume"; readonly at: Place; readonly is: "read-only" | "full" | "well" }
  | { readonly do: "role object"; readonly at: Place; readonly is: "deleted" | "backed up" | "restored" }
  | { readonly do: "clock"; readonly at: Place; readonly offsetSeconds: number }
  | ({ readonly do: "command" } & Command)
  /** The command is killed when its progress first says so. */
  | { readonly do: "killed command"; readonly command: string; readonly when: string }
  | { readonly do: "commands at once"; readonly commands: readonly Command[] }
);

/** A failure, what is promised under it, and the way back to one primary and one copy in sync. */
export interface Scenario {
  readonly name: string;
  readonly injected: string;
  readonly promise: string;
  readonly healed: string;
  readonly promised: Promised;
  readonly steps: readonly Step[];
  /** Where the primary is in the end; null: either site. */
  readonly endsAt: Place | null;
}

/** The event of the step that injects the fault, and of the link being whole again. */
export const FAULT = "fault";
export const WHOLE = "link whole";
export const HEAL = "heal";

/** A step's name stands for its beginning; this is its end. */
export const doneWith = (event: string): string => `${event} done`;
