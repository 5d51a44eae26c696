import { parseEndpoint, type Credentials } from "../../load/connection";
import { SITES, type LabSite } from "../../plan";
import { HistoryFile } from "../history/historyFile";
import { waitFor } from "../../process/waitFor";
import { Client } from "./client";

export interface WorkloadOptions {
  /** Of the histories. */
  readonly folder: string;
  /** Part of every key: letters, digits and "-". */
  readonly run: string;
  readonly credentials: Credentials;
  readonly url: (site: LabSite, access: "write" | "read") => string;
}

const LISTS = 10;
/** Of each region. */
const APPENDERS = 3;
const SETTERS = 2;

export const listKey = (run: string, n: number): string => `cache:faults:${run}:list:${n % LISTS}`;

/** Clients in both regions, which write and read until they are told to stop. */
export class Workload {
  private over = false;
  private readonly files: readonly HistoryFile[];
  private readonly acknowledged = new Map<LabSite, number>();
  private readonly running: Promise<unknown>;

  constructor(private readonly options: WorkloadOptions) {
    const files = SITES.map((site) => ({ site, file: new HistoryFile(options.folder, `clients-${site}`) }));
    this.files = files.map(({ file }) => file);
    this.running = Promise.all(files.flatMap(({ site, file }) => this.clientsOf(site, file)));
  }

  /** Waits until so many more writes were acknowledged to the clients of a region. */
  async writes(beside: LabSite, count: number, deadlineMs = 180_000): Promise<void> {
    const goal = this.acknowledgedTo(beside) + count;
    await waitFor(() => this.acknowledgedTo(beside) >= goal, {
      what: `${count} acknowledged writes to the clients beside ${beside}`,
      deadlineMs,
      everyMs: 20,
    });
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.running;
    for (const file of this.files) file.close();
  }

  private acknowledgedTo(beside: LabSite): number {
    return this.acknowledged.get(beside) ?? 0;
  }

  private clientsOf(beside: LabSite, file: HistoryFile): readonly Promise<void>[] {
    const { run, url, credentials } = this.options;
    const client = (name: string, access: "write" | "read" = "write"): Client =>
      new Client(
        {
          name: `${beside}-${name}`,
          beside,
          endpoint: parseEndpoint(url(beside, access)),
          credentials,
          file,
          acknowledged: () => void this.acknowledged.set(beside, this.acknowledgedTo(beside) + 1),
        },
        () => this.over,
      );
    let [values, numbers, reads] = [0, 0, 0];
    const number = (n: number): string => `cache:faults:${run}:number:${beside}:${n}`;
    return [
      ...Array.from({ length: APPENDERS }, (_, i) =>
        client(`append${i}`).run((redis, self) => self.append(redis, listKey(run, values), `${beside}-${values++}`)),
      ),
      ...Array.from({ length: SETTERS }, (_, i) =>
        client(`set${i}`).run((redis, self) => self.set(redis, number(numbers), String(numbers++))),
      ),
      client("read").run((redis, self) => {
        const n = reads++;
        return n % 2 === 0 || numbers === 0
          ? self.read(redis, listKey(run, n >> 1), "primary")
          : self.get(redis, number(Math.floor(Math.random() * numbers)));
      }),
      client("copy", "read").run((redis, self) => self.read(redis, listKey(run, reads), "copy")),
    ];
  }
}
