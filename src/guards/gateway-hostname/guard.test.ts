import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { testCases } from '../../../test/support/cases.ts'
import { gatewayHostname } from './guard.ts'

testCases(new URL('cases.yaml', import.meta.url), (review, settings, namespaces) =>
  judgeWithGuard(gatewayHostname, review, settings, namespaces),
)
