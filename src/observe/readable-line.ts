const ORDER = new Set(['level', 'time', 'command', 'msg', 'err'])

/** A JSON log line as text for a terminal: time, level, sentence, error, then the coordinates. */
export function readableLine(json: string): string {
  const line: Record<string, unknown> = JSON.parse(json)
  const time = String(line['time']).slice(11, 23)
  const facts = Object.entries(line)
    .filter(([name]) => !ORDER.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const err = line['err'] as { message: string; stack?: string } | undefined
  const failure = err ? ` (${err.message})` : ''
  const stack = err?.stack === undefined ? '' : `\n${err.stack}`
  return `${time} ${String(line['level']).padEnd(5)} ${line['msg']}${failure}  ${facts.join(' ')}${stack}\n`
}
