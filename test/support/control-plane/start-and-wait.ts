/** A process that starts a control plane, says where, and waits to be killed. For control-plane.test.ts. */
import { startControlPlane } from './control-plane.ts'

const { folder, processes } = await startControlPlane({ controllerManager: false })
console.log(JSON.stringify({ folder, keeper: processes.keeper }))
setInterval(() => undefined, 60_000)
