import { createInterface } from "node:readline/promises";
import { systemClock } from "../clock";
import { FolderJournal } from "../journal";
import { KubeApi } from "../kube/api";
import { KubeDrillStore } from "../kube/drillStore";
import { KubeLeaseStore } from "../kube/leaseStore";
import { KubeSiteStore } from "../kube/siteStore";
import { PlainProgress, TerminalProgress } from "../output/progress";
import { saveReceipt } from "../output/receiptFiles";
import { hasEnded, holderName } from "./holder";
import type { SiteEntry } from "../sites/entry";
import type { CommandContext } from "./context";

/** The world as it is: clusters, clock, terminal, and files in `stateFolder`. */
export function systemContext(sites: readonly SiteEntry[], stateFolder: string, signal: AbortSignal): CommandContext {
  return {
    sites,
    folders: { cwd: process.cwd(), state: stateFolder },
    clock: systemClock,
    journal: new FolderJournal(stateFolder),
    progress: process.stderr.isTTY
      ? new TerminalProgress(process.stderr, process.stderr.columns)
      : new PlainProgress(process.stderr),
    signal,
    holder: holderName(),
    hasEnded,
    connect: ({ site, namespace, kubeconfig, context }) => {
      const api = new KubeApi(site, { kubeconfig, context });
      return {
        store: new KubeSiteStore(site, namespace, api),
        lease: new KubeLeaseStore(site, namespace, api),
        drills: new KubeDrillStore(site, namespace, api),
      };
    },
    print: (text) => process.stdout.write(text),
    ask: process.stdin.isTTY && process.stderr.isTTY ? (question) => ask(question, signal) : null,
    saveReceipt: (receipt) => saveReceipt(stateFolder, receipt),
  };
}

/** @returns the answer as typed; empty when the operator interrupts. */
async function ask(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question, { signal });
  } catch (error) {
    if (signal.aborted) return "";
    throw error;
  } finally {
    terminal.close();
  }
}
