import { expect, test } from 'vitest'
import '#src/kafka/patch/index.ts'
import { internal } from '#src/kafka/patch/internals.ts'
import { offsetFetchV7 } from '#src/kafka/patch/offset-fetch.ts'
import { offsetsOf, txnOffsetCommitV3 } from '#src/kafka/patch/txn-offset-commit.ts'

/** Bytes as written by hand from Kafka's protocol guide: hex, with spaces between the fields. */
const bytes = (...fields: string[]) => Buffer.from(fields.join('').replaceAll(' ', ''), 'hex')
const hex = (text: string) => Buffer.from(text).toString('hex')

const commit = (topics = [{ topic: 't', partitions: [{ partition: 3, offset: '258', metadata: 'm' }] }]) => ({
  transactionalId: 'tx',
  groupId: 'grp',
  producerId: 7n,
  producerEpoch: 2,
  topics,
})

test('TxnOffsetCommit v3 is encoded as the protocol guide says', async () => {
  const { topics, ...rest } = commit()
  const member = { generationId: 5, memberId: 'me' }
  const { request } = txnOffsetCommitV3({ ...rest, topics: offsetsOf(member, topics) })
  expect([request.apiKey, request.apiVersion]).toEqual([28, 3])
  expect((await request.encode()).buffer).toEqual(
    bytes(
      '00', // tagged fields of the header
      `03 ${hex('tx')}`,
      `04 ${hex('grp')}`,
      '0000000000000007 0002', // producer id and epoch
      `00000005 03 ${hex('me')}`, // generation and member
      '00', // no instance id
      `02 02 ${hex('t')}`, // one topic
      '02 00000003 0000000000000102 ffffffff', // one partition: offset 258, no leader epoch
      `02 ${hex('m')} 00`,
      '00 00', // end of the topic, of the request
    ),
  )
})

test.each([
  ['none was set', undefined],
  ['it has no name', { generationId: 5, memberId: '' }],
  ['it has no generation', { generationId: -1, memberId: 'me' }],
])('offsets are not sent without a member: %s', (_, member) => {
  const { topics, ...rest } = commit()
  if (member) offsetsOf(member, topics)
  expect(() => txnOffsetCommitV3({ ...rest, topics })).toThrow('without a member')
})

test('an answer of TxnOffsetCommit v3 throws the error of any partition', async () => {
  const { topics, ...rest } = commit()
  const { response } = txnOffsetCommitV3({
    ...rest,
    topics: offsetsOf({ generationId: 1, memberId: 'm' }, topics),
  })
  const answer = (code: string) =>
    bytes(`00 00000000 02 02 ${hex('t')} 03 00000000 0000 00 00000003 ${code} 00 00 00`)
  const parse = async (code: string) => response.parse(await response.decode(answer(code)))
  expect((await parse('0000')).topics).toEqual([
    {
      topic: 't',
      partitions: [
        { partition: 0, errorCode: 0 },
        { partition: 3, errorCode: 0 },
      ],
    },
  ])
  await expect(parse('0016')).rejects.toMatchObject({ type: 'ILLEGAL_GENERATION' })
  await expect(parse('0019')).rejects.toMatchObject({ type: 'UNKNOWN_MEMBER_ID' })
})

test('OffsetFetch v7 asks for stable offsets only', async () => {
  const { request } = offsetFetchV7({
    groupId: 'grp',
    topics: [{ topic: 't', partitions: [{ partition: 3 }] }],
  })
  expect([request.apiKey, request.apiVersion]).toEqual([9, 7])
  const head = `00 04 ${hex('grp')}`
  expect((await request.encode()).buffer).toEqual(bytes(`${head} 02 02 ${hex('t')} 02 00000003 00 01 00`))
  // Every partition of the group: no list at all.
  const all = await offsetFetchV7({ groupId: 'grp' }).request.encode()
  expect(all.buffer).toEqual(bytes(`${head} 00 01 00`))
})

test('an answer of OffsetFetch v7 leaves out what a transaction may still change', async () => {
  const { response } = offsetFetchV7({ groupId: 'grp' })
  const partition = (index: string, code: string) =>
    `0000000${index} 0000000000000102 ffffffff 02 ${hex('m')} ${code} 00`
  const answer = (second: string) =>
    bytes(`00 00000000 02 02 ${hex('t')} 03 ${partition('0', '0000')} ${partition('1', second)} 00 0000 00`)
  const parse = async (second: string) => response.parse(await response.decode(answer(second)))
  const stable = { partition: 0, offset: '258', metadata: 'm', errorCode: 0 }
  expect((await parse('0058')).responses).toEqual([{ topic: 't', partitions: [stable] }]) // 88
  await expect(parse('000e')).rejects.toMatchObject({ type: 'GROUP_LOAD_IN_PROGRESS' }) // 14
})

test.each([
  ['TxnOffsetCommit', 3],
  ['OffsetFetch', 7],
])('kafkajs speaks no older %s than v%i', (name, version) => {
  const definition = internal('protocol/requests').requests[name]
  expect(definition.versions).toEqual([String(version)])
  expect(() => definition.protocol({ version: version - 1 })).toThrow('Kafka 2.5')
})
