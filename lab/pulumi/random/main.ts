import { registerProvider } from "../plugin/providerService";
import { servePlugin } from "../plugin/server";
import { RandomProvider } from "./provider";

servePlugin((server) => registerProvider(server, new RandomProvider()));
