import assert from "node:assert/strict";
import { programCommandLine, type ProgramRun, runtimeOptions } from "../../../../lab/pulumi/language/commandLines";

const PROGRAM: ProgramRun = {
  monitorAddress: "127.0.0.1:1",
  engineAddress: "127.0.0.1:2",
  organization: "organization",
  project: "p",
  stack: "dr",
  rootDirectory: "/p",
  workingDirectory: "/p",
  entryPoint: "index.ts",
  run: "update",
  parallel: 16,
  arguments: [],
};

describe("the command line of a program", () => {
  it("is what the SDK's runner expects", () => {
    assert.deepEqual(programCommandLine("/sdk/run", PROGRAM, ["--enable-source-maps"]), [
      "--enable-source-maps",
      "/sdk/run",
      "--monitor=127.0.0.1:1",
      "--engine=127.0.0.1:2",
      "--organization=organization",
      "--project=p",
      "--root-directory=/p",
      "--stack=dr",
      "--pwd=/p",
      "--parallel=16",
      "index.ts",
    ]);
  });

  it("says when nothing may be changed, and leaves out what is not set", () => {
    const program: ProgramRun = {
      ...PROGRAM,
      run: "preview",
      parallel: 0,
      organization: "",
      entryPoint: "",
      arguments: ["x"],
    };
    const commandLine = programCommandLine("/sdk/run", program, []);
    assert.ok(
      !commandLine.some((argument) => argument.startsWith("--parallel") || argument.startsWith("--organization")),
    );
    assert.deepEqual(commandLine.slice(-3), ["--dry-run", ".", "x"]);
  });
});

describe("runtime options", () => {
  it("mean TypeScript unless told otherwise", () => {
    assert.deepEqual(runtimeOptions({}), { source: "typescript", nodeArguments: [] });
    assert.deepEqual(runtimeOptions({ typescript: false, nodeargs: " --inspect  -r x " }), {
      source: "javascript",
      nodeArguments: ["--inspect", "-r", "x"],
    });
  });

  it("are refused by name when left out", () => {
    assert.throws(() => runtimeOptions({ runner: "bun" }), {
      message: "Pulumi.yaml: runtime.options.runner: the lab's language host knows typescript and nodeargs; remove it",
    });
  });
});
