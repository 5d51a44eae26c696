import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const openssl = (...args: readonly string[]): void => void execFileSync("openssl", [...args], { stdio: "pipe" });
const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"] as const;

/** A CA in `directory`; `issue` gives a folder like the link's Secret, for a certificate with the names of `site`. */
export function authority(directory: string, name = "test ca", days = 1): { issue(site: string): string } {
  const ca = join(directory, "ca.crt");
  const caKey = join(directory, "ca.key");
  mkdirSync(directory, { recursive: true });
  openssl("req", "-x509", ...KEY, "-days", String(days), "-subj", `/CN=${name}`, "-keyout", caKey, "-out", ca);
  return {
    issue(site) {
      const folder = join(directory, site);
      const name = `${site}.dragonfly-dr`;
      mkdirSync(folder, { recursive: true });
      const [request, extensions] = [join(folder, "request"), join(folder, "extensions")];
      const names = ["", "server.", "guard."].map((prefix) => `DNS:${prefix}${name}`).join(",");
      writeFileSync(extensions, `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\n`);
      openssl("req", ...KEY, "-subj", `/CN=${name}`, "-keyout", join(folder, "tls.key"), "-out", request);
      openssl(
        "x509",
        "-req",
        "-in",
        request,
        "-CA",
        ca,
        "-CAkey",
        caKey,
        "-CAcreateserial",
        "-days",
        String(days),
        "-extfile",
        extensions,
        "-out",
        join(folder, "tls.crt"),
      );
      copyFileSync(ca, join(folder, "peer-ca.crt"));
      return folder;
    },
  };
}
