import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { partitionsBehind } from '../../dev/demo/topics.ts'
import { cluster, own } from '../support/cluster.ts'
import { run, type Started, start } from '../support/product.ts'
import { eventOf } from './harness/events.ts'
import { observe } from './harness/observation.ts'
import { judge } from './harness/verdict.ts'

/*
 * A process stops in the middle of a transaction for longer than its session lasts, and wakes when another has its
 * partitions. The same verdict that finds nothing wrong with the product has to find what is wrong where a part of
 * its recipe is left out: otherwise it would prove nothing.
 */

const SABOTEUR = fileURLToPath(new URL('saboteur.ts', import.meta.url))
const SESSION_TIMEOUT_MS = 6_000
const PARTITIONS = 4
/** By then it is in its stride. */
const STOP_IN_TRANSACTION = 40
const STOPPED_WITHIN_MS = 60_000
const CAUGHT_UP_WITHIN_MS = 90_000
const { kafka, admin } = cluster()
const started: Started[] = []
afterAll(() => {
  for (const { child } of started) child.kill('SIGKILL')
})

type Point = 'stop_before_offsets' | 'stop_before_end'

/** Duplicates and other faults after a process of this sabotage was a zombie. */
async function zombie(sabotage: string, point: Point) {
  const { settings, raw, output, errors, group } = own()
  const env = {
    ...settings,
    SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
    // Longer than all of this: nobody but a successor ends the open transaction.
    TRANSACTION_TIMEOUT_MS: '120000',
  }
  const { exitCode } = await run(['setup', '--start', 'earliest'], env)
  expect(exitCode).toBe(0)
  const observation = observe({
    ...{ classPath: inject('stack').javaClassPath, brokers: inject('stack').brokers },
    ...{ raw, output, errors, group },
  })
  const process = (more = '') => {
    const product = start(['process'], { ...env, SABOTAGE: `${sabotage} ${more}` }, { preload: SABOTEUR })
    started.push(product)
    return product
  }
  const victim = process(`${point}=${STOP_IN_TRANSACTION}`)
  const successor = process()
  const feeder = feed(raw)
  await untilStopped(victim)
  await sleep(SESSION_TIMEOUT_MS + 4_000)
  victim.child.kill('SIGCONT')
  await sleep(SESSION_TIMEOUT_MS)
  await feeder.stop()
  await within(CAUGHT_UP_WITHIN_MS, 'the group did not catch up', [victim, successor], async () => {
    return (await partitionsBehind(admin, group, raw)) === 0
  })
  for (const product of [victim, successor]) product.child.kill('SIGTERM')
  await Promise.all([victim.ended(), successor.ended()])
  const { duplicates, lost, faults } = judge(await observation.finish(0))
  return { duplicates, lost, faults: faults.length, first: faults[0] }
}

function feed(topic: string) {
  let isOver = false
  let serial = 0
  const running = (async () => {
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    while (!isOver) {
      const messages = Array.from({ length: 2 * PARTITIONS }, (_, i) => ({
        partition: i % PARTITIONS,
        value: eventOf(serial++),
      }))
      await producer.send({ topic, messages })
      await sleep(40)
    }
    await producer.disconnect()
  })()
  return {
    async stop() {
      isOver = true
      await running
    },
  }
}

async function untilStopped(victim: Started): Promise<void> {
  const state = () =>
    execFileSync('ps', ['-o', 'stat=', '-p', String(victim.child.pid)], { encoding: 'utf8' })
  await within(STOPPED_WITHIN_MS, 'the victim did not stop', [victim], () => {
    if (victim.child.exitCode !== null) {
      throw new Error(`it ended with ${victim.child.exitCode}:\n${victim.output()}`)
    }
    return state().startsWith('T')
  })
}

/** Throws with what the processes said last. */
async function within(
  limitMs: number,
  otherwise: string,
  processes: readonly Started[],
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await isSo())) {
    if (performance.now() > deadline) {
      const said = processes.map(({ child, output }) => `process ${child.pid}:\n${output().slice(-1_500)}`)
      throw new Error(`${otherwise}; ${said.join('\n')}`)
    }
    await sleep(200)
  }
}

const NOTHING_WRONG = { duplicates: 0, lost: 0, faults: 0, first: undefined }

describe('a zombie', () => {
  test.concurrent.each<[string, string, Point]>([
    ['the product, before it commits offsets', '', 'stop_before_offsets'],
    ['the product, before it ends a transaction', '', 'stop_before_end'],
    ['nobody fences it: the generation alone refuses it', 'own_id', 'stop_before_offsets'],
    ['nobody fences it: stable offsets alone wait for it', 'own_id', 'stop_before_end'],
  ])('writes nothing twice: %s', async (_, sabotage, point) => {
    expect(await zombie(sabotage, point)).toEqual(NOTHING_WRONG)
  })

  test.concurrent.each<[string, string, Point]>([
    ['without the generation', 'own_id no_generation', 'stop_before_offsets'],
    ['without stable offsets', 'own_id no_stable_offsets', 'stop_before_end'],
    ['without all three', 'own_id no_generation no_stable_offsets', 'stop_before_offsets'],
  ])('is found out: %s', async (_, sabotage, point) => {
    const { duplicates, faults } = await zombie(sabotage, point)
    expect(duplicates).toBeGreaterThan(0)
    expect(faults).toBeGreaterThan(0)
  })
})
