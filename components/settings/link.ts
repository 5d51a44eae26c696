import { group, optional, withDefault } from "../catalogue/fields";
import type { SettingsOf } from "../catalogue/node";
import { oneOf, wholeNumber } from "../catalogue/values";
import { objectName } from "./kinds";

const issuer = group(
  "LinkIssuer",
  { doc: "The issuer of cert-manager that signs this site's certificate.", effect: "at once" },
  {
    name: optional(objectName, {
      doc: "Its name. Give each site an issuer of its own: a peer believes every certificate of an authority.",
      example: "dragonfly-link",
    }),
    kind: withDefault(oneOf("Issuer", "ClusterIssuer"), { default: "Issuer", doc: "Its kind." }),
  },
);

export const link = group(
  "Link",
  { doc: "The encrypted connection to the peers.", effect: "rolls" },
  {
    certificates: withDefault(oneOf("secret", "stack", "cert-manager"), {
      default: "secret",
      doc:
        "Who makes the certificates. secret: you, in the Secret tlsSecretName, before the pods. stack: this " +
        "program, by" +
        " Pulumi's tls provider; pulumi up renews them in the second half of their 90 days. cert-manager: " +
        "cert-manager" +
        " and trust-manager, which must be installed.",
      example: "stack",
    }),
    tlsSecretName: withDefault(objectName, {
      default: "dragonfly-link-tls",
      doc:
        "Secret in the site's namespace with tls.crt and tls.key (this site's), and with peer-ca.crt (the peers' CAs)" +
        " unless authoritiesConfigMap is given.",
    }),
    authoritiesConfigMap: optional(objectName, {
      doc:
        "ConfigMap in the site's namespace with peer-ca.crt, such as trust-manager writes. With certificates" +
        " cert-manager and peers[].authority the program makes its Bundle.",
      example: "dragonfly-link-authorities",
    }),
    authority: withDefault(wholeNumber(1, 1_000), {
      default: 1,
      effect: "at once",
      doc:
        "Generation of this site's authority, with certificates stack. Raise it by one to sign with the next " +
        "authority," +
        " which the peers trust since their last pulumi up.",
      example: 2,
    }),
    issuer,
  },
);

export type LinkSettings = SettingsOf<typeof link>;
