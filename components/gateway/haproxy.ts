import { renderClients } from "./clientsProcess";
import { renderLink } from "./linkProcess";
import { renewalScript } from "./renewal";
import { sessionsScript } from "./sessions";
import { FILES } from "./files";
import type { HaproxyConfig } from "./haproxyConfig";

/**
 * What the gateway's two processes run on, by file name. One HAProxy carries the clients. The other one carries what
 * the sites need among themselves, the guards' talk and the replication stream: however many clients come back at once,
 * and however long their TLS handshakes take, they do not stand in its way.
 */
export const gatewayFiles = (config: HaproxyConfig): Readonly<Record<string, string>> => ({
  [FILES.clients]: renderClients(config),
  [FILES.sessions]: sessionsScript(config),
  ...(config.peers.length === 0
    ? {}
    : {
        [FILES.link]: renderLink(config),
        [FILES.clientsRenewal]: renewalScript(config.site, "clients"),
        [FILES.linkRenewal]: renewalScript(config.site, "link"),
      }),
});
