export const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** @param inner - as `<title>`, already escaped. */
export const rect = (name: string, { x, y, width, height }: Box, attributes = "", inner = ""): string =>
  `<rect class="${name}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" ` +
  `height="${height.toFixed(1)}"${attributes}>${inner}</rect>`;

export const svg = (width: number, height: number, label: string, inner: string): string =>
  `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(label)}">${inner}</svg>`;
