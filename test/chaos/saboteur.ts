import '#src/kafka/patch/index.ts'
import { internal } from '#src/kafka/patch/internals.ts'

/*
 * Loaded before the product's own command, it takes a part of the exactly-once recipe out of it, and stops the
 * process at a point of its choice, so that tests can see what each part is for. SABOTAGE lists what to do:
 *
 *   own_id             a transactional id for each process, as most write it: nobody fences a predecessor
 *   no_generation      offsets are committed as kafkajs does, for whatever member
 *   no_stable_offsets  committed offsets are read as kafkajs does, also while a transaction may still change them
 *   stop_before_offsets, stop_before_end
 *                      SIGSTOP, once, in the transaction of about this number: `stop_before_end=5`
 */

const sabotage = new Map<string, string | undefined>(
  (process.env['SABOTAGE'] ?? '').split(' ').map(part => {
    const [what = '', number] = part.split('=')
    return [what, number]
  }),
)

/** kafkajs's own versions, in the place of those that `src/kafka/patch` has put there. */
function restore(request: string, version: number): void {
  const definition = internal(`protocol/requests/${request}`)
  const own = internal(`protocol/requests/${request}/v${version}/request`)
  const response = internal(`protocol/requests/${request}/v${version}/response`)
  definition.versions = [String(version)]
  definition.protocol = () => (args: object) => ({ request: own(args), response })
}

if (sabotage.has('no_generation')) restore('txnOffsetCommit', 1)
if (sabotage.has('no_stable_offsets')) restore('offsetFetch', 4)

type Request = { transactionalId?: string }
const { prototype: broker } = internal('broker') as {
  prototype: Record<string, (request: Request) => Promise<unknown>>
}
/** Each attempt to begin one is counted, and only the last of them gets as far as where it may stop. */
let attempts = 0

/** Has `before` look at, or change, what a broker is asked. */
function intercept(name: string, before: (request: Request) => Request | Promise<Request>): void {
  const original = broker[name] as (request: Request) => Promise<unknown>
  broker[name] = async function (request) {
    const answer = original.call(this, await before(request))
    if (name === 'produce') produced = answer.catch(() => {})
    return answer
  }
}

/** The last request that wrote records. */
let produced: Promise<unknown> = Promise.resolve()

const stopIf = (point: string) => {
  if (!(attempts >= Number(sabotage.get(point)))) return
  sabotage.delete(point)
  process.kill(process.pid, 'SIGSTOP')
}
const ownId = (request: Request): Request =>
  request.transactionalId && sabotage.has('own_id')
    ? { ...request, transactionalId: `${request.transactionalId}-${process.pid}` }
    : request

intercept('initProducerId', ownId)
intercept('produce', ownId)
intercept('addOffsetsToTxn', ownId)
intercept('addPartitionsToTxn', request => {
  attempts++
  return ownId(request)
})
intercept('txnOffsetCommit', async request => {
  // Whoever is stopped while it waits for an answer takes it for late when it wakes.
  if (sabotage.has('stop_before_offsets')) await produced
  stopIf('stop_before_offsets')
  return ownId(request)
})
intercept('endTxn', request => {
  stopIf('stop_before_end')
  return ownId(request)
})
