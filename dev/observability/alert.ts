export interface Alert {
  /** critical: somebody is woken; warning: somebody looks at it in working hours. */
  readonly severity: 'critical' | 'warning'
  /** What it concerns: a critical alert silences the warnings about the same. */
  readonly about: 'availability' | 'webhook' | 'lag' | 'rejections' | 'delivery' | 'dependencies' | 'nodejs'
  readonly expr: string
  /** How long the expression holds before the alert fires; undefined: it fires at once. */
  readonly for?: string
  /** How long the alert stays after the expression holds no more. */
  readonly keepFiringFor?: string
  /** One line; may hold Prometheus's templates. */
  readonly summary: string
  /** What it means for the data, for whoever is woken by it. */
  readonly description: string
  readonly dashboard: 'overview' | 'slo' | 'rejections'
}
