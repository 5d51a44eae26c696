import { engineAddress, servePlugin } from "../plugin/server";
import { LanguageHost } from "./languageHost";

const host = new LanguageHost(engineAddress(process.argv), "3.256.0");
servePlugin(
  (server) => host.register(server),
  () => host.end(),
);
