import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { RawLog } from '../ports.ts'
import { refuseUnreadable } from './client-errors.ts'
import { createHeadChecks, type HeadOptions } from './head-checks.ts'
import { createInFlight } from './in-flight.ts'
import { createReceiver, type Receipt, type ReceiveOptions } from './receive.ts'
import { REFUSALS, type Refusal, type RefusalRow } from './refusals.ts'
import { createReport } from './report.ts'

/** Longer than load balancers keep an idle connection (60 s is usual), so that not we close it under a request. */
const KEEP_ALIVE_MS = 75_000
const HEAD_TIMEOUT_MS = 10_000
const MAX_HEAD_BYTES = 16_384
/** How often Node looks for connections whose head or body is late. */
const TIMEOUT_CHECK_MS = 1_000
const CLOSE_CHECK_MS = 50

export interface BridgeOptions extends HeadOptions, ReceiveOptions {
  /** Of all requests in hand together; over it they are refused. */
  readonly maxInFlightBytes: number
}

export interface BridgePorts {
  readonly rawLog: RawLog
  readonly metrics: Metrics
  readonly log: Log
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * The webhook server, not yet listening. `close` stops accepting and returns once every request in hand is
 * answered. The head decides first (`onRequest`), then the body; whatever the answer, it is given in one place.
 */
export function createBridge(
  options: BridgeOptions,
  { rawLog, metrics, log, now }: BridgePorts,
): FastifyInstance {
  const report = createReport(metrics, log)
  const refusalOfHead = createHeadChecks(options)
  const inFlight = createInFlight(options.maxInFlightBytes)
  const receive = createReceiver(options, {
    rawLog,
    inFlight,
    now,
    onStoreFailed: err =>
      log.error(
        { event: 'events_not_stored', err },
        'Events could not be stored; the sender is told to repeat them',
      ),
  })

  const app = Fastify({
    http: {
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: HEAD_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    // The head, the body's own limit, and some time for what is left of a refused body.
    requestTimeout: HEAD_TIMEOUT_MS + 2 * options.bodyTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    return503OnClosing: false,
    // The target holds the secret: nothing behind this line sees it, whatever it may log or throw.
    rewriteUrl: () => '/',
    clientErrorHandler: (error, socket) => {
      const refusal = refuseUnreadable(error, socket)
      if (refusal !== null) report.unreadable(refusal)
    },
  })

  let inHand = 0
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
    if (!app.server.listening) return
    // Node ends connections that are idle after a request. One that never had any would hold up closing for ever.
    const timer = setInterval(() => inHand === 0 && app.server.closeAllConnections(), CLOSE_CHECK_MS)
    app.server.once('close', () => clearInterval(timer))
  })
  app.addHook('onRequest', async (request, reply) => {
    report.inFlight(++inHand)
    reply.raw.once('close', () => report.inFlight(--inHand))
    const refusal = refusalOfHead(request)
    if (refusal !== null) return answer(reply, refused(refusal))
  })
  // The body is left to `receive`, which counts and limits it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.post('/', async (request, reply) => answer(reply, await receive(request.raw)))
  // Only here so that the hook above sees other methods, too: it refuses them all.
  app.setNotFoundHandler((_request, reply) => answer(reply, refused('method_not_allowed')))
  app.setErrorHandler((err, _request, reply) => {
    log.error({ event: 'request_failed', err }, 'A request failed in an unforeseen way')
    return answer(reply, refused('internal_error'))
  })
  return app

  function answer(reply: FastifyReply, receipt: Receipt): FastifyReply {
    report.ended(receipt, reply.elapsedTime)
    if (closing) reply.header('connection', 'close')
    if (receipt.refusal === null) return reply.send({ committed: true })
    const { status, message, headers = {} }: RefusalRow = REFUSALS[receipt.refusal]
    return reply.code(status).headers(headers).send({ committed: false, message })
  }
}

const refused = (refusal: Refusal): Receipt => ({ refusal, events: 0, bodyBytes: 0 })
