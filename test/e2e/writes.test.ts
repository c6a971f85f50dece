/** The ways in which people and controllers write, at a real API server, each with what the references say of it. */
import { after, before, describe } from 'node:test'
import { whySkipped } from '../support/control-plane/tools.ts'
import { testControllers } from './writes/controllers.ts'
import { testDeletion } from './writes/deletion.ts'
import { testIdentities } from './writes/identities.ts'
import { testPeople } from './writes/people.ts'
import { setStage, type Stage } from './writes/stage.ts'
import { testVersions } from './writes/versions.ts'

const skip = await whySkipped()
let set: Stage | undefined

function stage(): Stage {
  if (set === undefined) throw new Error('The control plane did not start')
  return set
}

before(async () => {
  if (skip === false) set = await setStage()
})
after(() => set?.plane.stop())

describe('at a real API server', { skip }, () => {
  describe('people', () => testPeople(stage))
  describe('versions', () => testVersions(stage))
  describe('identities', () => testIdentities(stage))
  describe('controllers', () => testControllers(stage))
  // Namespaces take their time to go.
  describe('deletion', { concurrency: true }, () => testDeletion(stage))
})
