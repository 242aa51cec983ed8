import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { backOff } from '../back-off.ts'
import { type Lock, LockHeldError, LockLostError } from '../ports.ts'
import { isTransient } from '../transient.ts'
import { typeOf } from './client-errors.ts'
import { type Cluster, COORDINATOR, createCluster } from './coordinator.ts'

/*
 * A consumer group that reads nothing, as a lock: whoever leads it holds the lock. The leader stays it while others
 * come and go, and Kafka finds another once it has not heard of this one for as long as the session lasts.
 */

const SESSION_MS = 10_000
const HEARTBEAT_MS = 1_500
const ATTEMPTS = 8
const PROTOCOL = 'segment-to-edx-lock'

interface Member {
  readonly memberId: string
  readonly generationId: number
}

interface GroupBroker {
  joinGroup(request: object): Promise<Member & { readonly leaderId: string }>
  syncGroup(request: object): Promise<unknown>
  heartbeat(request: object): Promise<unknown>
  leaveGroup(request: object): Promise<unknown>
}

/**
 * Takes the lock, if need be after the session of a holder that has died. Throws LockHeldError where the holder is
 * alive.
 */
export async function takeLock(kafka: Kafka, groupId: string): Promise<Lock> {
  const cluster = createCluster<Cluster>(kafka)
  const stop = new AbortController()
  /** Until then nobody else can have it, by the clock of this process. */
  let heldUntil = 0
  let lost: unknown
  await cluster.connect()
  let member = await joinPatiently().catch(async error => {
    await cluster.disconnect()
    throw error
  })
  const beating = beat()

  return {
    check() {
      if (lost === undefined && performance.now() < heldUntil) return
      throw new LockLostError(
        `Kafka has not heard of this process for too long, and the lock ${groupId} may be another's: run it again`,
        { cause: lost },
      )
    },
    async release() {
      stop.abort()
      await beating
      const isHeld = lost === undefined && performance.now() < heldUntil
      heldUntil = 0
      try {
        if (isHeld) await leave(member.memberId)
      } finally {
        await cluster.disconnect()
      }
    },
  }

  async function broker(): Promise<GroupBroker> {
    const of = { groupId, coordinatorType: COORDINATOR.group }
    return (await cluster.findGroupCoordinator(of)) as unknown as GroupBroker
  }

  /** The broker that keeps the group may only just be finding out that it does. */
  async function joinPatiently(): Promise<Member> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await join('')
      } catch (error) {
        if (attempt === ATTEMPTS || !isTransient(error)) throw error
        await backOff(attempt, stop.signal)
      }
    }
  }

  async function join(memberId: string): Promise<Member> {
    const coordinator = await broker()
    const joined = await coordinator.joinGroup({
      ...{ groupId, memberId, protocolType: PROTOCOL },
      ...{ sessionTimeout: SESSION_MS, rebalanceTimeout: SESSION_MS },
      groupProtocols: [{ name: PROTOCOL, metadata: Buffer.alloc(0) }],
    })
    if (joined.leaderId !== joined.memberId) {
      await leave(joined.memberId)
      throw new LockHeldError(`The lock ${groupId} is held by ${joined.leaderId}`)
    }
    const askedAt = performance.now()
    try {
      await coordinator.syncGroup({ groupId, ...joined, groupAssignment: [] })
    } catch (error) {
      // Somebody who asked for it at the same time has gone again.
      if (typeOf(error) === 'REBALANCE_IN_PROGRESS') return join(joined.memberId)
      throw error
    }
    heldUntil = askedAt + SESSION_MS
    return joined
  }

  async function leave(memberId: string): Promise<void> {
    await (await broker()).leaveGroup({ groupId, memberId, members: [{ memberId }] })
  }

  async function beat(): Promise<void> {
    while (!stop.signal.aborted) {
      await sleep(HEARTBEAT_MS, undefined, { signal: stop.signal }).catch(() => {})
      if (stop.signal.aborted) return
      try {
        await stillMine()
      } catch (error) {
        // What passes is tried again, as long as the session lasts; `check` watches that.
        if (error instanceof LockHeldError || isExpelled(error)) {
          lost = error
          return
        }
      }
    }
  }

  async function stillMine(): Promise<void> {
    const askedAt = performance.now()
    try {
      const { memberId, generationId: groupGenerationId } = member
      await (await broker()).heartbeat({ groupId, memberId, groupGenerationId })
      heldUntil = askedAt + SESSION_MS
    } catch (error) {
      // Somebody has come or gone; the group wants to be joined again.
      if (typeOf(error) !== 'REBALANCE_IN_PROGRESS') throw error
      member = await join(member.memberId)
    }
  }
}

const isExpelled = (error: unknown): boolean =>
  ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION'].includes(typeOf(error) ?? '')
