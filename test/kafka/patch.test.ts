import { describe, expect, test } from 'vitest'
import { groupMessages } from '#src/kafka/patch/group-messages.ts'
import { offsetFetchV7 } from '#src/kafka/patch/offset-fetch.ts'
import { txnOffsetCommitV3 } from '#src/kafka/patch/txn-offset-commit.ts'

/** Frames put together by hand from Kafka's protocol guide: compact strings and arrays are one longer than they say. */
const hex = (...parts: string[]) => parts.join('').replaceAll(' ', '')
const bytes = (text: string) => Buffer.from(text, 'hex')
const sent = async (encode: () => Promise<unknown>) =>
  ((await encode()) as { buffer: Buffer }).buffer.toString('hex')

describe('TxnOffsetCommit v3', () => {
  const { request, response } = txnOffsetCommitV3({
    transactionalId: 'tx',
    groupId: 'g',
    producerId: '258',
    producerEpoch: 3,
    generationId: 7,
    memberId: 'm',
    topics: [{ topic: 't', partitions: [{ partition: 1, offset: '42', metadata: 'x' }] }],
  })

  test('carries the member and generation of the batches', async () => {
    expect(await sent(request.encode)).toBe(
      hex(
        '00', // tagged fields of the header
        '03 7478 02 67', // transactional.id, group.id
        '0000000000000102 0003', // producer
        '00000007 02 6d 00', // generation, member, no instance id
        '02 02 74', // one topic
        '02 00000001 000000000000002a ffffffff 02 78 00', // its one partition
        '00 00',
      ),
    )
  })

  test('throws for a partition that is refused', async () => {
    const answer = (code: string) => bytes(hex('00 00000000 02 02 74 02 00000001', code, '00 00 00'))
    const parse = async (code: string) => response.parse(await response.decode(answer(code)))
    await expect(parse('0000')).resolves.toMatchObject({ topics: [{ topic: 't' }] })
    await expect(parse('0016')).rejects.toMatchObject({ type: 'ILLEGAL_GENERATION' })
  })
})

describe('OffsetFetch v7', () => {
  const { request, response } = offsetFetchV7({
    groupId: 'g',
    topics: [{ topic: 't', partitions: [{ partition: 0 }, { partition: 1 }] }],
  })

  test('requires stable offsets', async () => {
    expect(await sent(request.encode)).toBe(hex('00 02 67 02 02 74 03 00000000 00000001 00 01 00'))
  })

  test('leaves out partitions that an open transaction holds back, and throws for other errors', async () => {
    const partition = (number: string, code: string) =>
      hex(number, '0000000000000005 ffffffff 02 78', code, '00')
    const parse = async (code: string) =>
      response.parse(
        await response.decode(
          bytes(
            hex(
              '00 00000000 02 02 74 03',
              partition('00000000', '0000'),
              partition('00000001', code),
              '00 0000 00',
            ),
          ),
        ),
      )
    const { responses } = await parse('0058')
    expect(responses).toMatchObject([
      { topic: 't', partitions: [{ partition: 0, offset: '5', metadata: 'x' }] },
    ])
    expect(responses[0]?.partitions).toHaveLength(1)
    await expect(parse('001d')).rejects.toMatchObject({ type: 'TOPIC_AUTHORIZATION_FAILED' })
  })
})

test('messages are grouped by partition, their order kept', () => {
  const messages = [{ partition: 1 }, { partition: 0 }, { partition: 1, n: 2 }]
  const grouped = groupMessages({
    topic: 't',
    partitionMetadata: [{}],
    messages,
    partitioner: ({ message }) => message.partition,
  })
  expect(grouped).toEqual({ 0: [messages[1]], 1: [messages[0], messages[2]] })
})
