import type { Figure } from "../../server/figures";
import type { Passwords } from "../config";
import type { ServerStatus } from "../../contract/siteRole";
import type { ServerView } from "../observe/observation";
import type { ServerObserver } from "../observe/serverObserver";
import type { ServerProcess } from "./serverProcess";
import { ServerRun } from "./serverRun";
import type { ServerSession } from "./serverSession";

/** The ones in use and those before them. */
const MOST_PASSWORDS = 4;

export interface ServerAccess {
  readonly processes: { find(): ServerProcess | null };
  /** @param passwords - the newest first: a server knows those that it was started with. */
  openSession(runId: string, passwords: readonly Passwords[]): ServerSession;
}

/** The run of the server that is there: met, looked at, and left when another has taken its place. */
export class CurrentServer {
  run: ServerRun | null = null;
  /** Processes that this guard has met: they are started again within their container, so no kubelet counts them. */
  runs = 0;
  private passwords: readonly Passwords[] = [];

  constructor(
    private readonly access: ServerAccess,
    private readonly observer: ServerObserver,
    private readonly onMet: () => void,
    private readonly onLeft: () => void,
  ) {}

  async look(passwords: Passwords): Promise<{ readonly runId: string | null; readonly server: ServerView }> {
    if (this.passwords[0] !== passwords) this.passwords = [passwords, ...this.passwords].slice(0, MOST_PASSWORDS);
    const runId = this.foundRunId();
    if (this.run !== null && this.run.runId !== runId) {
      this.onLeft();
      this.close();
    }
    if (this.run === null && runId !== null) {
      this.runs += 1;
      this.run = new ServerRun(this.access.openSession(runId, this.passwords));
      this.onMet();
    }
    return { runId, server: await this.observer.look(this.run?.session ?? null, runId) };
  }

  get figures(): readonly Figure[] {
    return this.observer.figures;
  }

  get status(): ServerStatus | null {
    return this.observer.status;
  }

  foundRunId(): string | null {
    return this.access.processes.find()?.runId ?? null;
  }

  close(): void {
    this.run?.session.close();
    this.run = null;
  }
}
