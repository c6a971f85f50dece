/**
 * What the config of a gateway may hold, as data. Source: reference/openshell-gateways.md 2.6; a key that no
 * table lists is unknown.
 */

export type TomlRule =
  | { readonly is: 'table'; readonly members: Readonly<Record<string, TomlRule>>; readonly check?: 'oidc' }
  | { readonly is: 'text'; readonly mayBeEmpty: boolean }
  | { readonly is: 'https-url' }
  | { readonly is: 'image' }
  | { readonly is: 'integer'; readonly least: number; readonly most?: number }
  /** `others` decides what any further text is: malformed, or not permitted. */
  | { readonly is: 'choice'; readonly of: readonly string[]; readonly others: 'malformed' | 'forbidden' }
  /** A switch that may only be off; `unless` names the setting that permits it. */
  | { readonly is: 'off'; readonly unless?: 'allowUnauthenticated' }
  /** Gatehouse sets it: refused whatever it says, a table with all that is in it. */
  | { readonly is: 'pinned' }
  /** Refused whatever it says. */
  | { readonly is: 'forbidden' }
  /** A list of tables, or a table of tables, each of which is forbidden for having one of `keys`, else unknown. */
  | { readonly is: 'list-with' | 'tables-with'; readonly keys: readonly string[] }

const pinned: TomlRule = { is: 'pinned' }
const forbidden: TomlRule = { is: 'forbidden' }
const image: TomlRule = { is: 'image' }
const filledText: TomlRule = { is: 'text', mayBeEmpty: false }
const anyText: TomlRule = { is: 'text', mayBeEmpty: true }
const endpoints: TomlRule = { is: 'list-with', keys: ['grpc_endpoint'] }

function choice(...of: readonly string[]): TomlRule {
  return { is: 'choice', of, others: 'malformed' }
}

function table(members: Readonly<Record<string, TomlRule>>): TomlRule {
  return { is: 'table', members }
}

const oidc: TomlRule = {
  is: 'table',
  check: 'oidc',
  members: {
    issuer: { is: 'https-url' },
    audience: filledText,
    jwks_ttl_secs: { is: 'integer', least: 0 },
    roles_claim: anyText,
    admin_role: filledText,
    user_role: filledText,
    scopes_claim: anyText,
  },
}

const gateway = table({
  log_level: choice('trace', 'debug', 'info', 'warn', 'error'),
  default_image: image,
  supervisor_image: image,
  oidc,
  auth: table({ allow_unauthenticated_users: { is: 'off', unless: 'allowUnauthenticated' } }),
  disable_tls: { is: 'off' },
  bind_address: pinned,
  health_bind_address: pinned,
  metrics_bind_address: pinned,
  server_sans: pinned,
  sandbox_namespace: pinned,
  client_tls_secret_name: pinned,
  database_url: pinned,
  tls: pinned,
  gateway_jwt: pinned,
  host_gateway_ip: forbidden,
  interceptors: endpoints,
})

const kubernetesDriver = table({
  sa_token_ttl_secs: { is: 'integer', least: 600, most: 86_400 },
  supervisor_sideload_method: choice('image-volume', 'init-container'),
  image_pull_policy: choice('Always', 'IfNotPresent', 'Never'),
  app_armor_profile: { is: 'choice', of: ['RuntimeDefault', 'Unconfined'], others: 'forbidden' },
  namespace: pinned,
  grpc_endpoint: pinned,
  service_account_name: pinned,
  host_gateway_ip: forbidden,
})

/** The rules for the root table. */
export const rootRule = table({
  openshell: table({
    gateway,
    drivers: table({ kubernetes: kubernetesDriver }),
    supervisor: table({ middleware: endpoints }),
    credential_drivers: { is: 'tables-with', keys: ['command', 'args'] },
  }),
})
