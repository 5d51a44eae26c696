import type { Figure } from "../../server/figures";
import type { Passwords } from "../config";
import type { ServerStatus } from "../../contract/siteRole";
import type { ServerView } from "../observe/observation";
import type { ServerObserver } from "../observe/serverObserver";
import type { ServerProcess } from "./serverProcess";
import { ServerRun } from "./serverRun";
import type { ServerSession } from "./serverSession";

export interface ServerAccess {
  readonly processes: { find(): ServerProcess | null };
  openSession(runId: string, passwords: Passwords): ServerSession;
}

/** The run of the server that is there: met, looked at, and left when another has taken its place. */
export class CurrentServer {
  run: ServerRun | null = null;
  /** Processes that this guard has met: they are started again within their container, so no kubelet counts them. */
  runs = 0;

  constructor(
    private readonly access: ServerAccess,
    private readonly observer: ServerObserver,
    private readonly onMet: () => void,
    private readonly onLeft: () => void,
  ) {}

  async look(passwords: Passwords): Promise<{ readonly runId: string | null; readonly server: ServerView }> {
    const runId = this.foundRunId();
    if (this.run !== null && this.run.runId !== runId) {
      this.onLeft();
      this.close();
    }
    if (this.run === null && runId !== null) {
      this.runs += 1;
      this.run = new ServerRun(this.access.openSession(runId, passwords));
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
