/*
 * What kafkajs 2.2.4 lacks for exactly once, and where it is slow, changed through its own modules;
 * `docs/decisions` says why. Imported before 'kafkajs' wherever values of that are; see `replaceExport`.
 */
import { filterAbortedMessages } from './aborted-transactions.ts'
import { gatherAnswers } from './answers.ts'
import { compareOffsetsAsNumbers } from './consumer-batch.ts'
import { watchConsumerGroups } from './consumer-group.ts'
import { groupMessagesInLinearTime } from './group-messages.ts'
import { addOffsetFetchV7 } from './offset-fetch.ts'
import { produceInOnePass } from './produce-request.ts'
import { decodeBatchesInOnePass } from './record-batch.ts'
import { frameRequestsInOneCopy } from './request-frame.ts'
import { addTxnOffsetCommitV3 } from './txn-offset-commit.ts'

// These first: the others load modules that take what these replace.
filterAbortedMessages()
groupMessagesInLinearTime()
produceInOnePass()
frameRequestsInOneCopy()
gatherAnswers()
decodeBatchesInOnePass()
compareOffsetsAsNumbers()
watchConsumerGroups()
addOffsetFetchV7()
addTxnOffsetCommitV3()
