import { formatBytes } from "../../server/quantity";
import type { Bytes } from "../../server/types";
import { problemIf, type Problem } from "../problems";

/** A pod whose request is over its limit is refused by Kubernetes. */
export const checkMemory = (
  path: string,
  { memoryRequest, memoryLimit }: { readonly memoryRequest: Bytes; readonly memoryLimit: Bytes },
): readonly Problem[] =>
  problemIf(memoryRequest > memoryLimit, {
    key: `${path}.memoryRequest`,
    besides: [`${path}.memoryLimit`],
    problem: `${formatBytes(memoryRequest)} is over memoryLimit (${formatBytes(memoryLimit)})`,
    remedy: "at most the limit",
  });
