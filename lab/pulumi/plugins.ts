// The plugins of the lab: what stands in for what, and where the engine looks for it.
import { join } from "node:path";

export interface Plugin {
  /** The name of the executable; the engine knows it by this. */
  readonly executable: string;
  /** Relative to this folder. */
  readonly entry: string;
  /** Relative to PULUMI_HOME. */
  readonly directory: string;
}

export const PLUGINS: readonly Plugin[] = [
  // The engine looks for a language host beside its own executable.
  { executable: "pulumi-language-nodejs", entry: "language/main.ts", directory: "bin" },
  {
    executable: "pulumi-resource-random",
    entry: "random/main.ts",
    directory: join("plugins", "resource-random-v4.21.2"),
  },
  {
    executable: "pulumi-resource-kubernetes",
    entry: "kubernetes/main.ts",
    directory: join("plugins", "resource-kubernetes-v4.34.2"),
  },
  { executable: "pulumi-resource-tls", entry: "tls/main.ts", directory: join("plugins", "resource-tls-v5.6.1") },
  { executable: "pulumi-resource-aws", entry: "aws/main.ts", directory: join("plugins", "resource-aws-v7.48.0") },
];
