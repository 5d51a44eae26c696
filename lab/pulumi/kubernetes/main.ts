import { EngineLog } from "../plugin/engineLog";
import { registerProvider } from "../plugin/providerService";
import { engineAddress, servePlugin } from "../plugin/server";
import { KubernetesProvider } from "./provider";

const provider = new KubernetesProvider(new EngineLog(engineAddress(process.argv)));
servePlugin((server) => registerProvider(server, provider));
