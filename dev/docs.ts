/*
 * Writes what is made from the tables in the code: documentation, Prometheus's rules, Grafana's dashboards:
 * `npm run docs`. With `--check` it writes nothing and fails where a file is not what it would write.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { aclsTable } from './docs/acls.ts'
import { commandsTable, errorsPage, metricsPage } from './docs/catalogues.ts'
import { faultsTable } from './docs/faults.ts'
import { between } from './docs/markdown.ts'
import { settingsPage, settingsTable } from './docs/settings.ts'
import { dashboardFiles } from './observability/dashboards/index.ts'
import { rulesFile } from './observability/rules.ts'

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const root = new URL('../', import.meta.url)
const readme = await readFile(new URL('README.md', root), 'utf8')

const files = {
  'docs/settings.md': settingsPage(),
  'docs/errors.md': errorsPage(),
  'docs/metrics.md': metricsPage(),
  'prometheus/rules.yml': `# Made from dev/observability by \`npm run docs\`: change it there.\n${rulesFile()}`,
  ...dashboardFiles(),
  'docs/security.md': between(await readFile(new URL('docs/security.md', root), 'utf8'), 'acls', aclsTable()),
  'docs/operations.md': between(
    await readFile(new URL('docs/operations.md', root), 'utf8'),
    'faults',
    faultsTable(),
  ),
  'README.md': between(between(readme, 'settings', settingsTable()), 'commands', await commandsTable()),
}

const stale: string[] = []
for (const [name, content] of Object.entries(files)) {
  const url = new URL(name, root)
  const present = await readFile(url, 'utf8').catch(() => undefined)
  if (present === content) continue
  stale.push(name)
  if (values.check) continue
  await mkdir(new URL('.', url), { recursive: true })
  await writeFile(url, content)
}

if (values.check && stale.length > 0) {
  process.stderr.write(`Not what the code says, run \`npm run docs\`: ${stale.join(', ')}\n`)
  process.exitCode = 1
} else {
  process.stdout.write(
    stale.length > 0 ? `Written: ${stale.join(', ')}\n` : 'All that is made from the code is up to date\n',
  )
}
