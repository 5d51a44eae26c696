import assert from "node:assert/strict";
import {
  judgeCustomResourceDefinition,
  judgeNamespace,
  waitForJudge,
} from "../../../../../lab/pulumi/kubernetes/readiness/conditions";
import { judgeDeployment } from "../../../../../lab/pulumi/kubernetes/readiness/deployment";
import { judgeJob } from "../../../../../lab/pulumi/kubernetes/readiness/job";
import { type Judgement, READY } from "../../../../../lab/pulumi/kubernetes/readiness/judgement";
import { judgePersistentVolumeClaim } from "../../../../../lab/pulumi/kubernetes/readiness/persistentVolumeClaim";
import { judgePod } from "../../../../../lab/pulumi/kubernetes/readiness/pod";
import { readinessRule } from "../../../../../lab/pulumi/kubernetes/readiness/rules";
import { judgeService } from "../../../../../lab/pulumi/kubernetes/readiness/service";
import { judgeStatefulSet } from "../../../../../lab/pulumi/kubernetes/readiness/statefulSet";
import type { JsonObject } from "../../../../../lab/pulumi/plugin/propertyValues";

const waits = (reason: string): Judgement => ({ state: "waiting", reason });
const observed = { observedGeneration: 2 };
const metadata = { name: "dragonfly", namespace: "cache", generation: 2 };

describe("a Deployment", () => {
  const judge = (status: JsonObject, spec: JsonObject = { replicas: 2 }): Judgement =>
    judgeDeployment({ metadata, spec, status });

  it("is ready when all replicas are new and available", () => {
    assert.deepEqual(judge({ ...observed, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }), READY);
    assert.deepEqual(judge(observed, { replicas: 0 }), READY);
  });

  it("waits for the controller, for new replicas, and for old ones to go", () => {
    const done = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
    assert.deepEqual(
      judge({ observedGeneration: 1, ...done }),
      waits("the deployment controller has not seen the change yet"),
    );
    assert.deepEqual(
      judge({ ...observed, ...done, updatedReplicas: 1 }),
      waits("1 of 2 replicas updated, 2 available"),
    );
    assert.equal(judge({ ...observed, ...done, replicas: 3 }).state, "waiting");
  });

  it("says what its controller complains of", () => {
    const conditions = [
      { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "no progress" },
    ];
    assert.deepEqual(
      judge({ ...observed, conditions }),
      waits("0 of 2 replicas updated, 0 available: [ProgressDeadlineExceeded] no progress"),
    );
  });
});

describe("a StatefulSet", () => {
  const judge = (spec: JsonObject, status: JsonObject): Judgement =>
    judgeStatefulSet({ metadata, spec, status: { ...observed, ...status } });
  const ready = { replicas: 1, readyReplicas: 1 };
  const oldRevision = { ...ready, currentRevision: "a", updateRevision: "b" };

  it("is ready when every replica is ready and of the newest revision", () => {
    assert.deepEqual(judge({ replicas: 1 }, { ...ready, currentRevision: "a", updateRevision: "a" }), READY);
    assert.deepEqual(judge({ replicas: 1 }, { replicas: 1 }), waits("0 of 1 replicas ready"));
    assert.deepEqual(judge({ replicas: 1 }, oldRevision), waits("0 of 1 replicas run the newest revision"));
  });

  it("with OnDelete is ready on the old revision", () => {
    assert.deepEqual(judge({ replicas: 1, updateStrategy: { type: "OnDelete" } }, oldRevision), READY);
    assert.equal(judge({ replicas: 1, updateStrategy: { type: "OnDelete" } }, { replicas: 1 }).state, "waiting");
  });

  it("with a partition is ready when the pods beyond it are updated", () => {
    const spec = { replicas: 3, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } };
    const status = { replicas: 3, readyReplicas: 3, currentRevision: "a", updateRevision: "b" };
    assert.deepEqual(judge(spec, { ...status, updatedReplicas: 1 }), READY);
    assert.equal(judge(spec, status).state, "waiting");
  });
});

describe("a Service", () => {
  const service = (spec: JsonObject, status: JsonObject = {}): JsonObject => ({
    metadata,
    spec: { selector: { app: "x" }, clusterIP: "10.0.0.1", ...spec },
    status,
  });
  const slice = (...ready: boolean[]): JsonObject => ({
    endpoints: ready.map((value) => ({ conditions: { ready: value } })),
  });

  it("is ready when every selected pod is", () => {
    assert.deepEqual(judgeService(service({}), [slice(true), slice(true)]), READY);
    assert.deepEqual(judgeService(service({}), [slice(true, false)]), waits("1 of 2 selected pods are not ready"));
  });

  it("does not wait for a pod that is going away", () => {
    const leaving = {
      endpoints: [{ conditions: { ready: false, terminating: true } }, { conditions: { ready: true } }],
    };
    assert.deepEqual(judgeService(service({}), [leaving]), READY);
  });

  it("without pods settles, as with the official provider", () => {
    assert.deepEqual(judgeService(service({}), []), {
      state: "settling",
      seconds: 10,
      reason: "the Service selects no pod yet",
    });
  });

  it("is not waited for when headless, without a selector, or an external name", () => {
    for (const spec of [{ clusterIP: "None" }, { selector: {} }, { type: "ExternalName" }]) {
      assert.deepEqual(judgeService(service(spec), [slice(false)]), READY);
    }
  });

  it("of type LoadBalancer waits for its address", () => {
    const spec = { type: "LoadBalancer" };
    assert.deepEqual(judgeService(service(spec), [slice(true)]), waits("no address for the load balancer yet"));
    assert.deepEqual(
      judgeService(service(spec, { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } }), [slice(true)]),
      READY,
    );
  });
});

