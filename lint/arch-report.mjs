// Prints dependency-cruiser's verdict. Fails on a violation, and also when nothing was read: given a
// TypeScript it does not know, dependency-cruiser skips every .ts file and finds the tree faultless.
import { readFileSync } from 'node:fs'

const { summary } = JSON.parse(readFileSync(0, 'utf8'))
for (const { rule, from, to } of summary.violations) process.stderr.write(`${rule.name}: ${from} -> ${to}\n`)
process.stdout.write(`${summary.violations.length} violations in ${summary.totalCruised} modules\n`)
if (summary.totalCruised === 0 || summary.error > 0) process.exitCode = 1
