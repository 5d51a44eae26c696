/** Rows of the table at the end of a demo: what was measured, and in which unit. */
export class Figures {
  private readonly rows: (readonly [string, string])[] = [];

  add(name: string, value: string): void {
    this.rows.push([name, value]);
  }

  seconds(name: string, seconds: number): void {
    this.add(name, `${seconds.toFixed(1)} s`);
  }

  render(): string {
    const width = Math.max(...this.rows.map(([name]) => name.length));
    return this.rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join("\n");
  }
}
