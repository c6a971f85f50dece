import { testCases } from '../../../test/support/cases.ts'
import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { gatewayConfig } from './guard.ts'

const cases = new URL('cases.yaml', import.meta.url)

testCases(cases, (review, settings, namespaces) => judgeWithGuard(gatewayConfig, review, settings, namespaces))
