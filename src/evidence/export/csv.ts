import type { Table } from './tables.ts';

/** RFC 4180, with a spreadsheet's formula characters made harmless by an apostrophe. */
export function formatCsv(table: Table): string {
  return table.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
