import { stringify } from 'yaml'
import type { Alert } from './alert.ts'
import { availability } from './alerts/availability.ts'
import { delivery } from './alerts/delivery.ts'
import { nodejs } from './alerts/nodejs.ts'
import { outcomeRecordings, outcomes } from './alerts/outcomes.ts'
import { processing } from './alerts/processing.ts'
import { webhook } from './alerts/webhook.ts'
import { sloRecordings } from './slo.ts'
import { type Time, timeDividedBy } from './time.ts'

const GROUPS = { availability, webhook, processing, outcomes, delivery, nodejs }

type Groups = typeof GROUPS
export type AlertName = { [G in keyof Groups]: keyof ReturnType<Groups[G]> }[keyof Groups]

/** Every alert by its name. */
export const alerts = (time: Time = timeDividedBy(1)): Record<AlertName, Alert> =>
  Object.assign({}, ...Object.values(GROUPS).map(group => group(time)))

/** The groups in the order in which Prometheus has to evaluate them: what others read comes first. */
export const GROUP_NAMES = ['segedx-recordings', ...Object.keys(GROUPS).map(name => `segedx-${name}`)]

export const labelsOf = ({ severity, about }: Alert) => ({ severity, about, service: 'segment-to-edx' })

export const linksOf = (name: string, { dashboard }: Alert) => ({
  runbook_url: `docs/runbook.md#${name.toLowerCase()}`,
  dashboard_url: `/d/segedx-${dashboard}`,
})

/** Prometheus's rule file; keys that Prometheus 2.42 does not know are not used. */
export function rulesFile(time: Time = timeDividedBy(1)): string {
  const groups = [
    { name: GROUP_NAMES[0], rules: [...sloRecordings(time), ...outcomeRecordings(time)] },
    ...Object.entries(GROUPS).map(([name, group]) => ({
      name: `segedx-${name}`,
      rules: Object.entries<Alert>(group(time)).map(alertingRule),
    })),
  ]
  return stringify({ groups }, { lineWidth: 0 })
}

function alertingRule([alert, row]: [string, Alert]) {
  const { expr, for: holds, keepFiringFor, summary, description } = row
  return {
    alert,
    expr,
    ...(holds !== undefined && { for: holds }),
    ...(keepFiringFor !== undefined && { keep_firing_for: keepFiringFor }),
    labels: labelsOf(row),
    annotations: { summary, description, ...linksOf(alert, row) },
  }
}
