import * as pulumi from "@pulumi/pulumi";
import { RecordingMonitor, type RecordedResource } from "../../stacks/render/recordingMonitor";

/** What a program of a library's user registers. */
export async function renderWith(program: () => unknown): Promise<readonly RecordedResource[]> {
  const mocks: pulumi.runtime.Mocks = {
    call: ({ inputs }) => inputs,
    newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: { ...inputs, result: `rendered-${name}` } }),
  };
  await pulumi.runtime.setMocks(mocks, "own-project", "test", false);
  const monitor = new RecordingMonitor(mocks);
  pulumi.runtime.setMockOptions(monitor, "own-project", "test", false);
  await pulumi.runtime.runInPulumiStack(async () => void program());
  await pulumi.runtime.disconnect();
  return monitor.recorded();
}
