import { Resolver } from "node:dns/promises";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Service } from "../process/service";
import { waitFor } from "../process/waitFor";
import { LAB_ZONE, renderCorefile } from "./corefile";

export interface NameServerOptions {
  /** Path of CoreDNS. */
  readonly program: string;
  readonly directory: string;
  readonly address: string;
  readonly port: number;
  /** See `entryFile`. */
  readonly cgroupEntry: string;
}

/** A question as the server was asked it; names in small letters, with their last dot. */
export interface AskedQuestion {
  readonly name: string;
  readonly type: string;
  readonly protocol: "udp" | "tcp";
}

const NAME = "names";

/**
 * A DNS server for resolvers to ask, which keeps count: CoreDNS with answers out of a template. Nothing is asked
 * outside of the machine.
 */
export class NameServer {
  /** As resolvers are told it. */
  readonly address: string;

  constructor(readonly options: NameServerOptions) {
    this.address = `${options.address}:${options.port}`;
  }

  async start(): Promise<void> {
    const { directory, program, cgroupEntry } = this.options;
    mkdirSync(directory, { recursive: true });
    const corefile = join(directory, "Corefile");
    writeFileSync(corefile, renderCorefile(this.options));
    const service = Service.start({
      name: NAME,
      command: [program, "-quiet", "-conf", corefile],
      directory,
      cgroupEntry,
    });
    await waitFor(() => this.isUp(), {
      what: "the lab's DNS server",
      deadlineMs: 120_000,
      giveUp: service.mustBeAlive,
    });
  }

  async isUp(): Promise<boolean> {
    const resolver = new Resolver({ timeout: 5_000, tries: 1 });
    resolver.setServers([this.address]);
    return (await resolver.resolve4(`up.${LAB_ZONE}`)).length > 0;
  }

  /** A place in the count, to count from. */
  mark(): number {
    return statSync(this.log).size;
  }

  /** What was asked since a mark, in order. */
  askedSince(mark: number): readonly AskedQuestion[] {
    return parseQueryLog(readFileSync(this.log).subarray(mark).toString());
  }

  private get log(): string {
    return Service.find(this.options.directory, NAME)?.log ?? join(this.options.directory, "log", `${NAME}.log`);
  }
}

/** Pure: the questions in CoreDNS' log, which holds other lines too. */
export const parseQueryLog = (log: string): AskedQuestion[] =>
  [...log.matchAll(/^\[INFO\] (\S+\.) ([A-Z0-9]+) (udp|tcp)$/gm)].map(([, name = "", type = "", protocol]) => ({
    name: name.toLowerCase(),
    type,
    protocol: protocol === "tcp" ? "tcp" : "udp",
  }));
