import type { Engine, Epoch, Milliseconds } from "../../server/types";
import { parseReplication } from "../../server/replication";
import type { TakeoverView } from "../observe/observation";
import type { PeerWatch } from "../observe/peerWatch";
import type { missingProof } from "../decide/proof";
import type { GuardReport } from "../../contract/guardReport";
import { within, type ServerSession } from "../server/serverSession";
import type { ReplicationPosition } from "../../contract/siteRole";

/** What the old Dragonfly may take to drain; it goes back to serving when it did not. */
const TAKEOVER_SECONDS = 5;
/** Seen to answer 10 s after its own limit when the primary is frozen. */
const TAKEOVER_LIMIT_MS = 20_000 as Milliseconds;
const PROOF_LIMIT_MS = 5_000;
const PROOF_STEP_MS = 10;

type Outcome = Extract<TakeoverView, { kind: "succeeded" | "failed" }>;

/** Makes a replica the primary by handover, with proof that it has every acknowledged write. Never throws. */
export async function takeOver(
  engine: Engine,
  session: ServerSession,
  from: PeerWatch,
  epoch: Epoch,
  proof: ReplicationPosition | null,
  prove: typeof missingProof,
): Promise<Outcome> {
  const failed = (reason: string, outcome: "refused" | "unknown" = "refused"): Outcome => ({
    kind: "failed",
    epoch,
    outcome,
    reason,
  });
  if (engine === "dragonfly") return takeOverDragonfly(session, epoch, failed);
  if (proof === null) return failed("no proof was given");
  return takeOverRedis(session, from, epoch, proof, prove, failed);
}

async function takeOverDragonfly(
  session: ServerSession,
  epoch: Epoch,
  failed: (reason: string, outcome?: "refused" | "unknown") => Outcome,
): Promise<Outcome> {
  const begun = performance.now();
  try {
    await within(session.slow("REPLTAKEOVER", String(TAKEOVER_SECONDS)), TAKEOVER_LIMIT_MS, "no answer");
    return { kind: "succeeded", epoch };
  } catch (error) {
    const reason = `REPLTAKEOVER: ${(error as Error).message.slice(0, 200)}`;
    // Refused at once, before anything was asked of the primary; later answers leave open what a frozen primary will
    // do.
    const atOnce = performance.now() - begun < 1_000 && /full sync|not.*replica|stable|syntax|timeout is/i.test(reason);
    return failed(reason, atOnce ? "refused" : "unknown");
  }
}

async function takeOverRedis(
  session: ServerSession,
  from: PeerWatch,
  epoch: Epoch,
  proof: ReplicationPosition,
  prove: typeof missingProof,
  failed: (reason: string) => Outcome,
): Promise<Outcome> {
  try {
    const until = performance.now() + PROOF_LIMIT_MS;
    const answer = await askUntil(from, until);
    for (;;) {
      const missing = prove(
        epoch,
        proof,
        { handover: answer.handover ?? null, serving: answer.serving, remainingMs: answer.handoverRemainingMs },
        await positionOf(session),
      );
      if (missing === null) break;
      if (!missing.wait || performance.now() > until) return failed(missing.reason);
      await new Promise((resolve) => setTimeout(resolve, PROOF_STEP_MS));
    }
    await session.steer("REPLICAOF", "NO", "ONE");
    return { kind: "succeeded", epoch };
  } catch (error) {
    return failed(`the proof of the handover could not be had: ${(error as Error).message.slice(0, 200)}`);
  }
}

/** One lost packet must not cost the handover: asked again until the proof's time is over. */
async function askUntil(peer: PeerWatch, until: number): Promise<GuardReport> {
  for (;;) {
    try {
      return await peer.askNow();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, PROOF_STEP_MS));
    }
  }
}

async function positionOf(session: ServerSession): Promise<ReplicationPosition | null> {
  const [text] = await session.observe([["INFO", "replication"]]);
  const { offset, replicationId } = parseReplication(String(text), "redis");
  return offset === null || replicationId === null ? null : { replicationId, offset };
}
