import type { FaultLab } from "../run/faultLab";
import { rolePath } from "../run/faultLab";
import { SITE_ROLE } from "../../../contract/siteRole";
import { API_PORT } from "../../cluster/controlPlane";
import type { LabSite } from "../../plan";
import { run } from "../../process/run";
import { waitFor } from "../../process/waitFor";
import { CACHE_NAMESPACE } from "../../tls/linkTls";
import { Toolchain } from "../../toolchain/toolchain";

const TABLE = "lab_faults";
const WEBHOOK = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/lab-faults";

/** Every connection to a site's API server is reset, open ones too. */
export async function apiServerDown(w: FaultLab, site: LabSite): Promise<void> {
  await nft(
    w,
    site,
    `table inet ${TABLE} {
  chain input {
    type filter hook input priority -10;
    tcp dport ${API_PORT} reject with tcp reset
  }
}
`,
  );
}

export async function apiServerUp(w: FaultLab, site: LabSite): Promise<void> {
  // Made and removed in one go, as removing what is not there is an error.
  await nft(w, site, `table inet ${TABLE}\ndelete table inet ${TABLE}\n`);
  await waitFor(() => w.withApi(site, (api) => api.isReady()), {
    what: `${site}: its API server`,
    deadlineMs: 120_000,
  });
}

/** An admission webhook that nobody answers: reads go on, each write of a role object fails with 500. */
export async function refuseWrites(w: FaultLab, site: LabSite): Promise<void> {
  await w.withApi(site, (api) =>
    api.apply(WEBHOOK, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "lab-faults" },
      webhooks: [
        {
          name: "faults.lab.local",
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          failurePolicy: "Fail",
          timeoutSeconds: 1,
          clientConfig: { url: "https://127.0.0.1:1/" },
          rules: [
            {
              apiGroups: [SITE_ROLE.group],
              apiVersions: ["*"],
              operations: ["CREATE", "UPDATE", "DELETE"],
              resources: [SITE_ROLE.plural, `${SITE_ROLE.plural}/status`],
            },
          ],
        },
      ],
    }),
  );
  await waitFor(async () => !(await takesWrites(w, site)), { what: `${site}: writes are refused`, deadlineMs: 60_000 });
}

export async function takeWrites(w: FaultLab, site: LabSite): Promise<void> {
  await w.withApi(site, (api) => api.request("DELETE", WEBHOOK));
  await waitFor(() => takesWrites(w, site), { what: `${site}: writes are taken`, deadlineMs: 60_000 });
}

/** By a write that changes nothing. */
async function takesWrites(w: FaultLab, site: LabSite): Promise<boolean> {
  const probe = {
    apiVersion: SITE_ROLE.apiVersion,
    kind: SITE_ROLE.kind,
    metadata: { name: site, namespace: CACHE_NAMESPACE, annotations: { "lab.local/probe": String(Date.now()) } },
  };
  const { status } = await w.withApi(site, (api) =>
    api.request("PATCH", `${rolePath(site)}?dryRun=All&fieldManager=lab-faults`, JSON.stringify(probe)),
  );
  return status === 200;
}

async function nft(w: FaultLab, site: LabSite, commands: string): Promise<void> {
  const { debian } = Toolchain.prepared();
  await run("nsenter", [`--net=/run/netns/${w.plan(site).netns}`, debian.program("nft"), "-f", "-"], {
    env: debian.environment,
    input: commands,
  });
}
