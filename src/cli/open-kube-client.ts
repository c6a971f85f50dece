import type { KubeClient } from '../cluster/kube-client.ts'
import { InputError } from './usage.ts'

/** The API server of a kubeconfig, or of the pod. The Kubernetes client is loaded only here: it is large. */
export async function openKubeClient(kubeconfig: string | undefined): Promise<KubeClient> {
  const { createKubeClient, KubeconfigError } = await import('../cluster/kube-client.ts')
  try {
    return createKubeClient(kubeconfig)
  } catch (error) {
    if (error instanceof KubeconfigError) throw new InputError(error.message)
    throw error
  }
}
