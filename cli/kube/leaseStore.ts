import { recordOf } from "../../server/records";
import type { Milliseconds, SiteName } from "../../server/types";
import type { LeaseReading, LeaseStore } from "./stores";
import type { LeaseRecord } from "../plan/lease";
import { SpecChanged } from "./stores";
import { isNotFound, failureOf } from "./answers";
import type { KubeApi } from "./api";

const NAME = "dragonfly-dr-command";

/** The Lease `dragonfly-dr-command` beside a site's role object. */
export class KubeLeaseStore implements LeaseStore {
  private readonly leases: string;

  constructor(
    readonly site: SiteName,
    private readonly namespace: string,
    private readonly api: KubeApi,
  ) {
    this.leases = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
  }

  async read(timeout: Milliseconds): Promise<LeaseReading> {
    const answer = await this.api.request({ method: "GET", path: `${this.leases}/${NAME}`, timeout });
    if (isNotFound(answer)) return { record: null, version: null, clock: answer.clock };
    if (answer.status !== 200) throw failureOf(this.site, this.api.address, answer);
    const { metadata, spec } = recordOf(answer.body);
    const { holderIdentity, renewTime, leaseDurationSeconds } = recordOf(spec);
    const record: LeaseRecord = {
      holder: typeof holderIdentity === "string" && holderIdentity !== "" ? holderIdentity : null,
      renewed: typeof renewTime === "string" ? Date.parse(renewTime) || 0 : 0,
      seconds: typeof leaseDurationSeconds === "number" ? leaseDurationSeconds : 0,
    };
    return { record, version: versionOf(metadata), clock: answer.clock };
  }

  async write(record: LeaseRecord, version: string | null, timeout: Milliseconds): Promise<string> {
    // MicroTime: the API server takes exactly six decimals.
    const renewTime = new Date(record.renewed).toISOString().replace("Z", "000Z");
    const spec = {
      ...(record.holder === null ? {} : { holderIdentity: record.holder }),
      leaseDurationSeconds: record.seconds,
      renewTime,
    };
    const metadata = {
      name: NAME,
      namespace: this.namespace,
      ...(version === null ? {} : { resourceVersion: version }),
    };
    const body = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec };
    const answer = await this.api.request({
      method: version === null ? "POST" : "PUT",
      path: version === null ? this.leases : `${this.leases}/${NAME}`,
      body,
      contentType: "application/json",
      timeout,
    });
    if (answer.status === 409) throw new SpecChanged(this.site);
    if (answer.status !== 200 && answer.status !== 201) throw failureOf(this.site, this.api.address, answer);
    return versionOf(recordOf(answer.body)["metadata"]) ?? "";
  }
}

function versionOf(metadata: unknown): string | null {
  const { resourceVersion } = recordOf(metadata);
  return typeof resourceVersion === "string" ? resourceVersion : null;
}
