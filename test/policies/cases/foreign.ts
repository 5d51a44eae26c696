import { manifestObjects } from "../../../cli/check/manifests/objects";
import { parseManifest } from "../../../cli/check/manifests/parse";
import { configure } from "../../../policies/configuration";
import { judge } from "../../../policies/judge";
import { Deployment } from "../../../policies/model/deployment";
import type { RawResource } from "../../../policies/model/resource";
import { rulesOf } from "../../../policies/profiles";
import { rules } from "../../../policies/rules";
import { TODAY } from "../fixtures/judging";

/** Manifests as others write them, and what is right about them. */
export interface ForeignCase {
  readonly name: string;
  /** YAML of one or more documents. */
  readonly manifests: string;
  /** Policies that must find a violation. */
  readonly says?: readonly string[];
  /** Policies that must not. */
  readonly clean?: readonly string[];
  /** Policies that must say that they could not judge, and find no violation. */
  readonly unsure?: readonly string[];
  /** How many caches there are, where that is the point. */
  readonly caches?: number;
}

/** What is wrong with the judgement of a case; nothing where it is right. */
export function faultsOf(foreign: ForeignCase): string[] {
  const deployment = Deployment.of(resourcesOf(foreign));
  const own = rulesOf("generic", rules);
  const { violations, notJudged } = judge(own, deployment, configure([{}], own).configuration, TODAY);
  const caches = deployment.stacks.reduce((sum, stack) => sum + stack.caches.length + stack.unreadCaches.length, 0);
  const said = new Set(violations.map(({ rule }) => rule.name));
  const open = new Set(notJudged.map(({ rule }) => rule.name));
  return [
    ...(foreign.says ?? []).filter((name) => !said.has(name)).map((name) => `silent on ${name}`),
    ...[...(foreign.clean ?? []), ...(foreign.unsure ?? [])]
      .filter((name) => said.has(name))
      .map((name) => `false alarm: ${violations.find(({ rule }) => rule.name === name)?.message ?? name}`),
    ...(foreign.unsure ?? []).filter((name) => !open.has(name)).map((name) => `says nothing of ${name}`),
    ...(foreign.caches !== undefined && foreign.caches !== caches ? [`${caches} caches`] : []),
  ];
}

export function resourcesOf({ name, manifests }: ForeignCase): RawResource[] {
  const parsed = parseManifest(manifests);
  if ("problem" in parsed) throw new Error(`${name}: ${parsed.problem}`);
  return manifestObjects(parsed.documents).objects.map((object) => ({ ...object, stack: "s" }));
}
