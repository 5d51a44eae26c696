/** What a change of a setting does to a running cache; Pulumi.yaml and docs/configuration.md print the texts. */
export const effects = {
  nothing: "nothing that runs notices",
  "at once": "the guard or Kubernetes applies it within a minute; nothing restarts",
  rolls: "the gateway's pods are replaced one by one: connections break once, no data is touched",
  "rolls the resolver": "the resolver's pods are replaced one by one; the cache is not touched",
  "replace the pod": '"pulumi up" only writes it down until the server\'s pod is replaced: docs/runbook.md, Changes',
  fixed: "it cannot change once the object exists",
  data: "the data of this site is lost or left behind",
} as const;

export type Effect = keyof typeof effects;
