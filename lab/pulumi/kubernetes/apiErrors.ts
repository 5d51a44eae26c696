import type { JsonObject } from "../plugin/propertyValues";
import { objectsAt, stringAt } from "./json";

/** The API server refused; the message is its own. */
export class ApiError extends Error {
  constructor(
    /** The HTTP status. */
    readonly code: number,
    /** Kubernetes' machine-readable reason, such as NotFound. */
    readonly reason: string,
    message: string,
    /** The kinds of the single causes, such as FieldManagerConflict. */
    readonly causes: readonly string[],
  ) {
    super(message);
  }

  static from(code: number, status: JsonObject): ApiError {
    const causes = objectsAt(status, "details", "causes").map((cause) => stringAt(cause, "reason") ?? "");
    return new ApiError(
      code,
      stringAt(status, "reason") ?? "",
      stringAt(status, "message") ?? `the API server answered with HTTP status ${code}`,
      causes,
    );
  }

  get isNotFound(): boolean {
    return this.code === 404;
  }

  get isFieldConflict(): boolean {
    return this.code === 409 && this.causes.includes("FieldManagerConflict");
  }
}

/** Nothing answers where the cluster should be. */
export class ClusterUnreachable extends Error {
  constructor(server: string, problem: string) {
    super(
      `configured Kubernetes cluster is unreachable: ${server}: ${problem}; check that the cluster runs and ` +
        "that the kubeconfig names it",
    );
  }
}
