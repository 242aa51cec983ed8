import type { availability } from '../../../dev/observability/alerts/availability.ts'
import type { webhook } from '../../../dev/observability/alerts/webhook.ts'
import type { AlertCase } from './case.ts'

const PROCESS = 'job="segedx-process",instance="p1"'
const requests = (code: number) =>
  `segedx_webhook_requests_total{job="segedx-bridge",instance="b1",code="${code}"}`
const bucket = (le: string) =>
  `segedx_webhook_request_duration_seconds_bucket{job="segedx-bridge",instance="b1",le="${le}"}`
const EVENTS = 'segedx_webhook_events_total{job="segedx-bridge",instance="b1"}'

export const AVAILABILITY: Record<keyof ReturnType<typeof availability>, AlertCase> = {
  TargetDown: {
    fires: {
      series: { [`up{${PROCESS}}`]: '1x5 0x10', 'up{job="segedx-bridge",instance="b1"}': '1x20' },
      at: '9m',
      labels: { job: 'segedx-process', instance: 'p1' },
      summary: 'segedx-process p1 cannot be scraped',
    },
    silent: [
      { series: { [`up{${PROCESS}}`]: '1x5 0 1x10' }, at: '7m' },
      { series: { 'up{job="somebody-else",instance="x"}': '0x20' }, at: '15m' },
    ],
  },
  ProcessorAbsent: {
    fires: { series: { [`up{${PROCESS}}`]: '1x5 0x10' }, at: '12m' },
    silent: [
      { series: { [`up{${PROCESS}}`]: '0x20', 'up{job="segedx-process",instance="p2"}': '1x20' }, at: '15m' },
    ],
  },
  NotReady: {
    fires: {
      series: {
        [`segedx_ready{${PROCESS},component="users"}`]: '1x3 0x10',
        [`segedx_ready{${PROCESS},component="kafka"}`]: '1x20',
      },
      at: '10m',
      labels: { job: 'segedx-process', instance: 'p1', component: 'users' },
      summary: 'users of segedx-process p1 is not ready',
    },
    silent: [{ series: { [`segedx_ready{${PROCESS},component="users"}`]: '1x3 0x3 1x10' }, at: '10m' }],
  },
  RestartLoop: {
    fires: {
      series: { [`segedx_process_start_time_seconds{${PROCESS}}`]: '100x4 200x2 300x2 400x2 500x5' },
      at: '15m',
      labels: { job: 'segedx-process', instance: 'p1' },
      summary: 'segedx-process p1 was started again 4 times in a quarter of an hour',
    },
    silent: [{ series: { [`segedx_process_start_time_seconds{${PROCESS}}`]: '100x4 200x20' }, at: '12m' }],
  },
}

export const WEBHOOK: Record<keyof ReturnType<typeof webhook>, AlertCase> = {
  WebhookBurnFast: {
    fires: {
      series: { [requests(200)]: '0+950x120', [requests(503)]: '0+50x120' },
      at: '90m',
      summary: '5% of webhook requests fail: the budget of a month is gone in days',
    },
    silent: [
      { series: { [requests(200)]: '0+1000x120', [requests(503)]: '0+1x120' }, at: '90m' },
      { series: { [requests(200)]: '0x120', [requests(503)]: '0x120' }, at: '90m' },
      // A share is nothing where hardly anybody posts, and a process that begins anew has not failed.
      { series: { [requests(200)]: '0+1x120', [requests(503)]: '0x60 1x60' }, at: '90m' },
      { series: { [requests(200)]: '0+900x60 0+900x60', [requests(503)]: '9x60 0x60' }, at: '70m' },
    ],
  },
  WebhookBurnSlow: {
    fires: {
      series: { [requests(200)]: '0+996x600', [requests(503)]: '0+4x600' },
      at: '80h',
      every: '10m',
      summary: '0.4% of webhook requests fail: more than the objective allows',
    },
    silent: [
      { series: { [requests(200)]: '0+9996x600', [requests(503)]: '0+4x600' }, at: '80h', every: '10m' },
    ],
  },
  WebhookSlow: {
    fires: {
      series: { [bucket('1')]: '0+90x60', [bucket('2.5')]: '0+100x60', [bucket('+Inf')]: '0+100x60' },
      at: '40m',
      summary: 'One in a hundred webhook requests takes 2.35s or longer',
    },
    silent: [{ series: { [bucket('1')]: '0+100x60', [bucket('+Inf')]: '0+100x60' }, at: '40m' }],
  },
  WebhookUnauthorized: {
    fires: {
      series: { [requests(200)]: '0+60x60', [requests(401)]: '0+20x60' },
      at: '30m',
      summary: '25% of webhook requests do not show the secret',
    },
    silent: [
      { series: { [requests(200)]: '0+60x60', [requests(401)]: '0+2x60' }, at: '30m' },
      // Somebody tries the door of a bridge that nobody uses.
      { series: { [requests(200)]: '0x60', [requests(401)]: '0x20 3x40' }, at: '30m' },
    ],
  },
  TrafficStopped: {
    fires: { series: { [EVENTS]: '0+20x60 1200x60' }, at: '85m' },
    silent: [
      { series: { [EVENTS]: '0+20x60 1200x10 1200+20x60' }, at: '85m' },
      { series: { [EVENTS]: '0x120' }, at: '85m' },
    ],
  },
  RefusedForGood: {
    fires: {
      series: { [requests(413)]: '0x10 2x30' },
      at: '15m',
      labels: { code: '413' },
      summary: 'Requests were refused with 413, and Segment will not repeat them',
    },
    silent: [{ series: { [requests(413)]: '7x60', [requests(401)]: '0+5x60' }, at: '40m' }],
  },
}
