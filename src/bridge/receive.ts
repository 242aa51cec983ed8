import type { IncomingMessage } from 'node:http'
import { Json } from '../pipeline/json/json.ts'
import type { RawLog } from '../ports.ts'
import { type BodyLimits, readBody } from './body.ts'
import { hostWithoutPort } from './host.ts'
import type { InFlight } from './in-flight.ts'
import { type Received, rawEvents } from './raw-events.ts'
import type { Refusal } from './refusals.ts'
import { type Secret, signatureCheck } from './secrets.ts'

/**
 * Shorter than any event that the rules let through. A body full of shorter ones would take a hundred times
 * its own size in memory and on the topic.
 */
const SHORTEST_EVENT_BYTES = 64

export interface ReceiveOptions extends BodyLimits {
  readonly webhookPath: string
  /** Host name given to all events; undefined: that of each request. */
  readonly webhookHost: string | undefined
  /** It may be changed while requests come in. */
  readonly signingSecret: Secret
  /** Of an array, also accept a signature of its first element alone, as Segment signs batches. */
  readonly signatureOfFirstElement: boolean
}

export interface ReceivePorts {
  readonly rawLog: RawLog
  readonly inFlight: InFlight
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Told why events could not be stored. */
  readonly onStoreFailed: (error: unknown) => void
}

/** How a request ends. Refused with an event stored: a body that is not JSON is kept all the same. */
export interface Receipt {
  readonly refusal: Refusal | null
  /** Stored on the raw topic. */
  readonly events: number
  readonly bodyBytes: number
}

/** Takes a request from its body on: reads it, checks its signature, splits it, and stores it before it answers. */
export function createReceiver(options: ReceiveOptions, ports: ReceivePorts) {
  const maxEvents = Math.ceil(options.maxBodyBytes / SHORTEST_EVENT_BYTES)
  let lastHost: string | undefined
  let lastHeaders = headersFor(lastHost)

  return async function receive(request: IncomingMessage): Promise<Receipt> {
    const isSigned = signatureCheck(options.signingSecret)
    const holding = ports.inFlight.open()
    try {
      const body = await readBody(request, holding, options)
      if (typeof body === 'string') return { refusal: body, events: 0, bodyBytes: 0 }
      const refused = (refusal: Refusal) => ({ refusal, events: 0, bodyBytes: body.length })

      // Nothing of it is looked at after the append is awaited.
      const root = Json.parseBriefly(body)
      if (isSigned && !signedParts(body, root).some(part => isSigned(signatureOf(request), part))) {
        return refused('signature_invalid')
      }
      if (body.length === 0) return refused('empty_body')
      const events = rawEvents(body, root, received(request), maxEvents)
      if (events === null) return refused('too_many_events')
      try {
        await ports.rawLog.append(events)
      } catch (error) {
        ports.onStoreFailed(error)
        return refused('kafka_unavailable')
      }
      return { refusal: root ? null : 'malformed_json', events: events.length, bodyBytes: body.length }
    } finally {
      holding.release()
    }
  }

  function signedParts(body: Buffer, root: Json | null): Buffer[] {
    if (!options.signatureOfFirstElement || !root?.isArray) return [body]
    const [first] = root.elements()
    return first ? [body, first.slice()] : [body]
  }

  function received({ headers: { host } }: IncomingMessage): Received {
    // Nearly all requests are for one host.
    if (host !== lastHost) [lastHost, lastHeaders] = [host, headersFor(host)]
    return { timestamp: ports.now(), headers: lastHeaders }
  }

  function headersFor(header: string | undefined): Received['headers'] {
    const host = options.webhookHost ?? hostWithoutPort(header)
    return { 'webhook-path': options.webhookPath, ...(host !== null && { 'webhook-host': host }) }
  }
}

const signatureOf = ({ headers }: IncomingMessage): string => String(headers['x-signature'] ?? '')
