import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { listenOn } from '../observe/listen.ts'
import type { Log } from '../observe/log.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { RawLog } from '../ports.ts'
import { writeAnswer } from './answers.ts'
import { refuseUnreadable } from './client-errors.ts'
import { createHeadChecks, type HeadOptions } from './head-checks.ts'
import { createInFlight } from './in-flight.ts'
import { createReceiver, type Receipt, type ReceiveOptions } from './receive.ts'
import type { Refusal } from './refusals.ts'
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

export interface Bridge {
  /** Resolves to its address, as a URL without a path, once it listens. */
  listen(at: { readonly host: string; readonly port: number }): Promise<string>
  /** Stops accepting; resolves once every request in hand is answered. */
  close(): Promise<void>
  /** What the server does with a request. */
  readonly handle: RequestListener
}

/**
 * The webhook server, not yet listening. The head of a request decides first, then the body; whatever the answer,
 * it is given in one place.
 */
export function createBridge(options: BridgeOptions, { rawLog, metrics, log, now }: BridgePorts): Bridge {
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

  const limits = {
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: HEAD_TIMEOUT_MS,
    // The head, the body's own limit, and some time for what is left of a refused body.
    requestTimeout: HEAD_TIMEOUT_MS + 2 * options.bodyTimeoutMs,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  }
  const server = createServer(limits, handle).on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const refusal = refuseUnreadable(error, socket)
    if (refusal !== null) report.unreadable(refusal)
  })
  let inHand = 0
  let closed: Promise<void> | undefined

  return {
    handle,
    async listen({ host, port: wanted }) {
      const { address, family, port } = await listenOn(server, host, wanted)
      return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
    },
    close: () => (closed ??= close()),
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const startedAt = performance.now()
    report.inFlight(++inHand)
    response.once('close', onClosed)
    void receiptOf(request).then(receipt => {
      report.ended(receipt, performance.now() - startedAt)
      writeAnswer(response, receipt.refusal, closed !== undefined)
    })
  }

  function onClosed(): void {
    report.inFlight(--inHand)
  }

  /** Never throws: what nobody has foreseen is a refusal, too. */
  async function receiptOf(request: IncomingMessage): Promise<Receipt> {
    try {
      const refusal = refusalOfHead(request)
      // The target holds the secret: nothing behind this line sees it, whatever it may log or throw.
      request.url = ''
      return refusal === null ? await receive(request) : refused(refusal)
    } catch (err) {
      log.error({ event: 'request_failed', err }, 'A request failed in an unforeseen way')
      return refused('internal_error')
    }
  }

  async function close(): Promise<void> {
    if (!server.listening) return
    const ended = once(server.close(), 'close')
    // Node ends connections that are idle after a request. One that never had any would hold up closing for ever.
    const timer = setInterval(() => inHand === 0 && server.closeAllConnections(), CLOSE_CHECK_MS)
    await ended
    clearInterval(timer)
  }
}

const refused = (refusal: Refusal): Receipt => ({ refusal, events: 0, bodyBytes: 0 })
