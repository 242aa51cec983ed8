import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Json } from '#src/pipeline/json/json.ts'
import { scanJson } from '#src/pipeline/json/scan.ts'

const parses = (bytes: Buffer): boolean => {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}

/** JSON text with and without white space between its tokens. */
const jsonText = fc
  .tuple(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom('', ' ', '\t', '\n', ' \r\n '))
  .map(([value, gap]) => JSON.stringify(value, null, gap))

/** Near misses: a valid text with one byte replaced, dropped or put in. */
const mutated = fc
  .tuple(jsonText, fc.nat(), fc.constantFrom(...'{}[]",:\\u0eE+-. \t\u0000\u001f1ntf'), fc.nat(2))
  .map(([text, at, c, how]) => {
    const i = at % (text.length + 1)
    return how === 0
      ? text.slice(0, i) + c + text.slice(i)
      : text.slice(0, i) + (how === 1 ? c : '') + text.slice(i + 1)
  })

const PIECES = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"a"',
  '"\\u00e9"',
  '"\\',
  '1',
  '-',
  '0',
  '.5',
  'e9',
  'true',
  'null',
  ' ',
]
const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map(pieces => pieces.join(''))

describe('scanJson', () => {
  test.each([
    ['valid text', jsonText],
    ['near misses', mutated],
    ['token soup', soup],
    ['any string', fc.string({ unit: 'binary' })],
  ])('accepts exactly what JSON.parse accepts: %s', (_, texts) => {
    fc.assert(
      fc.property(texts, text => {
        const bytes = Buffer.from(text)
        expect(scanJson(bytes) !== null).toBe(parses(bytes))
      }),
      { numRuns: 3000 },
    )
  })

  test('accepts no bytes that are not UTF-8', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), inner => {
        const bytes = Buffer.concat([Buffer.from('"'), inner, Buffer.from('"')])
        expect(scanJson(bytes) !== null).toBe(parses(bytes))
      }),
      { numRuns: 3000 },
    )
  })

  test('finds the text of every value', () => {
    fc.assert(
      fc.property(jsonText, text => {
        const root = Json.parse(Buffer.from(text)) as Json
        expect(rebuilt(root)).toEqual(JSON.parse(text))
      }),
      { numRuns: 2000 },
    )
  })

  test.each(['[', '{"a":'])('takes any depth without recursion: %s', open => {
    const depth = 200_000
    const close = open === '[' ? ']' : '}'
    const text = `${open.repeat(depth)}0${close.repeat(depth)}`
    expect(scanJson(Buffer.from(text))).not.toBeNull()
    expect(scanJson(Buffer.from(text.slice(0, -1)))).toBeNull()
  })

  test('an end, an escape or a control character is seen wherever it stands in a string', () => {
    for (let length = 0; length < 70; length++) {
      for (let at = 0; at <= length; at++) {
        for (const special of ['', '"', '\\', '\\"', '\\u00e9', '\\u00g0', '\n', 'é', '\u001f', '\u0000']) {
          const text = `{"${'k'.repeat(at)}${special}${'k'.repeat(length - at)}":1}`
          expect(scanJson(Buffer.from(text)) !== null, text).toBe(parses(Buffer.from(text)))
        }
      }
    }
  })

  test('a text of any size is read, and small ones after it', () => {
    for (const count of [1, 1_000, 70_000, 3_000_000, 2]) {
      const { tape, root } = scanJson(Buffer.from(`[${'0,'.repeat(count)}"end"]`)) ?? {}
      expect(tape?.[(root as number) + 3]).toBe((root as number) + 4 * (count + 2))
    }
  })

  test('keys that differ are not taken for repeated ones, however much alike', () => {
    const keys = Array.from({ length: 100 }, (_, i) => `same-beginning-${i}-and-the-same-end`)
    const object = (all: readonly string[]) => Buffer.from(`{${all.map(key => `"${key}":{"${key}":0}`)}}`)
    expect(scanJson(object(keys))?.mayRepeat).toBe(false)
    for (const key of ['a', '12345678', '123456789', '1234567890abcdef', keys[7] as string])
      expect(scanJson(object([key, 'b', key]))?.mayRepeat, key).toBe(true)
  })

  test('what is read briefly is the same, and cannot be used once the next text is read', () => {
    fc.assert(
      fc.property(jsonText, mutated, (text, other) => {
        const root = Json.parseBriefly(Buffer.from(text)) as Json
        expect(rebuilt(root)).toEqual(JSON.parse(text))
        expect(Json.parseBriefly(Buffer.from(other)) !== null).toBe(parses(Buffer.from(other)))
        expect(() => root.kind).toThrow(TypeError)
      }),
      { numRuns: 1000 },
    )
  })

  test('what is read to be kept is read beside what is read briefly, huge texts before and after', () => {
    const huge = Buffer.from(`[${'0,'.repeat(1_000_000)}"end"]`)
    const brief = Json.parseBriefly(Buffer.from('{"a":[1]}')) as Json
    const kept = Json.parse(huge) as Json
    expect(rebuilt(brief)).toEqual({ a: [1] })
    const hugeBrief = Json.parseBriefly(huge) as Json
    expect(hugeBrief.document.tape[hugeBrief.at + 3]).toBe(4 * 1_000_002)
    const after = Json.parseBriefly(Buffer.from('{"b":2}')) as Json
    expect(rebuilt(after)).toEqual({ b: 2 })
    expect([...kept.elements()].at(-1)?.string()).toBe('end')
  })

  test('a byte order mark, an empty text and a lone comma are not JSON', () => {
    for (const text of ['\ufeff{}', '', ' ', '{"a":1,}', '[1,]', '[,]', '01', '1.', '.5', '-', 'NaN', "'a'"])
      expect(scanJson(Buffer.from(text)), text).toBeNull()
  })
})

