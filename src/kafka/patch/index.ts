/*
 * What kafkajs 2.2.4 lacks for exactly once, and where it is slow, changed through its own modules;
 * `docs/decisions` says why. Imported before 'kafkajs' wherever values of that are; see `replaceExport`.
 */
import { filterAbortedMessages } from './aborted-transactions.ts'
import { watchConsumerGroups } from './consumer-group.ts'
import { groupMessagesInLinearTime } from './group-messages.ts'
import { addOffsetFetchV7 } from './offset-fetch.ts'
import { addTxnOffsetCommitV3 } from './txn-offset-commit.ts'

// These two first: the others load modules that take what these replace.
filterAbortedMessages()
groupMessagesInLinearTime()
watchConsumerGroups()
addOffsetFetchV7()
addTxnOffsetCommitV3()
