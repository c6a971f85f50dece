import { holed, nameOrJson } from '../../../test/support/arbitraries.ts'
import { testCases } from '../../../test/support/cases.ts'
import { testGuardProperties } from '../../../test/support/guard-properties.ts'
import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { testMessages } from '../../../test/support/pin-messages.ts'
import { templateGuard } from './guard.ts'

const cases = new URL('cases.yaml', import.meta.url)

testCases(cases, (review, settings, namespaces) => judgeWithGuard(templateGuard, review, settings, namespaces))

testMessages(templateGuard, cases, {
  'refused-example': [
    'template-guard-2',
    'spec.example: Forbidden: "refused" may not be used; choose another value [template-guard]',
  ],
})

testGuardProperties(templateGuard, {
  resource: { group: 'example.org', version: 'v1', kind: 'Example' },
  object: holed({ spec: holed({ example: nameOrJson }) }),
  namespace: 'tenant-alice',
})