function rebuilt(json: Json): unknown {
  if (json.isObject)
    return Object.fromEntries([...json.members()].map(([key, value]) => [key, rebuilt(value)]))
  if (json.isArray) return [...json.elements()].map(rebuilt)
  return JSON.parse(json.slice().toString())
}

describe('Json', () => {
  const parse = (text: string) => Json.parse(Buffer.from(text)) as Json

  test.each([
    ['{"a":1,"b":2,"a":3}', '{"b":2,"a":3}'],
    ['{"a":{"x":1,"x":2}, "\\u0061" : [ {"k":1, "k":[]} ]}', '{"\\u0061" : [ {"k":[]} ]}'],
    ['{"a":1.0 , "b":1e1}', '{"a":1.0 , "b":1e1}'],
    ['[{"a":1,"a":1,"a":{"a":0,"a":1}}]', '[{"a":{"a":1}}]'],
  ])('of repeated keys only the last stands: %s', (source, text) => {
    expect(parse(source).text()).toBe(text)
  })

  test('text and members agree with JSON.parse on repeated keys', () => {
    const key = fc.constantFrom('a', 'b', '\\u0061', '__proto__', '')
    const object = fc.letrec(tie => ({
      value: fc.oneof({ maxDepth: 4 }, fc.constantFrom('1', '"s"', 'null', '[]'), tie('object')),
      object: fc
        .array(fc.tuple(key, tie('value')), { maxLength: 40 })
        .map(members => `{${members.map(([k, v]) => `"${k}" :${v}`).join(' , ')}}`),
    })).object
    fc.assert(
      fc.property(object, source => {
        const json = parse(source as string)
        expect(JSON.parse(json.text())).toEqual(JSON.parse(source as string))
        expect(withoutRepeatedKeys(json.text())).toBe(true)
        expect([...json.members()].map(([k]) => k).sort()).toEqual(
          [...new Set([...json.members()].map(([k]) => k))].sort(),
        )
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['null', false],
    ['false', false],
    ['0', false],
    ['-0', false],
    ['0.0', false],
    ['0e9', false],
    ['1e-400', false],
    ['""', false],
    ['[]', false],
    ['{}', false],
    ['[ ]', false],
    ['true', true],
    ['"0"', true],
    ['[0]', true],
    ['{"a":0}', true],
    ['1e400', true],
    ['"\\u0000"', true],
  ])("truthiness is Python's: %s", (text, truthy) => {
    expect(parse(text).isTruthy).toBe(truthy)
  })

  test('an unpaired surrogate stands as JSON text, a paired one as a string', () => {
    expect(parse('"\\ud83d"').loose()).toMatchObject({ text: '"\\ud83d"' })
    expect(parse('"\\ud83d\\ude00"').loose()).toBe('\u{1f600}')
  })
})

function withoutRepeatedKeys(text: string): boolean {
  const check = (json: Json): boolean => {
    if (json.isArray) return [...json.elements()].every(check)
    if (!json.isObject) return true
    const length = [...json.members()].length
    const again = Json.parse(json.slice()) as Json
    return [...again.members()].length === length && [...json.members()].every(([, value]) => check(value))
  }
  return check(Json.parse(Buffer.from(text)) as Json)
}
