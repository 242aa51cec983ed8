import { describe, expect, test } from 'vitest'
import { parseCourseKey } from '#src/pipeline/edx/course-key.ts'

const ID = '519665f6223ebd6980884f2b'

/** What edx-opaque-keys 4.0.0 with edx-ccx-keys 2.0.2 gave as `org`; undefined stands for InvalidKeyError. */
const CASES: Record<string, [text: string, org: string | null | undefined][]> = {
  'course-v1': [
    ['course-v1:MITx+6.002x+2014_T1', 'MITx'],
    ['course-v1:MITx+6.002x', undefined],
    ['course-v1:MITx', undefined],
    ['course-v1:', undefined],
    ['course-v1:MITx+6.002x+2014_T1+extra', undefined],
    ['course-v1:MITx+6.002x+2014_T1+', undefined],
    ['course-v1:MITx+6.002x+2014_T1\n', undefined],
    ['course-v1:MITx++2014_T1', undefined],
    ['course-v1:MIT x+6.002x+2014_T1', undefined],
    ['course-v1:MITx%+6.002x+2014_T1', undefined],
    ['course-v1:a:b~c.d-e_f+1+2', 'a:b~c.d-e_f'],
    ['slashes:MITx+6.002x+2014_T1', 'MITx'],
    ['Course-v1:MITx+6.002x+2014_T1', undefined],
    ['toString:MITx+6.002x+2014_T1', undefined],
  ],
  'marked parts': [
    ['course-v1:a+b+c+branch@draft', 'a'],
    [`course-v1:a+b+c+branch@draft+version@${ID}`, 'a'],
    [`course-v1:a+b+c+version@${ID}+branch@draft`, undefined],
    ['course-v1:a+b+c+branch@draft+branch@draft', undefined],
    ['course-v1:a+b+branch@draft', undefined],
    [`course-v1:a+b+version@${ID}`, 'a'],
    [`course-v1:version@${ID}`, null],
    [`course-v1:branch@draft+version@${ID}`, null],
    [`course-v1:version@${ID.toUpperCase()}`, undefined],
    [`course-v1:version@${ID.slice(1)}`, undefined],
    ['course-v1:a+b+c+type@html+block@x%y', 'a'],
    ['course-v1:a+b+c+block@x@y', undefined],
    ['course-v1:a+b+c+other@x', undefined],
    ['course-v1:a+b+c+branch@', undefined],
  ],
  'library-v1': [
    ['library-v1:UniX+PhysicsProbs', 'UniX'],
    ['library-v1:UniX+PhysicsProbs+run', 'UniX'],
    [`library-v1:version@${ID}`, null],
    ['library-v1:UniX', undefined],
    ['lib:UniX:PhysicsProbs', undefined],
  ],
  'ccx-v1': [
    ['ccx-v1:a+b+c+ccx@1', 'a'],
    ['ccx-v1:a+b+c+ccx@\u0661', 'a'],
    ['ccx-v1:a+b+c+ccx@x', undefined],
    ['ccx-v1:a+b+c', undefined],
    ['ccx-v1:a+b+ccx@1', undefined],
    [`ccx-v1:version@${ID.toUpperCase()}+ccx@1`, null],
    [`ccx-v1:VER\u017f\u0131ON@${ID}+CCX@1`, null],
    ['ccx-v1:a+b+c+ccx@1+BLOC\u212a@x', 'a'],
    ['ccx-v1:a+b+c+ccx@1+block@x%y', undefined],
    ['course-v1:a+b+c+ccx@1', undefined],
  ],
  'old form': [
    ['MITx/6.002x/2014_T1', 'MITx'],
    ['MITx/6.002x/', 'MITx'],
    ['/6.002x/2014_T1', undefined],
    ['MITx//2014_T1', undefined],
    ['MITx/6.002x', undefined],
    ['MITx/6.002x/2014_T1/x', undefined],
    ['MITx/6.002x/2014_T1\n', undefined],
    ['MIT%20x/6.002x/2014_T1', 'MIT%20x'],
    ['MIT~x/6.002x/2014_T1', undefined],
    ['i4x://a/b', undefined],
    ['', undefined],
  ],
  unicode: [
    ['course-v1:漢字+é+\u0661', '漢字'],
    ['½/Ⅷ/²', '½'],
    ['a\u0301/b/c', undefined],
    ['Ⓐ/b/c', undefined],
    ['\ud800/b/c', undefined],
    // A letter of Unicode 15, which Python 3.11 does not know.
    ['\u{31350}/b/c', undefined],
  ],
}

describe.each(Object.entries(CASES))('%s', (_, cases) => {
  test.each(cases)('%j has the org %j', (text, org) => {
    expect(parseCourseKey(text)).toEqual(org === undefined ? null : { org })
  })
})

test('a text of megabytes is read, or refused, in one pass', () => {
  const long = 'é'.repeat(4_000_000)
  expect(parseCourseKey(`course-v1:a+b+${long}`)).toEqual({ org: 'a' })
  expect(parseCourseKey(`course-v1:a+b+${long}+`)).toBeNull()
  expect(parseCourseKey('+'.repeat(4_000_000))).toBeNull()
  expect(parseCourseKey('/'.repeat(4_000_000))).toBeNull()
})
