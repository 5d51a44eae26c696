import { SITE_ROLE, type SiteRoleObject, type SiteRoleSpec } from "../../contract/siteRole";
import { recordOf } from "../../server/records";
import type { Milliseconds, SiteName } from "../../server/types";
import { sameSpec } from "../plan/specs";
import { ApiRefusal, SpecChanged, type Reading, type SiteStore } from "./stores";
import { isNotFound, isUnknownKind, failureOf, roleObject } from "./answers";
import type { KubeApi } from "./api";

const OWNER = "fieldManager=dragonfly-dr&fieldValidation=Strict";
const NOT_INSTALLED = `the kind ${SITE_ROLE.kind} is not installed; run pulumi up of its stack`;

/** A site's role object in its cluster: the object that is named like the site. */
export class KubeSiteStore implements SiteStore {
  private readonly objects: string;

  constructor(
    readonly site: SiteName,
    private readonly namespace: string,
    private readonly api: KubeApi,
  ) {
    const { group, version, plural } = SITE_ROLE;
    this.objects = `/apis/${group}/${version}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
  }

  get address(): string {
    return this.api.address;
  }

  prepare(timeout: Milliseconds): Promise<void> {
    return this.api.prepare(timeout);
  }

  async read(timeout: Milliseconds): Promise<Reading> {
    const answer = await this.api.request({ method: "GET", path: `${this.objects}/${this.site}`, timeout });
    if (isNotFound(answer)) return { kind: "absent", clock: answer.clock };
    if (isUnknownKind(answer)) throw new ApiRefusal(this.site, NOT_INSTALLED);
    if (answer.status !== 200) throw failureOf(this.site, this.api.address, answer);
    return { kind: "present", object: roleObject(this.site, answer.body), clock: answer.clock };
  }

  async create(spec: SiteRoleSpec, timeout: Milliseconds): Promise<SiteRoleObject> {
    const labels = {
      "app.kubernetes.io/name": "dragonfly",
      "app.kubernetes.io/part-of": "dragonfly-dr",
      "dragonfly-dr.io/site": this.site,
    };
    const body = {
      apiVersion: SITE_ROLE.apiVersion,
      kind: SITE_ROLE.kind,
      metadata: { name: this.site, namespace: this.namespace, labels },
      spec,
    };
    const answer = await this.api.request({
      method: "POST",
      path: `${this.objects}?${OWNER}`,
      body,
      contentType: "application/json",
      timeout,
    });
    if (answer.status === 409) throw new SpecChanged(this.site);
    if (isUnknownKind(answer)) throw new ApiRefusal(this.site, NOT_INSTALLED);
    if (answer.status !== 201) throw failureOf(this.site, this.api.address, answer);
    return roleObject(this.site, answer.body);
  }

  /**
   * A JSON patch that tests the object's identity and its whole spec, epoch included: the API server itself applies it
   * to the
   * newest version under that version's lock. Naming the resourceVersion read here would lose against each status that
   * the
   * guard writes meanwhile, for nothing.
   */
  async swap(expected: SiteRoleObject, spec: SiteRoleSpec, timeout: Milliseconds): Promise<SiteRoleObject> {
    const body = [
      { op: "test", path: "/metadata/uid", value: expected.metadata.uid },
      { op: "test", path: "/spec", value: expected.spec },
      { op: "replace", path: "/spec", value: spec },
    ];
    const answer = await this.api.request({
      method: "PATCH",
      path: `${this.objects}/${this.site}?${OWNER}`,
      body,
      contentType: "application/json-patch+json",
      timeout,
    });
    if (answer.status === 200) return roleObject(this.site, answer.body);
    if (
      isNotFound(answer) ||
      answer.status === 409 ||
      (answer.status === 422 && !(await this.isStill(expected, timeout)))
    )
      throw new SpecChanged(this.site);
    throw failureOf(this.site, this.api.address, answer);
  }

  /**
   * Without a resourceVersion the watch begins with the object as it is, so that nothing between read and watch is
   * missed.
   */
  async watch(
    onObject: (object: SiteRoleObject | null) => void,
    onOpen: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    const line = (text: string): void => {
      const event = recordOf(JSON.parse(text));
      if (event["type"] === "ADDED" || event["type"] === "MODIFIED") onObject(roleObject(this.site, event["object"]));
      if (event["type"] === "DELETED") onObject(null);
    };
    await this.api.stream(
      `${this.objects}?watch=true&fieldSelector=metadata.name%3D${this.site}`,
      onOpen,
      line,
      signal,
    );
  }

  async missing(timeout: Milliseconds): Promise<string[]> {
    const [kind, namespace] = await Promise.all([
      this.api.request({ method: "GET", path: `/apis/${SITE_ROLE.group}/${SITE_ROLE.version}`, timeout }),
      this.api.request({ method: "GET", path: `/api/v1/namespaces/${encodeURIComponent(this.namespace)}`, timeout }),
    ]);
    const lacks: string[] = [];
    if (kind.status === 404) lacks.push(NOT_INSTALLED);
    if (namespace.status === 404)
      lacks.push(`its namespace ${this.namespace} does not exist; run pulumi up of its stack`);
    return lacks;
  }

  close(): void {
    this.api.close();
  }

  /** A patch whose test fails is answered like any invalid one, without saying so (seen on v1.36). */
  private async isStill(expected: SiteRoleObject, timeout: Milliseconds): Promise<boolean> {
    const reading = await this.read(timeout);
    return (
      reading.kind === "present" &&
      reading.object.metadata.uid === expected.metadata.uid &&
      sameSpec(reading.object.spec, expected.spec)
    );
  }
}
