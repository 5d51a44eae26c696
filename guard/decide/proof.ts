import type { ReplicationPosition } from "../../contract/siteRole";

/** What the old primary's guard says of itself while it hands over. */
export interface HandoverAnswer {
  readonly epoch: number;
  readonly position: ReplicationPosition | null;
}

/**
 * Whether a Redis replica at `own` holds every write that its closed primary acknowledged: the same stream, at least as
 * far.
 * `promised` is what the role object says, `answer` what the old primary's guard says now: it may have gone on since.
 * @returns null when proven; otherwise what is missing. `wait`: the rest may still arrive.
 */
export function missingProof(
  epoch: number,
  promised: ReplicationPosition,
  answer: { readonly handover: HandoverAnswer | null; readonly serving: boolean; readonly remainingMs: number },
  own: ReplicationPosition | null,
): { readonly reason: string; readonly wait: boolean } | null {
  const { handover } = answer;
  if (answer.serving || handover === null || handover.epoch !== epoch || handover.position === null) {
    return { reason: "the old primary is not closed for this handover any more", wait: false };
  }
  // Its word that it is closed is no proof once it may take the handover back (rule 4).
  if (answer.remainingMs <= 0)
    return { reason: "the old primary has waited too long for this handover and may go on", wait: false };
  const { position } = handover;
  if (position.replicationId !== promised.replicationId || position.offset !== promised.offset) {
    return { reason: "the old primary closed at another place than the role object says", wait: false };
  }
  if (own === null) return { reason: "this copy does not say where it is", wait: true };
  if (own.replicationId !== position.replicationId)
    return { reason: "this copy follows another replication id than the old primary's", wait: false };
  if (own.offset < position.offset)
    return { reason: `this copy is ${position.offset - own.offset} bytes behind the old primary's end`, wait: true };
  return null;
}
