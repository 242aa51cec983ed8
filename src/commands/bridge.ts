import { setTimeout as sleep } from 'node:timers/promises'
import type { Secret } from '../bridge/secrets.ts'
import { createBridge } from '../bridge/server.ts'
import { readSettings, type SettingsOf } from '../config.ts'
import { BRISK, createKafka } from '../kafka/client.ts'
import { watchGroupLag } from '../kafka/group-lag.ts'
import { createRawLog } from '../kafka/raw-log.ts'
import { UnfitTopicError } from '../kafka/raw-topic.ts'
import { topicSizes } from '../pipeline/sizes.ts'
import { defineCommand, EXIT, UsageError } from './command.ts'
import { kafkaConnection } from './kafka-connection.ts'
import { startObserving } from './observing.ts'

export const command = defineCommand({
  details: `Answers {"committed": true} once every event of a request is acknowledged by Kafka. SIGTERM: not ready, then a delay
for load balancers (BRIDGE_DRAIN_DELAY_MS), then what is in hand is answered. SIGHUP: secrets are read again from
their files.`,
  examples: [['bridge', 'serves WEBHOOK_PATH on BRIDGE_HOST and BRIDGE_PORT until it is told to stop']],
  async run({ env, signal }) {
    const settings = readSettings(env, 'bridge')
    const { log, metrics, health } = await startObserving('bridge', env, settings, {
      components: ['http', 'secret', 'kafka'],
      groups: ['bridge', 'producer'],
      topics: { read: [], written: [settings.RAW_TOPIC] },
    })
    const secret = secretOf(settings, 'TRACKING_SEGMENTIO_WEBHOOK_SECRET')
    const reportSecret = () => {
      const reason = 'TRACKING_SEGMENTIO_WEBHOOK_SECRET is not set: every request is answered 401'
      health.report('secret', secret.current ? { ready: true } : { ready: false, reason })
    }
    reportSecret()
    process.on('SIGHUP', reportSecret)
    const rawLog = createRawLog({
      kafka: createKafka(kafkaConnection(settings), log, { metrics, client: 'producer' }, BRISK),
      topic: settings.RAW_TOPIC,
      requiredMessageBytes: topicSizes(settings.MAX_BODY_BYTES).raw,
      metrics,
      log,
      report({ ready, reason }) {
        health.report('kafka', ready ? { ready } : { ready, reason: `Kafka does not take events: ${reason}` })
      },
    })
    const stop = new AbortController()
    const lagWatched = watchGroupLag(
      {
        admin: createKafka(kafkaConnection(settings), log, { metrics, client: 'admin' }, BRISK).admin(),
        group: settings.CONSUMER_GROUP,
        topic: settings.RAW_TOPIC,
        metrics,
        log,
      },
      stop.signal,
    )
    const bridge = createBridge(
      {
        webhookPath: settings.WEBHOOK_PATH,
        webhookHost: settings.WEBHOOK_HOST,
        webhookSecret: secret,
        signingSecret: secretOf(settings, 'SEGMENT_SIGNING_SECRET'),
        signatureOfFirstElement: settings.SEGMENT_SIGNATURE_FIRST_ELEMENT,
        maxBodyBytes: settings.MAX_BODY_BYTES,
        bodyTimeoutMs: settings.BRIDGE_BODY_TIMEOUT_MS,
        maxInFlightBytes: settings.BRIDGE_MAX_INFLIGHT_BYTES,
      },
      { rawLog, metrics, log, now: Date.now },
    )
    try {
      const url = await bridge.listen({ host: settings.BRIDGE_HOST, port: settings.BRIDGE_PORT })
      log.info({ event: 'listening', url }, `The webhook is served at ${url}${settings.WEBHOOK_PATH}`)
      health.report('http', { ready: true })
      const stopped = new Promise<void>(resolve =>
        signal.addEventListener('abort', () => resolve(), { once: true }),
      )
      // Until Kafka is reached every request is answered 503, and readiness says why.
      await Promise.race([rawLog.open().then(() => stopped), stopped])
      health.report('http', { ready: false, reason: 'stopping' })
      await sleep(settings.BRIDGE_DRAIN_DELAY_MS)
    } catch (error) {
      if (error instanceof UnfitTopicError) throw new UsageError(error.message)
      throw error
    } finally {
      await bridge.close()
      await rawLog.close()
      stop.abort()
      await lagWatched
      await health.close()
    }
    log.info({ event: 'stopped' }, 'Stopped in good order: every request is answered')
    return EXIT.done
  },
})

/** A secret as it is at the time: its file may be read again. */
function secretOf(
  settings: SettingsOf<'bridge'>,
  name: 'TRACKING_SEGMENTIO_WEBHOOK_SECRET' | 'SEGMENT_SIGNING_SECRET',
): Secret {
  const nameOfPrevious = `${name}_PREVIOUS` as const
  return {
    get current() {
      return settings[name]
    },
    get previous() {
      return settings[nameOfPrevious]
    },
  }
}
