import { PolicyPack, type PolicyPackConfig } from "@pulumi/policy";
import { stackPolicies } from "./adapt";
import { rules } from "./rules";
import { shippedConfiguration } from "./shipped";

const today = (): string => new Date().toISOString().slice(0, 10);

// The engine gives one stack at a time: what two must agree on, dragonfly-dr check judges.
const policies = stackPolicies(
  rules.filter((rule) => rule.family !== "dr"),
  today,
);
const shipped = Object.fromEntries(
  Object.entries(shippedConfiguration).filter(([name]) => policies.some((policy) => policy.name === name)),
);

new PolicyPack(
  "dragonfly-dr",
  {
    policies,
    displayName: "Dragonfly, Redis and Valkey on Kubernetes",
    description: "ACL users, computed reachability, the server, its storage: judged before anything is deployed.",
    provider: "kubernetes",
    tags: ["dragonfly", "redis", "valkey", "kubernetes", "security"],
  },
  shipped as PolicyPackConfig,
);
