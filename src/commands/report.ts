import Table from 'cli-table3'

/** Of every command that shows tables. */
export const JSON_OPTION = {
  json: { help: 'print one JSON document, for scripts, instead of tables' },
} as const
/** Of every command that could do harm. */
export const EXECUTE_OPTION = {
  execute: { help: 'do it; without this nothing is changed, only shown' },
} as const

/** Rows under a head, for a person. */
export function tableOf(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } })
  table.push(...rows.map(row => row.map(String)))
  return table.toString()
}

/** What a command found or did, for both its readers. */
export interface Report {
  /** All of it, as `--json` prints it. */
  readonly facts: object
  /** Tables and sentences, in order; empty ones are left out. */
  readonly parts: readonly string[]
}

/** Prints a report on standard output, in the form that was asked for. */
export function printReport({ facts, parts }: Report, { json }: { readonly json: boolean }): void {
  const text = json ? JSON.stringify(facts, null, 2) : parts.filter(part => part !== '').join('\n')
  process.stdout.write(`${text}\n`)
}

/** A number as a person reads it: 12,345. */
export const figure = (n: number): string => n.toLocaleString('en-US')
