/**
 * How the API server reaches a process of the test through the chart's own Service. Source:
 * reference/control-plane.md section 5.
 */
import { canListen, findFreePorts } from './free-ports.ts'

export interface ServiceRoute {
  /** What the Service and the registration name. */
  readonly port: number
  /** Loopback is all of 127.0.0.0/8, so a process can listen on the address that the Service is given. */
  readonly hasClusterIP: boolean
}

/** Of the Services' range, and given to none of them. */
const anyAddress = '127.96.255.254'
const httpsPort = 443

/** Finds the way that is closest to a cluster and open on this machine. */
export async function findServiceRoute(): Promise<ServiceRoute> {
  if (await canListen(anyAddress, httpsPort)) return { port: httpsPort, hasClusterIP: true }
  const [port = 0] = await findFreePorts(1)
  return { port, hasClusterIP: await canListen(anyAddress, port) }
}

/** The Service of the chart for this route: as it is where possible, else with another port, or as a name for us. */
export function serviceSpecFor({ port, hasClusterIP }: ServiceRoute): object {
  const ports = [{ name: 'webhook', port, targetPort: 'webhook', protocol: 'TCP' }]
  return hasClusterIP ? { type: 'ClusterIP', ports } : { type: 'ExternalName', externalName: 'localhost', ports }
}
