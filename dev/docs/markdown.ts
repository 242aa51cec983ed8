/** A Markdown table; a bar within a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

export const code = (text: string) => `\`${text}\``

/** A page that says where it comes from. */
export function page(title: string, source: string, ...parts: readonly string[]): string {
  return `${[`# ${title}`, `<!-- Made from ${source} by \`npm run docs\`: change it there. -->`, ...parts].join('\n\n')}\n`
}

/** A document with what stands between a pair of its markers replaced. */
export function between(document: string, marker: string, content: string): string {
  const [begin, end] = [`<!-- ${marker}:begin -->`, `<!-- ${marker}:end -->`]
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`A document lacks the line ${begin} or, after it, ${end}`)
  return `${document.slice(0, from + begin.length)}\n\n${content}\n\n${document.slice(to)}`
}
