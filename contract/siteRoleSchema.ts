/** The part of an OpenAPI v3 schema that this definition uses; `x_kubernetes_validations` are CEL rules. */
export interface Schema {
  readonly type: "string" | "boolean" | "number" | "integer" | "object" | "array";
  readonly description?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly enum?: string[];
  readonly nullable?: boolean;
  readonly items?: Schema;
  readonly properties?: Record<string, Schema>;
  readonly required?: string[];
  readonly x_kubernetes_validations?: { readonly rule: string; readonly message: string }[];
}
type Properties = Readonly<Record<string, Schema>>;

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "number";
  readonly jsonPath: string;
  readonly description?: string;
  readonly priority?: number;
}

const text: Schema = { type: "string" };
const flag: Schema = { type: "boolean" };
const seconds: Schema = { type: "number" };
const count: Schema = { type: "integer", format: "int64", minimum: 0 };
const epoch: Schema = { type: "integer", format: "int64", minimum: 1 };
const site: Schema = { type: "string", maxLength: 32, pattern: "^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$" };
const role: Schema = { type: "string", enum: ["primary", "replica"] };
const mode: Schema = { type: "string", enum: ["initial", "handover", "forced", "resume", "restored"] };

const described = (schema: Schema, description: string): Schema => ({ ...schema, description });
const nullable = (schema: Schema): Schema => ({ ...schema, nullable: true });
const object = (properties: Properties, optional: readonly string[] = []): Schema => {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  // The API server drops an empty list: one that was sent would be a change in every preview.
  return { type: "object", properties, ...(required.length === 0 ? {} : { required }) };
};

const position = object({ replicationId: text, offset: count });

const version = object({ epoch: count, sequence: count });
const allowance = object({ runId: text, dataVersion: nullable(version) }, ["dataVersion"]);

/** SiteRoleSpec of siteRole.ts. */
const spec: Schema = {
  ...object(
    {
      site: described(site, "The site's name; never changes."),
      role: described(role, "What this site is to be."),
      epoch: described(epoch, "Never falls; a change of role needs a higher one."),
      mode: described(mode, "For a primary: how it comes to its role."),
      source: described(
        site,
        "For a replica: the site to follow. For a primary by handover: the site it takes over from.",
      ),
      handover: described(object({ to: site, epoch }), "On the primary: be ready to be replaced."),
      proof: described(position, "For a primary by handover on Redis: where the old primary's stream ended."),
      acceptPartial: described(flag, "Promote although a full sync had not finished."),
      acceptLoss: described(
        allowance,
        "Serve although a peer's data is newer, or the own is empty; for one run of the server and the data it held.",
      ),
      peerLost: described(
        allowance,
        "Serve after a start although no peer could be reached; for one run of the server and the data it held.",
      ),
      discard: described(
        { type: "array", items: object({ site, epoch: count, sequence: count }) },
        "For a forced primary: newer data at other sites that the operator gave up.",
      ),
      endServer: described(flag, "End the server's process once before acting on this epoch."),
      restore: described(
        object({ from: { ...text, maxLength: 64 } }),
        "For a restored primary: a snapshot's id, or newest.",
      ),
      snapshot: described(
        object({ id: { ...text, maxLength: 64 }, check: { ...text, maxLength: 64 } }, ["check"]),
        "Take a snapshot now, or check the one named; id is the asker's name for this request.",
      ),
    },
    [
      "mode",
      "source",
      "handover",
      "proof",
      "acceptPartial",
      "acceptLoss",
      "peerLost",
      "discard",
      "endServer",
      "restore",
      "snapshot",
    ],
  ),
  // A stale command, or an object restored from a backup, must not move a role back: the API server itself refuses it.
  x_kubernetes_validations: [
    { rule: "self.site == oldSelf.site", message: "site never changes" },
    { rule: "self.epoch >= oldSelf.epoch", message: "epoch never falls" },
    {
      rule: "self.role == oldSelf.role || self.epoch > oldSelf.epoch",
      message: "a change of role needs a higher epoch",
    },
    { rule: "self.role != 'primary' || has(self.mode)", message: "a primary needs a mode" },
    {
      rule: "self.role != 'primary' || self.mode != 'restored' || has(self.restore)",
      message: "a restored primary needs a snapshot",
    },
    { rule: "self.role != 'replica' || has(self.source)", message: "a replica needs a source" },
    { rule: "!has(self.source) || self.source != self.site", message: "a site is not its own source" },
    { rule: "!has(self.handover) || self.handover.to != self.site", message: "a site does not hand over to itself" },
  ],
};

