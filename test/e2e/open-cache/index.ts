import * as k8s from "@pulumi/kubernetes";
import { Config } from "@pulumi/pulumi";

const provider = new k8s.Provider("cluster", {
  kubeconfig: new Config().require("kubeconfig"),
  enableServerSideApply: true,
});
const labels = { app: "open-cache" };

const namespace = new k8s.core.v1.Namespace("open-cache", { metadata: { name: "open-cache" } }, { provider });
new k8s.apps.v1.Deployment(
  "open-cache",
  {
    metadata: { name: "open-cache", namespace: namespace.metadata.name },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "server",
              image: "lab.local/redis:7.0.15",
              args: ["--protected-mode", "no"],
              ports: [{ containerPort: 6379 }],
            },
          ],
        },
      },
    },
  },
  { provider },
);
new k8s.core.v1.Service(
  "open-cache",
  {
    metadata: { name: "open-cache", namespace: namespace.metadata.name },
    spec: { selector: labels, ports: [{ port: 6379 }] },
  },
  { provider },
);
