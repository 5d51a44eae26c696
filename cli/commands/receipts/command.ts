import { command } from "../../command/definition";
import { optionalText, words, type OptionsOf } from "../../command/options";

const options = {
  receipt: optionalText("--receipt <id>", "this one alone, as the list names it (default with --html: the newest)"),
  html: optionalText("--html <file>", "draw the receipt as a page of its own"),
  history: words("--history <files...>", "with --html: acknowledgement logs of clients (docs/commands.md)"),
};

export type ReceiptsOptions = OptionsOf<typeof options>;

export const receiptsCommand = command({
  name: "receipts",
  summary: "list what commands did from here, or draw one as an HTML page",
  sites: "state",
  options,
  load: async () => (await import("./run.js")).receipts,
});
