import { group, optional, optionalGroup, required } from "../components/catalogue/fields";
import { text } from "../components/catalogue/values";
import { stackName } from "../components/settings/kinds";
import { siteFields } from "../components/settings/site";
import { s3, s3Fields, snapshotFields, snapshotsAbout } from "../components/settings/snapshots";

const MISSING = "set it with pulumi config set --secret --path";

const snapshots = group("Snapshots", snapshotsAbout, {
  ...snapshotFields,
  s3: optionalGroup(
    group("S3", s3.about, {
      ...s3Fields,
      accessKey: required(text, { missing: MISSING, doc: "Access key of the bucket's user; a secret." }),
      secretKey: required(text, { missing: MISSING, doc: "Secret key of that user; a secret." }),
    }),
  ),
});

/** A stack's configuration: the site's settings, secrets, its cluster, and the stack that owns the passwords. */
export const stack = group(
  "Stack",
  { doc: "A stack: one site." },
  {
    ...siteFields,
    snapshots,
    kubeconfig: optional(text, {
      effect: "nothing",
      doc: "Path of the kubeconfig. Not given: as kubectl finds it.",
      example: "/etc/kube/primary.yaml",
    }),
    context: optional(text, {
      effect: "nothing",
      doc:
        "Context in the kubeconfig; a change must name the same cluster. Not given: the current one; name it, as" +
        " with the wrong current context the wrong region would be changed.",
      example: "primary",
    }),
    passwordsFrom: optional(stackName, {
      effect: "at once",
      doc:
        "Stack that owns the passwords; all sites of a cache use one owner's. Not given: this stack makes them." +
        " After a change to an owner with other passwords, clients have to be given the new ones.",
      example: "organization/dragonfly-dr/primary",
    }),
  },
);
