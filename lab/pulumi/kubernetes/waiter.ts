// Waits until an object is ready, or gone.
import type { JsonObject } from "../plugin/propertyValues";
import { diagnose } from "./diagnosis";
import { objectsAt, stringAt, valueAt } from "./json";
import type { ObjectReference, Objects } from "./objects";
import { type Judgement, READY, waiting } from "./readiness/judgement";
import type { ReadinessRule } from "./readiness/rules";
import { Wait, type WaitOptions, type WatchedList } from "./wait";

export interface Awaited {
  /** As last seen; undefined when it is not there. */
  readonly object: JsonObject | undefined;
  /** Why it is not as it should be; empty when it is. */
  readonly problems: readonly string[];
}

export class Waiter {
  constructor(readonly objects: Objects) {}

  async untilReady(
    reference: ObjectReference,
    object: JsonObject,
    rule: ReadinessRule,
    options: WaitOptions,
  ): Promise<Awaited> {
    const related = rule.related?.(object);
    const lists = [await this.#listOf(reference), ...(related === undefined ? [] : [related])];
    const judge = ([own, others]: readonly (readonly JsonObject[])[]): Judgement => {
      const found = own?.[0];
      return found === undefined
        ? waiting("the object is gone: something has deleted it")
        : rule.judge(found, others ?? []);
    };
    const { seen, problems } = await new Wait(lists, judge, options).run(this.objects.cluster);
    const last = seen[0]?.[0];
    // What cannot be found out must not hide the time-out.
    const details =
      problems.length === 0
        ? []
        : await diagnose(this.objects.cluster, last ?? object, rule.pods?.(object)).catch(() => []);
    return { object: last, problems: [...problems, ...details] };
  }

  /** An object of the same name with another uid is another object: somebody has made it anew. */
  async untilGone(reference: ObjectReference, object: JsonObject, options: WaitOptions): Promise<Awaited> {
    const uid = stringAt(object, "metadata", "uid");
    const judge = ([own]: readonly (readonly JsonObject[])[]): Judgement => {
      const found = own?.[0];
      const isAnother = found !== undefined && uid !== undefined && stringAt(found, "metadata", "uid") !== uid;
      return found === undefined || isAnother ? READY : waiting(describeRemains(found));
    };
    const { seen, problems } = await new Wait([await this.#listOf(reference)], judge, options).run(
      this.objects.cluster,
    );
    return { object: seen[0]?.[0], problems };
  }

  async #listOf(reference: ObjectReference): Promise<WatchedList> {
    return {
      path: await this.objects.collectionPath(reference.kind, reference.namespace),
      fieldSelector: `metadata.name=${reference.name}`,
    };
  }
}

/** What still holds a deleted object: its finalizers, and what a namespace says is left in it. */
function describeRemains(object: JsonObject): string {
  const finalizers = valueAt(object, "metadata", "finalizers");
  const held = Array.isArray(finalizers) && finalizers.length > 0 ? [`finalizers ${finalizers.join(", ")}`] : [];
  const contents = objectsAt(object, "status", "conditions").filter(
    ({ status, type }) => status === "True" && String(type).startsWith("Namespace"),
  );
  return ["still there", ...held, ...contents.map((entry) => stringAt(entry, "message") ?? "")].join("; ");
}
