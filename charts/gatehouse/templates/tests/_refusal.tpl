{{- /* Only a guard that enforces refuses. */ -}}
{{- define "gatehouse.isTested" -}}
{{- if eq (get .Values.config.guards "ingress-hostname").mode "enforce" }}yes{{ end -}}
{{- end -}}

{{- define "gatehouse.testNamespace" -}}
{{- .Values.test.namespace | default (printf "%s%s-test" .Values.config.settings.namespacePrefix (include "gatehouse.fullname" .) | trunc 63 | trimSuffix "-") -}}
{{- end -}}

{{- define "gatehouse.testMetadata" -}}
labels:
  app.kubernetes.io/name: gatehouse-test
  app.kubernetes.io/instance: {{ .root.Release.Name }}
  app.kubernetes.io/managed-by: {{ .root.Release.Service }}
  helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
annotations:
  helm.sh/hook: test
  helm.sh/hook-weight: {{ .weight | quote }}
  helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded{{ if .discard }},hook-failed{{ end }}
{{- end -}}
