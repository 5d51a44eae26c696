import type { Manifest, ManifestFile } from "../manifest";
import { snapshotErrorOf } from "../snapshotError";
import { usableCopy } from "./guardView";
import { nameOf, prepare, type Draft, type Hands, type UsableCopy } from "./prepare";
import { send } from "./send";

/**
 * Takes snapshots, one after the other. A dump that could not be sent stays until it is, or until there is a newer one:
 * trying
 * again costs the server nothing, however long the store is away.
 */
export class Taker {
  private unsent: { readonly draft: Draft; readonly sent: Map<string, ManifestFile> } | null = null;

  constructor(private readonly hands: Hands) {}

  /**
   * @param effort - `again`: after one that failed; its dump is sent if it is still what a new one would be.
   * @throws SnapshotError; then there is no new snapshot, and what was uploaded is removed by pruning.
   */
  async take(effort: "anew" | "again"): Promise<Manifest> {
    const { store, now } = this.hands;
    try {
      const copy = await usableCopy(this.hands.ask);
      const begun = now();
      if (effort === "anew" || !this.isCurrent(copy)) {
        // Known before the server is made to dump: a store that is away costs nothing then.
        await store.list(nameOf(this.hands, copy, begun).folder);
        this.drop();
        this.unsent = { draft: await prepare(this.hands, copy, begun), sent: new Map() };
      }
      const { unsent } = this;
      if (unsent === null) throw new Error("nothing was prepared");
      const manifest = await send(store, unsent.draft, unsent.sent, now);
      this.drop();
      return manifest;
    } catch (error) {
      throw snapshotErrorOf(error, "taking a snapshot");
    }
  }

  /** The dump on the volume that waits to be sent again; null where there is none. */
  get waiting(): string | null {
    return this.unsent?.draft.id ?? null;
  }

  /** Gives up what waits to be sent: its room is wanted, or its data is about to be replaced. */
  drop(): void {
    if (this.unsent !== null) this.hands.dumper.release(this.unsent.draft.dump);
    this.unsent = null;
  }

  private isCurrent(copy: UsableCopy): boolean {
    const draft = this.unsent?.draft;
    return (
      draft !== undefined &&
      draft.runId === copy.runId &&
      draft.manifest.epoch === copy.dataVersion.epoch &&
      this.hands.dumper.isNewest(draft.dump)
    );
  }
}
