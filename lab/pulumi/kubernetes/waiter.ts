// Waits until an object is ready, or gone.
import type { JsonObject } from "../plugin/propertyValues";
import type { Cluster } from "./cluster";
import { diagnose } from "./diagnosis";
import { stringAt, valueAt } from "./json";
import { type ObjectReference, Objects } from "./objects";
import { type Judgement, READY, waiting } from "./readiness/judgement";
import type { ReadinessRule, RelatedObjects } from "./readiness/rules";
import { watchList } from "./watcher";

export interface WaitOptions {
  readonly timeoutSeconds: number;
  readonly onProgress: (message: string) => void;
  /** Ends the wait early: the operator has cancelled. */
  readonly cancelled: AbortSignal;
}

export interface WaitResult {
  /** As last seen; undefined when it is not there. */
  readonly object: JsonObject | undefined;
  /** Why it is not as it should be; empty when it is. */
  readonly problems: readonly string[];
}

type Judge = (objects: readonly JsonObject[], related: readonly JsonObject[]) => Judgement;

export class Waiter {
  readonly #cluster: Cluster;

  constructor(readonly objects: Objects) {
    this.#cluster = objects.cluster;
  }

  async untilReady(reference: ObjectReference, object: JsonObject, rule: ReadinessRule, options: WaitOptions): Promise<WaitResult> {
    const judge: Judge = ([found], related) => (found === undefined ? waiting("the object is gone: something has deleted it") : rule.judge(found, related));
    const result = await this.#until(reference, rule.related?.(object), judge, options);
    if (result.problems.length === 0) return result;
    const details = await diagnose(this.#cluster, result.object ?? object, rule.pods?.(object)).catch(() => []);
    return { ...result, problems: [...result.problems, ...details] };
  }

  /** An object of the same name with another uid is another object: somebody has made it anew. */
  async untilGone(reference: ObjectReference, object: JsonObject, options: WaitOptions): Promise<WaitResult> {
    const uid = stringAt(object, "metadata", "uid");
    const judge: Judge = ([found]) => {
      if (found === undefined || (uid !== undefined && stringAt(found, "metadata", "uid") !== uid)) return READY;
      return waiting(describeRemains(found));
    };
    return this.#until(reference, undefined, judge, options);
  }

  async #until(reference: ObjectReference, related: RelatedObjects | undefined, judge: Judge, options: WaitOptions): Promise<WaitResult> {
    const path = await this.objects.collectionPath(reference.kind, reference.namespace);
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, options.cancelled]);
    let seen: readonly JsonObject[] = [];
    let seenRelated: readonly JsonObject[] = [];
    let last = "no answer from the API server yet";
    const watches: Promise<void>[] = [];
    try {
      const problems = await new Promise<readonly string[]>((resolve, reject) => {
        let settled: NodeJS.Timeout | undefined;
        const timeout = setTimeout(() => resolve([`timed out after ${options.timeoutSeconds} s: ${last}`]), options.timeoutSeconds * 1000);
        signal.addEventListener("abort", () => {
          clearTimeout(timeout);
          clearTimeout(settled);
          resolve([`cancelled while waiting: ${last}`]);
        });
        const missing = new Set<string>(related === undefined ? ["object"] : ["object", "related"]);
        const decide = (): void => {
          if (missing.size > 0) return;
          clearTimeout(settled);
          const judgement = judge(seen, seenRelated);
          if (judgement.state === "ready") return resolve([]);
          if (judgement.state === "failed") return resolve([judgement.reason]);
          if (judgement.state === "settling") settled = setTimeout(() => resolve([]), judgement.seconds * 1000);
          if (judgement.reason !== last) options.onProgress(judgement.reason);
          last = judgement.reason;
        };
        const follow = (what: "object" | "related", place: RelatedObjects & { fieldSelector?: string }): void => {
          const { path: listPath, ...selector } = place;
          const onChange = (objects: readonly JsonObject[]): void => {
            if (what === "object") seen = objects;
            else seenRelated = objects;
            missing.delete(what);
            decide();
          };
          watches.push(watchList(this.#cluster, listPath, selector, onChange, signal).catch(reject));
        };
        follow("object", { path, fieldSelector: `metadata.name=${reference.name}` });
        if (related !== undefined) follow("related", related);
        if (signal.aborted) resolve(["cancelled"]);
      });
      return { object: seen[0], problems };
    } finally {
      ended.abort();
      await Promise.all(watches);
    }
  }
}

function describeRemains(object: JsonObject): string {
  const finalizers = valueAt(object, "metadata", "finalizers");
  const conditions = valueAt(object, "status", "conditions");
  const blocking = Array.isArray(conditions)
    ? conditions.flatMap((entry) => (typeof entry === "object" && entry !== null && !Array.isArray(entry) && entry["status"] === "True" ? [stringAt(entry, "message") ?? ""] : []))
    : [];
  const parts = ["still there"];
  if (Array.isArray(finalizers) && finalizers.length > 0) parts.push(`finalizers ${finalizers.join(", ")}`);
  if (stringAt(object, "kind") === "Namespace") parts.push(...blocking.filter((message) => message !== ""));
  return parts.join("; ");
}
