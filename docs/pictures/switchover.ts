import { arrow, label, picture } from "./svg";

const WIDTH = 940;
const TOP = 70;
const ROW = 46;

const LANES = ["clients", "gateways", "A: server + guard", "command", "B: server + guard"] as const;
type Lane = (typeof LANES)[number];
const at = (lane: Lane): number => 90 + LANES.indexOf(lane) * 190;

interface Message {
  readonly from: Lane;
  readonly to: Lane;
  readonly text: string;
}

/** The messages of a switchover from A, primary at epoch N, to B. */
const MESSAGES: readonly Message[] = [
  { from: "command", to: "A: server + guard", text: "1. handover to B at N+1" },
  { from: "A: server + guard", to: "gateways", text: "lead nobody here" },
  { from: "A: server + guard", to: "clients", text: "close sessions" },
  { from: "A: server + guard", to: "command", text: "prepared, with proof" },
  { from: "command", to: "B: server + guard", text: "2. primary at N+1: commit" },
  { from: "B: server + guard", to: "A: server + guard", text: "has everything? then promote" },
  { from: "B: server + guard", to: "gateways", text: "B serves" },
  { from: "gateways", to: "clients", text: "waiting sessions go on to B" },
  { from: "command", to: "A: server + guard", text: "3. replica of B at N+1" },
  { from: "A: server + guard", to: "B: server + guard", text: "REPLICAOF, in sync" },
];
const HEIGHT = TOP + ROW * (MESSAGES.length + 1);

const lane = (name: Lane): string =>
  [
    label(at(name), 36, name, { bold: true, size: 14 }),
    `<line x1="${at(name)}" y1="48" x2="${at(name)}" y2="${HEIGHT - 20}" stroke="#99a" stroke-dasharray="3 4"/>`,
  ].join("\n");

function message({ from, to, text }: Message, index: number): string {
  const y = TOP + ROW * index + 14;
  return [
    arrow([
      [at(from), y],
      [at(to) + (at(to) > at(from) ? -2 : 2), y],
    ]),
    label((at(from) + at(to)) / 2, y - 6, text, { size: 12 }),
  ].join("\n");
}

export const switchover = (): string =>
  picture(WIDTH, HEIGHT, "A switchover, message by message", [...LANES.map(lane), ...MESSAGES.map(message)]);
