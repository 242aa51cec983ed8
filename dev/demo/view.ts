import Table from 'cli-table3'
import type { FeedProgress } from './feed.ts'
import { byLabel, type Samples, scrape, total } from './scrape.ts'

const REFRESH_MS = 1_000
const QUIET_EVERY = 5

/** Shows once a second what the metrics say: redrawn on a terminal, now and then a line elsewhere. */
export function showView(urls: readonly string[], progress: FeedProgress): () => Promise<void> {
  let drawnLines = 0
  let ticks = 0
  let before: Samples = new Map()
  let current: Promise<void> = Promise.resolve()

  const draw = async () => {
    const samples = await scrape(urls)
    const rate = (name: string) =>
      Math.max(0, total(samples, name) - total(before, name)) / (REFRESH_MS / 1_000)
    const facts = {
      posted: progress.posted,
      stored: total(samples, 'webhook_events_total'),
      processed: total(samples, 'records_processed_total'),
      lag: total(samples, 'consumer_lag_records'),
      rate: rate('records_processed_total'),
    }
    before = samples
    if (process.stdout.isTTY) drawnLines = redraw(drawnLines, table(samples, progress, facts))
    else if (ticks++ % QUIET_EVERY === 0) process.stdout.write(`${line(facts, samples)}\n`)
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

type Facts = Record<'posted' | 'stored' | 'processed' | 'lag' | 'rate', number>

function line({ posted, stored, processed, lag, rate }: Facts, samples: Samples): string {
  const outcomes = byLabel(samples, 'records_processed_total', 'outcome').map(
    ([outcome, n]) => `${n} ${outcome}`,
  )
  return `posted ${posted}, stored ${stored}, processed ${processed} (${outcomes.join(', ')}), ${rate}/s, lag ${lag}`
}

function table(samples: Samples, { answers }: FeedProgress, facts: Facts): string {
  const list = (entries: [string | number, number][]) => entries.map(([name, n]) => `${name} ${n}`).join('\n')
  const view = new Table({
    head: ['Webhook', 'Processors', 'Rejected', 'Ignored'],
    style: { head: [], border: [] },
  })
  view.push([
    `${facts.posted} events posted\n${facts.stored} stored\n${list([...answers])}`,
    `${facts.rate} records/s\nlag ${facts.lag}\n${list(byLabel(samples, 'records_processed_total', 'outcome'))}`,
    list(byLabel(samples, 'records_rejected_total', 'reason')),
    list(byLabel(samples, 'records_ignored_total', 'reason')),
  ])
  return view.toString()
}

function redraw(lines: number, text: string): number {
  process.stdout.write(`${lines > 0 ? `\x1b[${lines}A\x1b[J` : ''}${text}\n`)
  return text.split('\n').length
}
