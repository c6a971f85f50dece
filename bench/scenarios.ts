import type { ReviewKind } from './reviews.ts'

/** One kind of traffic. */
export interface Scenario {
  readonly id: string
  readonly title: string
  readonly kind: ReviewKind
  /** One request in a hundred is of this kind instead. */
  readonly onePercent?: ReviewKind
  /** Requests on their way at a time, each on a connection of its own. */
  readonly connections: number
}

export const scenarios: readonly Scenario[] = [
  { id: 'route-allowed', title: '4 KB HTTPRoute, allowed', kind: 'route-allowed', connections: 16 },
  { id: 'route-refused', title: '4 KB HTTPRoute, refused', kind: 'route-refused', connections: 16 },
  { id: 'gateway', title: '64 KB Gateway', kind: 'gateway', connections: 16 },
  { id: 'configmap', title: '1 MB ConfigMap', kind: 'configmap', connections: 4 },
  { id: 'configmap-document', title: '1 MB of documents', kind: 'configmap-document', connections: 4 },
  {
    id: 'mix',
    title: '99 % 4 KB, 1 % 1 MB',
    kind: 'route-allowed',
    onePercent: 'configmap',
    connections: 16,
  },
]