const phases = [
  "Starting",
  "Holding",
  "Serving",
  "Preparing",
  "Prepared",
  "Promoting",
  "Refused",
  "Syncing",
  "Following",
  "Fenced",
];

/**
 * Of what a guard reports nothing is required: one of another version may know less, and a merge patch drops what is
 * null.
 */
const report = (properties: Properties): Schema => object(properties, Object.keys(properties));
const reportedPosition = report({ replicationId: text, offset: count });
const reportedVersion = report({ epoch: count, sequence: count });

const drill = nullable(
  report({
    version: count,
    site,
    snapshot: nullable(text),
    time: text,
    outcome: text,
    problems: { type: "array", items: text },
    bytes: count,
    keys: count,
    sampled: count,
    seconds,
  }),
);

/** SnapshotsReport of snapshotsReport.ts. */
const snapshots: Schema = report({
  site,
  state: text,
  reason: text,
  busy: flag,
  newest: nullable(report({ id: text, site, time: text, bytes: count, seconds })),
  count: nullable(count),
  next: nullable(text),
  request: nullable(report({ id: text, state: text, snapshot: nullable(text), reason: text })),
  restore: nullable(
    report({ epoch: count, from: text, id: nullable(text), state: text, reason: text, bytes: count, seconds }),
  ),
  drill,
  proven: drill,
});

/** SiteRoleStatus of siteRole.ts. */
const status: Schema = report({
  site,
  observedGeneration: count,
  phase: { type: "string", enum: phases },
  reason: text,
  role: nullable({ type: "string" }),
  epoch: count,
  serving: flag,
  dataVersion: nullable(reportedVersion),
  server: nullable(
    report({ engine: text, version: text, runId: text, threads: count, usedMemoryBytes: count, maxMemoryBytes: count }),
  ),
  replication: nullable(
    report({
      source: nullable(text),
      linkUp: flag,
      syncInProgress: flag,
      inSync: flag,
      lagSeconds: nullable(seconds),
      position: nullable(reportedPosition),
    }),
  ),
  peers: {
    type: "array",
    items: report({
      site,
      reachable: flag,
      lastContactSeconds: nullable(seconds),
      role: nullable({ type: "string" }),
      epoch: nullable(count),
      serving: flag,
      dataVersion: nullable(reportedVersion),
      lagSeconds: nullable(seconds),
    }),
  },
  handover: report({ epoch: count, position: nullable(reportedPosition) }),
  refusal: report({ epoch: count, reason: text, outcome: { type: "string", enum: ["refused", "unknown"] } }),
  promotion: report({
    epoch: count,
    mode,
    dataVersion: nullable(reportedVersion),
    commandsSeen: nullable(count),
    lagSeconds: nullable(seconds),
    partial: flag,
  }),
  divergence: report({ epoch: count, writesUpperBound: nullable(count), dump: nullable(text) }),
  highestClaim: nullable(report({ epoch: count, site: text, role: text })),
  stoppedServingAt: nullable(text),
  snapshots,
  updatedAt: { type: "string", format: "date-time" },
});

/** The whole object's schema. Its name is the site's, so that a namespace cannot hold two roles of one site. */
export const siteRoleSchema: Schema = {
  type: "object",
  required: ["spec"],
  properties: { apiVersion: text, kind: text, metadata: { type: "object" }, spec, status },
  x_kubernetes_validations: [
    { rule: "self.metadata.name == self.spec.site", message: "the object is named like its site" },
  ],
};

/** What `kubectl get siteroles` shows. */
export const siteRoleColumns: readonly Column[] = [
  { name: "Role", type: "string", jsonPath: ".spec.role" },
  { name: "Epoch", type: "integer", jsonPath: ".spec.epoch" },
  { name: "Phase", type: "string", jsonPath: ".status.phase" },
  { name: "Serving", type: "boolean", jsonPath: ".status.serving" },
  {
    name: "Lag",
    type: "number",
    jsonPath: ".status.replication.lagSeconds",
    description: "Seconds that this copy is behind.",
  },
  { name: "Reason", type: "string", jsonPath: ".status.reason", priority: 1 },
];
