import type { Kafka } from 'kafkajs'
import { backOff } from '../back-off.ts'
import { isTransient } from '../transient.ts'
import { typeOf } from './client-errors.ts'
import { type Cluster, COORDINATOR, withCluster } from './coordinator.ts'

/** A coordinator that is only just starting says for a while that it is none. */
const ATTEMPTS = 8

/** Throws unless the user may use this transactional id. Nothing but the id itself is left behind, for Kafka to forget. */
export function tryTransactionalId(
  kafka: Kafka,
  transactionalId: string,
  signal: AbortSignal,
): Promise<void> {
  return patiently(kafka, signal, async cluster => {
    const of = { groupId: transactionalId, coordinatorType: COORDINATOR.transaction }
    const coordinator = await cluster.findGroupCoordinator(of)
    await coordinator.initProducerId({ transactionalId, transactionTimeout: 1_000 })
  })
}

/** Throws unless the user may join the group: asks as a member that never was, which is only found out after that. */
export function tryGroup(kafka: Kafka, groupId: string, signal: AbortSignal): Promise<void> {
  return patiently(kafka, signal, async cluster => {
    const coordinator = await cluster.findGroupCoordinator({ groupId, coordinatorType: COORDINATOR.group })
    try {
      await coordinator.heartbeat({ groupId, groupGenerationId: 0, memberId: 'nobody' })
    } catch (error) {
      if (!['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION'].includes(typeOf(error) ?? '')) throw error
    }
  })
}

async function patiently(
  kafka: Kafka,
  signal: AbortSignal,
  attempt: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  await withCluster(kafka, async cluster => {
    for (let attempts = 1; ; attempts++) {
      try {
        return await attempt(cluster)
      } catch (error) {
        if (attempts === ATTEMPTS || !isTransient(error)) throw error
        await backOff(attempts, signal)
      }
    }
  })
}
