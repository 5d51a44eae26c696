/** The zone that the lab's DNS server answers from; the name is kept for tests (RFC 6761). */
export const LAB_ZONE = "lab.test";

/** What every name of the zone resolves to: an address for documentation. */
export const LAB_ADDRESS = "192.0.2.53";
/** Of answers whose names ask for nothing else. */
export const LAB_TTL_SECONDS = 300;
const NEGATIVE_TTL_SECONDS = 60;
/** More than a datagram holds: it is truncated over UDP, and has to be asked for over TCP. */
const LARGE_RECORDS = 12;
const LARGE_RECORD_BYTES = 200;

export interface CorefileOptions {
  readonly address: string;
  readonly port: number;
}

/**
 * Pure: CoreDNS' configuration. `NAME.lab.test` has one address, `NAME.ttl-SECONDS.lab.test` has it for so long,
 * `NAME.large.lab.test` has a TXT answer of over 2 kB, `NAME.absent.lab.test` and everything outside does not exist.
 * Each
 * query is logged as `name type protocol`.
 */
export function renderCorefile({ address, port }: CorefileOptions): string {
  const zone = LAB_ZONE.replaceAll(".", "\\.");
  const soa =
    `${LAB_ZONE}. ${NEGATIVE_TTL_SECONDS} IN SOA ns.${LAB_ZONE}. hostmaster.${LAB_ZONE}. 1 3600 600 86400 ` +
    `${NEGATIVE_TTL_SECONDS}`;
  const large = Array.from(
    { length: LARGE_RECORDS },
    (_, at) => `        answer "{{ .Name }} ${LAB_TTL_SECONDS} IN TXT ${String(at).padEnd(LARGE_RECORD_BYTES, "x")}"`,
  );
  return `.:${port} {
    bind ${address}
    errors
    log . "{name} {type} {proto}"
    template IN ANY ${LAB_ZONE} {
        match "^[^.]+\\.absent\\.${zone}\\.$"
        rcode NXDOMAIN
        authority "${soa}"
        fallthrough
    }
    template IN TXT ${LAB_ZONE} {
        match "^[^.]+\\.large\\.${zone}\\.$"
${large.join("\n")}
        fallthrough
    }
    template IN A ${LAB_ZONE} {
        match "^[^.]+\\.ttl-(?P<seconds>[0-9]+)\\.${zone}\\.$"
        answer "{{ .Name }} {{ .Group.seconds }} IN A ${LAB_ADDRESS}"
        fallthrough
    }
    template IN A ${LAB_ZONE} {
        answer "{{ .Name }} ${LAB_TTL_SECONDS} IN A ${LAB_ADDRESS}"
    }
    template IN ANY ${LAB_ZONE} {
        rcode NOERROR
        authority "${soa}"
    }
    template ANY ANY . {
        rcode NXDOMAIN
    }
}
`;
}
