import type { Schema } from "./schema";
import { siteRoleSpec } from "./siteRoleSpec";
import { siteRoleStatus } from "./siteRoleStatus";

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "number";
  readonly jsonPath: string;
  readonly description?: string;
  readonly priority?: number;
}

const spec: Schema = {
  ...siteRoleSpec.schema,
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

const text: Schema = { type: "string" };

/** The whole object's schema. Its name is the site's, so that a namespace cannot hold two roles of one site. */
export const siteRoleSchema: Schema = {
  type: "object",
  required: ["spec"],
  properties: { apiVersion: text, kind: text, metadata: { type: "object" }, spec, status: siteRoleStatus.schema },
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
