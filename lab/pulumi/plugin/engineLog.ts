// Messages to the engine's display. Leaves out severities that nothing here uses (debug; an error is an answer).
import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

export class EngineLog {
  readonly #engine: EngineClient | undefined;
  /** One message at a time: two on the way at once may arrive in the wrong order, and the newest is what is shown. */
  #sent: Promise<void> = Promise.resolve();

  /** Without an address (a plugin started by hand) messages go nowhere. */
  constructor(address: string | undefined) {
    this.#engine = address === undefined ? undefined : new EngineClient(address, grpc.credentials.createInsecure());
  }

  /** What a resource is waiting for; the display keeps the newest only, and none when it is empty. */
  status(urn: string, message: string): void {
    this.#log(urn, message, LogSeverity.INFO, "newest only");
  }

  warning(urn: string, message: string): void {
    this.#log(urn, message, LogSeverity.WARNING, "kept");
  }

  #log(urn: string, message: string, severity: LogSeverity, lasting: "kept" | "newest only"): void {
    const engine = this.#engine;
    if (engine === undefined) return;
    const request = new LogRequest();
    request.setUrn(urn);
    request.setMessage(message);
    request.setSeverity(severity);
    request.setEphemeral(lasting === "newest only");
    // A message that cannot be delivered must not fail the operation it tells of.
    this.#sent = this.#sent.then(() => new Promise((resolve) => void engine.log(request, () => resolve())));
  }
}
