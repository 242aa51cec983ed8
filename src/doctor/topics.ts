import type { TopicPlan, TopicState } from '../setup/topic-plan.ts'
import { type Finding, fault, ok, warning } from './finding.ts'

export interface ExaminedTopic {
  /** What `setup` would do about it. */
  readonly plan: TopicPlan
  readonly found: TopicState | undefined
}

/** Whether each topic is there and is as `setup` would make it, and whether a single broker could lose it. */
export const topicFindings = (topics: readonly ExaminedTopic[]): Finding[] =>
  topics.flatMap(({ plan, found }) => {
    const what = `topic ${plan.name}`
    if (!found) return [fault(what, 'does not exist, or may not be seen by this user', 'run `setup`')]
    const wrong = [...plan.alter].map(([config, value]) => {
      return fault(what, `${config} is ${found.configs.get(config)}, and has to be ${value}`, 'run `setup`')
    })
    const blocked = unwritable(what, found)
    const notes = plan.notes.map((says): Finding => ({ level: 'warning', what, says }))
    const doubts = [...wrong, ...(blocked ? [blocked] : [...notes, ...unreplicated(what, found)])]
    return doubts.length > 0 ? doubts : [ok(what, plan.state)]
  })

function unwritable(what: string, { replicas, configs }: TopicState): Finding | null {
  const inSync = Number(configs.get('min.insync.replicas'))
  if (!(inSync > replicas)) return null
  const says = `its min.insync.replicas is ${inSync}, and it has ${replicas} replicas: no write succeeds`
  return fault(what, says, 'lower it with kafka-configs, or add replicas with kafka-reassign-partitions')
}

function unreplicated(what: string, { replicas, configs }: TopicState): Finding[] {
  if (replicas === 1) {
    return [
      warning(
        what,
        'has one replica: a lost disk is a lost topic',
        'give it three, on three brokers or more',
      ),
    ]
  }
  if (replicas !== 2 || configs.get('min.insync.replicas') !== '1') return []
  const says = 'min.insync.replicas is 1: a record counts as written when one broker has it'
  return [warning(what, says, 'give it three replicas, then run `setup`')]
}
