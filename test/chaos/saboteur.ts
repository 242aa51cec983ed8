import '#src/kafka/patch/index.ts'
import kafkajs, { type Producer, type Transaction } from 'kafkajs'
import { internal } from '#src/kafka/patch/internals.ts'

/*
 * Loaded before the product's own command, it takes a part of the exactly-once recipe out of it, and stops the
 * process at a point of its choice, so that tests can see what each part is for. SABOTAGE lists what to do:
 *
 *   own_id             a transactional id for each process, as most write it: nobody fences a predecessor
 *   no_generation      offsets are committed as kafkajs does, for whatever member
 *   no_stable_offsets  committed offsets are read as kafkajs does, also while a transaction may still change them
 *   stop_before_offsets, stop_before_end
 *                      SIGSTOP in the transaction of this number: `stop_before_end=5`
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

const { prototype } = kafkajs.Kafka
const { producer: createProducer } = prototype
let transactions = 0

prototype.producer = function (config) {
  const id = config?.transactionalId
  const transactionalId = id && sabotage.has('own_id') ? `${id}-${process.pid}` : id
  const producer = createProducer.call(this, { ...config, ...(transactionalId && { transactionalId }) })
  return id ? stopping(producer) : producer
}

function stopping(producer: Producer): Producer {
  return {
    ...producer,
    async transaction() {
      const transaction = await producer.transaction()
      const number = ++transactions
      const stopIf = (point: string) => {
        if (Number(sabotage.get(point)) === number) process.kill(process.pid, 'SIGSTOP')
      }
      return {
        ...transaction,
        async sendOffsets(offsets) {
          stopIf('stop_before_offsets')
          return transaction.sendOffsets(offsets)
        },
        async commit() {
          stopIf('stop_before_end')
          return transaction.commit()
        },
      } satisfies Transaction
    },
  }
}
