import { command } from "../command/definition";
import { optionalText, text } from "../command/options";

export const renderCommand = command({
  name: "render",
  summary: "print the resources that a stack asks for, as JSON",
  sites: "none",
  options: {
    stack: text("--stack <name>", "the stack"),
    configFile: optionalText("--config-file <file>", "its configuration (default: Pulumi.<stack>.yaml)"),
  },
  load: async () => {
    const { render } = await import("./render.js");
    return (options, { folders }) => render({ ...options, cwd: folders.cwd });
  },
});
