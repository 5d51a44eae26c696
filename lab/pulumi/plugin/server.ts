// What every plugin does alike: serve gRPC on a free loopback port, tell the engine the port, and end with the engine.
import * as grpc from "@grpc/grpc-js";

/** The state of a large stack travels in one message; the engine allows as much. */
const MAX_MESSAGE_BYTES = 400 << 20;
/** Nothing tells a process that its parent has died, so the parent's id is looked at this often (ms). */
const PARENT_CHECK_INTERVAL = 1_000;

/**
 * Serves until the engine ends. `onEngineGone` runs once when the engine died without ending the plugin, so that the
 * plugin can end its own children.
 */
export function servePlugin(register: (server: grpc.Server) => void, onEngineGone: () => void = () => undefined): void {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  register(server);
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    // The engine reads the first line as the port.
    process.stdout.write(`${port}\n`);
  });
  endWithParent(onEngineGone);
}

function endWithParent(onEngineGone: () => void): void {
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid === engine) return;
    onEngineGone();
    process.exit(0);
  }, PARENT_CHECK_INTERVAL).unref();
}

/** The engine's address is the last argument that is no flag. */
export function engineAddress(argv: readonly string[]): string | undefined {
  return argv
    .slice(2)
    .filter((argument) => !argument.startsWith("-"))
    .pop();
}

/** A gRPC handler from a function that answers with a promise; an Error becomes its one-line message. */
export function unary<Request, Response>(
  answer: (request: Request) => Promise<Response> | Response,
  toStatus: (error: unknown) => Partial<grpc.StatusObject> = plainStatus,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => answer(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(toStatus(error)),
      );
  };
}

export function plainStatus(error: unknown): Partial<grpc.StatusObject> {
  return { code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) };
}
