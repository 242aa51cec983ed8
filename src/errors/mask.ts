import { Json } from '../pipeline/json/json.ts'

/*
 * Events hold personal data in places that nobody can list: answers, free text, fields of one's own. So what is
 * listed is what may be seen, by name: it says what kind of event this is. All other values are masked, and their
 * kind and length stand in their place.
 */
const SHOWN = new Set([
  ...['action', 'type', 'event_type', 'event_source', 'channel', 'version', 'messageId'],
  ...['timestamp', 'originalTimestamp', 'receivedAt', 'received_at', 'sentAt', 'course_id', 'org_id'],
])
/** Other keys may be somebody's, too, as where objects are used as maps. */
const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/
/** Beyond it nobody reads any more. */
const MOST_DEPTH = 50
const KIND = [
  ['isString', 'text'],
  ['isObject', 'object'],
  ['isArray', 'list'],
] as const

/** A payload laid out as JSON, masked unless it is to be revealed; null where it is no JSON. */
export function layOut(value: Buffer, reveal: boolean): string | null {
  const json = Json.parse(value)
  return json && lines(json, reveal, reveal, 0)
}

function lines(json: Json, isShown: boolean, reveal: boolean, depth: number): string {
  if (!json.isObject && !json.isArray) return isShown ? json.text() : masked(json)
  const [open, close] = json.isObject ? ['{', '}'] : ['[', ']']
  if (!json.hasMembers) return `${open}${close}`
  if (depth === MOST_DEPTH) return reveal ? json.text() : masked(json)
  const parts = json.isObject
    ? [...json.members()].map(([key, member]) => {
        const name = reveal ? key : maskName(key)
        return `${JSON.stringify(name)}: ${lines(member, reveal || SHOWN.has(key), reveal, depth + 1)}`
      })
    : [...json.elements()].map(element => lines(element, reveal, reveal, depth + 1))
  const indent = '  '.repeat(depth)
  return `${open}\n${parts.map(part => `${indent}  ${part}`).join(',\n')}\n${indent}${close}`
}

const masked = (json: Json): string => {
  const seen = outlineOf(json)
  return seen.startsWith('‹') ? `"${seen}"` : seen
}

/** Of a value that may be personal its kind and length. */
export function outlineOf(json: Json): string {
  const text = json.text()
  if (['null', 'true', 'false', '""'].includes(text)) return text
  const kind = KIND.find(([is]) => json[is])?.[1] ?? 'number'
  const length = json.isString ? json.string().length : text.length
  return `‹${kind}, ${length} character${length === 1 ? '' : 's'}›`
}

/** The key of an object, where it cannot be somebody's. */
export const maskName = (key: string): string => (PLAIN_KEY.test(key) ? key : '‹key›')

/** A key of Kafka: it is somebody's id as a rule. */
export function maskKey(key: Buffer | null, reveal: boolean): string | null {
  if (key === null || reveal) return key?.toString() ?? null
  return `‹${key.length} byte${key.length === 1 ? '' : 's'}›`
}
