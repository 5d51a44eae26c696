import type { Agent } from "node:http";
import type { SecureContextOptions } from "node:tls";

/** How to reach one API server: address, TLS and credentials. */
export interface ApiAccess {
  readonly server: URL;
  readonly tls: Pick<SecureContextOptions, "ca" | "cert" | "key"> & {
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
  readonly headers: Readonly<Record<string, string>>;
  /** Given where connections need a proxy. */
  readonly agent: Agent | null;
}