describe("a Pod", () => {
  it("is ready by its condition, or when done", () => {
    assert.deepEqual(
      judgePod({ status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } }),
      READY,
    );
    assert.deepEqual(judgePod({ status: { phase: "Succeeded" } }), READY);
  });

  it("says what keeps it", () => {
    const containerStatuses = [
      { name: "server", state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } },
    ];
    assert.deepEqual(
      judgePod({ status: { phase: "Pending", containerStatuses } }),
      waits("container server: [ImagePullBackOff] no such image"),
    );
    const terminated = [{ name: "server", state: { terminated: { reason: "OOMKilled" } } }];
    const dead = judgePod({ status: { phase: "Failed", containerStatuses: terminated } });
    assert.deepEqual(dead, { state: "failed", reason: "the pod failed: container server: [OOMKilled]" });
  });
});

describe("a Job", () => {
  const job = (status: JsonObject, spec: JsonObject = {}): JsonObject => ({ spec, status });

  it("is ready when complete or suspended, and fails for good", () => {
    assert.deepEqual(judgeJob(job({ conditions: [{ type: "Complete", status: "True" }] })), READY);
    assert.deepEqual(judgeJob(job({}, { suspend: true })), READY);
    const dead = judgeJob(job({ conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] }));
    assert.deepEqual(dead, { state: "failed", reason: "the job failed: [BackoffLimitExceeded]" });
    assert.deepEqual(judgeJob(job({ failed: 1 })), waits("0 of 1 completions, 1 failed pods"));
  });
});

describe("a PersistentVolumeClaim", () => {
  const claim = (phase: string): JsonObject => ({ spec: { storageClassName: "local" }, status: { phase } });
  const storageClass = (volumeBindingMode: string): JsonObject => ({ metadata: { name: "local" }, volumeBindingMode });

  it("is ready when bound, or when only a pod will bind it", () => {
    assert.deepEqual(judgePersistentVolumeClaim(claim("Bound"), []), READY);
    assert.deepEqual(judgePersistentVolumeClaim(claim("Pending"), [storageClass("WaitForFirstConsumer")]), READY);
    assert.deepEqual(judgePersistentVolumeClaim(claim("Pending"), [storageClass("Immediate")]), waits("phase Pending"));
    assert.deepEqual(
      judgePersistentVolumeClaim(claim("Pending"), []),
      waits('phase Pending; there is no StorageClass "local"'),
    );
  });
});

describe("other objects", () => {
  it("a Namespace is ready when active", () => {
    assert.deepEqual(judgeNamespace({ status: { phase: "Active" } }), READY);
    assert.equal(judgeNamespace({ status: { phase: "Terminating" } }).state, "waiting");
  });

  it("a CustomResourceDefinition is ready when established, and fails when its names are taken", () => {
    assert.deepEqual(
      judgeCustomResourceDefinition({ status: { conditions: [{ type: "Established", status: "True" }] } }),
      READY,
    );
    assert.equal(judgeCustomResourceDefinition({ status: {} }).state, "waiting");
    assert.equal(
      judgeCustomResourceDefinition({ status: { conditions: [{ type: "NamesAccepted", status: "False" }] } }).state,
      "failed",
    );
  });

  it("are waited for as their annotation says", () => {
    const byCondition = waitForJudge("condition=Ready");
    assert.deepEqual(byCondition?.({ status: { conditions: [{ type: "Ready", status: "True" }] } }), READY);
    assert.equal(byCondition?.({ status: { conditions: [{ type: "Ready", status: "False" }] } }).state, "waiting");
    const byPath = waitForJudge("jsonpath={.status.phase}=ready");
    assert.deepEqual(byPath?.({ status: { phase: "ready" } }), READY);
    assert.deepEqual(byPath?.({}), waits(".status.phase is not set"));
    assert.equal(waitForJudge("whatever"), undefined);
  });

  it("need no waiting when nothing about them becomes ready", () => {
    assert.equal(readinessRule({ apiVersion: "v1", kind: "Secret", metadata: {} }), undefined);
    assert.equal(readinessRule({ apiVersion: "a.io/v1", kind: "Dragonfly", metadata: {} }), undefined);
    assert.throws(
      () => readinessRule({ apiVersion: "v1", kind: "Pod", metadata: { annotations: { "pulumi.com/waitFor": "x" } } }),
      /"x" is not understood/,
    );
  });
});
