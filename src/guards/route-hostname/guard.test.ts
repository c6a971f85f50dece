import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { testCases } from '../../../test/support/cases.ts'
import { routeHostname } from './guard.ts'

testCases(new URL('cases.yaml', import.meta.url), (review, settings, namespaces) =>
  judgeWithGuard(routeHostname, review, settings, namespaces),
)
