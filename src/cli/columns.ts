/** Rows with their columns one below the other, two blanks in front and between. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length)
  return rows.map((row) => row.reduce((line, cell, at) => `${line}  ${cell.padEnd(widths[at] ?? 0)}`, '').trimEnd())
}
