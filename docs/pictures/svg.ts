/**
 * Boxes, arrows and text as SVG, by coordinates: enough for the two pictures of the documentation. Units are pixels.
 */

const escape = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

export type Tone = "plain" | "client" | "product" | "server";
const FILL: Readonly<Record<Tone, string>> = {
  plain: "#ffffff",
  client: "#eef2f7",
  product: "#e3f1e8",
  server: "#fdf0d9",
};

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One text, anchored at its middle unless `anchor` says otherwise. */
export function label(
  x: number,
  y: number,
  text: string,
  options: { readonly size?: number; readonly bold?: boolean; readonly anchor?: "start" | "middle" | "end" } = {},
): string {
  const { size = 13, bold = false, anchor = "middle" } = options;
  const weight = bold ? ' font-weight="600"' : "";
  return `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}"${weight}>${escape(text)}</text>`;
}

/** A rectangle with its lines of text in the middle; the first line is bold. */
export function box({ x, y, width, height }: Box, lines: readonly string[], tone: Tone = "plain"): string {
  const top = y + height / 2 - (lines.length - 1) * 8.5 + 4.5;
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${FILL[tone]}" stroke="#445"/>`,
    ...lines.map((line, at) =>
      label(x + width / 2, top + at * 17, line, { bold: at === 0, size: at === 0 ? 13 : 11.5 }),
    ),
  ].join("\n");
}

/** A dashed frame with a title at its upper left corner. */
export const frame = ({ x, y, width, height }: Box, title: string): string =>
  [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10" fill="none" stroke="#889" ` +
      `stroke-dasharray="6 4"/>`,
    label(x + 14, y + 22, title, { bold: true, anchor: "start", size: 14 }),
  ].join("\n");

/** A line through all points that ends in an arrow head; `dashed` for what is not data. */
export function arrow(points: readonly (readonly [number, number])[], dashed = false): string {
  const path = points.map(([x, y], at) => `${at === 0 ? "M" : "L"}${x} ${y}`).join(" ");
  const dash = dashed ? ' stroke-dasharray="5 4"' : "";
  return `<path d="${path}" fill="none" stroke="#223" stroke-width="1.4" marker-end="url(#head)"${dash}/>`;
}

export function picture(width: number, height: number, title: string, parts: readonly string[]): string {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `font-family="Helvetica, Arial, sans-serif" fill="#112" role="img">`,
    `<title>${escape(title)}</title>`,
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">' +
      '<path d="M0 0 L10 5 L0 10 z" fill="#223"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    "</svg>",
  ].join("\n")}\n`;
}
