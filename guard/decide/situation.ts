import { runIdOf, type Observation } from "../observe/observation";
import { accessOf, type ClientAccess, type GuardState } from "../remember/guardState";

/** What is decided on: what is known, what is seen, and what follows from the two. */
export interface Situation extends Observation {
  readonly state: GuardState;
  /** What may be used of the running server process; "closed" right after its start, for the ACL file closes it. */
  readonly access: ClientAccess;
}

export const situationOf = (state: GuardState, observation: Observation): Situation => ({
  ...observation,
  state,
  access: accessOf(state, runIdOf(observation.server), observation.usersHash),
});
