import { inject, vi } from 'vitest'
import { type Product, startProduct } from '../../dev/product.ts'

export { type Product as Started, startProduct as start } from '../../dev/product.ts'

let serial = 0

/** Settings with which commands use topics and a group of their own on the tests' stack. */
export function ownSettings(): Record<string, string> {
  const { brokers, registryUrl, databaseUrl } = inject('stack')
  const own = `t${process.pid}-${++serial}`
  return {
    KAFKA_BROKERS: brokers.join(','),
    SCHEMA_REGISTRY_URL: registryUrl,
    DATABASE_URL: databaseUrl,
    RAW_TOPIC: `${own}.raw`,
    OUTPUT_TOPIC: `${own}.tracking`,
    ERROR_TOPIC: `${own}.errors`,
    CONSUMER_GROUP: `${own}-group`,
    TOPIC_PARTITIONS: '4',
    METRICS_PORT: '0',
    BRIDGE_PORT: '0',
    BRIDGE_DRAIN_DELAY_MS: '0',
    TRACKING_SEGMENTIO_WEBHOOK_SECRET: 'anything',
  }
}

/** Runs a command to its end. */
export async function run(args: readonly string[], settings: Readonly<Record<string, string>>) {
  const started: Product = startProduct(args, settings)
  return { exitCode: await started.ended(), output: started.output() }
}

/** The address that a line of the log gives, once it is there. */
export async function urlOf(product: Product, event: 'started' | 'listening'): Promise<string> {
  const [, url = ''] = await product.until(new RegExp(`"event":"${event}".*?"url":"([^"]+)"`))
  return url
}

/** Waits until the product says that it is ready. */
export async function untilReady(product: Product): Promise<void> {
  const url = await urlOf(product, 'started')
  await vi.waitFor(
    async () => {
      const answer = await fetch(`${url}/readyz`)
      if (!answer.ok) throw new Error(await answer.text())
    },
    { timeout: 60_000 },
  )
}
