import { join } from 'node:path'
import type { ControlPlane } from '../../support/control-plane/control-plane.ts'
import { runProgram, type ProgramResult } from '../../support/control-plane/run-program.ts'
import { ensureTool } from '../../support/control-plane/tools.ts'

/** Runs `kubectl edit` with an editor that replaces one text by another, as a person would. */
export async function editWithKubectl(
  plane: Pick<ControlPlane, 'kubeconfig' | 'folder'>,
  args: readonly string[],
  from: string,
  to: string,
): Promise<ProgramResult> {
  const script = `const fs = require('node:fs'); const file = process.argv.at(-1); fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll('${from}', '${to}'))`
  return runProgram(await ensureTool('kubectl'), ['edit', ...args], {
    cwd: plane.folder,
    env: {
      PATH: process.env['PATH'],
      HOME: join(plane.folder, 'home'),
      // Where kubectl leaves a copy of what was refused.
      TMPDIR: plane.folder,
      KUBECONFIG: plane.kubeconfig,
      KUBE_EDITOR: `"${process.execPath}" -e "${script}"`,
    },
  })
}
