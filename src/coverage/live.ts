/** What a cluster has, as far as coverage asks: the registration as it stands, and what is served. */

/** A resource in one served version. */
export interface ServedResource {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** The plural. */
  readonly resource: string
  readonly scope: 'Namespaced' | 'Cluster'
  readonly subresources: readonly string[]
}

export interface LiveRule {
  readonly apiGroups: readonly string[]
  readonly apiVersions: readonly string[]
  readonly resources: readonly string[]
  readonly operations: readonly string[]
  /** `*` where it is not said. */
  readonly scope: string
}

export interface Requirement {
  readonly key: string
  readonly operator: string
  readonly values: readonly string[]
}

/** A label selector; one without requirements selects everything. Labels to match are requirements, too. */
export type Selector = readonly Requirement[]

export interface LiveWebhook {
  readonly name: string
  /** Undefined: called by URL. */
  readonly service:
    | { readonly name: string; readonly namespace: string; readonly path: string; readonly port: number }
    | undefined
  /** In place of a Service. */
  readonly url: string | undefined
  /** PEM; empty where there is none. */
  readonly caBundle: string
  readonly failurePolicy: string
  readonly matchPolicy: string
  readonly namespaceSelector: Selector
  readonly objectSelector: Selector
  readonly matchConditions: readonly { readonly name: string; readonly expression: string }[]
  readonly rules: readonly LiveRule[]
}

export const configurationKinds = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const
export type ConfigurationKind = (typeof configurationKinds)[number]

/** A ValidatingWebhookConfiguration or a MutatingWebhookConfiguration. */
export interface LiveConfiguration {
  readonly kind: ConfigurationKind
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly webhooks: readonly LiveWebhook[]
}
