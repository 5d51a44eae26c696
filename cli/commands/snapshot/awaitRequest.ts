import type { Milliseconds, SiteName } from "../../../server/types";
import type { CommandRun } from "../../command/commandRun";

export type Answer =
  | { readonly kind: "done"; readonly snapshot: string }
  /** The process that keeps snapshots has answered that it cannot. */
  | { readonly kind: "failed"; readonly problem: string }
  | { readonly kind: "no answer"; readonly problem: string };

/** Waits for the answer to the request `id` in the object of `site`. */
export async function awaitRequest(site: SiteName, id: string, within: Milliseconds, run: CommandRun): Promise<Answer> {
  const report = () => run.clients.of(site).latest?.status?.snapshots;
  const found = await run.until((): Answer | null => {
    const now = report();
    const request = now?.request?.id === id ? now.request : null;
    if (request?.state === "done") return { kind: "done", snapshot: request.snapshot ?? "" };
    if (request?.state === "failed") return { kind: "failed", problem: `site ${site}: ${request.reason}` };
    run.record.steps.tell(
      now === undefined ? "the container `snapshots` does not answer" : `${now.state}: ${now.reason}`,
    );
    return null;
  }, within);
  if (found.kind === "found") return found.value;
  const why = found.kind === "late" ? `no answer within ${within / 1000} s` : "interrupted";
  return { kind: "no answer", problem: `site ${site}: ${why} (snapshots: ${report()?.state ?? "no report"})` };
}
