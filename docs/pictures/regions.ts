import { arrow, box, frame, label, picture } from "./svg";

const WIDTH = 1020;
const HEIGHT = 400;
const REGION = 400;

type Point = readonly [number, number];

/** A region; the second is drawn as the first's mirror image, so that the gateways face each other. */
function region(left: number, mirrored: boolean, title: string, role: "primary" | "replica"): string[] {
  const x = (from: number, width: number): number => left + (mirrored ? REGION - from - width : from);
  const point = ([px, py]: Point): Point => [x(px, 0), py];
  const line = (from: Point, to: Point, dashed = false): string => arrow([point(from), point(to)], dashed);
  const outer = { y: 0, width: 125, height: 50 };
  const inner = { x: x(190, 190), width: 190, height: 54 };
  return [
    frame({ x: left, y: 20, width: REGION, height: 360 }, title),
    box({ ...outer, x: x(20, 125), y: 62 }, ["applications", "dragonfly 6379"], "client"),
    box({ ...outer, x: x(20, 125), y: 132 }, ["readers", "dragonfly-ro 6379"], "client"),
    box({ ...inner, y: 80, height: 80 }, ["gateway", "HAProxy ×2", "leads to the primary"], "product"),
    box({ ...inner, y: 220 }, [`server: ${role}`, "Dragonfly and its volume"], "server"),
    box({ ...inner, y: 306 }, ["guard", "role, fencing, heartbeat"], "product"),
    box({ ...outer, x: x(20, 125), y: 306, height: 54 }, ["SiteRole", "role, epoch"]),
    line([145, 88], [188, 104]),
    line([145, 156], [188, 140]),
    role === "primary" ? line([285, 160], [285, 218]) : line([285, 220], [285, 162]),
    line([285, 306], [285, 276], true),
    line([190, 333], [147, 333], true),
  ];
}

/** Two regions: who connects to whom. Solid: data; dashed: control. */
export const regions = (): string =>
  picture(WIDTH, HEIGHT, "Two regions: applications, gateways, servers and guards", [
    ...region(20, false, "region A: site primary", "primary"),
    ...region(WIDTH - 20 - REGION, true, "region B: site dr", "replica"),
    arrow([
      [618, 104],
      [402, 104],
    ]),
    arrow(
      [
        [402, 138],
        [618, 138],
      ],
      true,
    ),
    label(510, 76, "link 6380, mutual TLS", { bold: true }),
    label(510, 96, "REPLICAOF, clients of B", { size: 11.5 }),
    label(510, 156, "guards, both ways", { size: 11.5 }),
  ]);
