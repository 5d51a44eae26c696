import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { underLoad } from "../../lab/deployment/underLoad";
import { NODE_PORTS, siteOf, type LabSite } from "../../lab/plan";
import { waitFor } from "../../lab/process/waitFor";
import { firstIdentity, LINK_SECRET, makeIdentity, renderLinkSecret, type SiteIdentity } from "../../lab/tls/linkTls";
import { world, type World } from "./support/world";

const NAMESPACE = "/api/v1/namespaces/cache";
/** Both gateways of a site must be met, and the Service chooses one of them each time. */
const CONNECTIONS = 12;
/**
 * Three renewals, each with its time for the kubelets and a look of the gateways; and some seconds before and after.
 */
const WRITER_SECONDS = 100;
/**
 * Far more than a busy machine's stalls; a certificate that one side does not take stops the writes until the next
 * renewal.
 */
const MAX_GAP_MS = 15_000;
/**
 * A pod's files that the kubelet did not renew when it looked at once are renewed when it looks by itself, a minute and
 * a half later at most.
 */
const RENEWED_MS = 300_000;

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly uid: string };
    readonly status: { readonly containerStatuses?: readonly { readonly restartCount: number }[] };
  }[];
}

describe("new certificates for the link, under a writer", () => {
  let w: World;
  let old: Readonly<Record<LabSite, SiteIdentity>>;
  let next: SiteIdentity;
  before(async () => {
    w = await world();
    await w.settled("primary");
    old = { primary: firstIdentity(w.lab.plan, "primary"), dr: firstIdentity(w.lab.plan, "dr") };
    next = await makeIdentity(w.lab.plan, "primary", "-next");
  });

  const gateways = async (site: LabSite): Promise<Pods["items"]> =>
    ((await w.get(site, `${NAMESPACE}/pods?labelSelector=app.kubernetes.io/component%3Dgateway`)) as Pods).items;

  /** Writes the Secret, and asks the kubelets to look at the pods now instead of within a minute. */
  const put = async (site: LabSite, own: SiteIdentity, peers: readonly SiteIdentity[]): Promise<void> => {
    await w.apply(site, `${NAMESPACE}/secrets/${LINK_SECRET}`, renderLinkSecret(own, peers));
    for (const { metadata } of await gateways(site)) {
      await w.apply(site, `${NAMESPACE}/pods/${metadata.name}`, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: metadata.name, namespace: "cache", annotations: { "lab/looked-at": String(Date.now()) } },
      });
    }
  };

  /**
   * The serial number that a site's link shows to a peer with this certificate; "refused" where it does not let it in.
   */
  const shown = (site: LabSite, { own }: SiteIdentity): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({
        host: siteOf(w.lab.plan, site).address,
        port: NODE_PORTS.link,
        servername: `guard.${site}.dragonfly-dr`,
        rejectUnauthorized: false,
        cert: readFileSync(own.certificate),
        key: readFileSync(own.key),
        timeout: 15_000,
      });
      const end = (word: string): void => {
        resolve(word);
        socket.destroy();
      };
      socket
        .on("error", () => end("refused"))
        .on("close", () => end("refused"))
        .on("timeout", () => end("silent"));
      // With TLS 1.3 a refusal comes after the handshake: only an answer shows that one was let in.
      socket.once("data", () => end(socket.getPeerCertificate().serialNumber));
      socket.write("GET /status HTTP/1.1\r\nHost: guard\r\nConnection: close\r\n\r\n");
    });
  const allShow = (site: LabSite, as: SiteIdentity, expected: string): Promise<unknown> =>
    waitFor(
      async () => {
        for (let i = 0; i < CONNECTIONS; i++) {
          const seen = await shown(site, as);
          if (seen !== expected) throw new Error(`${seen}, not ${expected}`);
        }
        return true;
      },
      { what: `every gateway of ${site} shows ${expected}`, deadlineMs: RENEWED_MS },
    );
  const serial = ({ own }: SiteIdentity): string => new X509Certificate(readFileSync(own.certificate)).serialNumber;

  it(
    "are used by new connections, in both directions, while writes go on over the old ones; then the old " +
      "authority goes",
    async () => {
      const before = JSON.stringify(
        [await gateways("primary"), await gateways("dr")].map((pods) =>
          pods.map(({ metadata, status }) => [metadata.uid, status.containerStatuses?.map((c) => c.restartCount)]),
        ),
      );
      // Beside dr: every write crosses the link, on connections that are opened once.
      const writer = {
        beside: "dr" as const,
        run: `renewal-${Date.now().toString(36)}`,
        writesASecond: 500,
        connections: 8,
        pipeline: 10,
      };
      const { written, report } = await underLoad(
        w.deployment,
        { writers: [writer], seconds: WRITER_SECONDS, readAt: "primary" },
        async () => {
          await allShow("primary", old.dr, serial(old.primary));
          await put("dr", old.dr, [old.primary, next]);
          await allShow("dr", next, serial(old.dr));
          await put("primary", next, [old.dr]);
          await allShow("primary", old.dr, serial(next));
          await put("dr", old.dr, [next]);
          await allShow("dr", old.primary, "refused");
          await allShow("dr", next, serial(old.dr));
        },
      );
      const errors = JSON.stringify(written[0]?.summary.errors);
      console.log(
        `      ${report.acknowledged} writes over the link, longest gap ${report.longestGap?.ms} ms, errors ${errors}`,
      );
      assert.equal(report.missing + report.wrong, 0, JSON.stringify(report));
      // That a renewal ends no connection is shown on HAProxy alone (test/components/gateway): a machine that is busy
      // enough lets the
      // gateways' checks time out, which ends sessions by itself.
      assert.ok(
        (report.longestGap?.ms ?? Infinity) < MAX_GAP_MS,
        `longest gap ${report.longestGap?.ms} ms, errors ${errors}`,
      );
      await w.settled("primary");
      assert.equal(
        JSON.stringify(
          [await gateways("primary"), await gateways("dr")].map((pods) =>
            pods.map(({ metadata, status }) => [metadata.uid, status.containerStatuses?.map((c) => c.restartCount)]),
          ),
        ),
        before,
        "no pod was replaced or restarted",
      );
    },
  );

  it("carry a switchover, and what the link carries afterwards", async () => {
    const { code, stdout, stderr } = await w.cli("switchover", "--to", "dr");
    assert.equal(code, 0, stdout + stderr);
    await w.settled("dr");
    const back = await w.cli("switchover", "--to", "primary");
    assert.equal(back.code, 0, back.stdout + back.stderr);
    await w.settled("primary");
  });
});
