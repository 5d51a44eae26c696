import type { LabSite } from "../../plan";
import { waitFor } from "../../process/waitFor";
import { CACHE_NAMESPACE } from "../../tls/linkTls";
import type { FaultLab } from "../run/faultLab";

const POD = `/api/v1/namespaces/${CACHE_NAMESPACE}/pods/dragonfly-0`;

/** By force, the object goes at once, and what runs of it a little later: its successor may run beside it. */
export async function deletePod(w: FaultLab, site: LabSite, force: boolean): Promise<void> {
  const uid = async (): Promise<unknown> => (await w.withApi(site, (api) => api.get(POD)))?.metadata["uid"];
  const before = await uid();
  await w.withApi(site, (api) => api.request("DELETE", force ? `${POD}?gracePeriodSeconds=0` : POD));
  await waitFor(
    async () => {
      const now = await uid();
      return now !== undefined && now !== before;
    },
    { what: `${site}: a new pod`, deadlineMs: 300_000 },
  );
}
