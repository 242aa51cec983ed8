/*
 * What kafkajs 2.2.4 lacks for exactly once, added to it through its own modules; `docs/decisions` says why.
 * Has to be imported before 'kafkajs'.
 */
import { sortAbortedTransactions } from './aborted-transactions.ts'
import { watchConsumerGroups } from './consumer-group.ts'
import { groupMessagesInLinearTime } from './group-messages.ts'
import { addOffsetFetchV7 } from './offset-fetch.ts'
import { addTxnOffsetCommitV3 } from './txn-offset-commit.ts'

// These two first: the others load the modules that take them.
sortAbortedTransactions()
groupMessagesInLinearTime()
watchConsumerGroups()
addOffsetFetchV7()
addTxnOffsetCommitV3()
