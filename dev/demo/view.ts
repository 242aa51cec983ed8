import Table from 'cli-table3'
import type { FeedProgress } from './feed.ts'
import { byLabel, type Samples, scrape, total } from './scrape.ts'

const REFRESH_MS = 1_000
const QUIET_EVERY = 5

export interface Watched {
  readonly bridge: string
  /** By the rule set. */
  readonly processors: ReadonlyMap<string, string>
}

/**
 * Shows once a second what the metrics say, those of the processors by their rules: redrawn on a terminal, now and
 * then a line elsewhere.
 */
export function showView({ bridge, processors }: Watched, progress: FeedProgress): () => Promise<void> {
  let drawnLines = 0
  let ticks = 0
  const before = new Map<string, number>()
  let current: Promise<void> = Promise.resolve()

  const factsOf = async ([rules, url]: [string, string]): Promise<Facts> => {
    const samples = await scrape(url)
    const processed = total(samples, 'records_processed_total')
    const rate = Math.max(0, processed - (before.get(rules) ?? 0)) / (REFRESH_MS / 1_000)
    before.set(rules, processed)
    return { rules, rate, lag: total(samples, 'consumer_lag_records'), samples }
  }
  const draw = async () => {
    const stored = total(await scrape(bridge), 'webhook_events_total')
    const facts = await Promise.all([...processors].map(factsOf))
    if (process.stdout.isTTY) drawnLines = redraw(drawnLines, table(stored, progress, facts))
    else if (ticks++ % QUIET_EVERY === 0)
      process.stdout.write(`posted ${progress.posted}, stored ${stored}; ${facts.map(line).join('; ')}\n`)
  }
  const timer = setInterval(() => {
    current = draw().catch(
      error => void process.stdout.write(`the metrics could not be read: ${error.message}\n`),
    )
  }, REFRESH_MS)
  return async () => {
    clearInterval(timer)
    await current
    await draw()
    process.stdout.write('\n')
  }
}

interface Facts {
  readonly rules: string
  /** Records a second. */
  readonly rate: number
  readonly lag: number
  readonly samples: Samples
}

function line({ rules, rate, lag, samples }: Facts): string {
  const outcomes = byLabel(samples, 'records_processed_total', 'outcome').map(
    ([outcome, n]) => `${n} ${outcome}`,
  )
  return `RULES=${rules}: ${outcomes.join(', ')}, ${rate}/s, lag ${lag}`
}

function table(stored: number, { posted, answers }: FeedProgress, facts: readonly Facts[]): string {
  const list = (entries: [string | number, number][]) => entries.map(([name, n]) => `${name} ${n}`).join('\n')
  const view = new Table({
    head: ['Webhook', 'Processor', 'Outcomes', 'Rejected', 'Ignored'],
    style: { head: [], border: [] },
  })
  for (const [i, { rules, rate, lag, samples }] of facts.entries()) {
    view.push([
      i === 0 ? `${posted} events posted\n${stored} stored\n${list([...answers])}` : '',
      `RULES=${rules}\n${rate} records/s\nlag ${lag}`,
      list(byLabel(samples, 'records_processed_total', 'outcome')),
      list(byLabel(samples, 'records_rejected_total', 'reason')),
      list(byLabel(samples, 'records_ignored_total', 'reason')),
    ])
  }
  return view.toString()
}

function redraw(lines: number, text: string): number {
  process.stdout.write(`${lines > 0 ? `\x1b[${lines}A\x1b[J` : ''}${text}\n`)
  return text.split('\n').length
}
