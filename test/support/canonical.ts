import { Json } from '#src/pipeline/json/json.ts'

/**
 * JSON text in one form for equal values: keys sorted, white space gone; an integer keeps all its digits, a
 * float is marked as one, so that 1.0 differs from 1 and equals 1e0.
 */
export function canonical(text: string): string {
  const json = Json.parse(Buffer.from(text))
  if (!json) throw new Error(`not JSON: ${text.slice(0, 80)}`)
  return canonicalValue(json)
}

function canonicalValue(json: Json): string {
  if (json.isObject) {
    const members = [...json.members()].map(
      ([key, value]) => `${JSON.stringify(key)}:${canonicalValue(value)}`,
    )
    return `{${members.sort().join(',')}}`
  }
  if (json.isArray) return `[${[...json.elements()].map(canonicalValue).join(',')}]`
  const source = json.slice().toString()
  if (json.isString) return JSON.stringify(JSON.parse(source))
  if (!/^[-\d]/.test(source)) return source
  if (!/[.eE]/.test(source)) return source === '-0' ? '0' : source
  const value = Number(source)
  return `${Object.is(value, -0) ? '-0' : value}f`
}
