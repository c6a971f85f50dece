import type { Policy } from '../admission/judge.ts'
import type { Config } from '../config/config.ts'

/** What the guards go by: the platform's facts and the mode of every guard. */
export function policyOf({ settings, guards }: Pick<Config, 'settings' | 'guards'>): Policy {
  return {
    settings,
    modes: {
      'attached-namespaces': guards['attached-namespaces'].mode,
      'gateway-config': guards['gateway-config'].mode,
      'gateway-hostname': guards['gateway-hostname'].mode,
      'ingress-hostname': guards['ingress-hostname'].mode,
      'namespace-host-label': guards['namespace-host-label'].mode,
      'route-hostname': guards['route-hostname'].mode,
      'tenant-host': guards['tenant-host'].mode,
    },
  }
}
