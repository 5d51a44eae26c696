import type { Action, Decision } from "../../../guard/decide/action";
import type { Observation } from "../../../guard/observe/observation";
import type { GuardState } from "../../../guard/remember/guardState";
import { REAL_RULES, type Rules } from "../guard/turn";

/** The guard's rules with one of them taken out. */
export interface Mutant {
  readonly rule: string;
  /** What it does wrong. */
  readonly fault: string;
  readonly rules: Rules;
  /** Parts of configurations' names: where it is looked for first. */
  readonly where: readonly string[];
}

/** What is decided on is changed: something that is known or seen is not taken into account. */
export const blind = (
  change: (state: GuardState, o: Observation) => { readonly state?: GuardState; readonly o?: Observation },
): Rules => ({
  ...REAL_RULES,
  decide: (state, o, storage) => {
    const changed = change(state, o);
    return REAL_RULES.decide(changed.state ?? state, changed.o ?? o, storage);
  },
});

/** What is decided is changed. */
export const disobedient = (change: (decision: Decision, state: GuardState, o: Observation) => Decision): Rules => ({
  ...REAL_RULES,
  decide: (state, o, storage) => change(REAL_RULES.decide(state, o, storage), state, o),
});

/** Actions are left out. */
export const without = (leftOut: (action: Action, decision: Decision) => boolean): Rules =>
  disobedient((decision) => ({ ...decision, actions: decision.actions.filter((a) => !leftOut(a, decision)) }));

/** What is remembered is changed. */
export const forgetful = (change: (after: GuardState, before: GuardState, o: Observation) => GuardState): Rules => ({
  ...REAL_RULES,
  remember: (state, o) => change(REAL_RULES.remember(state, o), state, o),
});

export const runOf = ({ server }: Observation): string => (server.kind === "absent" ? "" : server.runId);

/** The observation with another server, where there is one that answers. */
export function withServer(
  o: Observation,
  change: (
    server: Extract<Observation["server"], { readonly kind: "answering" }>,
  ) => Partial<Extract<Observation["server"], { readonly kind: "answering" }>>,
): Observation {
  const { server } = o;
  return server.kind === "answering" ? { ...o, server: { ...server, ...change(server) } } : o;
}

type Spec = Extract<Observation["role"], { readonly kind: "present" }>["spec"];

/** The observation with another spec. */
export function withSpec(o: Observation, change: (spec: Spec) => Spec): Observation {
  const { role } = o;
  return role.kind === "present" ? { ...o, role: { ...role, spec: change(role.spec) } } : o;
}
