import type { delivery } from '../../../dev/observability/alerts/delivery.ts'
import type { nodejs } from '../../../dev/observability/alerts/nodejs.ts'
import type { AlertCase } from './case.ts'

const PROCESS = 'job="segedx-process",instance="p1"'
const LABELS = { job: 'segedx-process', instance: 'p1' }
const UNSTABLE = `segedx_consumer_unstable_partitions{${PROCESS},topic="segment.raw"}`
const transactions = (result: string) => `segedx_transactions_total{${PROCESS},result="${result}"}`
const FENCED = `segedx_transaction_aborts_total{${PROCESS},reason="fenced"}`
const rebalances = (kind: string) => `segedx_consumer_rebalances_total{${PROCESS},kind="${kind}"}`
const FAILED_SENDS =
  'segedx_producer_records_total{job="segedx-bridge",instance="b1",topic="segment.raw",result="error"}'
const registry = (result: string) =>
  `segedx_schema_registry_requests_total{${PROCESS},operation="find",result="${result}"}`
const of = (name: string) => `segedx_${name}{${PROCESS}}`

export const DELIVERY: Record<keyof ReturnType<typeof delivery>, AlertCase> = {
  HangingTransaction: {
    fires: {
      series: { [UNSTABLE]: '0x5 2x10' },
      at: '8m',
      labels: { topic: 'segment.raw' },
      summary: '2 partitions of segment.raw wait for the end of a transaction that should be over',
    },
    silent: [{ series: { [UNSTABLE]: '0x5 2 0x10' }, at: '7m' }],
  },
  AbortsHigh: {
    fires: {
      series: { [transactions('committed')]: '0+90x60', [transactions('aborted')]: '0+10x60' },
      at: '40m',
      summary: '10% of transactions are aborted',
    },
    silent: [
      { series: { [transactions('committed')]: '0+99x60', [transactions('aborted')]: '0+1x60' }, at: '40m' },
      { series: { [transactions('committed')]: '5x60', [transactions('aborted')]: '3x60' }, at: '40m' },
    ],
  },
  FencedOften: {
    fires: {
      series: { [FENCED]: '0x5 3x20' },
      at: '15m',
      summary: 'Producers were fenced 3 times in a quarter of an hour',
    },
    silent: [{ series: { [FENCED]: '0x5 1x20' }, at: '15m' }],
  },
  RebalancesOften: {
    fires: {
      series: { [rebalances('assigned')]: '0+1x20' },
      at: '20m',
      labels: LABELS,
      summary: 'p1 was given partitions 15 times in a quarter of an hour',
    },
    silent: [
      { series: { [rebalances('assigned')]: '0x5 1x5 2x10', [rebalances('lost')]: '0+9x20' }, at: '20m' },
    ],
  },
  SendsFailing: {
    fires: {
      series: { [FAILED_SENDS]: '0x5 0+9x30' },
      at: '20m',
      labels: { job: 'segedx-bridge', topic: 'segment.raw' },
      summary: 'Records cannot be written to segment.raw',
    },
    silent: [{ series: { [FAILED_SENDS]: '0x5 9x30' }, at: '13m' }],
  },
  RegistryErrors: {
    fires: {
      series: { [registry('error')]: '0+1x30' },
      at: '20m',
      labels: { operation: 'find' },
      summary: 'The schema registry fails (find)',
    },
    silent: [{ series: { [registry('ok')]: '0+1x30', [registry('error')]: '2x30' }, at: '20m' }],
  },
  PoolWaiters: {
    fires: {
      series: { [of('db_pool_waiters')]: '0x5 3x20' },
      at: '12m',
      labels: LABELS,
      summary: 'Queries of p1 wait for a connection to the database',
    },
    silent: [{ series: { [of('db_pool_waiters')]: '0x5 3x3 0x20' }, at: '12m' }],
  },
}

export const NODEJS: Record<keyof ReturnType<typeof nodejs>, AlertCase> = {
  EventLoopBusy: {
    fires: {
      series: {
        [of('nodejs_eventloop_utilization_ratio')]: '0.95x30',
        [of('nodejs_eventloop_lag_p99_seconds')]: '0.05x30',
      },
      at: '15m',
      labels: LABELS,
      summary: 'The event loop of segedx-process p1 is overloaded',
    },
    silent: [
      {
        series: {
          [of('nodejs_eventloop_utilization_ratio')]: '0.8x30',
          [of('nodejs_eventloop_lag_p99_seconds')]: '0.1x30',
        },
        at: '15m',
      },
    ],
  },
  HeapNearLimit: {
    fires: {
      series: {
        [of('nodejs_heap_size_used_bytes')]: '900x30',
        [of('nodejs_heap_size_limit_bytes')]: '1000x30',
      },
      at: '15m',
      labels: LABELS,
      summary: 'segedx-process p1 uses 90% of the heap that Node.js allows',
    },
    silent: [
      {
        series: {
          [of('nodejs_heap_size_used_bytes')]: '500x30',
          [of('nodejs_heap_size_limit_bytes')]: '1000x30',
        },
        at: '15m',
      },
    ],
  },
  FilesNearLimit: {
    fires: {
      series: { [of('process_open_fds')]: '90x30', [of('process_max_fds')]: '100x30' },
      at: '15m',
      labels: LABELS,
      summary: 'segedx-process p1 uses 90% of its file descriptors',
    },
    silent: [{ series: { [of('process_open_fds')]: '50x30', [of('process_max_fds')]: '100x30' }, at: '15m' }],
  },
}
