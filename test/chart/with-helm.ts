/** `test` for what renders the chart: left out, with the reason, where Helm neither is nor can be built. */
import { test as nodeTest, type TestContext } from 'node:test'

import { whySkipped } from '../support/control-plane/tools.ts'

const skip = await whySkipped(['helm'])

export function test(name: string, run: (context: TestContext) => void | Promise<void>): void {
  void nodeTest(name, { skip }, run)
}
