import type { Setting } from '../../src/config/setting.ts'
import { SETTING_GROUPS } from '../../src/config/table.ts'
import { code, page, table } from './markdown.ts'

const GROUPS = Object.entries<Record<string, Setting>>(SETTING_GROUPS)

export function settingsPage(): string {
  const sections = GROUPS.map(([title, rows]) => {
    const lines = Object.entries(rows).map(([name, row]) => [
      code(name),
      row.unit === undefined ? row.type : `${row.type}, ${row.unit}`,
      defaultOf(row),
      row.purpose,
      row.expected,
      usersOf(row),
    ])
    return `## ${title}\n\n${table(['setting', 'type', 'default', 'purpose', 'expected', 'used by'], lines)}`
  })
  return page(
    'Settings',
    'src/config',
    `Settings are environment variables. A command reads those that it uses, reports everything that is wrong with them
at once, and then ends with exit code 2. Set but empty means unset, but for lists.`,
    `A setting marked *file* can be given as \`NAME_FILE\` instead: the path of a file that holds the value; one line
break at its end is not part of it. Where it is marked *secret*, its value is never shown or logged. Commands in
**bold** cannot start without the setting.`,
    ...sections,
  )
}

/** The short form, for the README. */
export function settingsTable(): string {
  const rows = GROUPS.flatMap(([, group]) => Object.entries(group))
  return table(
    ['setting', 'default', 'purpose'],
    rows.map(([name, row]) => [code(name), defaultOf(row), row.purpose]),
  )
}

function usersOf({ usedBy, requiredBy = [], secret, file }: Setting): string {
  const commands = usedBy
    .map(command => (requiredBy.includes(command) ? `**${command}**` : command))
    .join(', ')
  const marks = [secret ? '*secret*' : '', file ? '*file*' : ''].filter(mark => mark !== '')
  return marks.length > 0 ? `${commands}; ${marks.join(', ')}` : commands
}

function defaultOf({ default: text, unit, requiredBy }: Setting): string {
  if (text === undefined) return requiredBy === undefined ? '' : '*required*'
  if (text === '') return ''
  const readable = unit === undefined ? undefined : readableAmount(Number(text), unit)
  return readable === undefined ? code(text) : `${code(text)} (${readable})`
}

const STEPS = {
  ms: { days: 86_400_000, min: 60_000, s: 1_000 },
  bytes: { MiB: 1_048_576, KiB: 1_024 },
}

function readableAmount(amount: number, unit: keyof typeof STEPS): string | undefined {
  const step = Object.entries<number>(STEPS[unit]).find(([, size]) => amount >= size && amount % size === 0)
  return step === undefined ? undefined : `${amount / step[1]} ${step[0]}`
}
