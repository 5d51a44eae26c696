// Stands in for pulumi-language-nodejs: runs a program and policy packs through the runners of the installed SDK.
// Leaves out: finding required packages (the plugins are in the cache), installing dependencies, templates, code
// generation, packing, debuggers, the runtime options other than typescript and nodeargs, and plugins of any kind but
// policy packs.
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Children, exitCode } from "./children";
import { programCommandLine, type RuntimeOptions, runtimeOptions } from "./commandLines";
import { plainStatus, unary } from "../plugin/server";

/** The SDK's runner exits with it when it has told the user what is wrong; the engine need not add anything. */
const ALREADY_REPORTED = 32;

export class LanguageHost {
  readonly #children = new Children();
  #engineAddress: string;

  constructor(
    engineAddress: string | undefined,
    readonly version: string,
  ) {
    this.#engineAddress = engineAddress ?? "";
  }

  register(server: grpc.Server): void {
    const implementation: grpc.UntypedServiceImplementation = {
      handshake: unary((request: messages.LanguageHandshakeRequest) => {
        this.#engineAddress = request.getEngineAddress() || this.#engineAddress;
        return new messages.LanguageHandshakeResponse();
      }),
      getPluginInfo: unary(() => {
        const info = new PluginInfo();
        info.setVersion(this.version);
        return info;
      }),
      getRequiredPlugins: unary(() => new messages.GetRequiredPluginsResponse()),
      getRequiredPackages: unary(() => new messages.GetRequiredPackagesResponse()),
      getProgramDependencies: unary(() => new messages.GetProgramDependenciesResponse()),
      runtimeOptionsPrompts: unary(() => new messages.RuntimeOptionsResponse()),
      about: unary(() => {
        const response = new messages.AboutResponse();
        response.setExecutable(process.execPath);
        response.setVersion(process.version);
        return response;
      }),
      run: unary((request: messages.RunRequest) => this.#run(request)),
      runPlugin: (call: grpc.ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>) =>
        this.#runPlugin(call),
      cancel: unary(() => {
        this.end();
        return new Empty();
      }),
    };
    server.addService(LanguageRuntimeService, implementation);
  }

  /** Ends the program and the policy packs. */
  end(): void {
    this.#children.endAll();
  }

  async #run(request: messages.RunRequest): Promise<messages.RunResponse> {
    const info = request.getInfo();
    const options = runtimeOptions(info?.getOptions()?.toJavaScript() ?? {});
    const workingDirectory = request.getPwd();
    const commandLine = programCommandLine(
      sdkRunner("run", workingDirectory),
      {
        monitorAddress: request.getMonitorAddress(),
        engineAddress: this.#engineAddress,
        organization: request.getOrganization(),
        project: request.getProject(),
        stack: request.getStack(),
        rootDirectory: info?.getRootDirectory() ?? workingDirectory,
        workingDirectory,
        entryPoint: info?.getEntryPoint() ?? request.getProgram(),
        run: request.getDryrun() ? "preview" : "update",
        parallel: request.getParallel(),
        arguments: request.getArgsList(),
      },
      options.nodeArguments,
    );
    const child = this.#children.start(commandLine, workingDirectory, programEnvironment(request, options), "inherit");
    const code = await exitCode(child);
    const response = new messages.RunResponse();
    if (code === ALREADY_REPORTED) response.setBail(true);
    else if (code !== 0) response.setError(`the program exited with code ${code}; its own messages are above`);
    return response;
  }

  #runPlugin(call: grpc.ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>): void {
    this.#runPolicyPack(call).then(
      () => call.end(),
      (error: unknown) => call.emit("error", plainStatus(error)),
    );
  }

  async #runPolicyPack(
    call: grpc.ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>,
  ): Promise<void> {
    const request = call.request;
    const directory = request.getInfo()?.getProgramDirectory() ?? request.getProgram();
    if (request.getKind() !== "analyzer") {
      throw new Error(
        `${request.getName()}: the lab's language host runs policy packs, not plugins of kind ` +
          `"${request.getKind()}"; use the official one`,
      );
    }
    const transpiler = packTranspiler(directory);
    const commandLine = [
      ...transpiler.nodeArguments,
      sdkRunner("run-policy-pack", directory),
      ...request.getArgsList(),
      directory,
    ];
    const env = { ...environmentOf(request.getEnvList()), ...transpiler.env };
    const child = this.#children.start(commandLine, directory, env, "pipe");
    call.on("cancelled", () => child.kill());
    child.stdout?.on("data", (chunk: Buffer) => call.write(outputOf((response) => response.setStdout(chunk))));
    child.stderr?.on("data", (chunk: Buffer) => call.write(outputOf((response) => response.setStderr(chunk))));
    const code = await exitCode(child);
    call.write(outputOf((response) => response.setExitcode(code)));
  }
}

/** The runner of the SDK that this program or pack has installed. */
function sdkRunner(name: "run" | "run-policy-pack", directory: string): string {
  try {
    return createRequire(join(directory, "package.json")).resolve(`@pulumi/pulumi/cmd/${name}`);
  } catch {
    throw new Error(`${directory}: @pulumi/pulumi is not installed here; run npm ci`);
  }
}

/**
 * The SDK checks a pack's types whenever it loads it, 4 CPU-seconds with the Kubernetes types, and knows no switch.
 * Where PULUMI_NODEJS_TRANSPILE_ONLY says so for programs, packs get tsx in its place: ts-node is told to ignore every
 * file and hands it to the loader that was there before. A pack without tsx is checked as usual.
 */
function packTranspiler(directory: string): { nodeArguments: string[]; env: NodeJS.ProcessEnv } {
  if (process.env["PULUMI_NODEJS_TRANSPILE_ONLY"] !== "true") return { nodeArguments: [], env: {} };
  try {
    return {
      nodeArguments: ["--require", createRequire(join(directory, "package.json")).resolve("tsx/cjs")],
      env: { TS_NODE_IGNORE: ".*" },
    };
  } catch {
    return { nodeArguments: [], env: {} };
  }
}

function programEnvironment(request: messages.RunRequest, options: RuntimeOptions): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    PULUMI_NODEJS_TYPESCRIPT: String(options.source === "typescript"),
  };
}

function environmentOf(assignments: readonly string[]): NodeJS.ProcessEnv {
  const pairs = assignments.map((assignment): [string, string] => {
    const separator = assignment.indexOf("=");
    return [assignment.slice(0, separator), assignment.slice(separator + 1)];
  });
  return { ...process.env, ...Object.fromEntries(pairs) };
}

function outputOf(fill: (response: messages.RunPluginResponse) => void): messages.RunPluginResponse {
  const response = new messages.RunPluginResponse();
  fill(response);
  return response;
}
